/**
 * The state of the job master: the job's scheduler, its checkpoint coordinator, its slots and the
 * task managers that give them. All of it goes with the process; a new one reads the registry.
 */
import type { ConnectionId, TimerHandle, Words } from '../../kernel/actor.js';
import {
  slotsNeeded,
  slotsOfSubtasks,
  subtaskName,
  subtasksOf,
  type JobGraph,
  type Operator,
} from '../../job/job-graph.js';
import { coordinationsOf, type Coordination } from '../../job/coordination.js';
import type { Client } from '../ask.js';
import { coordinatorOf, type Completed, type Coordinator } from '../checkpoint/coordinator.js';
import { emptyHolder, type Holder } from '../coordination/holder.js';
import { schedulerOf, type Scheduler } from '../failover/scheduler.js';
import type { Lines } from '../lines.js';
import type { Counter, Mailboxes } from '../mail.js';
import { ATTEMPTS_PER_EPOCH, type Handle } from '../protocol.js';
import type { EventTag, JobManagerSetup, MasterStoreTag, RegistryTag } from '../services.js';
import { emptyPool, type SlotPool } from './slot-pool.js';

/** A task manager that gives the job slots. */
export type Peer = {
  readonly connection: ConnectionId;
  /** It is lost when this elapses. */
  silence: TimerHandle | undefined;
};

/** The reading of the restore point, under way. */
export type Recovery = {
  /** Checkpoints whose metadata is still to come. */
  missing: number;
  readonly completed: Completed[];
  readonly newest: number;
  /** State of the coordinators at the newest. */
  coordinators: ReadonlyMap<string, Words>;
};

/** What of the process the job master may use. */
export type MasterMeans = Readonly<{
  setup: JobManagerSetup;
  registry: Client<RegistryTag>;
  store: Client<MasterStoreTag>;
  lines: Lines;
  mail: Mailboxes;
}>;

export type JobMaster = MasterMeans & {
  /** Epoch of the leader that started it, its fencing token; 0 before. */
  epoch: number;
  readonly peers: Map<string, Peer>;
  pool: SlotPool;
  scheduler: Scheduler;
  coordinator: Coordinator;
  counter: Counter;
  recovery: Recovery | undefined;
  /** Number of the newest reading: what an earlier one asked for is not for it. */
  readings: number;
  /** A restore point is wanted, and waits for writes to the registry whose answers are due. */
  restoreWaits: boolean;
  removals: number;
  readonly coordinations: readonly Coordination[];
  /** What it keeps of each coordinator, by uid of the source. */
  readonly holders: Map<string, Holder>;
  /** Connections for events, by task manager. */
  readonly eventLines: Map<string, Client<EventTag>>;
  readonly ended: Set<string>;
  readonly commits: Map<string, number>;
  /** Checkpoint after which the job is done, once there is one. */
  finalCheckpoint: number | undefined;
};

/** A job master that waits to be started. */
export function masterOf(means: MasterMeans): JobMaster {
  const { setup } = means;
  const coordinations = coordinationsOf(setup.job);
  return {
    ...means,
    epoch: 0,
    peers: new Map(),
    pool: emptyPool(slotsNeeded(setup.job)),
    scheduler: freshScheduler(setup, 0),
    coordinator: freshCoordinator(setup),
    counter: { value: 0, version: 0 },
    recovery: undefined,
    readings: 0,
    restoreWaits: false,
    removals: 0,
    coordinations,
    holders: new Map(coordinations.map(({ uid }) => [uid, emptyHolder()])),
    eventLines: new Map(),
    ended: new Set(),
    commits: new Map(),
    finalCheckpoint: undefined,
  };
}

/** The scheduler of a job that this epoch runs. */
export function freshScheduler(setup: JobManagerSetup, epoch: number): Scheduler {
  const subtasks = slotsOfSubtasks(setup.job);
  const { restartDelayMicros, restartAttempts } = setup.configuration;
  const settings = { subtasks, restartDelayMicros, restartAttempts };
  return schedulerOf(settings, epoch * ATTEMPTS_PER_EPOCH + 1);
}

function freshCoordinator({ configuration, job }: JobManagerSetup): Coordinator {
  return coordinatorOf({
    subtasks: subtasksOf(job),
    sources: subtasksWith(job, ({ kind }) => kind === 'source'),
    coordinators: coordinationsOf(job).map(({ uid }) => uid),
    intervalMicros: configuration.checkpointIntervalMicros,
    minPauseMicros: configuration.checkpointMinPauseMicros,
    timeoutMicros: configuration.checkpointTimeoutMicros,
    tolerableFailures: configuration.tolerableFailedCheckpoints,
    retained: configuration.retainedCheckpoints,
  });
}

/** Names of the subtasks that have such an operator. */
export function subtasksWith(job: JobGraph, isMeant: (operator: Operator) => boolean): string[] {
  return job.vertices
    .filter(({ operators }) => operators.some(({ operator }) => isMeant(operator)))
    .flatMap(({ id, parallelism }) =>
      Array.from({ length: parallelism }, (_, index) => subtaskName(id, index)),
    );
}

/** Names of the objects that a checkpoint consists of, its metadata first. */
export function objectsOf(metadata: string, handles: Iterable<Handle>): string[] {
  return [metadata, ...[...handles].map((handle) => handle.name)];
}
