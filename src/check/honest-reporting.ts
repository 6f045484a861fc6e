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
 * and then ends once. It never shows more than have come on the wire; those that came and were of
 * no use are no contradiction. It is COMPLETED only when its pointer is there and as many subtasks
 * have acknowledged it as take part. One that FAILED never has a pointer. When the job has ended
 * nothing is in progress, but for the one checkpoint whose pointer was already under way. The
 * newest restore that is shown is the newest that was. Whether a checkpoint may begin at all is for
 * `trigger-policy` to say.
 *
 * A pause may cut a step in two, and a crash ends one, so what belongs together is told by the time
 * that the process worked, and is not due from one that is gone.
 *
 * Memory: three entries for each checkpoint, and the names of those who acknowledged one that is in
 * progress.
 */
import {
  detailOf,
  type CheckpointCounts,
  type CheckpointStats,
  type Entry,
} from '../history/entry.js';
import { lifeName } from '../kernel/life.js';
import type { Micros } from '../kernel/time.js';
import { caseOf, convict, convictAtEnd, hearing, verdictOf, type Case } from './case.js';
import { lifeOf, type Lives } from './lives.js';
import { isPaused, pauseKinds, seePause, workTimeOf, type Pauses } from './pauses.js';
import { checkpointName, checkpointOfPointer } from './pointers.js';
import {
  changes,
  incoherenceOf,
  isAcknowledgement,
  isChangedBy,
  isSum,
  mistakeSince,
  noChange,
  noCounts,
  refusedOne,
  restoredOne,
  textOfCounts,
} from './reported-stats.js';
import type { Checker, Law, RunEnd, Verdict } from './verdict.js';

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
    'delivered triggerCheckpoint': 'world: a task is told to begin a checkpoint',
    'delivered checkpointAcknowledged': 'world: the acknowledgements that have come',
    'processCrashed, processPaused, processResumed':
      'world: whose statements may be missing or late',
  },
  open,
};

/** Refusals of requests that were chosen; what is refused in the queue counts nowhere. */
const counted: ReadonlySet<string> = new Set([
  'NOT_ALL_REQUIRED_TASKS_RUNNING',
  'PERIODIC_SCHEDULER_SHUTDOWN',
  'TRIGGER_CHECKPOINT_FAILURE',
]);

/** A checkpoint in progress: its newest report, and who has acknowledged it. */
type Progress = Readonly<{ entry: Entry; stats: CheckpointStats; acknowledged: Set<string> }>;

/** Happenings that are told twice: how often more as such than in the counts. */
type Balance = { sum: number; entry: Entry | undefined };

/** One life of a job manager. */
type Life = {
  readonly incarnation: number;
  counts: CheckpointCounts;
  readonly inProgress: Map<number, Progress>;
  /** How long the process had worked at its last word. */
  work: Micros;
  readonly refusals: Balance;
  readonly restores: Balance;
  /** The newest restore from a checkpoint. */
  restored: Entry | undefined;
};

type Reports = {
  readonly open: Case;
  readonly pauses: Pauses;
  readonly lives: Lives<Life>;
  /** By checkpoint: the reports of its beginning and of its end, and its pointer. */
  readonly begun: Map<number, Entry>;
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
  ...pauseKinds,
];
const messages = ['triggerCheckpoint', 'checkpointAcknowledged'];

function open(): Checker {
  const reports: Reports = {
    open: caseOf('honest-reporting'),
    pauses: new Map(),
    lives: new Map(),
    begun: new Map(),
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
      return detailOf(entry, 'delivered').message === 'triggerCheckpoint'
        ? judgeTrigger(reports, entry, index)
        : acknowledge(reports, entry);
    case 'valueWritten':
      return write(reports, entry, index);
    case 'processCrashed':
      reports.lives.delete(entry.process);
      return;
    case 'processPaused':
    case 'processResumed':
      return seePause(reports.pauses, entry);
    default:
      return hear({ reports, life: lifeOf(reports.lives, entry, lifeFrom), entry, index });
  }
}

function lifeFrom(incarnation: number): Life {
  return {
    incarnation,
    counts: noCounts,
    inProgress: new Map(),
    work: 0,
    refusals: { sum: 0, entry: undefined },
    restores: { sum: 0, entry: undefined },
    restored: undefined,
  };
}

/** A task is told to begin a checkpoint: the life that tells it has reported it. */
function judgeTrigger(reports: Reports, entry: Entry, index: number): void {
  const { from, fromIncarnation } = detailOf(entry, 'delivered');
  const report = reports.begun.get(entry.subject);
  reports.open.judged += 1;
  const teller = lifeName(from, fromIncarnation);
  if (report !== undefined && lifeName(report.process, report.incarnation) === teller) return;
  const name = checkpointName(entry.subject);
  const message = [entry.about, 'is told to begin', name + ', which', teller].join(' ');
  const about = [name, entry.about];
  convict(reports.open, entry, index, message + ' has not reported', about, [report]);
}

/** An acknowledgement has come; of a checkpoint that is over it is of no use. */
function acknowledge({ lives }: Reports, { process, incarnation, subject, about }: Entry): void {
  const life = lives.get(process);
  if (life?.incarnation !== incarnation) return;
  life.inProgress.get(subject)?.acknowledged.add(about);
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

function add(balance: Balance, by: number, entry: Entry): void {
  balance.sum += by;
  balance.entry = entry;
}

/** What is told in one place and not in the other. */
function disagreement({
  refusals,
  restores,
}: Life): readonly [message: string, proof: Entry | undefined] | undefined {
  if (refusals.sum > 0) return ['a request is refused, and not counted as failed', refusals.entry];
  if (refusals.sum < 0)
    return ['a failure without a checkpoint is counted, and no request is refused', refusals.entry];
  if (restores.sum > 0) return ['a checkpoint is restored, and not counted', restores.entry];
  if (restores.sum < 0)
    return ['a restore is counted, and no checkpoint is restored', restores.entry];
  return undefined;
}

/** A report: counts that add up, and change by what is reported. */
function report(word: Word): void {
  const { reports, life, entry, index } = word;
  const { counts, checkpoint } = detailOf(entry, 'checkpointsReported');
  if (!isSum(counts))
    convict(reports.open, entry, index, 'the counts do not add up: ' + textOfCounts(counts), []);
  judgeChange(word, counts, checkpoint);
  life.counts = counts;
  judgeRestored(word);
  if (checkpoint === undefined) return;
  const message = mistakeOf(word, checkpoint) ?? incoherenceOf(checkpoint);
  const { id, status } = checkpoint;
  if (message !== undefined) {
    const name = checkpointName(id);
    const { begun, ended, pointers } = reports;
    const known = [begun.get(id), life.inProgress.get(id)?.entry, ended.get(id), pointers.get(id)];
    const proof = [...new Set(known)];
    const text = [name, 'is reported', status].join(' ') + ' ' + message;
    convict(reports.open, entry, index, text, [name], proof);
  }
  if (status === 'IN_PROGRESS') {
    const acknowledged = life.inProgress.get(id)?.acknowledged ?? new Set();
    if (!reports.begun.has(id)) reports.begun.set(id, entry);
    life.inProgress.set(id, { entry, stats: checkpoint, acknowledged });
  } else {
    life.inProgress.delete(id);
    reports.ended.set(id, entry);
  }
}

function judgeChange(
  { reports, life, entry, index }: Word,
  counts: CheckpointCounts,
  checkpoint: CheckpointStats | undefined,
): void {
  let allowed = [restoredOne, refusedOne];
  if (checkpoint !== undefined)
    allowed = [isAcknowledgement(checkpoint) ? noChange : changes[checkpoint.status]];
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

/** What is wrong with the report of a checkpoint; undefined if it tells what happened. */
function mistakeOf({ reports, life }: Word, stats: CheckpointStats): string | undefined {
  const { id, status } = stats;
  if (status === 'IN_PROGRESS' && !isAcknowledgement(stats))
    return reports.begun.has(id) ? 'a second time' : undefined;
  const progress = life.inProgress.get(id);
  if (progress === undefined) return reports.ended.has(id) ? 'after its end' : 'and has not begun';
  if (status !== 'IN_PROGRESS' && reports.pointers.has(id) !== (status === 'COMPLETED'))
    return status === 'COMPLETED'
      ? 'before its pointer is written'
      : 'after its pointer is written';
  const { num_subtasks: subtasks, num_acknowledged_subtasks: acknowledged } = stats;
  if (status === 'COMPLETED' && acknowledged !== subtasks)
    return ['with', String(acknowledged), 'of', String(subtasks), 'acknowledgements'].join(' ');
  const come = progress.acknowledged.size;
  if (status === 'COMPLETED' ? acknowledged === come : acknowledged <= come)
    return mistakeSince(progress.stats, stats);
  return [
    ['with', String(acknowledged), 'acknowledgements, and those of'].join(' '),
    [String(come), 'subtasks have come'].join(' '),
  ].join(' ');
}

function statsOf(entry: Entry): CheckpointStats | undefined {
  return detailOf(entry, 'checkpointsReported').checkpoint;
}

/** The job has ended: at most the one checkpoint is in progress that lacks only its pointer. */
function judgeEnd({ reports, life, entry, index }: Word): void {
  const { status } = detailOf(entry, 'jobStatus');
  if (status !== 'FINISHED' && status !== 'FAILED') return;
  let storing = 0;
  for (const [id, { entry: begun, stats, acknowledged }] of life.inProgress) {
    if (acknowledged.size === stats.num_subtasks) storing += 1;
    if (acknowledged.size === stats.num_subtasks && storing === 1) continue;
    const name = checkpointName(id);
    const message = 'the job is ' + status + ', and ' + name + ' is still in progress';
    convict(reports.open, entry, index, message, [name], [begun]);
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
