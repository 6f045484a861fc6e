/**
 * The configuration that the engine and the checkers read, in simulated units. Each field names
 * the key of Flink 2.x that it stands for; where a field has none, its comment says so.
 */
import type { Micros } from '../kernel/time.js';

/** What becomes of completed checkpoints at the end of their job. */
export type Retention =
  'NO_EXTERNALIZED_CHECKPOINTS' | 'DELETE_ON_CANCELLATION' | 'RETAIN_ON_CANCELLATION';

/** Whether records wait for a barrier that has come on their channel. */
export type CheckpointingMode = 'EXACTLY_ONCE' | 'AT_LEAST_ONCE';

/** How much the sources read between two requests for a checkpoint. */
export type DataTrigger = Readonly<{ unit: 'records' | 'bytes'; every: number }>;

export type Configuration = Readonly<{
  /** execution.checkpointing.interval */
  checkpointIntervalMicros: Micros;
  /** execution.checkpointing.timeout */
  checkpointTimeoutMicros: Micros;
  /** execution.checkpointing.min-pause */
  checkpointMinPauseMicros: Micros;
  /** execution.checkpointing.max-concurrent-checkpoints */
  concurrentCheckpoints: number;
  /** execution.checkpointing.mode */
  checkpointingMode: CheckpointingMode;
  /** execution.checkpointing.unaligned.enabled */
  unalignedCheckpoints: boolean;
  /** execution.checkpointing.checkpoints-after-tasks-finish */
  checkpointsAfterTasksFinish: boolean;
  /** execution.checkpointing.tolerable-failed-checkpoints */
  tolerableFailedCheckpoints: number;
  /** execution.checkpointing.num-retained */
  retainedCheckpoints: number;
  /** execution.checkpointing.externalized-checkpoint-retention */
  retention: Retention;
  /** Sources that have read so much more ask for a checkpoint; an extension, no key. */
  dataTrigger: DataTrigger | undefined;
  /** web.checkpoints.history */
  checkpointsHistory: number;
  /** rest.retry.max-attempts */
  restRetries: number;
  /** rest.retry.delay */
  restRetryDelayMicros: Micros;
  /** heartbeat.interval */
  heartbeatIntervalMicros: Micros;
  /** heartbeat.timeout */
  heartbeatTimeoutMicros: Micros;
  /** restart-strategy.fixed-delay.delay */
  restartDelayMicros: Micros;
  /** restart-strategy.fixed-delay.attempts */
  restartAttempts: number;
  /** taskmanager.numberOfTaskSlots */
  slotsPerTaskManager: number;
  /** Cores that the tasks of one task manager share; a property of the deployment, no key. */
  coresPerTaskManager: number;
  /** Number of task managers; a property of the deployment, no key. */
  taskManagers: number;
  /** execution.buffer-timeout.interval */
  bufferTimeoutMicros: Micros;
  /** How often a source tells time (pipeline.auto-watermark-interval). */
  watermarkIntervalMicros: Micros;
  /** Records in a full buffer; stands for taskmanager.memory.segment-size. */
  recordsPerBuffer: number;
  /** Flink 1.x: taskmanager.network.memory.buffers-per-channel; a constant since 2.0. */
  buffersPerChannel: number;
  /** Flink 1.x: taskmanager.network.memory.floating-buffers-per-gate; a constant since 2.0. */
  floatingBuffersPerGate: number;
  /** Flink 1.x: taskmanager.network.memory.max-buffers-per-channel; a constant since 2.0. */
  queuedBuffersPerChannel: number;
  /** cluster.io-pool.size */
  ioPoolSize: number;
  /** How long a client waits for a service's answer before it asks again; no key. */
  requestTimeoutMicros: Micros;
  /** How often a client asks before it gives up; no key. */
  requestAttempts: number;
  /** high-availability lease of the job manager; Kubernetes: lease-duration. */
  leaseDurationMicros: Micros;
  /** cluster.registration.initial-timeout: pause before a task manager registers again. */
  registrationPauseMicros: Micros;
  /** Rows that a source asks for at once, and how long the broker may wait for so many; no key. */
  fetchRowsMin: number;
  fetchRowsMax: number;
  fetchWaitMicros: Micros;
  /** Rows that a sink gathers before it writes them; no key. */
  sinkBatchRows: number;
  /** Synchronous part of a snapshot, without and for each KiB that it copies; costs, no key. */
  snapshotSyncMicros: Micros;
  snapshotSyncMicrosPerKiB: Micros;
}>;
