/**
 * honest-reporting: what a job manager tells of its checkpoints is what happened to them.
 *
 * I-STATS. No TLA+ module states it yet.
 *
 * Its statistics are what a person sees of a job, and nothing in the job depends on them, so no
 * other law would notice that they lie. They are compared with a second observer: the pointers in
 * the registry, the messages on the wire, and the restores and refusals that the job manager states
 * elsewhere.
 *
 * Each life of a job manager begins with counts of 0. A report changes them by what it tells: a
 * checkpoint that began or ended, a restore, a request that was chosen and refused. A checkpoint is
 * IN_PROGRESS before any task is told to begin it, shows one acknowledgement more with each report,
 * and then ends once. Every subtask is part of it; those that had finished are shown at once. It
 * never shows more others than have come on the wire; those that came and were of no use are no
 * contradiction. It is COMPLETED only when its pointer is there and every subtask has acknowledged
 * it or had finished. One that FAILED never has a pointer. When the job has ended
 * nothing is in progress, but for the one checkpoint whose pointer was already under way. The
 * newest restore that is shown is the newest that was. Whether a checkpoint may begin at all is for
 * `trigger-policy` to say.
 *
 * Each acknowledgement is shown with what its subtask has measured. That is compared with what the
 * subtask did: when its barriers came, when its copy began and was over, when that was stored, how
 * much entered meanwhile. Where a clock may have been set wrong the times that it told are not
 * judged. What the task and the checkpoint show follows from their subtasks. Of a checkpoint that
 * has failed a subtask may still tell, once: what it has uploaded too late, or, when it has been
 * told of the abort, what it had measured before its upload was cancelled. Nobody has acknowledged
 * that.
 *
 * A pause may cut a step in two, and a crash ends one, so what belongs together is told by the time
 * that the process worked, and is not due from one that is gone.
 *
 * Memory: three entries and a number for each checkpoint, and the parts of the subtasks of those
 * that are in progress or have failed of late.
 */
import {
  detailOf,
  type CheckpointCounts,
  type CheckpointStats,
  type Entry,
} from '../history/entry.js';
import { lifeName } from '../kernel/life.js';
import { caseOf, convict, convictAtEnd, hearing, verdictOf, type Case } from './case.js';
import { add, disagreement } from './balances.js';
import { lifeOf, type Lives } from './lives.js';
import { forgetParts, noParts, partKinds, seePart, type ObservedParts } from './observed-parts.js';
import {
  begin,
  end as endCheckpoint,
  hearPart,
  leftOpen,
  lifeFrom,
  progressFrom,
  progressOf,
  mistakeOf,
  type Life,
} from './reported-life.js';
import { isPaused, pauseKinds, seePause, workTimeOf, type Pauses } from './pauses.js';
import { checkpointName, checkpointOfPointer } from './pointers.js';
import {
  changes,
  counted,
  incoherenceOf,
  isAcknowledgement,
  isChangedBy,
  isSum,
  noChange,
  refusedOne,
  restoredOne,
  textOfCounts,
} from './reported-stats.js';
import {
  mistakeOfAcknowledgement,
  mistakeOfBeginning,
  mistakeOfLate,
  shownPartsOf,
  type Late,
  type PartMistake,
} from './reported-parts.js';
import type { Checker, Context, Law, RunEnd, Verdict } from './verdict.js';

export const honestReporting: Law = {
  name: 'honest-reporting',
  says: 'the statistics of checkpoints tell what happened to them, and their counts add up',
  source: "Flink's CheckpointStatsTracker and GET /jobs/:jobid/checkpoints; FLINK-26049",
  invariants: ['I-STATS'],
  judgesFrom: {
    checkpointsReported: 'engine: the counts, the checkpoint that changed, the newest restore',
    'requestRefused, restoring': 'engine: what the counts without a checkpoint must agree with',
    jobStatus: 'engine: the end of the job',
    valueWritten: 'registry: pointers',
    'barrierReceived, snapshotTaken, uploaded': 'engine: when a subtask did what it measured',
    'witnessTaken, entered': 'witness: when a copy began, and the records before it',
    objectWritten: 'object store: the size of a part',
    taskState: 'engine: which subtasks there are, and which have finished',
    'faultBegan, faultEnded': 'world: when a clock may be wrong',
    'delivered triggerCheckpoint': 'world: a task is told to begin a checkpoint',
    'delivered notifyCheckpointAborted': 'world: a task is told that a checkpoint is aborted',
    'delivered checkpointAcknowledged': 'world: the acknowledgements that have come',
    'delivered checkpointMetricsReported': 'world: what is told of uploads that were cancelled',
    'processCrashed, processPaused, processResumed':
      'world: whose statements may be missing or late',
  },
  open,
};

type Reports = {
  readonly open: Case;
  readonly pauses: Pauses;
  readonly observed: ObservedParts;
  readonly lives: Lives<Life>;
  /** How many checkpoints a job manager remembers. */
  readonly history: number;
  /** By checkpoint: the reports of its beginning and of its end, and its pointer. */
  readonly begun: Map<number, Entry>;
  /** The attempt whose tasks are told to begin it. */
  readonly attempts: Map<number, number | undefined>;
  readonly ended: Map<number, Entry>;
  readonly pointers: Map<number, Entry>;
};

/** Something that a life of a job manager says. */
type Word = Readonly<{ reports: Reports; life: Life; entry: Entry; index: number }>;

const sees = [
  'checkpointsReported',
  'requestRefused',
  'restoring',
  'jobStatus',
  'valueWritten',
  'processCrashed',
  ...partKinds,
  ...pauseKinds,
];
const messages = [
  'triggerCheckpoint',
  'notifyCheckpointAborted',
  'checkpointAcknowledged',
  'checkpointMetricsReported',
];

function open(context: Context): Checker {
  const pauses: Pauses = new Map();
  const reports: Reports = {
    open: caseOf('honest-reporting'),
    pauses,
    observed: noParts(context, pauses),
    lives: new Map(),
    history: context.configuration.checkpointsHistory,
    begun: new Map(),
    attempts: new Map(),
    ended: new Map(),
    pointers: new Map(),
  };
  const see = (entry: Entry, index: number): void => {
    seeEntry(reports, entry, index);
  };
  return hearing(reports.open, sees, messages, see, (end) => close(reports, end));
}

function seeEntry(reports: Reports, entry: Entry, index: number): void {
  switch (entry.kind) {
    case 'delivered':
      return deliver(reports, entry, index);
    case 'valueWritten':
      return write(reports, entry, index);
    case 'processCrashed':
      reports.lives.delete(entry.process);
      return;
    case 'processPaused':
    case 'processResumed':
      return seePause(reports.pauses, entry);
    case 'checkpointsReported':
    case 'requestRefused':
    case 'restoring':
    case 'jobStatus':
      return hear({ reports, life: lifeOf(reports.lives, entry, lifeFrom), entry, index });
    default:
      return seePart(reports.observed, entry);
  }
}

function deliver(reports: Reports, entry: Entry, index: number): void {
  switch (detailOf(entry, 'delivered').message) {
    case 'triggerCheckpoint':
      seePart(reports.observed, entry);
      return judgeTrigger(reports, entry, index);
    case 'checkpointAcknowledged':
      return hearFrom(reports, entry, 'uploaded');
    case 'checkpointMetricsReported':
      judgeMetrics(reports, entry, index);
      return hearFrom(reports, entry, 'cancelled');
    default:
      return seePart(reports.observed, entry);
  }
}

/** A task is told to begin a checkpoint: the life that tells it has reported it. */
function judgeTrigger(reports: Reports, entry: Entry, index: number): void {
  const { from, fromIncarnation, attempt } = detailOf(entry, 'delivered');
  reports.attempts.set(entry.subject, attempt);
  const report = reports.begun.get(entry.subject);
  reports.open.judged += 1;
  const teller = lifeName(from, fromIncarnation);
  if (report !== undefined && lifeName(report.process, report.incarnation) === teller) return;
  const name = checkpointName(entry.subject);
  const message = [entry.about, 'is told to begin', name + ', which', teller].join(' ');
  const about = [name, entry.about];
  convict(reports.open, entry, index, message + ' has not reported', about, [report]);
}

/** A subtask has told of its part; of another attempt that is of no use. */
function hearFrom({ lives, attempts }: Reports, entry: Entry, late: Late): void {
  const life = lives.get(entry.process);
  const { attempt } = detailOf(entry, 'delivered');
  if (life?.incarnation !== entry.incarnation) return;
  if ((attempts.get(entry.subject) ?? attempt) === attempt) hearPart(life, entry, late);
}

/** A task gives its upload up because it was told to. */
function judgeMetrics({ open, observed }: Reports, entry: Entry, index: number): void {
  const { about, subject } = entry;
  const part = observed.parts.get(about)?.get(subject);
  open.judged += 1;
  if (part === undefined || part.aborted) return;
  const name = checkpointName(subject);
  const message = `${about} gives up its part of ${name}, and was not told that it is aborted`;
  convict(open, entry, index, message, [name, about], [part.copied?.entry]);
}

/** A pointer is there: its checkpoint is shown FAILED by nobody. */
function write(reports: Reports, entry: Entry, index: number): void {
  const checkpoint = checkpointOfPointer(entry.about);
  if (checkpoint === 0) return;
  reports.pointers.set(checkpoint, entry);
  reports.open.judged += 1;
  const end = reports.ended.get(checkpoint);
  if (end === undefined || statsOf(end)?.status !== 'FAILED') return;
  const name = checkpointName(checkpoint);
  const message = 'the pointer of ' + name + ' is written, and it was reported FAILED';
  convict(reports.open, entry, index, message, [name], [end]);
}

/** A life of a job manager says something; what its last step told twice agrees by now. */
function hear(word: Word): void {
  const { reports, life, entry, index } = word;
  const work = workTimeOf(reports.pauses, entry);
  reports.open.judged += 1;
  if (work !== life.work) {
    const [message, proof] = disagreement(life) ?? [];
    if (message !== undefined) convict(reports.open, entry, index, message, [], [proof]);
  }
  life.work = work;
  switch (entry.kind) {
    case 'checkpointsReported':
      return report(word);
    case 'requestRefused':
      if (counted.has(detailOf(entry, 'requestRefused').reason)) add(life.refusals, 1, entry);
      return;
    case 'restoring':
      if (entry.subject === 0) return;
      life.restored = entry;
      return add(life.restores, 1, entry);
    default:
      return judgeEnd(word);
  }
}

/** A report: counts that add up, and change by what is reported. */
function report(word: Word): void {
  const { reports, life, entry, index } = word;
  const { counts, checkpoint, incomplete } = detailOf(entry, 'checkpointsReported');
  if (!isSum(counts))
    convict(reports.open, entry, index, 'the counts do not add up: ' + textOfCounts(counts), []);
  judgeChange(word, counts, checkpoint);
  life.counts = counts;
  judgeRestored(word);
  if (checkpoint === undefined) return;
  const { id, status } = checkpoint;
  const before = progressOf(life, id);
  const isLate = incomplete !== undefined;
  const { inProgress } = life;
  const mistake = isLate ? undefined : mistakeOf(inProgress.get(id), checkpoint, reports);
  const message = mistake ?? incoherenceOf(checkpoint, isLate);
  if (message !== undefined) {
    const { begun, ended, pointers } = reports;
    const proof = [begun.get(id), before?.entry, ended.get(id), pointers.get(id)];
    accuse(word, checkpoint, message, proof);
  }
  if (isLate) return takeLate(word, checkpoint);
  if (status === 'IN_PROGRESS') return takeProgress(word, checkpoint);
  endCheckpoint(life, id, entry, checkpoint);
  forgetParts(reports.observed, (one) => progressOf(life, one) !== undefined);
  reports.ended.set(id, entry);
}

/** A checkpoint begins, or a subtask has acknowledged it. */
function takeProgress(word: Word, stats: CheckpointStats): void {
  const { reports, life, entry } = word;
  const { observed, begun, history } = reports;
  const before = life.inProgress.get(stats.id);
  if (before === undefined) {
    const parts = shownPartsOf(observed, entry);
    judgePart(word, stats, mistakeOfBeginning(observed, parts, stats));
    if (!begun.has(stats.id)) begun.set(stats.id, entry);
    begin(life, stats.id, progressFrom(entry, stats, parts), history);
    return;
  }
  const known = { before: before.stats, come: before.acknowledged };
  judgePart(word, stats, mistakeOfAcknowledgement(observed, entry, before.parts, known));
  life.inProgress.set(stats.id, { ...before, entry, stats });
}

/** A subtask has told of its part of a checkpoint that has failed. */
function takeLate(word: Word, stats: CheckpointStats): void {
  const { reports, life, entry } = word;
  const before = life.failed.get(stats.id);
  if (before === undefined) {
    const known = [reports.begun.get(stats.id), reports.ended.get(stats.id)];
    accuse(word, stats, `with a late part of ${entry.about}, and had not failed`, known);
    return;
  }
  const known = { before: before.stats, come: before.late };
  judgePart(word, stats, mistakeOfLate(reports.observed, entry, before.parts, known));
  life.failed.set(stats.id, { ...before, entry, stats });
}

function accuse(
  { reports, entry, index }: Word,
  { id, status }: CheckpointStats,
  message: string,
  known: readonly (Entry | undefined)[],
): void {
  const name = checkpointName(id);
  const text = [name, 'is reported', status].join(' ') + ' ' + message;
  convict(reports.open, entry, index, text, [name], [...new Set(known)]);
}

/** What is told of the subtasks, and of the tasks with them. */
function judgePart(word: Word, stats: CheckpointStats, mistake: PartMistake | undefined): void {
  if (mistake !== undefined) accuse(word, stats, mistake.text, mistake.proof);
}

function judgeChange(
  { reports, life, entry, index }: Word,
  counts: CheckpointCounts,
  checkpoint: CheckpointStats | undefined,
): void {
  const isLate = detailOf(entry, 'checkpointsReported').incomplete !== undefined;
  let allowed = [restoredOne, refusedOne];
  if (checkpoint !== undefined)
    allowed = [isLate || isAcknowledgement(checkpoint) ? noChange : changes[checkpoint.status]];
  const change = allowed.find((one) => isChangedBy(life.counts, counts, one));
  if (change === restoredOne) add(life.restores, -1, entry);
  if (change === refusedOne) add(life.refusals, -1, entry);
  if (change !== undefined) return;
  const name = checkpoint === undefined ? 'no checkpoint' : checkpointName(checkpoint.id);
  const what = checkpoint === undefined ? name : name + ' ' + checkpoint.status;
  const message =
    [what, 'is reported, and the counts go from', textOfCounts(life.counts)].join(' ') +
    (' to ' + textOfCounts(counts));
  convict(reports.open, entry, index, message, checkpoint === undefined ? [] : [name]);
}

/** The restore that is shown; that one is not counted is told by the counts. */
function judgeRestored({ reports, life, entry, index }: Word): void {
  const { counts, restored } = detailOf(entry, 'checkpointsReported');
  const expected = counts.restored === 0 ? undefined : life.restored?.subject;
  if (restored?.id === expected) return;
  const name = (id: number | undefined): string => (id === undefined ? 'none' : checkpointName(id));
  const message = `the newest restore is shown as ${name(restored?.id)}; it is ${name(expected)}`;
  convict(reports.open, entry, index, message, [], [life.restored]);
}

function statsOf(entry: Entry): CheckpointStats | undefined {
  return detailOf(entry, 'checkpointsReported').checkpoint;
}

/** The job has ended: at most the one checkpoint is in progress that lacks only its pointer. */
function judgeEnd({ reports, life, entry, index }: Word): void {
  const { status } = detailOf(entry, 'jobStatus');
  if (status !== 'FINISHED' && status !== 'FAILED') return;
  for (const [id, progress] of leftOpen(life)) {
    const name = checkpointName(id);
    const message = 'the job is ' + status + ', and ' + name + ' is still in progress';
    convict(reports.open, entry, index, message, [name], [progress.entry]);
  }
}

/** What the last step told twice agrees, unless the process is paused within it. */
function close(reports: Reports, end: RunEnd): Verdict {
  for (const [process, life] of reports.lives) {
    const [message, proof] = disagreement(life) ?? [];
    if (message === undefined || isPaused(reports.pauses, process)) continue;
    convictAtEnd(reports.open, end, message, [], [proof]);
  }
  return verdictOf(reports.open, 'holds', '');
}
