/**
 * The scheduler of one job: slots, deployment, execution states, and what a failure does. Every
 * failure restarts the whole job after a fixed delay, when every task of the old attempt is over.
 * Where a task failed, the coordinators live on and are told that each subtask begins anew; where
 * the job itself did, they begin anew as well.
 *
 * A pure state machine. Source: Flink's default scheduler with the `full` failover strategy and
 * the fixed-delay restart strategy.
 */
import type { Words } from '../../kernel/actor.js';
import { unreachable } from '../../kernel/invariant.js';
import type { Micros } from '../../kernel/time.js';
import type { Part, TaskState } from '../protocol.js';

export type JobStatus = 'CREATED' | 'RUNNING' | 'RESTARTING' | 'FAILING' | 'FAILED' | 'FINISHED';

/** How a job ends for good: what the registry keeps, so that no leader runs it again. */
export type EndStatus = Extract<JobStatus, 'FAILED' | 'FINISHED'>;

/**
 * One subtask of the current attempt: where it is, and in what state, as the job manager knows it.
 */
export type Execution = Readonly<{ state: TaskState; manager: string }>;

export type SchedulerPhase =
  'created' | 'waitingForSlots' | 'restoring' | 'deployed' | 'cancelling' | 'finishing' | 'over';

export type Scheduler = Readonly<{
  settings: SchedulerSettings;
  status: JobStatus;
  phase: SchedulerPhase;
  attempt: number;
  executions: ReadonlyMap<string, Execution>;
  /** Task manager of each slot, while slots are held. */
  slots: readonly string[];
  restarts: number;
  backoffOver: boolean;
  /** Coordinators begin anew as well with the next attempt, not only the tasks. */
  isGlobal: boolean;
}>;

export type SchedulerSettings = Readonly<{
  /** Subtasks by name, with the index of their slot. */
  subtasks: ReadonlyMap<string, number>;
  restartDelayMicros: Micros;
  restartAttempts: number;
}>;

export type RestorePoint = Readonly<{
  checkpoint: number;
  parts: ReadonlyMap<string, Part>;
  /** Subtasks that had finished, each with its witness. */
  finished: ReadonlyMap<string, Words>;
  /** State of each operator coordinator. */
  coordinators: ReadonlyMap<string, Words>;
}>;

export type SchedulerEvent =
  | Readonly<{ kind: 'started' }>
  | Readonly<{ kind: 'slotsOffered'; slots: readonly string[] }>
  | Readonly<{ kind: 'restorePointRead'; point: RestorePoint }>
  | Readonly<{
      kind: 'taskStateChanged';
      subtask: string;
      attempt: number;
      state: TaskState;
      cause: string;
    }>
  | Readonly<{ kind: 'managerLost'; manager: string }>
  | Readonly<{ kind: 'taskLost'; attempt: number; cause: string }>
  | Readonly<{ kind: 'jobFailed'; cause: string }>
  | Readonly<{ kind: 'backoffElapsed'; attempt: number }>
  | Readonly<{ kind: 'resultStored' }>;

export type SchedulerEffect =
  | Readonly<{ kind: 'sayStatus'; status: JobStatus }>
  | Readonly<{ kind: 'sayFailure'; cause: string; attempt: number }>
  | Readonly<{ kind: 'requestSlots' }>
  | Readonly<{ kind: 'readRestorePoint' }>
  | Readonly<{
      kind: 'deploy';
      attempt: number;
      point: RestorePoint;
      isGlobal: boolean;
      executions: ReadonlyMap<string, Execution>;
    }>
  | Readonly<{ kind: 'cancel'; subtask: string; attempt: number; manager: string }>
  | Readonly<{ kind: 'armBackoff'; attempt: number; delay: Micros }>
  | Readonly<{ kind: 'startCheckpoints'; attempt: number }>
  | Readonly<{ kind: 'taskRan' | 'taskFinished'; subtask: string }>
  | Readonly<{ kind: 'allRunning'; attempt: number }>
  | Readonly<{ kind: 'stopCheckpoints' }>
  | Readonly<{ kind: 'shutCheckpointsDown' }>
  | Readonly<{ kind: 'storeResult'; status: EndStatus }>;

export type SchedulerStep = readonly [Scheduler, readonly SchedulerEffect[]];

/** A job that is not scheduled yet; `attempt` is the first that this leader may use. */
export function schedulerOf(settings: SchedulerSettings, attempt: number): Scheduler {
  return {
    settings,
    status: 'CREATED',
    phase: 'created',
    attempt,
    executions: executionsOf(settings, 'CREATED'),
    slots: [],
    restarts: 0,
    backoffOver: false,
    isGlobal: true,
  };
}

/** One transition. */
export function schedule(state: Scheduler, event: SchedulerEvent): SchedulerStep {
  switch (event.kind) {
    case 'started':
      return state.phase === 'created' ? askForSlots(state) : unchanged(state);
    case 'slotsOffered':
      return state.phase === 'waitingForSlots'
        ? [{ ...state, phase: 'restoring', slots: event.slots }, [{ kind: 'readRestorePoint' }]]
        : unchanged(state);
    case 'restorePointRead':
      return state.phase === 'restoring' ? deploy(state, event.point) : unchanged(state);
    case 'taskStateChanged':
      return event.attempt === state.attempt ? changeTask(state, event) : unchanged(state);
    case 'managerLost':
      return loseManager(state, event.manager);
    case 'taskLost':
      return isActive(state) && event.attempt === state.attempt
        ? fail(state, event.cause)
        : unchanged(state);
    case 'jobFailed':
      return isActive(state) ? fail({ ...state, isGlobal: true }, event.cause) : unchanged(state);
    case 'backoffElapsed':
      return event.attempt === state.attempt && state.phase === 'cancelling'
        ? whenCancelled({ ...state, backoffOver: true })
        : unchanged(state);
    case 'resultStored':
      return state.phase === 'finishing' ? finish(state) : unchanged(state);
    default:
      return unreachable(event);
  }
}

/** Slots are asked for, for every task of the attempt: CREATED becomes SCHEDULED. */
function askForSlots(state: Scheduler): SchedulerStep {
  const executions = executionsOf(state.settings, 'SCHEDULED');
  return [{ ...state, phase: 'waitingForSlots', executions }, [{ kind: 'requestSlots' }]];
}

/** Every task of an attempt before it is deployed. */
function executionsOf({ subtasks }: SchedulerSettings, state: TaskState): Map<string, Execution> {
  return new Map([...subtasks.keys()].map((subtask) => [subtask, { state, manager: '' }]));
}

/** The restore point is known: every task is deployed at once, and the job is RUNNING. */
function deploy(state: Scheduler, point: RestorePoint): SchedulerStep {
  const executions = new Map<string, Execution>();
  for (const [subtask, slot] of state.settings.subtasks)
    executions.set(subtask, { state: 'DEPLOYING', manager: state.slots[slot] ?? '' });
  const { attempt, isGlobal } = state;
  return [
    { ...state, phase: 'deployed', status: 'RUNNING', executions, isGlobal: false },
    [
      { kind: 'sayStatus', status: 'RUNNING' },
      { kind: 'deploy', attempt, point, isGlobal, executions },
      { kind: 'startCheckpoints', attempt },
    ],
  ];
}

type TaskChange = Extract<SchedulerEvent, { kind: 'taskStateChanged' }>;

function changeTask(state: Scheduler, change: TaskChange): SchedulerStep {
  const before = state.executions.get(change.subtask);
  if (before === undefined || !mayBecome(before.state, change.state)) return unchanged(state);
  const executions = new Map(state.executions);
  executions.set(change.subtask, { ...before, state: change.state });
  const after = { ...state, executions };
  if (state.phase === 'cancelling') return whenCancelled(after);
  if (!isActive(state)) return [after, []];
  if (change.state === 'FINISHED') return whenFinished(after, change.subtask);
  if (isTerminal(change.state)) return fail(after, change.subtask + ': ' + change.cause);
  if (change.state !== 'RUNNING') return [after, []];
  const { attempt } = state;
  const ran: SchedulerEffect = { kind: 'taskRan', subtask: change.subtask };
  return [after, allRunning(executions) ? [ran, { kind: 'allRunning', attempt }] : [ran]];
}

/** A task has finished; with the last one the job has. */
function whenFinished(state: Scheduler, subtask: string): SchedulerStep {
  const told: SchedulerEffect = { kind: 'taskFinished', subtask };
  for (const execution of state.executions.values())
    if (execution.state !== 'FINISHED') return [state, [told]];
  return [{ ...state, phase: 'finishing' }, [told, { kind: 'storeResult', status: 'FINISHED' }]];
}

/** What is over stays so, and what is being cancelled can only end. */
function mayBecome(before: TaskState, after: TaskState): boolean {
  return before === 'CANCELING' ? isTerminal(after) : !isTerminal(before);
}

function allRunning(executions: ReadonlyMap<string, Execution>): boolean {
  for (const { state } of executions.values()) if (state !== 'RUNNING') return false;
  return true;
}

/** A task manager is gone: what ran there is over. */
function loseManager(state: Scheduler, manager: string): SchedulerStep {
  if (!state.slots.includes(manager)) return unchanged(state);
  const executions = new Map(state.executions);
  for (const [subtask, execution] of executions)
    if (execution.manager === manager && !isTerminal(execution.state))
      executions.set(subtask, { ...execution, state: 'FAILED' });
  const after = { ...state, executions };
  switch (state.phase) {
    case 'restoring':
      return [{ ...after, phase: 'waitingForSlots', slots: [] }, [{ kind: 'requestSlots' }]];
    case 'deployed':
      return isAnyLost(state, manager) ? fail(after, 'lost ' + manager) : [after, []];
    case 'cancelling':
      return whenCancelled(after);
    default:
      return [after, []];
  }
}

/** What ran there is lost; what had finished was taken from there. */
function isAnyLost({ executions }: Scheduler, lost: string): boolean {
  for (const { manager, state } of executions.values())
    if (manager === lost && !isTerminal(state)) return true;
  return false;
}

/** A failure: everything is cancelled; the job restarts or, when no restart is left, fails. */
function fail(state: Scheduler, cause: string): SchedulerStep {
  const { attempt } = state;
  const { restartAttempts, restartDelayMicros } = state.settings;
  const restarts = state.restarts + 1;
  const mayRestart = restarts <= restartAttempts;
  const status = mayRestart ? 'RESTARTING' : 'FAILING';
  const executions = new Map(state.executions);
  const cancels: SchedulerEffect[] = [];
  for (const [subtask, execution] of executions) {
    if (isTerminal(execution.state)) continue;
    const isDeployed = !isScheduled(execution.state);
    executions.set(subtask, { ...execution, state: isDeployed ? 'CANCELING' : 'CANCELED' });
    if (isDeployed) cancels.push({ kind: 'cancel', subtask, attempt, manager: execution.manager });
  }
  const after: Scheduler = {
    ...state,
    status,
    phase: 'cancelling',
    executions,
    restarts,
    backoffOver: !mayRestart,
  };
  const delay: SchedulerEffect = { kind: 'armBackoff', attempt, delay: restartDelayMicros };
  const [next, more] = whenCancelled(after);
  const effects: SchedulerEffect[] = [
    { kind: 'sayFailure', cause, attempt },
    { kind: 'sayStatus', status },
    { kind: 'stopCheckpoints' },
    ...cancels,
    ...(mayRestart ? [delay] : []),
    ...more,
  ];
  return [next, effects];
}

/** Every task of the old attempt is over and so is the delay: a new attempt begins. */
function whenCancelled(state: Scheduler): SchedulerStep {
  if (!state.backoffOver) return unchanged(state);
  for (const { state: task } of state.executions.values())
    if (!isTerminal(task)) return unchanged(state);
  if (state.status === 'FAILING')
    return [{ ...state, phase: 'finishing' }, [{ kind: 'storeResult', status: 'FAILED' }]];
  const attempt = state.attempt + 1;
  return askForSlots({ ...state, attempt, slots: [], backoffOver: false });
}

/** The result is in the registry: no leader runs the job again. */
function finish(state: Scheduler): SchedulerStep {
  const status: EndStatus = state.status === 'FAILING' ? 'FAILED' : 'FINISHED';
  return [
    { ...state, status, phase: 'over' },
    [{ kind: 'shutCheckpointsDown' }, { kind: 'sayStatus', status }],
  ];
}

function isActive(state: Scheduler): boolean {
  return state.phase === 'restoring' || state.phase === 'deployed';
}

/** Nothing of it is on a task manager yet. */
function isScheduled(state: TaskState): boolean {
  return state === 'CREATED' || state === 'SCHEDULED';
}

function isTerminal(state: TaskState): boolean {
  return state === 'FINISHED' || state === 'CANCELED' || state === 'FAILED';
}

function unchanged(state: Scheduler): SchedulerStep {
  return [state, []];
}
