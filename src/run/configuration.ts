/**
 * The sections `configuration` (Flink's keys), `ignore` and `cluster` of a scenario, and what the
 * engine is told of them.
 */
import * as z from 'zod';
import type { Configuration } from '../flink/configuration.js';
import { checkpointingModeOf, retentionOf } from '../flink/options.js';
import {
  givenSettings,
  settingMicros,
  settingNumber,
  settingsOf,
  type Settings,
} from '../flink/settings.js';
import type { Scenario } from './scenario.js';
import { dataTriggerOf } from './triggers.js';

/** What no key of Flink says of a deployment. */
export type Cluster = Readonly<{
  taskManagers: number;
  /** Cores that the tasks of a task manager share, whatever their number. */
  coresPerTaskManager?: number | undefined;
  /** Records in a full buffer; buffers of the simulation count records, not bytes. */
  recordsPerBuffer: number;
}>;

/** The form of the section `cluster`. */
export const clusterSchema: z.ZodType<Cluster, unknown> = z.strictObject({
  taskManagers: z.int().min(1).max(32),
  coresPerTaskManager: z.int().min(1).max(1_024).optional(),
  recordsPerBuffer: z.int().min(8).max(4096).default(32),
});

/** The form of the section `configuration`, given what the section `ignore` lists. */
export function settingsSchema(ignored: readonly string[]): z.ZodType<Settings, unknown> {
  return z
    .record(z.string(), z.unknown())
    .prefault({})
    .transform((value, context) => {
      const { settings, mistakes } = settingsOf(givenSettings(value), ignored);
      for (const { path, message } of mistakes)
        context.addIssue({ code: 'custom', path: [...path], message });
      return settings;
    });
}

/** The key for barriers that overtake records. */
export const UNALIGNED = 'execution.checkpointing.unaligned.enabled';

/** What stands in the way of barriers that overtake records; undefined if nothing does. */
export function unalignedClash(settings: Settings): string | undefined {
  const mode = 'execution.checkpointing.mode';
  const concurrent = 'execution.checkpointing.max-concurrent-checkpoints';
  if (settings[UNALIGNED] !== true) return undefined;
  if (settings[mode] !== 'EXACTLY_ONCE')
    return `needs ${mode} EXACTLY_ONCE; at least once no barrier waits for records`;
  if (settingNumber(settings, concurrent) > 1)
    return `needs ${concurrent} 1; the state of channels is stored for one checkpoint at a time`;
  return undefined;
}

/** Slots of each task manager. */
export function slotsOf({ configuration }: Pick<Scenario, 'configuration'>): number {
  return settingNumber(configuration, 'taskmanager.numberOfTaskSlots');
}

/** Cores of each task manager: as many as slots, unless told. */
export function coresOf(scenario: Pick<Scenario, 'configuration' | 'cluster'>): number {
  return scenario.cluster.coresPerTaskManager ?? slotsOf(scenario);
}

/** Uploads at once: four a core, unless told. Source: Flink, ClusterEntrypointUtils. */
export function ioPoolOf(scenario: Pick<Scenario, 'configuration' | 'cluster'>): number {
  const told = scenario.configuration['cluster.io-pool.size'];
  return told === undefined ? 4 * coresOf(scenario) : Number(told);
}

/** The engine's configuration. */
export function configurationOf(scenario: Scenario): Configuration {
  const { configuration: settings, cluster, costs } = scenario;
  const micros = (key: string): number => settingMicros(settings, key);
  const number = (key: string): number => settingNumber(settings, key);
  const checkpointing = 'execution.checkpointing.';
  return {
    checkpointIntervalMicros: micros(checkpointing + 'interval'),
    checkpointTimeoutMicros: micros(checkpointing + 'timeout'),
    checkpointMinPauseMicros: micros(checkpointing + 'min-pause'),
    concurrentCheckpoints: number(checkpointing + 'max-concurrent-checkpoints'),
    checkpointingMode: checkpointingModeOf(settings[checkpointing + 'mode']),
    unalignedCheckpoints: settings[UNALIGNED] === true,
    checkpointsAfterTasksFinish: true,
    tolerableFailedCheckpoints: number(checkpointing + 'tolerable-failed-checkpoints'),
    retainedCheckpoints: number(checkpointing + 'num-retained'),
    retention: retentionOf(settings[checkpointing + 'externalized-checkpoint-retention']),
    dataTrigger: dataTriggerOf(scenario.triggers),
    checkpointsHistory: number('web.checkpoints.history'),
    restRetries: number('rest.retry.max-attempts'),
    restRetryDelayMicros: micros('rest.retry.delay'),
    heartbeatIntervalMicros: micros('heartbeat.interval'),
    heartbeatTimeoutMicros: micros('heartbeat.timeout'),
    restartDelayMicros: micros('restart-strategy.fixed-delay.delay'),
    restartAttempts: number('restart-strategy.fixed-delay.attempts'),
    slotsPerTaskManager: slotsOf(scenario),
    coresPerTaskManager: coresOf(scenario),
    taskManagers: cluster.taskManagers,
    bufferTimeoutMicros: micros('execution.buffer-timeout.interval'),
    watermarkIntervalMicros: micros('pipeline.auto-watermark-interval'),
    recordsPerBuffer: cluster.recordsPerBuffer,
    buffersPerChannel: 2,
    floatingBuffersPerGate: 8,
    queuedBuffersPerChannel: 10,
    ioPoolSize: ioPoolOf(scenario),
    requestTimeoutMicros: costs.requestTimeoutMicros,
    requestAttempts: costs.requestAttempts,
    leaseDurationMicros: costs.leaseMicros,
    registrationPauseMicros: costs.registrationPauseMicros,
    fetchRowsMin: costs.fetchRowsMin,
    fetchRowsMax: costs.fetchRowsMax,
    fetchWaitMicros: costs.fetchWaitMicros,
    sinkBatchRows: costs.sinkBatchRows,
    snapshotSyncMicros: costs.snapshotSyncMicros,
    snapshotSyncMicrosPerKiB: costs.snapshotSyncMicrosPerKiB,
  };
}
