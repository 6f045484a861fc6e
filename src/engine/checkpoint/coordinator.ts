/**
 * The checkpoint coordinator: one transition per event, no clock of its own, no store. A checkpoint
 * is asked for, triggered, acknowledged by every subtask that runs, its metadata written, its
 * pointer stored, and only then told to anyone; or it is declined, expires, is subsumed or aborted.
 *
 * One request at a time is between chosen and triggered, and one checkpoint at a time between its
 * last acknowledgement and its pointer: in Flink the coordinator's lock is held meanwhile.
 *
 * Source: Flink 2.x, CheckpointCoordinator.
 */
import type { Words } from '../../kernel/actor.js';
import { unreachable } from '../../kernel/invariant.js';
import type { Micros } from '../../kernel/time.js';
import type { Handle, Part } from '../protocol.js';
import {
  withoutPending,
  withPending,
  type Coordinator,
  type CoordinatorEffect,
  type CoordinatorEvent,
  type Pending,
  type Phase,
  type Transition,
  type Triggering,
} from './coordinator-state.js';
import { fail, succeed } from './failures.js';
import { isHalfFinished, planOf, type Standing } from './plan.js';
import type { AbortReason, RefusalReason } from './reasons.js';
import { enqueue, isScheduled, type Request, type RequestKind } from './requests.js';

export { coordinatorOf } from './coordinator-state.js';
export type {
  Completed,
  Coordinator,
  CoordinatorEffect,
  CoordinatorEvent,
  CoordinatorSettings,
  Pending,
} from './coordinator-state.js';

/**
 * One transition.
 *
 * @param now  the clock of the process
 */
export function coordinate(state: Coordinator, event: CoordinatorEvent, now: Micros): Transition {
  switch (event.kind) {
    case 'started':
      return start(state, event.attempt, event.firstDelay, now);
    case 'stopped':
      return stop(state, 'CHECKPOINT_COORDINATOR_SUSPEND');
    case 'shutDown':
      return stop(state, 'CHECKPOINT_COORDINATOR_SHUTDOWN');
    case 'taskChanged':
      return [changeTask(state, event.subtask, event.standing), []];
    case 'allTasksEnded':
      return request(state, 'final', now);
    case 'intervalElapsed':
      return elapse(state, now);
    case 'requested':
      return request(state, event.by, now, event.number);
    case 'idTaken':
      return begin(state, event.id, event.timestamp, now);
    case 'idRefused':
      return refuseChosen(state, 'TRIGGER_CHECKPOINT_FAILURE', now);
    case 'located':
      return askCoordinators(state, event.id, now);
    case 'locationFailed':
      return abortIn(state, event.id, ['locating'], 'IO_EXCEPTION', now);
    case 'coordinated':
      return coordinated(state, event, now);
    case 'coordinationFailed':
      return abortIn(state, event.id, ['coordinating'], 'TRIGGER_CHECKPOINT_FAILURE', now);
    case 'acknowledged':
      return acknowledge(state, event, now);
    case 'declined':
      return event.attempt === state.attempt
        ? abortIn(state, event.id, gathering, event.reason, now)
        : unchanged(state); // of an attempt that is no more (FLINK-13593)
    case 'expired':
      return abortIn(state, event.id, gathering, 'CHECKPOINT_EXPIRED', now);
    case 'metadataWritten':
      return storePointer(state, event.id);
    case 'metadataFailed':
      return abortIn(state, event.id, ['writingMetadata'], 'FINALIZE_CHECKPOINT_FAILURE', now);
    case 'storeFailed':
      return abortIn(state, event.id, ['storing'], 'FINALIZE_CHECKPOINT_FAILURE', now);
    case 'stored':
      return complete(state, event.id, now);
    case 'cleaned':
      return choose({ ...state, cleaning: without(state.cleaning, event.id) }, now);
    case 'recovered':
      return [{ ...state, completed: event.completed }, []];
    default:
      return unreachable(event);
  }
}

/** The job is RUNNING: the first trigger comes after a delay drawn in [min pause, interval]. */
function start(state: Coordinator, attempt: number, delay: Micros, now: Micros): Transition {
  const standings = new Map(
    state.settings.subtasks.map(({ name }): [string, Standing] => [name, 'starting']),
  );
  const fresh = { active: true, attempt, due: now + delay, standings };
  return [{ ...state, ...fresh }, [{ kind: 'armInterval', delay }]];
}

/**
 * The job left RUNNING: what waits is refused, what is pending aborted. What is being finalized
 * goes on, as its pointer may be stored by now.
 */
function stop(
  state: Coordinator,
  reason: 'CHECKPOINT_COORDINATOR_SUSPEND' | 'CHECKPOINT_COORDINATOR_SHUTDOWN',
): Transition {
  const refused = state.queue.map((one): CoordinatorEffect => refusal(one, reason));
  let after: Coordinator = { ...state, active: false, queue: [] };
  const effects: CoordinatorEffect[] = [{ kind: 'disarmInterval' }, ...refused];
  const [head] = state.finalizing;
  for (const pending of state.pending.values()) {
    if (pending.id === head) continue;
    const [next, more] = abort(after, pending, reason);
    after = next;
    effects.push(...more);
  }
  return [after, effects];
}

function changeTask(state: Coordinator, subtask: string, standing: Standing): Coordinator {
  return { ...state, standings: new Map(state.standings).set(subtask, standing) };
}

/** The interval is over: the next one is armed at the fixed rate, and a checkpoint asked for. */
function elapse(state: Coordinator, now: Micros): Transition {
  if (!state.active) return unchanged(state);
  const due = state.due + state.settings.intervalMicros;
  const armed: CoordinatorEffect = { kind: 'armInterval', delay: Math.max(0, due - now) };
  const [next, effects] = request({ ...state, due }, 'periodic', now);
  return [next, [armed, ...effects]];
}

function request(state: Coordinator, kind: RequestKind, now: Micros, number?: number): Transition {
  const [queue, refused] = enqueue(state.queue, { kind, at: now, number });
  const [next, effects] = choose({ ...state, queue }, now);
  if (refused === undefined) return [next, effects];
  return [next, [refusal(refused, 'TOO_MANY_CHECKPOINT_REQUESTS'), ...effects]];
}

/**
 * The next request is taken, if one may be now. Source: CheckpointRequestDecider.
 *
 * @param failing  the job was failed in this transition and is about to leave RUNNING
 */
function choose(state: Coordinator, now: Micros, failing = false): Transition {
  const { queue, triggering, pending, cleaning, settings, lastCompletionAt } = state;
  const [first, ...rest] = queue;
  const isBusy = pending.size >= settings.concurrent || cleaning.size > settings.concurrent;
  if (first === undefined || triggering !== undefined || isBusy) return unchanged(state);
  const pauseLeft = lastCompletionAt + settings.minPauseMicros - now;
  if (isScheduled(first) && pauseLeft > 0)
    return postpone({ ...state, queue: rest }, first, pauseLeft, now);
  // Who takes part is settled when no task runs any more; the others in the queue go with the stop.
  if (failing)
    return [{ ...state, queue: rest }, [refusal(first, 'NOT_ALL_REQUIRED_TASKS_RUNNING')]];
  return prepare({ ...state, queue: rest }, first, now);
}

/** Too early after a completion: the schedule goes on from the end of the pause. */
function postpone(state: Coordinator, one: Request, pauseLeft: Micros, now: Micros): Transition {
  const refused = refusal(one, 'MINIMUM_TIME_BETWEEN_CHECKPOINTS');
  if (one.kind !== 'periodic') return [state, [refused]];
  return [{ ...state, due: now + pauseLeft }, [refused, { kind: 'armInterval', delay: pauseLeft }]];
}

/** A request is chosen: who takes part is settled, then an id is taken. */
function prepare(state: Coordinator, one: Request, now: Micros): Transition {
  const { attempt, settings, standings } = state;
  if (isScheduled(one) && !state.active)
    return refuse(state, one, 'PERIODIC_SCHEDULER_SHUTDOWN', now);
  const plan = planOf(settings.subtasks, standings, settings.afterFinish);
  if (!state.active || plan === undefined)
    return refuse(state, one, 'NOT_ALL_REQUIRED_TASKS_RUNNING', now);
  const triggering: Triggering = { request: one, plan, attempt, id: undefined };
  return [{ ...state, triggering }, [{ kind: 'takeId' }]];
}

function refuse(state: Coordinator, one: Request, reason: RefusalReason, now: Micros): Transition {
  const [next, effects] = choose(state, now);
  return [next, [refusal(one, reason), ...effects]];
}

/** The chosen request comes to nothing before its checkpoint is pending. */
function refuseChosen(state: Coordinator, reason: RefusalReason, now: Micros): Transition {
  const { triggering } = state;
  if (triggering === undefined || triggering.id !== undefined) return unchanged(state);
  return refuse({ ...state, triggering: undefined }, triggering.request, reason, now);
}

function refusal(one: Request, reason: RefusalReason): CoordinatorEffect {
  return { kind: 'refuse', request: one, reason };
}

/**
 * The id is taken in the registry, so no other checkpoint ever has it. The job may have left
 * RUNNING meanwhile, or run in another attempt (FLINK-18290).
 */
function begin(state: Coordinator, id: number, timestamp: Micros, now: Micros): Transition {
  const { triggering, settings } = state;
  if (triggering === undefined || triggering.id !== undefined) return unchanged(state);
  if (!state.active || triggering.attempt !== state.attempt)
    return refuseChosen(state, 'PERIODIC_SCHEDULER_SHUTDOWN', now);
  const { plan } = triggering;
  const empty = { parts: new Map<string, Part>(), coordinators: new Map<string, Words>() };
  const pending: Pending = { id, phase: 'locating', timestamp, plan, ...empty };
  const after = withPending({ ...state, triggering: { ...triggering, id } }, pending);
  return [after, [{ kind: 'begin', pending, expiry: settings.timeoutMicros }]];
}

/**
 * Its place is there. The operator coordinators come before the tasks: what they have sent by then
 * reaches the tasks before the trigger.
 */
function askCoordinators(state: Coordinator, id: number, now: Micros): Transition {
  const pending = state.pending.get(id);
  if (pending?.phase !== 'locating') return unchanged(state);
  const asked = state.settings.coordinators.map((coordinator): CoordinatorEffect => ({
    kind: 'coordinate',
    ...{ id, coordinator },
  }));
  const [next, effects] = whenCoordinated(state, { ...pending, phase: 'coordinating' }, now);
  return [next, [...asked, ...effects]];
}

type Coordinated = Extract<CoordinatorEvent, { kind: 'coordinated' }>;

/** An operator coordinator has given its state; after the last one the tasks are triggered. */
function coordinated(
  state: Coordinator,
  { id, coordinator, words }: Coordinated,
  now: Micros,
): Transition {
  const pending = state.pending.get(id);
  if (pending?.phase !== 'coordinating') return unchanged(state);
  const coordinators = new Map(pending.coordinators).set(coordinator, words);
  return whenCoordinated(state, { ...pending, coordinators }, now);
}

function whenCoordinated(state: Coordinator, pending: Pending, now: Micros): Transition {
  const { attempt, settings } = state;
  if (pending.coordinators.size < settings.coordinators.length)
    return [withPending(state, pending), []];
  const { id, timestamp, plan } = pending;
  const triggers = plan.triggers.map((subtask): CoordinatorEffect => ({
    kind: 'triggerTask',
    ...{ id, attempt, subtask, timestamp },
  }));
  const after = withPending(state, { ...pending, phase: 'collecting' });
  const [next, effects] = choose({ ...after, triggering: undefined }, now);
  return [next, [...triggers, ...effects]];
}

type Acknowledged = Extract<CoordinatorEvent, { kind: 'acknowledged' }>;

/** A subtask's part is durable; with the last one the checkpoint is finalized. */
function acknowledge(state: Coordinator, event: Acknowledged, now: Micros): Transition {
  const { id, subtask, part } = event;
  const pending = state.pending.get(id);
  const isWanted = pending?.phase === 'collecting' && pending.plan.waits.includes(subtask);
  if (!isWanted || event.attempt !== state.attempt)
    return isInUse(state, event)
      ? unchanged(state)
      : [state, [{ kind: 'discard', handles: [part.handle] }]]; // a word come too late
  if (pending.parts.has(subtask)) return unchanged(state);
  const parts = new Map(pending.parts).set(subtask, part);
  const last = parts.size === pending.plan.waits.length;
  const { words } = part.handle;
  const told: CoordinatorEffect = { kind: 'acknowledge', id, subtask, last, words };
  const collected: Pending = { ...pending, parts, phase: last ? 'collected' : 'collecting' };
  const after = withPending(state, collected);
  if (!last) return [after, [told]];
  if (state.settings.unions.some((union) => isHalfFinished(union, pending.plan, parts)))
    return goOn(...abort(after, collected, 'CHECKPOINT_DECLINED_TASK_CLOSING', [told]), now);
  const [next, effects] = finalize({ ...after, finalizing: [...state.finalizing, id] });
  return [next, [told, ...effects]];
}

/** The first that lacks nothing is finalized, unless it is already. */
function finalize(state: Coordinator): Transition {
  const pending = state.pending.get(state.finalizing[0] ?? 0);
  if (pending?.phase !== 'collected') return unchanged(state);
  const after: Pending = { ...pending, phase: 'writingMetadata' };
  return [withPending(state, after), [{ kind: 'writeMetadata', pending: after }]];
}

/** The metadata is durable; now the pointer, which makes the checkpoint completed. */
function storePointer(state: Coordinator, id: number): Transition {
  const pending = state.pending.get(id);
  if (pending?.phase !== 'writingMetadata') return unchanged(state);
  return [withPending(state, { ...pending, phase: 'storing' }), [{ kind: 'storePointer', id }]];
}

/** The pointer is in the registry: durable first, then told to anyone. */
function complete(state: Coordinator, id: number, now: Micros): Transition {
  const { attempt, settings } = state;
  const pending = state.pending.get(id);
  if (pending?.phase !== 'storing') return unchanged(state);
  const all = [...state.completed, { id, handles: handlesOf(pending) }];
  const excess = all.slice(0, Math.max(0, all.length - settings.retained));
  let after: Coordinator = {
    ...withoutPending(state, id),
    completed: all.slice(excess.length),
    cleaning: new Set([...state.cleaning, ...excess.map((one) => one.id)]),
    failures: succeed(state.failures, id),
    lastCompletionAt: now,
  };
  const effects: CoordinatorEffect[] = [];
  for (const older of state.pending.values()) {
    if (older.id >= id) continue;
    const [next, more] = abort(after, older, 'CHECKPOINT_SUBSUMED');
    after = next;
    effects.push(...more);
  }
  effects.push({ kind: 'complete', pending, attempt });
  effects.push(...excess.map((checkpoint): CoordinatorEffect => ({ kind: 'subsume', checkpoint })));
  return goOn(after, effects, now);
}

/** The phases in which something is still to come from coordinators or tasks. */
const gathering: readonly Phase[] = ['locating', 'coordinating', 'collecting'];

/** Aborts a pending checkpoint if it is in one of these phases. */
function abortIn(
  state: Coordinator,
  id: number,
  phases: readonly Phase[],
  reason: AbortReason,
  now: Micros,
): Transition {
  const pending = state.pending.get(id);
  if (pending === undefined || !phases.includes(pending.phase)) return unchanged(state);
  return goOn(...abort(state, pending, reason), now);
}

/** A pending checkpoint is over without success; its parts are removed. */
function abort(
  state: Coordinator,
  pending: Pending,
  reason: AbortReason,
  told: readonly CoordinatorEffect[] = [],
): [Coordinator, CoordinatorEffect[]] {
  const { attempt, settings } = state;
  const { id } = pending;
  const [failures, tooMany] = fail(state.failures, id, reason, settings.tolerableFailures);
  const latest = state.completed.at(-1)?.id ?? 0;
  const after: Coordinator = {
    ...withoutPending(state, id),
    cleaning: new Set(state.cleaning).add(id),
    failures,
  };
  const effects: CoordinatorEffect[] = [
    ...told,
    { kind: 'abort', pending, attempt, reason, latest },
  ];
  if (tooMany) effects.push({ kind: 'failJob', reason });
  return [after, effects];
}

/**
 * Something is over: the next is finalized, and the next request chosen. That the job fails comes
 * last, as it brings events of its own.
 */
function goOn(state: Coordinator, effects: readonly CoordinatorEffect[], now: Micros): Transition {
  const [finalizing, first] = finalize(state);
  const failures = effects.filter(({ kind }) => kind === 'failJob');
  const [next, second] = choose(finalizing, now, failures.length > 0);
  const others = effects.filter(({ kind }) => kind !== 'failJob');
  return [next, [...others, ...first, ...second, ...failures]];
}

/** A second word about a part of a checkpoint that is retained or about to be. */
function isInUse({ pending, completed }: Coordinator, event: Acknowledged): boolean {
  const { id, subtask, part } = event;
  if (pending.get(id)?.parts.get(subtask)?.handle.name === part.handle.name) return true;
  return completed.some((checkpoint) => checkpoint.id === id);
}

function handlesOf({ parts }: Pending): ReadonlyMap<string, Handle> {
  return new Map([...parts].map(([subtask, { handle }]) => [subtask, handle]));
}

function without(ids: ReadonlySet<number>, id: number): ReadonlySet<number> {
  const left = new Set(ids);
  left.delete(id);
  return left;
}

function unchanged(state: Coordinator): Transition {
  return [state, []];
}
