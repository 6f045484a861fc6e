/**
 * The small world of the checkpoint coordinator: `coordinate` itself, and around it everything that
 * it asks, hears or fears, kept so small that all of it can be explored. It is the same world as
 * that of models/Coordinator.tla, variable by variable and step by step.
 *
 * Nothing here takes time. What is under way (a request, a barrier, a word of a task, a timer)
 * arrives at any later step or never; the clock moves only to end the pause after a completion.
 */
import type { Words } from '../kernel/actor.js';
import type { Micros } from '../kernel/time.js';
import {
  coordinatorOf,
  type Completed,
  type Coordinator,
  type CoordinatorEffect,
  type CoordinatorEvent,
  type CoordinatorSettings,
} from '../engine/checkpoint/coordinator.js';
import type { Standing } from '../engine/checkpoint/plan.js';
import type { RequestKind } from '../engine/checkpoint/requests.js';
import type { DeclineReason, Handle, Progress } from '../engine/protocol.js';

/** What may go wrong in a world, or late. */
export type WorldFault =
  | 'refusals' // the registry and the store refuse requests
  | 'failedCoordinators' // an operator coordinator cannot give its state
  | 'expiry' // a checkpoint takes too long
  | 'failures' // a task fails, and with it the attempt
  | 'lateWords' // what a task says outlives its attempt
  | 'repeatedWords' // what a task says is heard again
  | 'zombies' // a task of the attempt before speaks of a checkpoint of this one
  | 'finishing'; // tasks come to the end of their data

/** The bounds of a world: the constants of the model. */
export type Bounds = Readonly<{
  /** Subtasks without input, and those to which every source sends. */
  sources: readonly string[];
  sinks: readonly string[];
  /** Subtasks that share a union state, if any. */
  union: readonly string[];
  /** Operators that have a coordinator. */
  coordinators: readonly string[];
  /** Who asks for checkpoints. */
  kinds: readonly RequestKind[];
  /** Why tasks decline. */
  reasons: readonly DeclineReason[];
  /** How far operators are in a snapshot. */
  progresses: readonly Progress[];
  faults: readonly WorldFault[];
  /** Ids that the registry gives. */
  maxId: number;
  /** Deployments of the job. */
  maxAttempt: number;
  /** Of the job manager. */
  maxCrashes: number;
  /** Requests that wait. */
  maxQueue: number;
  concurrent: number;
  retained: number;
  tolerable: number;
  /** There is a pause after each completion. */
  minPause: boolean;
  afterFinish: boolean;
}>;

/** How the job stands. */
export type Job =
  | 'starting' // nothing runs, and what to restore is not known
  | 'deploying' // what to restore is known
  | 'running'
  | 'doomed' // the coordinator has failed it, and nobody has acted yet
  | 'over';

/** A request that is under way: to the registry, the store or an operator coordinator. */
export type Asked = Readonly<{
  what:
    | 'id'
    | 'given' // the id is written; the answer is under way
    | 'place'
    | 'state' // of an operator coordinator
    | 'metadata'
    | 'pointer'
    | 'written' // the pointer is; the answer is under way
    | 'removal' // of a pointer
    | 'disposal' // of what a checkpoint consists of
    | LateWrite;
  /** The checkpoint; 0 while it has no id. */
  id: number;
  /** The operator coordinator; empty for none. */
  of: string;
}>;

/** Writes of a job manager that is gone: they may still be done, and nobody hears of it. */
export type LateWrite = 'lateId' | 'latePointer' | 'lateRemoval';

/** A trigger, from the coordinator, or a barrier, from a task. */
export type Barrier = Readonly<{ from: string; to: string; id: number; attempt: number }>;

/** What a task says about a checkpoint. */
export type Word = Readonly<{ task: string; id: number; attempt: number }> &
  (
    | Readonly<{ kind: 'acknowledged'; how: Progress }>
    | Readonly<{ kind: 'declined'; how: DeclineReason }>
  );

/** What the coordinator and the tasks do not hold, and a crash of the job manager leaves. */
type Durable = Readonly<{
  /** Newest id in the registry. */
  counter: number;
  /** Checkpoints whose pointers are in the registry. */
  pointers: ReadonlySet<number>;
  /** What the metadata in the store names, by checkpoint. */
  metadata: ReadonlyMap<number, Completed>;
}>;

/** What has become of checkpoints, each in the order in which it did. */
type Ledger = Readonly<{
  begun: readonly number[];
  /** Their pointers are. */
  stored: readonly number[];
  /** Tasks were told so. */
  completed: readonly number[];
  aborted: ReadonlySet<number>;
}>;

export type World = Durable &
  Ledger &
  Readonly<{
    bounds: Bounds;
    settings: CoordinatorSettings;
    coordinator: Coordinator;
    /** What it said in the step before. */
    said: readonly CoordinatorEffect[];
    now: Micros;
    job: Job;
    /** The newest deployment; 0 before the first. */
    attempt: number;
    /** Of the job manager. */
    crashes: number;
    /** Of the attempt; none while the job does not run. */
    tasks: ReadonlyMap<string, Standing>;
    /** The timer of the interval is armed. */
    interval: boolean;
    /** Checkpoints that may expire. */
    timers: ReadonlySet<number>;
    asked: readonly Asked[];
    barriers: readonly Barrier[];
    words: readonly Word[];
    /** What the newest attempt was restored from; 0 for nothing. */
    restored: number;
  }>;

/** The function that is explored; a test puts another one in its place. */
export type Coordinate = (
  state: Coordinator,
  event: CoordinatorEvent,
  now: Micros,
) => readonly [Coordinator, readonly CoordinatorEffect[]];

/** The pause, where there is one. */
const PAUSE: Micros = 1;

/** The world before anything has happened. */
export function worldOf(bounds: Bounds): World {
  const settings = settingsOf(bounds);
  return {
    bounds,
    settings,
    coordinator: coordinatorOf(settings),
    said: [],
    now: 0,
    job: 'starting',
    attempt: 0,
    crashes: 0,
    tasks: new Map(),
    interval: false,
    timers: new Set(),
    asked: [],
    barriers: [],
    words: [],
    counter: 0,
    pointers: new Set(),
    metadata: new Map(),
    restored: 0,
    begun: [],
    stored: [],
    completed: [],
    aborted: new Set(),
  };
}

function settingsOf(bounds: Bounds): CoordinatorSettings {
  const { sources, sinks, union } = bounds;
  return {
    subtasks: [
      ...sources.map((name) => ({ name, upstream: [] })),
      ...sinks.map((name) => ({ name, upstream: sources })),
    ],
    unions: union.length === 0 ? [] : [union],
    coordinators: bounds.coordinators,
    intervalMicros: 1,
    minPauseMicros: bounds.minPause ? PAUSE : 0,
    timeoutMicros: 1,
    concurrent: bounds.concurrent,
    tolerableFailures: bounds.tolerable,
    retained: bounds.retained,
    afterFinish: bounds.afterFinish,
  };
}

/** Whether a fault is among those of the world. */
export function hasFault({ bounds }: World, fault: WorldFault): boolean {
  return bounds.faults.includes(fault);
}

/** When the pause after the last completion is over. */
export function pauseEnd({ coordinator, settings }: World): Micros {
  return coordinator.lastCompletionAt + settings.minPauseMicros;
}

/** All subtasks, in topological order. */
export function tasksOf({ sources, sinks }: Bounds): readonly string[] {
  return [...sources, ...sinks];
}

/** The handle of a task's part; its name says whose it is. */
export function handleOf({ id, task, attempt }: Word): Handle {
  return { name: `chk-${id}/${task}-${attempt}`, words: 0 };
}

/** What an operator coordinator gives for a checkpoint. */
export function stateFor(id: number): Words {
  return Int32Array.of(id);
}
