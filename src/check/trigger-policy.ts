/**
 * trigger-policy: checkpoints are begun as the configuration says. None begins unless the job is
 * RUNNING and every task of it is. No more are pending than may be;
 * none is begun by the schedule within the minimum pause after a completion, nor before its turn at
 * the interval's rate; and none is pending for longer than its timeout without an end. What data
 * asks for is asked as often as the sources have read enough, and heeds the pause; what a client
 * asks for heeds no schedule, comes before it, and is answered with what came of it.
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
import {
  forgetRequests,
  hearAnswered,
  hearBegunByHand,
  hearCome,
  hearOver,
  hearQuestion,
  hearReached,
  hearRefused,
  hearScheduled,
  ignored,
  nothingByHand,
  type ByHand,
  type Complaint,
} from './by-hand.js';
import { caseOf, convict, convictAtEnd, hearing, verdictOf, type Case } from './case.js';
import { checkpointName } from './pointers.js';
import {
  amountOf,
  hearRead,
  hearRequest,
  hearResumed,
  hearTold,
  noReading,
  type Reading,
} from './reading.js';
import type { Checker, Context, Law } from './verdict.js';

export const triggerPolicy: Law = {
  name: 'trigger-policy',
  says: 'checkpoints begin at the rate, with the pause and in the number that are configured',
  source: 'Flink 2.x, CheckpointCoordinator, CheckpointRequestDecider, CheckpointConfig',
  invariants: ['I-TRIGGER'],
  judgesFrom: {
    'triggered, lastAcknowledged, stored, aborted': 'engine: the life of a checkpoint',
    'jobStatus, running, allEnded': 'engine: when the schedule may begin one, and what heeds none',
    'requested, requestRefused': 'engine: what is asked for besides, and what comes to nothing',
    'checkpointAsked, checkpointAnswered': 'engine: what a client asks for, and what it is told',
    'delivered checkpointAsked, delivered checkpointStatusAsked, delivered dataRead':
      'world: what of that, and of what is read, reaches the job manager, and when',
    splitRead: 'engine: how much the sources have read',
    'processPaused, processResumed, processCrashed': 'world: a job manager that cannot be in time',
  },
  open,
};

/** Asked for by the interval. */
const PERIODIC = 'periodic';

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
  /** How long a word of a task manager may be on its way. */
  readonly heartbeatMicros: Micros;
  /** Undefined: data asks for nothing. */
  readonly reading: Reading | undefined;
  readonly byHand: ByHand;
  /** The life of a job manager that spoke last. */
  life: string;
  readonly pending: Map<number, Pending>;
  /** When the job was RUNNING last; undefined while it is not. */
  running: Entry | undefined;
  /** Every task has been RUNNING since then. */
  tasksRan: boolean;
  /** Begun by the schedule since then. */
  begun: number;
  /** Requests by data, or the last one, that are not accounted for, by kind. */
  readonly asked: Map<string, number>;
  isPaused: boolean;
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
  'requested',
  'requestRefused',
  'checkpointAsked',
  'checkpointAnswered',
  'processPaused',
  'processResumed',
  'processCrashed',
  'splitRead',
];

function open({ configuration, topics }: Context): Checker {
  const file = caseOf('trigger-policy');
  const schedule: Schedule = {
    open: file,
    ...termsOf(configuration),
    heartbeatMicros: configuration.heartbeatTimeoutMicros,
    reading:
      configuration.dataTrigger === undefined
        ? undefined
        : noReading(configuration.dataTrigger, topics),
    byHand: nothingByHand(),
    life: '',
    pending: new Map(),
    running: undefined,
    tasksRan: false,
    begun: 0,
    asked: new Map(),
    isPaused: false,
    completed: undefined,
  };
  const see = (entry: Entry, index: number): void => {
    judgeTime(schedule, entry, index);
    seeEntry(schedule, entry, index);
  };
  const messages = ['checkpointAsked', 'checkpointStatusAsked', 'dataRead'];
  return hearing(file, sees, messages, see, (end) => {
    const due = dueOf(schedule, end.at) ?? ignored(schedule.byHand, end.at);
    if (due !== undefined) convictAtEnd(file, end, due.text, [], [due.since]);
    return verdictOf(file, 'holds', '');
  });
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
  if (entry.kind === 'splitRead') {
    if (schedule.reading !== undefined) hearRead(schedule.reading, entry);
    return;
  }
  if (entry.kind === 'checkpointAsked') {
    schedule.byHand.asked.add(entry.subject);
    return;
  }
  if (entry.kind === 'checkpointAnswered') {
    schedule.open.judged += 1;
    return object(schedule, entry, index, hearAnswered(schedule.byHand, entry));
  }
  const life = lifeName(entry.process, entry.incarnation);
  if (entry.kind.startsWith('process')) {
    if (life === schedule.life) seeProcess(schedule, entry);
    return;
  }
  if (life !== schedule.life) begin(schedule, life);
  switch (entry.kind) {
    case 'delivered':
      return seeDelivered(schedule, entry);
    case 'jobStatus':
      return seeStatus(schedule, entry);
    case 'running':
      schedule.tasksRan = true;
      return;
    case 'allEnded':
      return count(schedule, 'final', 1);
    case 'requested':
      return seeRequested(schedule, entry, index);
    case 'requestRefused':
      return seeRefused(schedule, entry, index);
    case 'triggered':
      return seeTriggered(schedule, entry, index);
    case 'lastAcknowledged':
      return seeGathered(schedule, entry, index);
    default:
      return seeOver(schedule, entry, index);
  }
}

function seeProcess(schedule: Schedule, entry: Entry): void {
  if (entry.kind === 'processCrashed') begin(schedule, '');
  else if (entry.kind === 'processPaused') {
    schedule.isPaused = true;
    for (const pending of schedule.pending.values()) pending.isExcused = true;
  } else {
    schedule.isPaused = false;
    if (schedule.reading !== undefined) hearResumed(schedule.reading, entry);
  }
}

/** Another job manager, or another life of it, knows nothing of what was before. */
function begin(schedule: Schedule, life: string): void {
  schedule.life = life;
  schedule.pending.clear();
  schedule.asked.clear();
  forgetRequests(schedule.byHand);
  schedule.isPaused = false;
  schedule.running = undefined;
  schedule.completed = undefined;
}

function seeStatus(schedule: Schedule, entry: Entry): void {
  const isRunning = detailOf(entry, 'jobStatus').status === 'RUNNING';
  schedule.running = isRunning ? entry : undefined;
  schedule.tasksRan = false;
  schedule.begun = 0;
  schedule.asked.clear();
}

/** More requests of a kind, or one less. */
function count({ asked }: Schedule, by: string, change: 1 | -1): void {
  asked.set(by, Math.max(0, (asked.get(by) ?? 0) + change));
}

/** What a request comes to is wrong, or nothing is. */
function object(
  { open: file }: Schedule,
  entry: Entry,
  index: number,
  complaint: Complaint | undefined,
): void {
  if (complaint !== undefined) convict(file, entry, index, complaint.text, [], [complaint.since]);
}

function seeRefused(schedule: Schedule, entry: Entry, index: number): void {
  const { by } = detailOf(entry, 'requestRefused');
  if (by === 'manual') object(schedule, entry, index, hearRefused(schedule.byHand, entry));
  else count(schedule, by, -1);
}

/** A client asks for a checkpoint; or data does, and so much was read. */
function seeRequested(schedule: Schedule, entry: Entry, index: number): void {
  const { open: file, reading } = schedule;
  const { by } = detailOf(entry, 'requested');
  file.judged += 1;
  if (by === 'manual') return object(schedule, entry, index, hearCome(schedule.byHand, entry));
  count(schedule, by, 1);
  const message =
    reading === undefined
      ? 'data asks for a checkpoint, and none is configured to'
      : hearRequest(reading);
  if (message !== undefined) convict(file, entry, index, message, [], [schedule.running]);
}

/** A message has reached the job manager; it takes it in now, unless it is paused. */
function seeDelivered(schedule: Schedule, entry: Entry): void {
  const { reading, running, isPaused, byHand } = schedule;
  const isHeard = running !== undefined && !isPaused;
  const { message } = detailOf(entry, 'delivered');
  if (message !== 'dataRead') hearQuestion(byHand, entry);
  else if (reading !== undefined)
    hearTold(reading, entry, isHeard && running.subject === reading.attempt);
  if (message === 'checkpointAsked' && isHeard) hearReached(byHand, entry);
}

/** A request by data that should have come by now. */
function dueOf(schedule: Schedule, now: Micros): Complaint | undefined {
  const { reading, running, isPaused, heartbeatMicros } = schedule;
  const since = reading?.due;
  if (reading === undefined || since === undefined || isPaused) return undefined;
  if (running?.subject !== reading.attempt || now <= since.at + heartbeatMicros) return undefined;
  const more = amountOf(reading, reading.read - reading.readThen);
  const text =
    `${more} are read since data asked for a checkpoint last, and it asks for none within ` +
    textOf(heartbeatMicros);
  return { text, since };
}

function judgeTime(schedule: Schedule, entry: Entry, index: number): void {
  const due = dueOf(schedule, entry.at) ?? ignored(schedule.byHand, entry.at);
  if (due !== undefined) convict(schedule.open, entry, index, due.text, [], [due.since]);
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
  const { by = PERIODIC } = detailOf(entry, 'triggered');
  if (by === 'manual')
    return object(schedule, entry, index, hearBegunByHand(schedule.byHand, entry));
  const isPeriodic = by === PERIODIC;
  const isScheduled = isPeriodic || by === 'data';
  const wrong =
    (isScheduled ? hasteOf(schedule, entry.at) : undefined) ??
    (isPeriodic ? earlinessOf(schedule, entry.at) : unaskedOf(schedule, by));
  if (wrong !== undefined) convict(file, entry, index, name + wrong.text, [name], [wrong.since]);
  if (isScheduled) object(schedule, entry, index, hearScheduled(schedule.byHand, entry));
  if (isPeriodic) schedule.begun += 1;
  else count(schedule, by, -1);
}

/** A schedule waits for the minimum pause; undefined if that is over. */
function hasteOf({ completed, pauseMicros }: Schedule, now: Micros): Complaint | undefined {
  const sinceEnd = now - (completed?.at ?? -Infinity);
  if (sinceEnd >= pauseMicros) return undefined;
  const text = ` begins ${textOf(sinceEnd)} after a completion; the minimum pause is `;
  return { text: text + textOf(pauseMicros), since: completed };
}

/** What others than the interval begin, they have asked for. */
function unaskedOf({ asked, running }: Schedule, by: string): Complaint | undefined {
  if ((asked.get(by) ?? 0) > 0) return undefined;
  return { text: ` begins, by request (${by}), and none is left`, since: running };
}

/** Why the interval would not begin one now; undefined if it may. */
function earlinessOf(schedule: Schedule, now: Micros): Complaint | undefined {
  const { running, begun, intervalMicros, pauseMicros } = schedule;
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
  hearOver(schedule.byHand, entry);
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
