/**
 * The keys that Flink knows: its own spelling of each, that of former versions, and settings that
 * were never keys but are often written as if they were.
 */
import { deploymentKeys } from './deployment-keys.js';
import { renamedGroups, renamedKeys } from './renamed-keys.js';
import { runtimeKeys } from './runtime-keys.js';

/** Groups whose keys hold names that the user gives: `metrics.reporter.NAME.class`. */
const openGroups = [
  'containerized.master.env.',
  'containerized.taskmanager.env.',
  'events.reporter.',
  'external-resource.',
  'flink.hadoop.',
  'flink.yarn.',
  'fs.',
  'metrics.reporter.',
  'metrics.scope.variables.',
  'pipeline.global-job-parameters.',
  's3.',
  's3a.',
  'security.delegation.token.provider.',
  'traces.reporter.',
];

const single = ['external-resources', 'scheduler-mode'];

/** Names of the DataStream API and of texts about Flink, with the key that says the same. */
const namedKeys: Readonly<Record<string, string>> = {
  enableCheckpointing: 'execution.checkpointing.interval',
  setCheckpointInterval: 'execution.checkpointing.interval',
  setCheckpointingMode: 'execution.checkpointing.mode',
  setCheckpointTimeout: 'execution.checkpointing.timeout',
  setMinPauseBetweenCheckpoints: 'execution.checkpointing.min-pause',
  setMaxConcurrentCheckpoints: 'execution.checkpointing.max-concurrent-checkpoints',
  setTolerableCheckpointFailureNumber: 'execution.checkpointing.tolerable-failed-checkpoints',
  setExternalizedCheckpointRetention: 'execution.checkpointing.externalized-checkpoint-retention',
  enableUnalignedCheckpoints: 'execution.checkpointing.unaligned.enabled',
  setAlignedCheckpointTimeout: 'execution.checkpointing.aligned-checkpoint-timeout',
  setBufferTimeout: 'execution.buffer-timeout.interval',
  setAutoWatermarkInterval: 'pipeline.auto-watermark-interval',
  setParallelism: 'parallelism.default',
  setMaxParallelism: 'pipeline.max-parallelism',
  disableOperatorChaining: 'pipeline.operator-chaining.enabled',
  setRestartStrategy: 'restart-strategy.type',
  setStateBackend: 'state.backend.type',
  setMinRestoreBaseOffset: 'execution.state-recovery.path',
  setMinInProgressCheckpoint: 'execution.checkpointing.max-concurrent-checkpoints',
  setMaxConcurrentTasks: 'taskmanager.numberOfTaskSlots',
  'backup.mode': 'high-availability.type',
  'checkpoint.interval': 'execution.checkpointing.interval',
  'checkpoint.timeout': 'execution.checkpointing.timeout',
  'checkpoint.mode': 'execution.checkpointing.mode',
  'checkpoint.storage': 'execution.checkpointing.storage',
  'checkpoint.dir': 'execution.checkpointing.dir',
};

/** Settings of Flink 1.x that are constants since 2.0. */
const constants: Readonly<Record<string, string>> = {
  'taskmanager.network.memory.buffers-per-channel': '2 exclusive buffers per channel',
  'taskmanager.network.memory.floating-buffers-per-gate': '8 floating buffers per gate',
  'taskmanager.network.memory.max-buffers-per-channel': '10 queued buffers per output channel',
  'taskmanager.network.memory.max-overdraft-buffers-per-gate': '5 overdraft buffers per gate',
};

type KeyBook = Readonly<{ known: ReadonlySet<string>; renamed: ReadonlyMap<string, string> }>;

let book: KeyBook | undefined;

/** Read when the first key is asked for: most commands never do. */
function keyBook(): KeyBook {
  return (book ??= {
    known: new Set([...single, ...keysIn(runtimeKeys), ...keysIn(deploymentKeys)]),
    renamed: new Map(groupsIn(renamedKeys).map(([former, [now = '']]) => [former, now])),
  });
}

/** Lines that begin a group, each with the words that are indented below it. */
function groupsIn(text: string): [head: string, words: string[]][] {
  const groups: [string, string[]][] = [];
  for (const line of text.trim().split('\n')) {
    if (line.startsWith(' ')) groups.at(-1)?.[1].push(...line.trim().split(' '));
    else groups.push([line, []]);
  }
  return groups;
}

function keysIn(text: string): string[] {
  return groupsIn(text).flatMap(([prefix, rests]) => rests.map((rest) => prefix + '.' + rest));
}

/** Every key that Flink knows by its own name. */
export function knownKeys(): readonly string[] {
  return [...keyBook().known];
}

/** Whether Flink knows the key. */
export function isKnownKey(key: string): boolean {
  return keyBook().known.has(key) || openGroups.some((prefix) => key.startsWith(prefix));
}

/** The key that a key of a former version is now; undefined if it is none. */
export function renamedTo(key: string): string | undefined {
  const { known, renamed } = keyBook();
  const now = renamed.get(key);
  if (now !== undefined || known.has(key)) return now;
  for (const [former, group] of renamedGroups) {
    const moved = key.startsWith(former) ? group + key.slice(former.length) : '';
    if (known.has(moved)) return moved;
  }
  return undefined;
}

/** The key that says what a name means that is no key; undefined if it is no such name. */
export function keyNamed(name: string): string | undefined {
  return Object.hasOwn(namedKeys, name) ? namedKeys[name] : undefined;
}

/** What is fixed since Flink 2.0 where a former version had a key. */
export function constantOf(key: string): string | undefined {
  return Object.hasOwn(constants, key) ? constants[key] : undefined;
}
