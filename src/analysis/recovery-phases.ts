/**
 * The phases of recoveries: from the first sign of a failure until the sources lag no more than
 * they did before it. Each ends where the next begins, so they add up to `total`. Of a restart:
 *
 *   detect     from the sign to the job master's word that the job has failed (`failure`)
 *   cancel     until every task of the failed attempt is over: it said so, or its task manager is
 *              given up; at the latest until the job master has slots for the next attempt
 *   redeploy   until the tasks of the next attempt are deployed (`deploying`): what is left of the
 *              restart delay, slots, and reading pointers and metadata are all in it
 *   restore    until every task has its state and the job master knows it (`running`)
 *   replay     until the sources have read again up to the offsets that they had at the sign
 *   caughtUp   until each split was found to lag no longer than the slowest one did at the sign; a
 *              split of which everything is read does not lag
 *
 * The sign is the first of these since the attempt was deployed: the process of a task that is not
 * over crashes (world), or a task is FAILED. A loss without either (a partition, a pause) began
 * with the newest pause, partition or clog that is in force, or that ended no longer ago than a
 * silence lasts until it is noticed; but not before the attempt ran. Else it is the job master's
 * own decision, and `detect` is 0. A failure after which no restart is left is no recovery.
 *
 * The crash of the leader begins a failover: `elect` until a new leader acts, then `redeploy` and
 * so on; no delay of the restart strategy is in it. It goes before a restart that is under way.
 *
 * A failure before the new attempt runs belongs to the same recovery: its later phases are those of
 * the attempt that lasts, and what the others took is in `redeploy` (one crash may cost two
 * restarts, and does where the restart delay is shorter than the time until a loss is noticed). A
 * failure after it ran and before it has caught up leaves that recovery unfinished and begins
 * another, which must read up to the offsets of both and come back to the lag of the first. One
 * that the end of the run cuts off is unfinished too.
 *
 * Made of the world's crashes and faults, and of what the engine states; sources say their offsets
 * block by block, as they fetched them. Source: Flink's restarts
 * (`restartingTime`, `initializationTime`), and measurements of Flink 2.2.1 that name the ends of
 * these phases "first task FAILED", "last DEPLOYING", "all RUNNING", "caught up". There replay is
 * given in time of the input, here in time that passes.
 *
 * Memory: one state for each task and each split.
 */
import { detailOf, type Entry, type EntryKind } from '../history/entry.js';
import type { Micros } from '../kernel/time.js';
import type { Lag } from '../run/lag.js';
import { addSample, noSamples, type Gathered, type Samples } from './samples.js';

/** Kinds of entries that it is made of. */
export const recoveryKinds: readonly EntryKind[] = [
  'processCrashed',
  'faultBegan',
  'faultEnded',
  'leader',
  'jobStatus',
  'failure',
  'taskState',
  'taskManagerLost',
  'slotsReady',
  'deploying',
  'running',
  'splitRead',
];

/** Up to which offset each split is read. */
type Offsets = ReadonlyMap<string, number>;

/** Where the sources were at a time, and how long the slowest split lagged. */
type Sign = Readonly<{ at: Micros; offsets: Offsets; lag: Micros }>;

/** What a loss that nobody sees may come from. */
type Obstacle = Readonly<{ fault: number; sign: Sign; end: Micros }>;

type Recovery = {
  readonly isFailover: boolean;
  /** When it began, what must be read again, and the lag to come back to. */
  readonly sign: Sign;
  /** Ends of the phases; undefined as long as they last. */
  known: Micros | undefined;
  cancelled: Micros | undefined;
  deployed: Micros | undefined;
  running: Micros | undefined;
  /** Splits that are not read up to there, and splits that lag; since when there are none. */
  readonly behind: Set<string>;
  readonly lagging: Set<string>;
  replayed: Micros;
  caughtUp: Micros;
};

export type RecoveryPhases = {
  readonly lagOf: Lag;
  /** How long a silence lasts, at most, until it is noticed. */
  readonly silence: Micros;
  /** Process of the leader; empty while there is none. */
  leader: string;
  /** The newest attempt that was deployed, and when it ran; 0 before, and when the job is over. */
  attempt: number;
  ran: Micros;
  /** Processes of its tasks that are not over. */
  readonly tasks: Map<string, string>;
  /** Of its splits: up to where they are read, and the lag that this was found with. */
  readonly offsets: Map<string, number>;
  readonly lags: Map<string, Micros>;
  sign: Sign | undefined;
  obstacle: Obstacle | undefined;
  recovery: Recovery | undefined;
  readonly restarts: Gathered;
  readonly failovers: Gathered;
};

/**
 * No failure yet.
 *
 * @param silence  how long a silence lasts, at most, until it is noticed
 */
export function noRecoveries(lagOf: Lag, silence: Micros): RecoveryPhases {
  return {
    ...{ lagOf, silence },
    leader: '',
    attempt: 0,
    ran: 0,
    tasks: new Map(),
    offsets: new Map(),
    lags: new Map(),
    sign: undefined,
    obstacle: undefined,
    recovery: undefined,
    restarts: noSamples(),
    failovers: noSamples(),
  };
}

/** One more entry. */
export function hearRecovery(phases: RecoveryPhases, entry: Entry): void {
  switch (entry.kind) {
    case 'splitRead':
      return hearRead(phases, entry);
    case 'taskState':
      return hearTask(phases, entry);
    case 'processCrashed':
      return hearCrash(phases, entry);
    case 'faultBegan':
    case 'faultEnded':
      return hearFault(phases, entry);
    case 'leader':
      return hearLeader(phases, entry);
    case 'failure':
      return hearFailure(phases, entry);
    case 'jobStatus':
      return hearStatus(phases, entry);
    case 'taskManagerLost':
      for (const [task, process] of phases.tasks)
        if (process === entry.about) endTask(phases, task, entry.at);
      return;
    case 'slotsReady':
      if (phases.recovery !== undefined) phases.recovery.cancelled ??= entry.at;
      return;
    case 'deploying':
      return hearDeploying(phases, entry);
    case 'running':
      return hearRunning(phases, entry);
    default:
      return;
  }
}

function hearCrash(phases: RecoveryPhases, { process, at }: Entry): void {
  if (process === phases.leader) {
    phases.leader = '';
    if (phases.attempt > 0 && !goesOn(phases, true)) begin(phases, true, signAt(phases, at));
  } else if ([...phases.tasks.values()].includes(process)) phases.sign ??= signAt(phases, at);
}

function signAt({ offsets, lags }: RecoveryPhases, at: Micros): Sign {
  return { at, offsets: new Map(offsets), lag: Math.max(0, ...lags.values()) };
}

const obstacles: ReadonlySet<string> = new Set(['pause', 'partition', 'clog']);

function hearFault(phases: RecoveryPhases, { kind, at, subject, about }: Entry): void {
  if (!obstacles.has(about)) return;
  const { obstacle } = phases;
  if (kind === 'faultBegan')
    phases.obstacle = { fault: subject, sign: signAt(phases, at), end: Infinity };
  else if (obstacle?.fault === subject) phases.obstacle = { ...obstacle, end: at };
}

/** A new leader acts. */
function hearLeader(phases: RecoveryPhases, { process, at }: Entry): void {
  const { recovery } = phases;
  phases.leader = process;
  if (recovery?.isFailover === true && recovery.running === undefined) recovery.known = at;
}

/** The job master says that the job has failed. */
function hearFailure(phases: RecoveryPhases, { at }: Entry): void {
  if (goesOn(phases, false)) return;
  const recovery = begin(phases, false, signOf(phases, at));
  recovery.known = at;
  if (phases.tasks.size === 0) recovery.cancelled = at;
}

/** What the failure that the job master speaks of began with. */
function signOf(phases: RecoveryPhases, at: Micros): Sign {
  const { sign, obstacle, ran, silence } = phases;
  if (sign !== undefined) return sign;
  if (obstacle === undefined || obstacle.end + silence < at) return signAt(phases, at);
  return obstacle.sign.at < ran ? signAt(phases, ran) : obstacle.sign;
}

/** Whether a failure belongs to the recovery that is under way. */
function goesOn({ recovery }: RecoveryPhases, isFailover: boolean): boolean {
  if (recovery === undefined || recovery.running !== undefined) return false;
  return recovery.isFailover || !isFailover;
}

/** A recovery begins; what one before it has not reached is to be reached by this one. */
function begin(phases: RecoveryPhases, isFailover: boolean, sign: Sign): Recovery {
  const before = phases.recovery;
  leaveUnfinished(phases);
  const offsets = new Map(before?.sign.offsets);
  for (const [split, offset] of sign.offsets)
    offsets.set(split, Math.max(offset, offsets.get(split) ?? 0));
  const recovery: Recovery = {
    isFailover,
    sign: { at: sign.at, offsets, lag: before?.sign.lag ?? sign.lag },
    known: undefined,
    cancelled: undefined,
    deployed: undefined,
    running: undefined,
    behind: new Set(),
    lagging: new Set(),
    replayed: sign.at,
    caughtUp: sign.at,
  };
  phases.recovery = recovery;
  return recovery;
}

function leaveUnfinished(phases: RecoveryPhases): void {
  if (phases.recovery === undefined) return;
  gatheredFor(phases, phases.recovery).unfinished += 1;
  phases.recovery = undefined;
}

function gatheredFor(phases: RecoveryPhases, { isFailover }: Recovery): Gathered {
  return isFailover ? phases.failovers : phases.restarts;
}

/** A job that fails for good recovers from nothing; one that is over has nothing to lose. */
function hearStatus(phases: RecoveryPhases, entry: Entry): void {
  const { status } = detailOf(entry, 'jobStatus');
  const { recovery } = phases;
  if (status === 'FAILING' && recovery?.known === entry.at) phases.recovery = undefined;
  if (status === 'FINISHED' || status === 'FAILED') phases.attempt = 0;
}

const over: ReadonlySet<string> = new Set(['FINISHED', 'CANCELED', 'FAILED']);

function hearTask(phases: RecoveryPhases, entry: Entry): void {
  const { state, attempt } = detailOf(entry, 'taskState');
  if (attempt !== phases.attempt) return;
  if (state === 'FAILED') phases.sign ??= signAt(phases, entry.at);
  if (over.has(state)) endTask(phases, entry.about, entry.at);
  else phases.tasks.set(entry.about, entry.process);
}

function endTask({ tasks, recovery }: RecoveryPhases, task: string, at: Micros): void {
  tasks.delete(task);
  if (tasks.size === 0 && recovery?.known !== undefined) recovery.cancelled ??= at;
}

/** Nothing is known of the new attempt yet. */
function hearDeploying(phases: RecoveryPhases, { at, subject }: Entry): void {
  const { recovery } = phases;
  phases.attempt = subject;
  phases.tasks.clear();
  phases.offsets.clear();
  phases.lags.clear();
  phases.sign = undefined;
  if (recovery === undefined) return;
  recovery.deployed = at;
  for (const split of recovery.sign.offsets.keys()) {
    recovery.behind.add(split);
    recovery.lagging.add(split);
  }
}

function hearRunning(phases: RecoveryPhases, { at, subject }: Entry): void {
  if (subject !== phases.attempt) return;
  phases.ran = at;
  if (phases.recovery === undefined) return;
  phases.recovery.running = at;
  settle(phases, phases.recovery);
}

function hearRead(phases: RecoveryPhases, entry: Entry): void {
  const { at, subject: offset, about: split } = entry;
  if (detailOf(entry, 'splitRead').attempt !== phases.attempt) return;
  const lag = phases.lagOf(split, offset, at);
  phases.offsets.set(split, offset);
  phases.lags.set(split, lag);
  const { recovery } = phases;
  if (recovery === undefined || offset < (recovery.sign.offsets.get(split) ?? 0)) return;
  if (recovery.behind.delete(split)) recovery.replayed = at;
  if (lag > recovery.sign.lag || !recovery.lagging.delete(split)) return;
  recovery.caughtUp = at;
  settle(phases, recovery);
}

/** Ends the recovery if all of its tasks run and none of its splits lags. */
function settle(phases: RecoveryPhases, recovery: Recovery): void {
  const { isFailover, sign, running, lagging } = recovery;
  if (running === undefined || lagging.size > 0) return;
  const { known = sign.at, cancelled = known, deployed = running } = recovery;
  const replayed = Math.max(running, recovery.replayed);
  const caughtUp = Math.max(running, recovery.caughtUp);
  const ends = isFailover ? [known] : [known, cancelled];
  const all = [...ends, deployed, running, replayed, caughtUp];
  const times = all.map((end, index) => end - (all[index - 1] ?? sign.at));
  addSample(gatheredFor(phases, recovery), [...times, caughtUp - sign.at]);
  phases.recovery = undefined;
}

/** The run is over, and with it a recovery that has not caught up. */
export function closeRecoveries(
  phases: RecoveryPhases,
): Readonly<{ recovery: Samples; failover: Samples }> {
  leaveUnfinished(phases);
  return { recovery: phases.restarts, failover: phases.failovers };
}
