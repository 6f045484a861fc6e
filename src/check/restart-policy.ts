/**
 * restart-policy: restarts, delays and end states are those that the strategies compute from the
 * failures that were seen.
 *
 * I-STRAT. No TLA+ module states it yet.
 *
 * The strategy of checkpoints: of those that fail for a reason that counts, each counts once, and
 * none that is not newer than the newest success (FLINK-18336). A success with a higher id than any
 * before begins the count at 0. When more have failed than are tolerable, a job that is RUNNING
 * fails in the same step, and the count begins at 0. A job that is not may fail by it as well,
 * since the last checkpoint of an attempt may fail while the next one restores. For no other
 * failed checkpoint does a job fail.
 *
 * The strategy of restarts, fixed delay: each failure is followed by RESTARTING while no more have
 * been than there are attempts, else by FAILING, of which only FAILED comes. What is deployed next
 * has the next attempt number, and the delay lies before it. Nothing is deployed again without a
 * failure. Both strategies begin anew with each life of a job manager, which takes an end state
 * over from the registry.
 *
 * A pause makes all of it later, never earlier. It may cut a step in two, so a step is told by the
 * time that the process worked, and the delay counts from the earliest time at which the failure
 * can have been known. What a crash cuts off is not due.
 *
 * Whether a restart comes at all is for `progress` to say.
 *
 * Memory: a few entries, those of the checkpoints that count now, and the names of the tasks that
 * have finished in the newest attempt.
 */
import type { Configuration } from '../flink/configuration.js';
import { detailOf, type Entry } from '../history/entry.js';
import { subtasksOf } from '../job/job-graph.js';
import { textOf, type Micros } from '../kernel/time.js';
import { readText } from '../kernel/words.js';
import { caseOf, convict, convictAtEnd, hearing, verdictOf, type Case } from './case.js';
import { lifeOf, type Lives } from './lives.js';
import { earliestOf, isPaused, pauseKinds, seePause, workTimeOf, type Pauses } from './pauses.js';
import { checkpointName } from './pointers.js';
import type { Checker, Context, Law, RunEnd, Verdict } from './verdict.js';

export const restartPolicy: Law = {
  name: 'restart-policy',
  says: 'a job fails, restarts and ends as its strategies compute from the failures that were seen',
  source:
    "Flink's CheckpointFailureManager and FixedDelayRestartBackoffTimeStrategy; " +
    'FLINK-12364, FLINK-18336, FLINK-32347',
  invariants: ['I-STRAT'],
  judgesFrom: {
    'aborted, completed': 'engine: how each checkpoint ended, and why',
    'failure, jobStatus, deploying': 'engine: what the job does',
    taskState: 'engine: when every task has finished, so that nothing can fail the job',
    valueWritten: 'registry: the end state that a predecessor left',
    'processCrashed, processPaused, processResumed':
      'world: whose statements may be missing or late',
  },
  open,
};

/** Flink 2.x: what counts against `execution.checkpointing.tolerable-failed-checkpoints`. */
const counting: ReadonlySet<string> = new Set([
  'CHECKPOINT_ASYNC_EXCEPTION',
  'CHECKPOINT_DECLINED',
  'CHECKPOINT_EXPIRED',
  'FINALIZE_CHECKPOINT_FAILURE',
  'IO_EXCEPTION',
]);

/** The reason of a checkpoint is written in capitals, and no other cause of a failure is. */
const REASON = /^[A-Z][A-Z_]+$/;

/** The key of a job's end state in the registry. */
const RESULT = 'job-result';

/** From which status a job comes to this one; '' is before a life has told any. */
const before: ReadonlyMap<string, readonly string[]> = new Map([
  ['CREATED', ['']],
  ['RUNNING', ['CREATED', 'RESTARTING']],
  ['FAILED', ['FAILING']],
  ['FINISHED', ['RUNNING']],
]);

/** What the next word of a life must be. */
type Due = Readonly<{
  /** The entry that demands it, and the time that the process had worked by then. */
  by: Entry;
  work: Micros;
  kind: 'failure' | 'jobStatus';
  /** The cause of the failure, or the status. */
  what: string;
  /** The job may as well go on. */
  isFree: boolean;
}>;

/** One life of a job manager. */
type Life = {
  readonly incarnation: number;
  /** The job's; '' before it has told any. */
  status: string;
  /** How many failures there were, the newest, and when it can have been known. */
  failures: number;
  failure: Entry | undefined;
  failedAt: Micros;
  /** The newest deployment; undefined once it failed. */
  deployed: Entry | undefined;
  /** The attempt with which this life began. */
  firstAttempt: number | undefined;
  /** By checkpoint: failures that count, since the newest success or since the job failed by it. */
  counted: Map<number, Entry>;
  success: number;
  due: Due | undefined;
};

type Policy = {
  readonly open: Case;
  readonly configuration: Configuration;
  readonly subtasks: number;
  readonly pauses: Pauses;
  readonly lives: Lives<Life>;
  /** The newest attempt of which a task has finished, and which have. */
  attempt: number;
  finished: Set<string>;
  /** The end state that the registry holds. */
  stored: string | undefined;
};

/** Something that a life of a job manager says. */
type Word = Readonly<{ policy: Policy; life: Life; entry: Entry; index: number }>;

const sees = [
  'aborted',
  'completed',
  'failure',
  'jobStatus',
  'deploying',
  'taskState',
  'valueWritten',
  'processCrashed',
  ...pauseKinds,
];

function open({ configuration, job }: Context): Checker {
  const policy: Policy = {
    open: caseOf('restart-policy'),
    configuration,
    subtasks: subtasksOf(job).length,
    pauses: new Map(),
    lives: new Map(),
    attempt: -1,
    finished: new Set(),
    stored: undefined,
  };
  const see = (entry: Entry, index: number): void => {
    seeEntry(policy, entry, index);
  };
  return hearing(policy.open, sees, [], see, (end) => close(policy, end));
}

function seeEntry(policy: Policy, entry: Entry, index: number): void {
  switch (entry.kind) {
    case 'taskState':
      return seeTask(policy, entry);
    case 'valueWritten':
      if (entry.about === RESULT)
        policy.stored = readText(detailOf(entry, 'valueWritten').words, 0);
      return;
    case 'processCrashed':
      policy.lives.delete(entry.process);
      return;
    case 'processPaused':
    case 'processResumed':
      return seePause(policy.pauses, entry);
    default:
      return hear({ policy, life: lifeOf(policy.lives, entry, lifeFrom), entry, index });
  }
}

function lifeFrom(incarnation: number): Life {
  return {
    incarnation,
    status: '',
    failures: 0,
    failure: undefined,
    failedAt: 0,
    deployed: undefined,
    firstAttempt: undefined,
    counted: new Map(),
    success: 0,
    due: undefined,
  };
}

/** A task has finished; a job of which all have cannot fail any more. */
function seeTask(policy: Policy, entry: Entry): void {
  const { state, attempt } = detailOf(entry, 'taskState');
  if (state !== 'FINISHED' || attempt < policy.attempt) return;
  if (attempt > policy.attempt) policy.finished = new Set();
  policy.attempt = attempt;
  policy.finished.add(entry.about);
}

/** A life of a job manager says something: what is due, if anything is. */
function hear(word: Word): void {
  const { policy, life, entry, index } = word;
  const { due } = life;
  policy.open.judged += 1;
  life.due = undefined;
  const isMet = due !== undefined && isMetBy(due, entry, workTimeOf(policy.pauses, entry));
  if (due !== undefined && !due.isFree && !isMet)
    convict(policy.open, entry, index, textOfDue(word, due), aboutOf(due.by), [due.by]);
  switch (entry.kind) {
    case 'aborted':
      return failCheckpoint(word);
    case 'completed':
      return succeed(life, entry.subject);
    case 'failure':
      if (!isMet) judgeCause(word);
      return fail(word);
    case 'jobStatus':
      if (!isMet) judgeStatus(word);
      life.status = detailOf(entry, 'jobStatus').status;
      return;
    default:
      return deploy(word);
  }
}

function isMetBy({ kind, what, work }: Due, entry: Entry, worked: Micros): boolean {
  if (entry.kind !== kind || worked !== work) return false;
  return what === (kind === 'failure' ? causeOf(entry) : detailOf(entry, 'jobStatus').status);
}

function causeOf(entry: Entry): string {
  return detailOf(entry, 'failure').cause;
}

/** What should have been said, in words. */
function textOfDue(
  { policy, life }: Pick<Word, 'policy' | 'life'>,
  { by, kind, what }: Due,
): string {
  const { tolerableFailedCheckpoints, restartAttempts } = policy.configuration;
  if (kind === 'jobStatus')
    return (
      ['the job is not', what, 'after failure', String(life.failures)].join(' ') +
      [' of this life;', String(restartAttempts), 'restarts are allowed'].join(' ')
    );
  return (
    [checkpointName(by.subject), 'fails with', what + ', so more than the tolerable'].join(' ') +
    [' ' + String(tolerableFailedCheckpoints), 'have failed, and the job does not'].join(' ')
  );
}

function aboutOf({ kind, subject }: Entry): string[] {
  return kind === 'aborted' ? [checkpointName(subject)] : [];
}

/** A checkpoint is over without success: it may be one too many. */
function failCheckpoint({ policy, life, entry }: Word): void {
  const { reason } = detailOf(entry, 'aborted');
  const { subject } = entry;
  if (!counting.has(reason) || subject <= life.success || life.counted.has(subject)) return;
  life.counted.set(subject, entry);
  if (life.counted.size <= policy.configuration.tolerableFailedCheckpoints) return;
  life.counted = new Map();
  const isFree = !isRunning(policy, life);
  const work = workTimeOf(policy.pauses, entry);
  life.due = { by: entry, work, kind: 'failure', what: reason, isFree };
}

/** Not where every task has finished: such a job waits for its result to be stored. */
function isRunning({ finished, attempt, subtasks }: Policy, { status, deployed }: Life): boolean {
  if (status !== 'RUNNING') return false;
  return deployed?.subject !== attempt || finished.size < subtasks;
}

function succeed(life: Life, checkpoint: number): void {
  if (checkpoint <= life.success) return;
  life.success = checkpoint;
  life.counted = new Map();
}

/** A failure that no checkpoint demands must not be that of one. */
function judgeCause({ policy, life, entry, index }: Word): void {
  const cause = causeOf(entry);
  if (!REASON.test(cause)) return;
  const { counted } = life;
  const { tolerableFailedCheckpoints } = policy.configuration;
  const message =
    ['the job fails by', cause + '; failed checkpoints that count:', String(counted.size)].join(
      ' ',
    ) +
    (', tolerable: ' + String(tolerableFailedCheckpoints));
  const about = [...counted.keys()].map(checkpointName);
  convict(policy.open, entry, index, message, about, [...counted.values()].slice(-5));
}

/** A failure: of the attempt that is; then a restart, if one is left. */
function fail(word: Word): void {
  const { policy, life, entry } = word;
  judgeAttempt(word, detailOf(entry, 'failure').attempt);
  life.failures += 1;
  life.failure = entry;
  life.failedAt = earliestOf(policy.pauses, entry);
  life.deployed = undefined;
  const what = life.failures <= policy.configuration.restartAttempts ? 'RESTARTING' : 'FAILING';
  const work = workTimeOf(policy.pauses, entry);
  life.due = { by: entry, work, kind: 'jobStatus', what, isFree: false };
}

/** Each failure ends one attempt, so their numbers follow from the first of this life. */
function judgeAttempt({ policy, life, entry, index }: Word, attempt: number): void {
  life.firstAttempt ??= attempt - life.failures;
  const expected = life.firstAttempt + life.failures;
  if (attempt === expected) return;
  const message =
    [entry.kind, 'of attempt', String(attempt) + ', where the attempt is', String(expected)].join(
      ' ',
    ) +
    ('; failures in this life: ' + String(life.failures));
  convict(policy.open, entry, index, message, [], [life.failure]);
}

/** A status that no failure demands. */
function judgeStatus({ policy, life, entry, index }: Word): void {
  const { status } = detailOf(entry, 'jobStatus');
  if (before.get(status)?.includes(life.status) === true) return;
  if (life.status === '' && policy.stored === status) return;
  const former = life.status === '' ? 'the beginning of a life' : life.status;
  const message = ['the job is', status, 'after', former].join(' ');
  convict(policy.open, entry, index, message, [], [life.failure]);
}

/** The job is deployed: for the first time, or after a failure and the delay. */
function deploy(word: Word): void {
  const { policy, life, entry, index } = word;
  const { restartDelayMicros } = policy.configuration;
  const name = 'attempt ' + String(entry.subject);
  if (life.deployed !== undefined) {
    const message = name + ' is deployed, and nothing has failed since the one before';
    convict(policy.open, entry, index, message, [], [life.deployed]);
  }
  judgeAttempt(word, entry.subject);
  life.deployed = entry;
  const waited = entry.at - life.failedAt;
  if (life.failure === undefined || waited >= restartDelayMicros) return;
  const message =
    [name, 'is deployed', textOf(waited), 'after the failure'].join(' ') +
    ', before the delay of ' +
    textOf(restartDelayMicros);
  convict(policy.open, entry, index, message, [], [life.failure]);
}

/** What is due at the end was not said, unless who should say it is paused. */
function close(policy: Policy, end: RunEnd): Verdict {
  for (const [process, life] of policy.lives) {
    const { due } = life;
    if (due === undefined || due.isFree || isPaused(policy.pauses, process)) continue;
    const message = textOfDue({ policy, life }, due);
    convictAtEnd(policy.open, end, message, aboutOf(due.by), [due.by]);
  }
  return verdictOf(policy.open, 'holds', '');
}
