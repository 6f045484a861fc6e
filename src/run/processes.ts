/** The processes of a run, by name. */
import { hasOperator, type JobGraph } from '../job/job-graph.js';
import type { Names } from './fault-form.js';
import { isCode } from './job-declaration.js';
import type { Scenario } from './scenario.js';

export const JOB_MANAGER = 'job-manager-0';
export const OBJECT_STORE = 'object-store';
export const REGISTRY = 'registry';
export const LOG_BROKER = 'log-broker';

/** It asks for checkpoints. */
export const CLIENT = 'client';

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
export function ownServices({ job }: Pick<Scenario, 'job'>): string[] {
  if (isCode(job)) return [];
  const kinds = new Set(job.operators.map(({ sink }) => sink?.kind));
  return [
    ...(job.operators.some(({ async }) => async !== undefined) ? [REMOTE_SERVICE] : []),
    ...(kinds.has('file') ? [FILE_SYSTEM] : []),
    ...(kinds.has('upsert') ? [TABLE_STORE] : []),
  ];
}

/** Names of the task managers. */
export function taskManagersOf({ cluster }: Pick<Scenario, 'cluster'>): string[] {
  return Array.from({ length: cluster.taskManagers }, (_, index) => taskManagerName(index));
}

/** Every process of a run, as far as the declaration of its job shows them. */
export function namesOf(scenario: Pick<Scenario, 'job' | 'cluster' | 'triggers'>): Names {
  const services = [OBJECT_STORE, REGISTRY, LOG_BROKER, ...ownServices(scenario)];
  const clients = scenario.triggers.manualAtMillis.length > 0 ? [CLIENT] : [];
  const all = [JOB_MANAGER, ...taskManagersOf(scenario), ...services, ...clients];
  return { all, services, disks: [LOG_BROKER] };
}

/** Name of a task manager. */
function taskManagerName(index: number): string {
  return 'task-manager-' + String(index);
}
