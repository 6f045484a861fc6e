/**
 * The configuration options of Flink 2.2 that the engine honours, with Flink's defaults and units.
 * Some have but one value yet, which is what the engine does; where that is not Flink's default,
 * the effective configuration says so.
 *
 * Source: Flink 2.2.1, CheckpointingOptions, RestartStrategyOptions, HeartbeatManagerOptions,
 * ExecutionOptions, PipelineOptions, TaskManagerOptions, JobManagerOptions, StateBackendOptions,
 * HighAvailabilityOptions, CoreOptions, ClusterOptions, RestOptions.
 */
import type { CheckpointingMode, Retention } from './configuration.js';
import type { Micros } from '../kernel/time.js';

/** A value: durations are texts as `170ms`, choices are spelled as Flink spells them. */
export type Setting = string | number | boolean;

/** What the values of an option may be. */
export type OptionForm =
  /** Bounds in microseconds. */
  | Readonly<{ kind: 'duration'; min: Micros; below?: string }>
  | Readonly<{ kind: 'integer'; min: number; max: number }>
  /** `values` are those that the engine has; `others` those that Flink has besides. */
  | Readonly<{ kind: 'choice'; values: readonly Setting[]; others: readonly Setting[] }>;

export type Option = Readonly<{
  key: string;
  /** What it decides. */
  says: string;
  form: OptionForm;
  /** Flink's own default; undefined where it has none. */
  flinkDefault: Setting | undefined;
  /** What holds where nothing is set; undefined where it must be set, or follows from others. */
  unset: Setting | undefined;
  /** Why it must be set. */
  required?: string;
}>;

/** Most of what an integer of Flink holds. */
const INTEGER_MAX = 2_147_483_647;

const CHECKPOINTING = 'execution.checkpointing.';

function duration(
  key: string,
  unset: string | undefined,
  min: Micros,
  says: string,
  below?: string,
): Option {
  const form: OptionForm = { kind: 'duration', min, ...(below === undefined ? {} : { below }) };
  return { key, says, form, flinkDefault: unset, unset };
}

function integer(
  key: string,
  unset: number | undefined,
  bounds: Readonly<{ min: number; max?: number }>,
  says: string,
): Option {
  const { min, max = INTEGER_MAX } = bounds;
  const form: OptionForm = { kind: 'integer', min, max };
  return { key, says, form, flinkDefault: unset, unset };
}

/** An option of which the engine has one value; `others` are Flink's, its default first. */
function fixed(key: string, value: Setting, others: readonly Setting[], says: string): Option {
  const form: OptionForm = { kind: 'choice', values: [value], others };
  return { key, says, form, flinkDefault: value, unset: value };
}

/** The same, where the engine's value is not Flink's default. */
function departing(key: string, value: Setting, others: readonly Setting[], says: string): Option {
  return { ...fixed(key, value, others, says), flinkDefault: others[0] };
}

/** An option of which the engine has every value; the first is Flink's default. */
function choice(key: string, values: readonly [Setting, ...Setting[]], says: string): Option {
  const form: OptionForm = { kind: 'choice', values, others: [] };
  return { key, says, form, flinkDefault: values[0], unset: values[0] };
}

const interval: Option = {
  ...duration(CHECKPOINTING + 'interval', undefined, 10_000, 'how often a checkpoint begins'),
  required: 'unset means no checkpoints, and the engine runs no job without',
};

const restartStrategy: Option = {
  key: 'restart-strategy.type',
  says: 'when a failed job restarts',
  form: {
    kind: 'choice',
    values: ['fixed-delay'],
    others: ['exponential-delay', 'failure-rate', 'disable', 'none', 'off'],
  },
  flinkDefault: 'exponential-delay',
  unset: undefined,
  required: 'unset means exponential-delay, which the engine does not model yet',
};

const retentions: readonly [Retention, ...Retention[]] = [
  'NO_EXTERNALIZED_CHECKPOINTS',
  'DELETE_ON_CANCELLATION',
  'RETAIN_ON_CANCELLATION',
];

/** The retention of an effective configuration. */
export function retentionOf(setting: Setting | undefined): Retention {
  return retentions.find((one) => one === setting) ?? retentions[0];
}

const modes: readonly [CheckpointingMode, ...CheckpointingMode[]] = [
  'EXACTLY_ONCE',
  'AT_LEAST_ONCE',
];

/** The mode of an effective configuration. */
export function checkpointingModeOf(setting: Setting | undefined): CheckpointingMode {
  return modes.find((one) => one === setting) ?? modes[0];
}

/** Every option that the engine honours, in the order in which a person reads them. */
export const options: readonly Option[] = [
  interval,
  duration(CHECKPOINTING + 'timeout', '10min', 10_000, 'when a checkpoint expires'),
  duration(CHECKPOINTING + 'min-pause', '0ms', 0, 'time between the end of one and the next'),
  integer(
    CHECKPOINTING + 'tolerable-failed-checkpoints',
    0,
    { min: 0 },
    'how many failures in a row the job survives',
  ),
  integer(CHECKPOINTING + 'num-retained', 1, { min: 1, max: 100 }, 'completed ones that are kept'),
  choice(
    CHECKPOINTING + 'externalized-checkpoint-retention',
    retentions,
    'what becomes of completed ones at the end of the job',
  ),
  choice(CHECKPOINTING + 'mode', modes, 'whether barriers hold records back'),
  integer(
    CHECKPOINTING + 'max-concurrent-checkpoints',
    1,
    { min: 1, max: 1_000 },
    'checkpoints under way at once; 1 where there is a minimum pause',
  ),
  choice(CHECKPOINTING + 'unaligned.enabled', [false, true], 'whether barriers overtake records'),
  fixed(CHECKPOINTING + 'incremental', false, [true], 'whether snapshots hold only what is new'),
  fixed(
    CHECKPOINTING + 'checkpoints-after-tasks-finish',
    true,
    [false],
    'whether they go on when some tasks have finished',
  ),
  departing(CHECKPOINTING + 'storage', 'filesystem', ['jobmanager'], 'where snapshots lie'),
  fixed(CHECKPOINTING + 'local-backup.enabled', false, [true], 'copies on the task manager'),
  fixed(CHECKPOINTING + 'file-merging.enabled', false, [true], 'several snapshots in one file'),
  integer('rest.retry.max-attempts', 20, { min: 0 }, 'how often a client asks again'),
  duration('rest.retry.delay', '3s', 0, 'pause before a client asks again'),
  integer('web.checkpoints.history', 10, { min: 0 }, 'newest checkpoints that REST shows'),
  fixed('state.backend.type', 'hashmap', ['rocksdb', 'forst'], 'where keyed state lives'),
  fixed('state.changelog.enabled', false, [true], 'whether changes of state are logged'),
  restartStrategy,
  integer('restart-strategy.fixed-delay.attempts', 1, { min: 0 }, 'restarts before it has failed'),
  duration('restart-strategy.fixed-delay.delay', '1s', 0, 'pause before a restart'),
  departing('jobmanager.execution.failover-strategy', 'full', ['region'], 'what restarts'),
  fixed('jobmanager.scheduler', 'Default', ['Adaptive', 'AdaptiveBatch'], 'who deploys the tasks'),
  departing('high-availability.type', 'kubernetes', ['NONE', 'zookeeper'], 'who elects a leader'),
  duration('heartbeat.interval', '10s', 1_000, 'how often a heartbeat is sent'),
  duration('heartbeat.timeout', '50s', 10_000, 'silence after which a process is lost'),
  integer('taskmanager.numberOfTaskSlots', 1, { min: 1, max: 32 }, 'slots of a task manager'),
  integer('cluster.io-pool.size', undefined, { min: 1, max: 1_024 }, 'uploads at once'),
  integer('parallelism.default', 1, { min: 1, max: 1_024 }, 'subtasks of an operator'),
  integer(
    'pipeline.max-parallelism',
    -1,
    { min: -1, max: 32_768 },
    'key groups; -1: Flink decides by the parallelism',
  ),
  duration(
    'pipeline.auto-watermark-interval',
    '200ms',
    1_000,
    'how often sources tell time',
    '0 turns watermarks off, which is done by leaving out eventTime',
  ),
  fixed('execution.runtime-mode', 'STREAMING', ['BATCH', 'AUTOMATIC'], 'how jobs are run'),
  fixed('execution.buffer-timeout.enabled', true, [false], 'whether part-filled buffers leave'),
  duration(
    'execution.buffer-timeout.interval',
    '100ms',
    1_000,
    'how often part-filled buffers leave',
    '0 sends each record at once, which the engine does not model yet',
  ),
  fixed(
    'taskmanager.network.memory.buffer-debloat.enabled',
    false,
    [true],
    'whether buffers shrink under back pressure',
  ),
];

/** The option of a key; undefined if the engine does not honour it. */
export function optionOf(key: string): Option | undefined {
  return options.find((option) => option.key === key);
}
