/**
 * The state of the job master: the job's scheduler, its checkpoint coordinator, its slots and the
 * task managers that give them. All of it goes with the process; a new one reads the registry.
 */
import type { ConnectionId, TimerHandle, Words } from '../../kernel/actor.js';
import {
  channelsOf,
  slotsNeeded,
  slotsOfSubtasks,
  subtaskName,
  subtasksOf,
  type Vertex,
} from '../../job/job-graph.js';
import { coordinationsOf, type Coordination } from '../../job/coordination.js';
import type { Client } from '../ask.js';
import { coordinatorOf, type Completed, type Coordinator } from '../checkpoint/coordinator.js';
import { nobodyAsked, type Asked } from '../checkpoint/asked.js';
import { nothingRead, type DataRead } from '../checkpoint/data-trigger.js';
import { locationName, metadataName } from '../checkpoint/metadata.js';
import { statisticsOf, type Statistics } from '../checkpoint/statistics.js';
import { emptyHolder, type Holder } from '../coordination/holder.js';
import { schedulerOf, type RestorePoint, type Scheduler } from '../failover/scheduler.js';
import type { Lines } from '../lines.js';
import type { Counter, Mailboxes } from '../mail.js';
import { ATTEMPTS_PER_EPOCH, type Handle } from '../protocol.js';
import type { EventTag, JobManagerSetup, MasterStoreTag, RegistryTag } from '../services.js';
import type { CleanUp } from './clean-up.js';
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
  /** What the newest holds. */
  point: RestorePoint;
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
  statistics: Statistics;
  /** What the sources have read, where that asks for checkpoints. */
  dataRead: DataRead;
  /** What came of the requests of clients. */
  asked: Asked;
  /** Timer of the coordinator's interval. */
  interval: TimerHandle | undefined;
  counter: Counter;
  recovery: Recovery | undefined;
  /** Number of the newest reading: what an earlier one asked for is not for it. */
  readings: number;
  /** A restore point is wanted, and waits for writes to the registry whose answers are due. */
  restoreWaits: boolean;
  removals: number;
  /** Objects still to be deleted of each checkpoint that is being cleaned. */
  readonly cleaning: Map<number, number>;
  /** Places of checkpoints that are being made, and objects that are being deleted. */
  storeWork: number;
  /** Objects that had to be deleted and could not be. */
  readonly leftOver: Set<string>;
  /** What becomes of the checkpoints of a job that is over. */
  cleanUp: CleanUp | undefined;
  readonly coordinations: readonly Coordination[];
  /** What it keeps of each coordinator, by uid of the source. */
  readonly holders: Map<string, Holder>;
  /** Connections for events, by task manager. */
  readonly eventLines: Map<string, Client<EventTag>>;
  readonly ended: Set<string>;
  /** Witnesses of the subtasks that have finished. */
  readonly finished: Map<string, Words>;
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
    statistics: statisticsOf(subtasksOf(setup.job), setup.configuration.checkpointsHistory),
    dataRead: nothingRead,
    asked: nobodyAsked,
    interval: undefined,
    counter: { value: 0, version: 0 },
    recovery: undefined,
    readings: 0,
    restoreWaits: false,
    removals: 0,
    cleaning: new Map(),
    storeWork: 0,
    leftOver: new Set(),
    cleanUp: undefined,
    coordinations,
    holders: new Map(coordinations.map(({ uid }) => [uid, emptyHolder()])),
    eventLines: new Map(),
    ended: new Set(),
    finished: new Map(),
  };
}

/** The scheduler of a job that this epoch runs. */
export function freshScheduler(setup: JobManagerSetup, epoch: number): Scheduler {
  const subtasks = slotsOfSubtasks(setup.job);
  const { restartDelayMicros, restartAttempts } = setup.configuration;
  const settings = { subtasks, restartDelayMicros, restartAttempts };
  return schedulerOf(settings, epoch * ATTEMPTS_PER_EPOCH + 1);
}

/** With a minimum pause there is one checkpoint at a time, and the interval is no shorter. */
function freshCoordinator({ configuration, job }: JobManagerSetup): Coordinator {
  const { checkpointIntervalMicros: interval, checkpointMinPauseMicros: pause } = configuration;
  const channels = channelsOf(job);
  const subtasks = subtasksOf(job).map((name) => ({
    name,
    upstream: channels.filter(({ to }) => to === name).map(({ from }) => from),
  }));
  return coordinatorOf({
    subtasks,
    unions: job.vertices.filter(hasUnion).map((vertex) => namesOf(vertex)),
    coordinators: coordinationsOf(job).map(({ uid }) => uid),
    intervalMicros: Math.max(interval, pause),
    minPauseMicros: pause,
    timeoutMicros: configuration.checkpointTimeoutMicros,
    concurrent: pause > 0 ? 1 : configuration.concurrentCheckpoints,
    tolerableFailures: configuration.tolerableFailedCheckpoints,
    retained: configuration.retainedCheckpoints,
    afterFinish: configuration.checkpointsAfterTasksFinish,
  });
}

/** Names of the subtasks of a vertex. */
export function namesOf({ id, parallelism }: Vertex): string[] {
  return Array.from({ length: parallelism }, (_, subtask) => subtaskName(id, subtask));
}

/** Whether each subtask of a vertex restores the lists of all of them. */
export function hasUnion({ operators }: Vertex): boolean {
  return operators.some(
    ({ operator }) =>
      operator.kind === 'operatorState' &&
      Object.values(operator.function.states).some(({ mode }) => mode === 'union'),
  );
}

/** Names of the objects that a checkpoint consists of: its place last, when it is empty. */
export function objectsOf(id: number, handles: Iterable<Handle>): string[] {
  return [metadataName(id), ...[...handles].map((handle) => handle.name), locationName(id)];
}
