/**
 * Plans: a scenario with every decision made. `planOf` draws them from the seed; from then on a
 * run is a function of its plan and of the data that the scenario names.
 */
import { decisionsOf, noiseKeyOf } from '../kernel/decisions.js';
import type { NoiseKey } from '../kernel/noise.js';
import type { Fault } from '../faults/fault.js';
import { drawFaults } from '../faults/nemesis.js';
import { hasOperator, type JobGraph } from '../job/job-graph.js';
import { isCode } from './job-declaration.js';
import type { Scenario } from './scenario.js';

/** A choice that differs from the default; recorded by a search, replayed by a run. */
export type Deviation = Readonly<{ kind: string; n: number; choice: number }>;

export type Plan = Readonly<{
  planVersion: 1;
  scenario: Scenario;
  seed: string;
  key: NoiseKey;
  faults: readonly Fault[];
  deviations: readonly Deviation[];
}>;

export const JOB_MANAGER = 'job-manager-0';
export const OBJECT_STORE = 'object-store';
export const REGISTRY = 'registry';
export const LOG_BROKER = 'log-broker';

const REMOTE_SERVICE = 'remote-service';
const FILE_SYSTEM = 'file-system';
const TABLE_STORE = 'table-store';

/** Name of the service that the job's asynchronous operators call; undefined if it has none. */
export function remoteOf(job: JobGraph): string | undefined {
  const calls = job.vertices.some((vertex) => hasOperator(vertex, 'async'));
  return calls ? REMOTE_SERVICE : undefined;
}

/** Name of the file system that the job's sinks write to; undefined if none does. */
export function fileSystemOf(job: JobGraph): string | undefined {
  return job.vertices.some((vertex) => hasOperator(vertex, 'fileSink')) ? FILE_SYSTEM : undefined;
}

/** Name of the store whose tables the job's sinks write; undefined if none does. */
export function tableStoreOf(job: JobGraph): string | undefined {
  return job.vertices.some((vertex) => hasOperator(vertex, 'upsertSink')) ? TABLE_STORE : undefined;
}

/** Services that only some jobs use, as far as the declaration shows them. */
function ownServices({ job }: Scenario): string[] {
  if (isCode(job)) return [];
  const kinds = new Set(job.operators.map(({ sink }) => sink?.kind));
  return [
    ...(job.operators.some(({ async }) => async !== undefined) ? [REMOTE_SERVICE] : []),
    ...(kinds.has('file') ? [FILE_SYSTEM] : []),
    ...(kinds.has('upsert') ? [TABLE_STORE] : []),
  ];
}

/** Every process of a run, as far as the declaration of its job shows them. */
export function processNames(scenario: Scenario): string[] {
  const { taskManagers } = scenario.cluster;
  return [
    JOB_MANAGER,
    ...Array.from({ length: taskManagers }, (_, index) => taskManagerName(index)),
    ...[OBJECT_STORE, REGISTRY, LOG_BROKER],
    ...ownServices(scenario),
  ];
}

/** Name of a task manager. */
export function taskManagerName(index: number): string {
  return 'task-manager-' + String(index);
}

/** The plan of one seed. */
export function planOf(scenario: Scenario, seed: string): Plan {
  const { faults: spec, cluster } = scenario;
  const taskManagers = Array.from({ length: cluster.taskManagers }, (_, index) =>
    taskManagerName(index),
  );
  const faults = drawFaults(
    {
      kinds: spec.kinds,
      max: spec.max,
      from: spec.fromMillis * 1_000,
      to: spec.toMillis * 1_000,
      durationMin: spec.minMillis * 1_000,
      durationMax: spec.maxMillis * 1_000,
      aimedPerMille: spec.aimedPerMille,
      jobManager: JOB_MANAGER,
      taskManagers,
      objectStore: OBJECT_STORE,
      registry: REGISTRY,
      logBroker: LOG_BROKER,
      own: ownServices(scenario),
    },
    decisionsOf(seed, 'nemesis'),
    decisionsOf(seed, 'scripts'),
  );
  return { planVersion: 1, scenario, seed, key: noiseKeyOf(seed), faults, deviations: [] };
}
