/**
 * What the checkpoint coordinator knows, hears and wants: its state, its events, its effects.
 *
 * Source: Flink 2.x, CheckpointCoordinator, PendingCheckpoint, CompletedCheckpoint.
 */
import type { Words } from '../../kernel/actor.js';
import type { Micros } from '../../kernel/time.js';
import type { DeclineReason, Handle, Part } from '../protocol.js';
import { noFailures, type Failures } from './failures.js';
import type { Plan, PlannedSubtask, Standing } from './plan.js';
import type { AbortReason, RefusalReason } from './reasons.js';
import type { Request, RequestKind } from './requests.js';

/** Where a pending checkpoint stands on its way. */
export type Phase =
  | 'locating' // the place for its metadata
  | 'coordinating' // the operator coordinators
  | 'collecting' // the subtasks
  | 'collected' // nothing is missing; another one is being finalized
  | 'writingMetadata'
  | 'storing'; // its pointer

export type Pending = Readonly<{
  id: number;
  phase: Phase;
  /** When the request was chosen, by the clock on the wall; it goes into the barriers. */
  timestamp: Micros;
  plan: Plan;
  parts: ReadonlyMap<string, Part>;
  /** State of each operator coordinator. */
  coordinators: ReadonlyMap<string, Words>;
}>;

/** A completed checkpoint that is retained. */
export type Completed = Readonly<{ id: number; handles: ReadonlyMap<string, Handle> }>;

/** A request that was chosen; its checkpoint is pending once it has an id. */
export type Triggering = Readonly<{
  request: Request;
  plan: Plan;
  attempt: number;
  id: number | undefined;
}>;

export type Coordinator = Readonly<{
  settings: CoordinatorSettings;
  /** The job is RUNNING and scheduled triggers are wanted. */
  active: boolean;
  attempt: number;
  /** When the interval elapses. */
  due: Micros;
  queue: readonly Request[];
  triggering: Triggering | undefined;
  standings: ReadonlyMap<string, Standing>;
  /** By id, in the order in which they were triggered. */
  pending: ReadonlyMap<number, Pending>;
  /** Ids of pending checkpoints that lack nothing: the first of them is being finalized. */
  finalizing: readonly number[];
  /** Ascending by id. */
  completed: readonly Completed[];
  /** Checkpoints whose files are being removed. */
  cleaning: ReadonlySet<number>;
  failures: Failures;
  lastCompletionAt: Micros;
}>;

export type CoordinatorSettings = Readonly<{
  /** In topological order. */
  subtasks: readonly PlannedSubtask[];
  /** Subtasks of each vertex with a union state: they finish all together, or none of them. */
  unions: readonly (readonly string[])[];
  /** Operators that have a coordinator. */
  coordinators: readonly string[];
  intervalMicros: Micros;
  minPauseMicros: Micros;
  timeoutMicros: Micros;
  concurrent: number;
  tolerableFailures: number;
  retained: number;
  afterFinish: boolean;
}>;

export type CoordinatorEvent =
  | Readonly<{ kind: 'started'; attempt: number; firstDelay: Micros }>
  | Readonly<{ kind: 'stopped' }>
  | Readonly<{ kind: 'shutDown' }>
  | Readonly<{ kind: 'taskChanged'; subtask: string; standing: Standing }>
  | Readonly<{ kind: 'allTasksEnded' }>
  | Readonly<{ kind: 'intervalElapsed' }>
  | Readonly<{
      kind: 'requested';
      by: Exclude<RequestKind, 'periodic' | 'final'>;
      number?: number;
    }>
  | Readonly<{ kind: 'idTaken'; id: number; timestamp: Micros }>
  | Readonly<{ kind: 'idRefused' }>
  | Readonly<{ kind: 'located'; id: number }>
  | Readonly<{ kind: 'locationFailed'; id: number }>
  | Readonly<{ kind: 'coordinated'; id: number; coordinator: string; words: Words }>
  | Readonly<{ kind: 'coordinationFailed'; id: number }>
  | Readonly<{
      kind: 'acknowledged';
      id: number;
      attempt: number;
      subtask: string;
      part: Part;
    }>
  | Readonly<{ kind: 'declined'; id: number; attempt: number; reason: DeclineReason }>
  | Readonly<{ kind: 'expired'; id: number }>
  | Readonly<{ kind: 'metadataWritten'; id: number }>
  | Readonly<{ kind: 'metadataFailed'; id: number }>
  | Readonly<{ kind: 'stored'; id: number }>
  | Readonly<{ kind: 'storeFailed'; id: number }>
  | Readonly<{ kind: 'cleaned'; id: number }>
  | Readonly<{ kind: 'recovered'; completed: readonly Completed[] }>;

export type CoordinatorEffect =
  /** In the place of what was armed before. */
  | Readonly<{ kind: 'armInterval'; delay: Micros }>
  | Readonly<{ kind: 'disarmInterval' }>
  | Readonly<{ kind: 'refuse'; request: Request; reason: RefusalReason }>
  | Readonly<{ kind: 'takeId' }>
  | Readonly<{ kind: 'begin'; pending: Pending; expiry: Micros }>
  | Readonly<{ kind: 'coordinate'; id: number; coordinator: string }>
  | Readonly<{
      kind: 'triggerTask';
      id: number;
      attempt: number;
      subtask: string;
      timestamp: Micros;
    }>
  /** `words`: of the snapshot. */
  | Readonly<{ kind: 'acknowledge'; id: number; subtask: string; last: boolean; words: number }>
  | Readonly<{ kind: 'writeMetadata'; pending: Pending }>
  | Readonly<{ kind: 'storePointer'; id: number }>
  | Readonly<{ kind: 'complete'; pending: Pending; attempt: number }>
  | Readonly<{
      kind: 'abort';
      pending: Pending;
      attempt: number;
      reason: AbortReason;
      /** Newest that completed, for tasks that have not heard of it; 0 for none. */
      latest: number;
    }>
  | Readonly<{ kind: 'subsume'; checkpoint: Completed }>
  | Readonly<{ kind: 'discard'; handles: readonly Handle[] }>
  | Readonly<{ kind: 'failJob'; reason: AbortReason }>;

export type Transition = readonly [Coordinator, readonly CoordinatorEffect[]];

/** A coordinator that knows nothing of a job yet. */
export function coordinatorOf(settings: CoordinatorSettings): Coordinator {
  return {
    settings,
    active: false,
    attempt: 0,
    due: 0,
    queue: [],
    triggering: undefined,
    standings: new Map(),
    pending: new Map(),
    finalizing: [],
    completed: [],
    cleaning: new Set(),
    failures: noFailures,
    lastCompletionAt: -Infinity,
  };
}

/** The state with a pending checkpoint, or with it as it is now. */
export function withPending(state: Coordinator, pending: Pending): Coordinator {
  return { ...state, pending: new Map(state.pending).set(pending.id, pending) };
}

/** The state without a pending checkpoint: nothing of it is triggered or finalized any more. */
export function withoutPending(state: Coordinator, id: number): Coordinator {
  const pending = new Map(state.pending);
  pending.delete(id);
  const triggering = state.triggering?.id === id ? undefined : state.triggering;
  const finalizing = state.finalizing.filter((other) => other !== id);
  return { ...state, pending, triggering, finalizing };
}
