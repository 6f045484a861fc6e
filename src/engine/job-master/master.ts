/**
 * The state of a job manager: its lease, the task managers that it knows, the job's scheduler and
 * its checkpoint coordinator. All of it goes with the process; a new one reads the registry.
 */
import type { ConnectionId, TimerHandle } from '../../kernel/actor.js';
import type { Configuration } from '../../flink/configuration.js';
import { slotsNeeded, subtaskName, subtasksOf, type JobGraph } from '../../job/job-graph.js';
import { clientOf, type AskPolicy, type Client } from '../ask.js';
import { coordinatorOf, type Completed, type Coordinator } from '../checkpoint/coordinator.js';
import { schedulerOf, type EndStatus, type Scheduler } from '../failover/scheduler.js';
import { ATTEMPTS_PER_EPOCH, type Handle } from '../protocol.js';
import { noSlots, type Slots } from '../resource/slots.js';

export type JobManagerSetup = Readonly<{
  name: string;
  job: JobGraph;
  configuration: Configuration;
  registry: string;
  objectStore: string;
}>;

/** A task manager, as the job manager knows it. */
export type Peer = {
  readonly connection: ConnectionId;
  slots: number;
  registered: boolean;
  /** The leader has told it so: it may be asked for slots. */
  accepted: boolean;
  silence: TimerHandle | undefined;
};

/** What the job manager remembers of a request to the registry. */
export type RegistryTag =
  | Readonly<{ kind: 'lease' }>
  | Readonly<{ kind: 'renew' }>
  | Readonly<{ kind: 'inventory' }>
  | Readonly<{ kind: 'jobGraph' }>
  | Readonly<{ kind: 'counter'; attempt: number; id: number }>
  | Readonly<{ kind: 'pointer'; id: number; tries: number }>
  | Readonly<{ kind: 'pointers'; reading: number }>
  | Readonly<{ kind: 'remove'; checkpoint: Completed; tries: number }>
  | Readonly<{ kind: 'result'; status: EndStatus }>;

/** What it remembers of a request to the object store. */
export type MasterStoreTag =
  | Readonly<{ kind: 'metadata'; id: number; tries: number }>
  | Readonly<{ kind: 'recover'; reading: number; id: number; tries: number }>
  | Readonly<{ kind: 'discard' }>;

/** The reading of the restore point, under way. */
export type Recovery = {
  /** Checkpoints whose metadata is still to come. */
  missing: number;
  readonly completed: Completed[];
  readonly newest: number;
};

export type JobManager = {
  readonly setup: JobManagerSetup;
  /** Epoch of the lease that it holds; 0 before. */
  epoch: number;
  leading: boolean;
  /** When the lease is renewed next. */
  renewal: TimerHandle | undefined;
  /** What the job came to, if that is known. */
  result: string | undefined;
  readonly registry: Client<RegistryTag>;
  readonly store: Client<MasterStoreTag>;
  readonly peers: Map<string, Peer>;
  slots: Slots;
  scheduler: Scheduler;
  coordinator: Coordinator;
  counter: { value: number; version: number };
  recovery: Recovery | undefined;
  /** Number of the newest reading: what an earlier one asked for is not for it. */
  readings: number;
  /** A restore point is wanted, and waits for writes to the registry whose answers are due. */
  restoreWaits: boolean;
  removals: number;
  readonly ended: Set<string>;
  readonly commits: Map<string, number>;
  /** Checkpoint after which the job is done, once there is one. */
  finalCheckpoint: number | undefined;
};

export const LEASE = 'job-manager';
export const COUNTER = 'checkpoint-id-counter';
export const JOB_GRAPH = 'job-graph';
export const RESULT = 'job-result';

/** A job manager that knows nothing. */
export function masterOf(setup: JobManagerSetup): JobManager {
  return {
    setup,
    epoch: 0,
    leading: false,
    result: undefined,
    renewal: undefined,
    registry: clientOf(setup.registry, 'registry'),
    store: clientOf(setup.objectStore, 'store'),
    peers: new Map(),
    slots: noSlots(slotsNeeded(setup.job)),
    scheduler: freshScheduler(setup, 0),
    coordinator: freshCoordinator(setup),
    counter: { value: 0, version: 0 },
    recovery: undefined,
    readings: 0,
    restoreWaits: false,
    removals: 0,
    ended: new Set(),
    commits: new Map(),
    finalCheckpoint: undefined,
  };
}

/** The scheduler of a leader of this epoch. */
export function freshScheduler(setup: JobManagerSetup, epoch: number): Scheduler {
  const subtasks = new Map<string, number>();
  for (const { id, parallelism } of setup.job.vertices)
    for (let index = 0; index < parallelism; index += 1)
      subtasks.set(subtaskName(id, index), index);
  const { restartDelayMicros, restartAttempts } = setup.configuration;
  const settings = { subtasks, restartDelayMicros, restartAttempts };
  return schedulerOf(settings, epoch * ATTEMPTS_PER_EPOCH + 1);
}

function freshCoordinator(setup: JobManagerSetup): Coordinator {
  const { configuration, job } = setup;
  return coordinatorOf({
    subtasks: subtasksOf(job),
    sources: subtasksOfKind(job, 'source'),
    intervalMicros: configuration.checkpointIntervalMicros,
    minPauseMicros: configuration.checkpointMinPauseMicros,
    timeoutMicros: configuration.checkpointTimeoutMicros,
    tolerableFailures: configuration.tolerableFailedCheckpoints,
    retained: configuration.retainedCheckpoints,
  });
}

/** Names of the subtasks whose operator is of this kind. */
export function subtasksOfKind(job: JobGraph, kind: string): string[] {
  return job.vertices
    .filter((vertex) => vertex.operator.kind === kind)
    .flatMap(({ id, parallelism }) =>
      Array.from({ length: parallelism }, (_, index) => subtaskName(id, index)),
    );
}

/** How requests are asked that may be done twice. */
export function patient(master: JobManager): AskPolicy {
  const { requestTimeoutMicros, requestAttempts } = master.setup.configuration;
  return { timeoutMicros: requestTimeoutMicros, attempts: requestAttempts };
}

/** How requests are asked whose outcome must be known. */
export function once(master: JobManager): AskPolicy {
  return { timeoutMicros: master.setup.configuration.requestTimeoutMicros, attempts: 1 };
}

/** Names of the objects that a checkpoint consists of, its metadata first. */
export function objectsOf(metadata: string, handles: Iterable<Handle>): string[] {
  return [metadata, ...[...handles].map((handle) => handle.name)];
}
