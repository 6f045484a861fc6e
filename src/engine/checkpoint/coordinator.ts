/**
 * The checkpoint coordinator: one transition per event, no clock, no store. A checkpoint is
 * triggered, acknowledged by every subtask, its metadata written, its pointer stored, and only
 * then told to anyone; or it is declined, expires or is aborted.
 *
 * Source: Flink 2.x, CheckpointCoordinator, CheckpointFailureManager (sections of one part so far:
 * one checkpoint at a time, full retention by number, consecutive failures).
 */
import type { Words } from '../../kernel/actor.js';
import { unreachable } from '../../kernel/invariant.js';
import type { Micros } from '../../kernel/time.js';
import type { DeclineReason, Handle } from '../protocol.js';

/** Where a checkpoint stands on its way. */
export type Phase = 'coordinating' | 'collecting' | 'writingMetadata' | 'storing';

export type Pending = Readonly<{
  id: number;
  phase: Phase;
  /** Triggered after every source had reported the end of its data. */
  final: boolean;
  handles: ReadonlyMap<string, Handle>;
  /** State of each operator coordinator. */
  coordinators: ReadonlyMap<string, Words>;
}>;

/** A completed checkpoint that is retained. */
export type Completed = Readonly<{ id: number; handles: ReadonlyMap<string, Handle> }>;

export type Coordinator = Readonly<{
  settings: CoordinatorSettings;
  /** The job is RUNNING and triggers are wanted. */
  active: boolean;
  attempt: number;
  /** A request is between chosen and triggered. */
  triggering: boolean;
  /** Every task of the attempt is RUNNING here. */
  tasksRunning: boolean;
  sourcesEnded: boolean;
  pending: Pending | undefined;
  /** Ascending by id. */
  completed: readonly Completed[];
  failures: number;
  lastCompletionAt: Micros;
}>;

export type CoordinatorSettings = Readonly<{
  subtasks: readonly string[];
  sources: readonly string[];
  /** Operators that have a coordinator. */
  coordinators: readonly string[];
  intervalMicros: Micros;
  minPauseMicros: Micros;
  timeoutMicros: Micros;
  tolerableFailures: number;
  retained: number;
}>;

export type AbortReason =
  | DeclineReason
  | 'CHECKPOINT_EXPIRED'
  | 'CHECKPOINT_COORDINATOR_SUSPEND'
  | 'TRIGGER_CHECKPOINT_FAILURE'
  | 'FINALIZE_CHECKPOINT_FAILURE';

export type CoordinatorEvent =
  | Readonly<{ kind: 'started'; attempt: number; firstDelay: Micros }>
  | Readonly<{ kind: 'stopped' }>
  | Readonly<{ kind: 'tasksRan' }>
  | Readonly<{ kind: 'allTasksEnded' }>
  | Readonly<{ kind: 'intervalElapsed'; attempt: number; now: Micros }>
  | Readonly<{ kind: 'idTaken'; attempt: number; id: number }>
  | Readonly<{ kind: 'idRefused'; attempt: number }>
  | Readonly<{ kind: 'coordinated'; id: number; coordinator: string; words: Words }>
  | Readonly<{ kind: 'coordinationFailed'; id: number }>
  | Readonly<{
      kind: 'acknowledged';
      id: number;
      attempt: number;
      subtask: string;
      handle: Handle;
    }>
  | Readonly<{ kind: 'declined'; id: number; attempt: number; reason: AbortReason }>
  | Readonly<{ kind: 'expired'; id: number }>
  | Readonly<{ kind: 'metadataWritten'; id: number }>
  | Readonly<{ kind: 'metadataFailed'; id: number }>
  | Readonly<{ kind: 'stored'; id: number; now: Micros }>
  | Readonly<{ kind: 'storeFailed'; id: number }>
  | Readonly<{ kind: 'recovered'; completed: readonly Completed[] }>;

export type CoordinatorEffect =
  | Readonly<{ kind: 'armInterval'; attempt: number; delay: Micros }>
  | Readonly<{ kind: 'takeId'; attempt: number }>
  | Readonly<{ kind: 'armExpiry'; id: number; delay: Micros }>
  | Readonly<{ kind: 'coordinate'; id: number; coordinator: string }>
  | Readonly<{ kind: 'triggerTask'; id: number; attempt: number; subtask: string }>
  | Readonly<{ kind: 'acknowledge'; id: number; subtask: string; last: boolean }>
  | Readonly<{ kind: 'writeMetadata'; pending: Pending }>
  | Readonly<{ kind: 'storePointer'; id: number }>
  | Readonly<{ kind: 'notifyComplete'; id: number; attempt: number; final: boolean }>
  | Readonly<{ kind: 'notifyAborted'; id: number; attempt: number; reason: AbortReason }>
  | Readonly<{ kind: 'subsume'; checkpoint: Completed }>
  | Readonly<{ kind: 'discard'; handles: readonly Handle[] }>
  | Readonly<{ kind: 'failJob'; reason: AbortReason }>;

export type Transition = readonly [Coordinator, readonly CoordinatorEffect[]];

export function coordinatorOf(settings: CoordinatorSettings): Coordinator {
  return {
    settings,
    active: false,
    attempt: 0,
    triggering: false,
    tasksRunning: false,
    sourcesEnded: false,
    pending: undefined,
    completed: [],
    failures: 0,
    lastCompletionAt: -Infinity,
  };
}

/** One transition. */
export function coordinate(state: Coordinator, event: CoordinatorEvent): Transition {
  switch (event.kind) {
    case 'started':
      return start(state, event.attempt, event.firstDelay);
    case 'stopped':
      return stop(state);
    case 'tasksRan':
      return [{ ...state, tasksRunning: true }, []];
    case 'allTasksEnded':
      return takeId({ ...state, sourcesEnded: true });
    case 'intervalElapsed':
      return elapse(state, event.attempt, event.now);
    case 'idTaken':
      return trigger(state, event.attempt, event.id);
    case 'idRefused':
      return event.attempt === state.attempt ? [{ ...state, triggering: false }, []] : [state, []];
    case 'recovered':
      return [{ ...state, completed: event.completed }, []];
    case 'coordinated':
      return coordinated(state, event);
    case 'coordinationFailed':
      return state.pending?.id === event.id && state.pending.phase === 'coordinating'
        ? abort(state, 'TRIGGER_CHECKPOINT_FAILURE')
        : unchanged(state);
    case 'acknowledged':
      return acknowledge(state, event);
    case 'declined':
      return isCurrent(state, event.id) && event.attempt === state.attempt
        ? abort(state, event.reason)
        : unchanged(state);
    case 'expired':
      return isCurrent(state, event.id) && isGathering(state)
        ? abort(state, 'CHECKPOINT_EXPIRED')
        : unchanged(state);
    case 'metadataWritten':
      return storePointer(state, event.id);
    case 'metadataFailed':
    case 'storeFailed':
      return isCurrent(state, event.id)
        ? abort(state, 'FINALIZE_CHECKPOINT_FAILURE')
        : unchanged(state);
    case 'stored':
      return complete(state, event.id, event.now);
    default:
      return unreachable(event);
  }
}

/** The job is RUNNING: the first trigger comes after a delay drawn in [min pause, interval]. */
function start(state: Coordinator, attempt: number, delay: Micros): Transition {
  const fresh = { triggering: false, tasksRunning: false, sourcesEnded: false, pending: undefined };
  return [{ ...state, ...fresh, active: true, attempt }, [{ kind: 'armInterval', attempt, delay }]];
}

/** The job left RUNNING: what is pending is aborted, unless its pointer may be stored by now. */
function stop(state: Coordinator): Transition {
  const stopped = { ...state, active: false };
  if (state.pending === undefined || state.pending.phase === 'storing') return [stopped, []];
  return abort(stopped, 'CHECKPOINT_COORDINATOR_SUSPEND');
}

/** The interval is over: the next is armed, and a checkpoint is triggered if one may be. */
function elapse(state: Coordinator, attempt: number, now: Micros): Transition {
  if (!state.active || attempt !== state.attempt) return unchanged(state);
  const { intervalMicros, minPauseMicros } = state.settings;
  const pauseLeft = state.lastCompletionAt + minPauseMicros - now;
  if (pauseLeft > 0) return [state, [{ kind: 'armInterval', attempt, delay: pauseLeft }]];
  const [next, effects] = takeId(state);
  return [next, [{ kind: 'armInterval', attempt, delay: intervalMicros }, ...effects]];
}

function takeId(state: Coordinator): Transition {
  if (!mayTrigger(state)) return unchanged(state);
  return [{ ...state, triggering: true }, [{ kind: 'takeId', attempt: state.attempt }]];
}

/** One at a time, and only when every task is RUNNING (else NOT_ALL_REQUIRED_TASKS_RUNNING). */
function mayTrigger(state: Coordinator): boolean {
  return state.active && state.tasksRunning && !state.triggering && state.pending === undefined;
}

/**
 * The id is taken in the registry, so no other checkpoint ever has it. The operator coordinators
 * come before the tasks: what they have sent by then reaches the tasks before the trigger.
 */
function trigger(state: Coordinator, attempt: number, id: number): Transition {
  if (!state.active || attempt !== state.attempt || state.pending !== undefined)
    return unchanged({ ...state, triggering: false });
  const { coordinators, timeoutMicros } = state.settings;
  const pending: Pending = {
    id,
    phase: 'coordinating',
    final: state.sourcesEnded,
    handles: new Map(),
    coordinators: new Map(),
  };
  const asked = coordinators.map((coordinator): CoordinatorEffect => ({
    kind: 'coordinate',
    ...{ id, coordinator },
  }));
  const [next, effects] = whenCoordinated({ ...state, triggering: false }, pending);
  return [next, [{ kind: 'armExpiry', id, delay: timeoutMicros }, ...asked, ...effects]];
}

type Coordinated = Extract<CoordinatorEvent, { kind: 'coordinated' }>;

/** An operator coordinator has given its state; after the last one the tasks are triggered. */
function coordinated(state: Coordinator, { id, coordinator, words }: Coordinated): Transition {
  const { pending } = state;
  if (pending?.id !== id || pending.phase !== 'coordinating') return unchanged(state);
  const coordinators = new Map(pending.coordinators).set(coordinator, words);
  return whenCoordinated(state, { ...pending, coordinators });
}

function whenCoordinated(state: Coordinator, pending: Pending): Transition {
  const { sources, coordinators } = state.settings;
  if (pending.coordinators.size < coordinators.length) return [{ ...state, pending }, []];
  const { id } = pending;
  const { attempt } = state;
  const triggers = sources.map((subtask): CoordinatorEffect => ({
    kind: 'triggerTask',
    ...{ id, attempt, subtask },
  }));
  return [{ ...state, pending: { ...pending, phase: 'collecting' } }, triggers];
}

type Acknowledged = Extract<CoordinatorEvent, { kind: 'acknowledged' }>;

/** A subtask's part is durable; with the last one the metadata is written. */
function acknowledge(state: Coordinator, event: Acknowledged): Transition {
  const { pending } = state;
  const { id, subtask, handle } = event;
  if (pending?.id !== id || event.attempt !== state.attempt || pending.phase !== 'collecting')
    return isInUse(state, event)
      ? unchanged(state)
      : [state, [{ kind: 'discard', handles: [handle] }]]; // a word come too late
  if (pending.handles.has(subtask)) return unchanged(state);
  const handles = new Map(pending.handles).set(subtask, handle);
  const last = handles.size === state.settings.subtasks.length;
  const phase = last ? 'writingMetadata' : 'collecting';
  const told: CoordinatorEffect = { kind: 'acknowledge', id, subtask, last };
  const after: Pending = { ...pending, phase, handles };
  return [
    { ...state, pending: after },
    last ? [told, { kind: 'writeMetadata', pending: after }] : [told],
  ];
}

/** The metadata is durable; now the pointer, which makes the checkpoint completed. */
function storePointer(state: Coordinator, id: number): Transition {
  const { pending } = state;
  if (pending?.id !== id || pending.phase !== 'writingMetadata') return unchanged(state);
  return [{ ...state, pending: { ...pending, phase: 'storing' } }, [{ kind: 'storePointer', id }]];
}

/** The pointer is in the registry: durable first, then told to anyone. */
function complete(state: Coordinator, id: number, now: Micros): Transition {
  const { pending, attempt, settings } = state;
  if (pending?.id !== id || pending.phase !== 'storing') return unchanged(state);
  const all = [...state.completed, { id, handles: pending.handles }];
  const excess = Math.max(0, all.length - settings.retained);
  const notice: CoordinatorEffect = { kind: 'notifyComplete', id, attempt, final: pending.final };
  const after = {
    ...state,
    pending: undefined,
    completed: all.slice(excess),
    failures: 0,
    lastCompletionAt: now,
  };
  const subsumed = all
    .slice(0, excess)
    .map((checkpoint): CoordinatorEffect => ({ kind: 'subsume', checkpoint }));
  const effects = [...(state.active ? [notice] : []), ...subsumed];
  const [next, more] = needsFinal(after, pending) ? takeId(after) : unchanged(after);
  return [next, [...effects, ...more]];
}

/** The sources ended while this checkpoint was under way: one more is needed, at once. */
function needsFinal(state: Coordinator, before: Pending): boolean {
  return state.sourcesEnded && !before.final;
}

/** The pending checkpoint is over without success; its parts are discarded. */
function abort(state: Coordinator, reason: AbortReason): Transition {
  const { pending, attempt, settings } = state;
  if (pending === undefined) return unchanged(state);
  const failures = state.failures + (countsAsFailure(reason) ? 1 : 0);
  const fails = failures > settings.tolerableFailures;
  const effects: CoordinatorEffect[] = [
    { kind: 'notifyAborted', id: pending.id, attempt, reason },
    { kind: 'discard', handles: [...pending.handles.values()] },
  ];
  if (fails) effects.push({ kind: 'failJob', reason });
  const after = { ...state, pending: undefined, failures: fails ? 0 : failures };
  const [next, more] = state.sourcesEnded && !fails ? takeId(after) : unchanged(after);
  return [next, [...effects, ...more]];
}

/** CheckpointFailureManager: which reasons count against the tolerable number. */
function countsAsFailure(reason: AbortReason): boolean {
  return (
    reason === 'CHECKPOINT_ASYNC_EXCEPTION' ||
    reason === 'CHECKPOINT_EXPIRED' ||
    reason === 'FINALIZE_CHECKPOINT_FAILURE'
  );
}

/** A second word about a part of a checkpoint that is retained or about to be. */
function isInUse({ pending, completed }: Coordinator, event: Acknowledged): boolean {
  const { id, subtask, handle } = event;
  if (pending?.id === id) return pending.handles.get(subtask)?.name === handle.name;
  return completed.some((checkpoint) => checkpoint.id === id);
}

/** Something of it is still to come from coordinators or tasks. */
function isGathering({ pending }: Coordinator): boolean {
  return pending?.phase === 'coordinating' || pending?.phase === 'collecting';
}

function isCurrent(state: Coordinator, id: number): boolean {
  return state.pending?.id === id;
}

function unchanged(state: Coordinator): Transition {
  return [state, []];
}
