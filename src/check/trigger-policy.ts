/**
 * trigger-policy: checkpoints are begun as the configuration says. None begins unless the job is
 * RUNNING and every task of it is. No more are pending than may be;
 * none is begun by the schedule within the minimum pause after a completion, nor before its turn at
 * the interval's rate; and none is pending for longer than its timeout without an end.
 *
 * Times are those of the job manager that says so. Asking the registry for an id comes between a
 * decision and its moment, so what begins may be late by that, never early. What is asked for when
 * all tasks have come to their end heeds no schedule. While a job manager is paused nothing of it
 * is in time, so a checkpoint that was pending then is not held to its timeout.
 *
 * Memory: the checkpoints that are pending, and a few times of the newest leader.
 */
import type { Configuration } from '../flink/configuration.js';
import { detailOf, type Entry } from '../history/entry.js';
import { lifeName } from '../kernel/life.js';
import { textOf, type Micros } from '../kernel/time.js';
import { caseOf, convict, hearing, verdictOf, type Case } from './case.js';
import { checkpointName } from './pointers.js';
import type { Checker, Context, Law } from './verdict.js';

export const triggerPolicy: Law = {
  name: 'trigger-policy',
  says: 'checkpoints begin at the rate, with the pause and in the number that are configured',
  source: 'Flink 2.x, CheckpointCoordinator, CheckpointRequestDecider, CheckpointConfig',
  invariants: ['I-TRIGGER'],
  judgesFrom: {
    'triggered, lastAcknowledged, stored, aborted': 'engine: the life of a checkpoint',
    'jobStatus, running, allEnded': 'engine: when the schedule may begin one, and what heeds none',
    'processPaused, processCrashed': 'world: a job manager that cannot be in time',
  },
  open,
};

type Pending = {
  readonly entry: Entry;
  /** Something is still to come of it. */
  isGathering: boolean;
  /** Its job manager was paused meanwhile. */
  isExcused: boolean;
};

type Schedule = {
  readonly open: Case;
  readonly intervalMicros: Micros;
  readonly pauseMicros: Micros;
  readonly timeoutMicros: Micros;
  readonly concurrent: number;
  /** The life of a job manager that spoke last. */
  life: string;
  readonly pending: Map<number, Pending>;
  /** When the job was RUNNING last; undefined while it is not. */
  running: Entry | undefined;
  /** Every task has been RUNNING since then. */
  tasksRan: boolean;
  /** Begun by the schedule since then. */
  begun: number;
  /** Requests since then that heed no schedule, and are not accounted for. */
  free: number;
  completed: Entry | undefined;
};

const sees = [
  'triggered',
  'lastAcknowledged',
  'stored',
  'aborted',
  'jobStatus',
  'running',
  'allEnded',
  'processPaused',
  'processCrashed',
];

function open({ configuration }: Context): Checker {
  const file = caseOf('trigger-policy');
  const schedule: Schedule = {
    open: file,
    ...termsOf(configuration),
    life: '',
    pending: new Map(),
    running: undefined,
    tasksRan: false,
    begun: 0,
    free: 0,
    completed: undefined,
  };
  const see = (entry: Entry, index: number): void => seeEntry(schedule, entry, index);
  return hearing(file, sees, [], see, () => verdictOf(file, 'holds', ''));
}

type Terms = Pick<Schedule, 'intervalMicros' | 'pauseMicros' | 'timeoutMicros' | 'concurrent'>;

/** A minimum pause allows one checkpoint at a time, and no interval below it. */
function termsOf(configuration: Configuration): Terms {
  const { checkpointIntervalMicros, checkpointMinPauseMicros: pauseMicros } = configuration;
  return {
    intervalMicros: Math.max(checkpointIntervalMicros, pauseMicros),
    pauseMicros,
    timeoutMicros: configuration.checkpointTimeoutMicros,
    concurrent: pauseMicros > 0 ? 1 : configuration.concurrentCheckpoints,
  };
}

function seeEntry(schedule: Schedule, entry: Entry, index: number): void {
  const life = lifeName(entry.process, entry.incarnation);
  if (entry.kind === 'processCrashed') {
    if (life === schedule.life) begin(schedule, '');
    return;
  }
  if (entry.kind === 'processPaused') {
    if (life === schedule.life)
      for (const pending of schedule.pending.values()) pending.isExcused = true;
    return;
  }
  if (life !== schedule.life) begin(schedule, life);
  switch (entry.kind) {
    case 'jobStatus':
      return seeStatus(schedule, entry);
    case 'running':
      schedule.tasksRan = true;
      return;
    case 'allEnded':
      schedule.free += 1;
      return;
    case 'triggered':
      return seeTriggered(schedule, entry, index);
    case 'lastAcknowledged':
      return seeGathered(schedule, entry, index);
    default:
      return seeOver(schedule, entry, index);
  }
}

/** Another job manager, or another life of it, knows nothing of what was before. */
function begin(schedule: Schedule, life: string): void {
  schedule.life = life;
  schedule.pending.clear();
  schedule.running = undefined;
  schedule.completed = undefined;
}

function seeStatus(schedule: Schedule, entry: Entry): void {
  const isRunning = detailOf(entry, 'jobStatus').status === 'RUNNING';
  schedule.running = isRunning ? entry : undefined;
  schedule.tasksRan = false;
  schedule.begun = 0;
  schedule.free = 0;
}

function seeTriggered(schedule: Schedule, entry: Entry, index: number): void {
  const { open: file, pending, concurrent } = schedule;
  file.judged += 1;
  const name = checkpointName(entry.subject);
  if (pending.size >= concurrent) {
    const others = [...pending.values()].map((one) => one.entry);
    const names = others.map(({ subject }) => checkpointName(subject));
    const message =
      name + ' begins while ' + names.join(', ') + ' pending; at once may be ' + String(concurrent);
    convict(file, entry, index, message, [name, ...names], others);
  }
  if (!schedule.tasksRan) {
    const message = name + ' begins before every task is RUNNING';
    convict(file, entry, index, message, [name], [schedule.running]);
  }
  pending.set(entry.subject, { entry, isGathering: true, isExcused: false });
  const early = earlinessOf(schedule, entry.at);
  if (early === undefined) schedule.begun += 1;
  else if (schedule.free > 0) schedule.free -= 1;
  else convict(file, entry, index, name + early.text, [name], [early.since]);
}

type Earliness = Readonly<{ text: string; since: Entry }>;

/** Why the schedule would not begin one now; undefined if it may. */
function earlinessOf(schedule: Schedule, now: Micros): Earliness | undefined {
  const { running, completed, begun, intervalMicros, pauseMicros } = schedule;
  const sinceEnd = now - (completed?.at ?? -Infinity);
  if (completed !== undefined && sinceEnd < pauseMicros) {
    const text = ` begins ${textOf(sinceEnd)} after a completion; the minimum pause is `;
    return { text: text + textOf(pauseMicros), since: completed };
  }
  if (running === undefined) return undefined;
  const first = running.at + pauseMicros;
  if (now >= first + begun * intervalMicros) return undefined;
  const text = ` is no. ${String(begun + 1)} of the schedule ${textOf(now - running.at)} after `;
  return { text: text + `RUNNING; the interval is ${textOf(intervalMicros)}`, since: running };
}

/** Nothing is missing any more: it was in time. */
function seeGathered(schedule: Schedule, entry: Entry, index: number): void {
  const pending = schedule.pending.get(entry.subject);
  if (pending === undefined) return;
  judgeTimeout(schedule, pending, entry, index);
  pending.isGathering = false;
}

function seeOver(schedule: Schedule, entry: Entry, index: number): void {
  const pending = schedule.pending.get(entry.subject);
  if (pending === undefined) return;
  schedule.pending.delete(entry.subject);
  if (entry.kind === 'stored') schedule.completed = entry;
  else {
    judgeTimeout(schedule, pending, entry, index);
    judgeExpiry(schedule, pending, entry, index);
  }
}

function judgeTimeout(schedule: Schedule, pending: Pending, entry: Entry, index: number): void {
  const { open: file, timeoutMicros } = schedule;
  const lasted = entry.at - pending.entry.at;
  if (!pending.isGathering || pending.isExcused || lasted <= timeoutMicros) return;
  const name = checkpointName(entry.subject);
  const message = `${name} was pending for ${textOf(lasted)}; it may be for `;
  convict(file, entry, index, message + textOf(timeoutMicros), [name], [pending.entry]);
}

/** What expires was pending for as long as it may be. */
function judgeExpiry(schedule: Schedule, pending: Pending, entry: Entry, index: number): void {
  const { open: file, timeoutMicros } = schedule;
  if (detailOf(entry, 'aborted').reason !== 'CHECKPOINT_EXPIRED') return;
  const lasted = entry.at - pending.entry.at;
  if (lasted >= timeoutMicros) return;
  const name = checkpointName(entry.subject);
  const message = `${name} expires after ${textOf(lasted)}; it may be pending for `;
  convict(file, entry, index, message + textOf(timeoutMicros), [name], [pending.entry]);
}
