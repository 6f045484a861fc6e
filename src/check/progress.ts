/**
 * progress: once no fault is in force, a job manager leads, the job runs, a checkpoint completes
 * and the job finishes, each within a bound.
 *
 * Nothing is promised while faults last, everything a bounded time after. No TLA+ module states
 * it yet.
 *
 * The clock starts at the last `allHealed` and stops when another fault begins. Each condition
 * implies those before it, so each is met by its own evidence or by that of a later one, and one
 * that is met when the clock starts counts at once. The bounds are sums of what the configuration
 * allows each step to take. With
 *
 *   ask        = requestTimeout * requestAttempts       one question to a service
 *   detection  = heartbeatInterval + heartbeatTimeout   a silent peer is found to be lost
 *   settle     = settleMicros of the context, or 2 s    what no configuration bounds: connect
 *                time-outs, restarts of processes, messages, services
 *   round      = detection + restartDelay + registrationPause + settle + 5 ask
 *                one restart: a loss is found, slots are offered again, pointers, metadata, state
 *                and the sinks' transactions (started, then committed or aborted) are asked for
 *   alignment  = checkpointTimeout + 2 ask   a checkpoint, its metadata, its pointer
 *
 * they are, each counted from the heal:
 *
 *   takeover   = 5/4 leaseDuration   a lease runs out; who wants it asks every quarter of it
 *   leads      2 takeover + 4 (ask + settle)
 *                a job manager starts over a few times; what it had of the lease in its former
 *                life must run out, and so must a grant that was still on its way at the heal
 *   runs       leads + 3 round
 *                each stale belief (of a job manager, a task manager, a client) costs a round
 *   completes  runs + checkpointTimeout + round + interval + minPause + alignment
 *                a checkpoint that is doomed at the heal may fail the job when it expires
 *   finishes   completes + 2 drainMicros + interval + alignment + round
 *                the whole input once more; not judged without `drainMicros` in the context
 *
 * A bound that passes convicts at the first entry after it, or at the end. A run whose budget
 * was spent before the bound is unknown. Whether a job may end FAILED is for `restart-policy` to
 * say.
 *
 * Memory: one state for each subtask.
 */
import type { Configuration } from '../flink/configuration.js';
import { detailOf, type Entry } from '../history/entry.js';
import { SECONDS, textOf, type Micros } from '../kernel/time.js';
import { caseOf, convict, convictAtEnd, hearing, verdictOf, type Case } from './case.js';
import { checkpointOfPointer } from './pointers.js';
import { noSituation, observe, textOfSituation, type Situation } from './situation.js';
import type { Checker, Context, Law, RunEnd, Verdict } from './verdict.js';

export const progress: Law = {
  name: 'progress',
  says: 'after the last heal the job runs, completes checkpoints and finishes within bounds',
  source: 'partial synchrony (Dwork, Lynch and Stockmeyer, 1988)',
  invariants: ['I-LIVE-CP', 'I-LIVE-JOB'],
  judgesFrom: {
    'faultBegan, allHealed': 'world: when the clock of each bound starts and stops',
    leaseGranted: 'registry: a job manager leads',
    valueWritten: 'registry: the pointer that completes a checkpoint',
    'leader, running, jobStatus': 'engine: how far the job has come',
    'processCrashed, taskState, failure, triggered, acknowledged, aborted':
      'serve to say who waits for whom, and judge nothing',
  },
  open,
};

/** What must come to be, in this order; each implies those before it. */
const conditions = [
  'no job manager leads',
  'the job does not run',
  'no checkpoint has completed',
  'the job has not finished',
] as const;

const LEADS = 1;
const RUNS = 2;
const COMPLETES = 3;
const FINISHES = 4;

type Clock = {
  readonly open: Case;
  /** By condition: how long after the heal it must be met; as many as are judged. */
  readonly bounds: readonly Micros[];
  readonly situation: Situation;
  /** The last heal, unless a fault has begun since. */
  heal: Entry | undefined;
  /** How many of the conditions are met since. */
  met: number;
  /** The job is FINISHED or FAILED: nothing is due any more. */
  isOver: boolean;
};

const SETTLE: Micros = 2 * SECONDS;

function open({ configuration, drainMicros, settleMicros, job }: Context): Checker {
  const file = caseOf('progress');
  const bounds = boundsOf(configuration, settleMicros ?? SETTLE, drainMicros);
  const clock: Clock = {
    open: file,
    bounds,
    situation: noSituation(job),
    heal: undefined,
    met: 0,
    isOver: false,
  };
  const see = (entry: Entry, index: number): void => {
    if (isLate(clock, entry.at)) convictLate(clock, entry, index);
    else seeEntry(clock, entry);
  };
  return hearing(file, sees, [], see, (end) => close(clock, end));
}

const sees = [
  'faultBegan',
  'allHealed',
  'processCrashed',
  'leaseGranted',
  'leader',
  'running',
  'jobStatus',
  'taskState',
  'failure',
  'triggered',
  'acknowledged',
  'aborted',
  'valueWritten',
];

function roundOf(configuration: Configuration, settle: Micros): Micros {
  const { heartbeatIntervalMicros, heartbeatTimeoutMicros } = configuration;
  const { restartDelayMicros, registrationPauseMicros } = configuration;
  const detection = heartbeatIntervalMicros + heartbeatTimeoutMicros;
  const pauses = restartDelayMicros + registrationPauseMicros + settle;
  return detection + pauses + 5 * askOf(configuration);
}

function askOf({ requestTimeoutMicros, requestAttempts }: Configuration): Micros {
  return requestTimeoutMicros * requestAttempts;
}

function alignmentOf(configuration: Configuration): Micros {
  return configuration.checkpointTimeoutMicros + 2 * askOf(configuration);
}

/** The bounds of the conditions, in their order; without `drain` the last one has none. */
function boundsOf(
  configuration: Configuration,
  settle: Micros,
  drain: Micros | undefined,
): readonly Micros[] {
  const { leaseDurationMicros, checkpointTimeoutMicros } = configuration;
  const { checkpointIntervalMicros, checkpointMinPauseMicros } = configuration;
  const round = roundOf(configuration, settle);
  const checkpoint = checkpointIntervalMicros + alignmentOf(configuration);
  const takeover = leaseDurationMicros + Math.floor(leaseDurationMicros / 4);
  const leads = 2 * takeover + 4 * (askOf(configuration) + settle);
  const runs = leads + 3 * round;
  const doomed = checkpointTimeoutMicros + round;
  const completes = runs + doomed + checkpointMinPauseMicros + checkpoint;
  if (drain === undefined) return [leads, runs, completes];
  return [leads, runs, completes, completes + 2 * drain + checkpoint + round];
}

/** Whether the bound of the first condition that is not met has passed. */
function isLate({ heal, met, bounds }: Clock, at: Micros): boolean {
  const bound = bounds[met];
  return heal !== undefined && bound !== undefined && at > heal.at + bound;
}

function seeEntry(clock: Clock, entry: Entry): void {
  const { situation } = clock;
  observe(situation, entry);
  switch (entry.kind) {
    case 'faultBegan':
      if (!clock.isOver) clock.heal = undefined;
      return;
    case 'allHealed':
      return start(clock, entry);
    case 'leaseGranted':
      return entry.about === 'job-manager' ? meet(clock, LEADS) : undefined;
    case 'leader':
      return meet(clock, LEADS);
    case 'running':
      return meet(clock, RUNS);
    case 'valueWritten':
      return checkpointOfPointer(entry.about) === 0 ? undefined : meet(clock, COMPLETES);
    case 'jobStatus':
      return seeStatus(clock, detailOf(entry, 'jobStatus').status);
    default:
      return;
  }
}

/** The job says how it is; at its end the clock stops. */
function seeStatus(clock: Clock, status: string): void {
  if (status !== 'FINISHED' && status !== 'FAILED') return;
  if (status === 'FINISHED') meet(clock, FINISHES);
  else clock.heal = undefined;
  clock.isOver = true;
}

/** Every fault is over: what is the case counts, and the rest is due from now. */
function start(clock: Clock, heal: Entry): void {
  const { situation } = clock;
  if (clock.isOver) return;
  clock.heal = heal;
  clock.met = 0;
  if (situation.isRunning) meet(clock, RUNS);
  else if (situation.leader !== '') meet(clock, LEADS);
}

/** A condition is met, and with it those before it. */
function meet(clock: Clock, upTo: number): void {
  const met = Math.min(upTo, clock.bounds.length);
  if (clock.heal === undefined || met <= clock.met) return;
  clock.open.judged += met - clock.met;
  clock.met = met;
}

function convictLate(clock: Clock, entry: Entry, index: number): void {
  clock.open.judged += 1;
  const { about, proof } = textOfSituation(clock.situation);
  convict(clock.open, entry, index, messageOf(clock), about, [clock.heal, ...proof]);
}

function messageOf({ heal, met, bounds, situation }: Clock): string {
  const bound = textOf(bounds[met] as Micros);
  const since = ' within ' + bound + ' of the heal at ' + textOf(heal?.at ?? 0);
  return String(conditions[met]) + since + '; ' + textOfSituation(situation).text;
}

function close(clock: Clock, end: RunEnd): Verdict {
  const { open: file, bounds, heal } = clock;
  if (end.reason === 'failed')
    return verdictOf(file, 'holds', 'the job FAILED; restart-policy says whether it may');
  if (end.reason === 'finished') {
    meet(clock, FINISHES);
    return verdictOf(file, 'holds', '');
  }
  if (heal === undefined) return verdictOf(file, 'unknown', 'a fault was in force at the end');
  if (isLate(clock, end.at)) {
    file.judged += 1;
    const { about, proof } = textOfSituation(clock.situation);
    convictAtEnd(file, end, messageOf(clock), about, [heal, ...proof]);
  }
  const isDone = clock.met === bounds.length;
  const due = textOf(heal.at + (bounds[clock.met] ?? 0));
  const early = 'the run ended before ' + due + ': ' + String(conditions[clock.met]) + ' so far';
  return isDone ? verdictOf(file, 'holds', '') : verdictOf(file, 'unknown', early);
}
