/**
 * The job and the configuration that a scenario describes.
 */
import type { Configuration } from '../flink/configuration.js';
import { rolling } from '../job/aggregates.js';
import { streamExecutionEnvironment } from '../job/data-stream.js';
import { indexOfField } from '../job/expression.js';
import { JobError } from '../job/job-error.js';
import type { JobGraph, Operator } from '../job/job-graph.js';
import type { RowType } from '../job/row.js';
import { jobGraphOf, type Input, type StreamOperator } from '../job/stream-graph.js';
import { filterBy, mapFields, splitText } from '../job/transforms.js';
import {
  filterCode,
  declareJob,
  noCode,
  processCode,
  reduceCode,
  transformCode,
  type UserCode,
} from '../job/user-code.js';
import type { Costs, Span } from './costs.js';
import { isCode, type OperatorDeclaration } from './job-declaration.js';
import type { Scenario } from './scenario.js';

/** The rows of the data: an airport, the number of the record, a delay. */
export const dataRow: RowType = [
  { name: 'origin', type: 'string' },
  { name: 'record', type: 'int' },
  { name: 'delay', type: 'int' },
];

/** The job of each scenario: made anew for each seed, its functions would be new to V8 as well. */
const known = new WeakMap<Scenario, Readonly<{ code: UserCode; job: JobGraph }>>();

/**
 * The job of a scenario.
 *
 * @param code  the exports that it names of the user's modules
 * @throws JobError for a job that cannot run, or code that is not what its place takes
 */
export function jobOf(scenario: Scenario, code: UserCode = noCode): JobGraph {
  const before = known.get(scenario);
  if (before?.code === code) return before.job;
  const job = compiled(scenario, code);
  known.set(scenario, { code, job });
  return job;
}

function compiled(scenario: Scenario, code: UserCode): JobGraph {
  const { job: declared, name, data, costs } = scenario;
  const defaults = (operator: Operator): Span => costOf(operator, costs);
  if (isCode(declared)) {
    const environment = streamExecutionEnvironment(name);
    declareJob(code, declared, environment);
    return checkedSources(environment.getJobGraph(defaults), scenario);
  }
  const operators: StreamOperator[] = [];
  for (const operator of declared.operators) {
    const made = madeOf(operator, inputRow(operator, operators), scenario, code);
    const { parallelism = declared.parallelism, chaining = 'always' } = operator;
    const { maxParallelism = declared.maxParallelism, slotSharingGroup } = operator;
    operators.push({
      uid: operator.uid,
      ...made,
      inputs: inputsOf(operator, made.operator),
      ...{ parallelism, maxParallelism, chaining, slotSharingGroup },
      service: operator.serviceMicros,
    });
  }
  return checkedSources(jobGraphOf({ name, operators }, defaults), { data });
}

/** What a record costs at an operator that does not say it. */
function costOf({ kind }: Operator, costs: Costs): Span {
  switch (kind) {
    case 'source':
      return costs.sourceRecordMicros;
    case 'transform':
    case 'async':
      return costs.transformRecordMicros;
    case 'keyed':
    case 'window':
    case 'process':
    case 'intervalJoin':
    case 'broadcastState':
      return costs.keyedRecordMicros;
    default:
      return costs.sinkRecordMicros;
  }
}

/** Sources read what the data is. */
function checkedSources(job: JobGraph, { data }: Pick<Scenario, 'data'>): JobGraph {
  for (const { uid, operator, output } of job.vertices.flatMap(({ operators }) => operators)) {
    if (operator.kind !== 'source') continue;
    if (operator.topic !== data.topic)
      throw new JobError(uid, `there is no topic ${operator.topic}; the data is ${data.topic}`);
    if (operator.partitions !== data.splits)
      throw new JobError(
        uid,
        `reads ${String(operator.partitions)} splits; the data has ${String(data.splits)}`,
      );
    if (shapeOf(output) !== shapeOf(dataRow))
      throw new JobError(uid, `reads { ${shapeOf(output)} }; the rows are { ${shapeOf(dataRow)} }`);
  }
  return job;
}

function shapeOf(row: RowType): string {
  return row.map(({ name, type }) => `${name}: ${type}`).join(', ');
}

function inputNames({ input }: OperatorDeclaration): readonly string[] {
  return typeof input === 'string' ? [input] : (input ?? []);
}

/** Type of the rows that an operator takes; a source takes none. */
function inputRow(operator: OperatorDeclaration, before: readonly StreamOperator[]): RowType {
  const rows = inputNames(operator).map((name) => {
    const from = before.find(({ uid }) => uid === name);
    if (from !== undefined) return from.output;
    throw new JobError(operator.uid + '.input', `there is no operator ${name} before it`);
  });
  return rows[0] ?? [];
}

function inputsOf(declared: OperatorDeclaration, operator: Operator): Input[] {
  const { exchange } = declared;
  const kind = exchange === undefined ? 'auto' : exchange;
  return inputNames(declared).map((from) => ({
    from,
    exchange: operator.kind === 'keyed' ? { kind: 'hash', field: operator.keyField } : { kind },
  }));
}

type Made = Readonly<{ operator: Operator; output: RowType }>;

function madeOf(
  declared: OperatorDeclaration,
  input: RowType,
  { data }: Scenario,
  code: UserCode,
): Made {
  const { uid, source, sink, aggregate, reduce, process } = declared;
  if (source !== undefined)
    return {
      operator: { kind: 'source', topic: source, partitions: data.splits, watermarks: undefined },
      output: dataRow,
    };
  if (sink !== undefined) {
    const kind = sink.kind === 'plain' ? 'plainSink' : 'twoPhaseSink';
    return { operator: { kind, topic: sink.topic }, output: input };
  }
  const { keyBy = '' } = declared;
  if (aggregate !== undefined) {
    const made = rolling(keyBy, Object.entries(aggregate), input, uid);
    const { keyField, output } = made;
    return { operator: { kind: 'keyed', keyField, function: made.function }, output };
  }
  if (reduce !== undefined) {
    const keyField = indexOfField(keyBy, input, uid + '.keyBy');
    const made = reduceCode(code, reduce, input, uid + '.reduce');
    return { operator: { kind: 'keyed', keyField, function: made }, output: input };
  }
  if (process !== undefined) {
    const keyField = indexOfField(keyBy, input, uid + '.keyBy');
    const made = processCode(code, process, input, uid + '.process');
    return { operator: { kind: 'keyed', keyField, function: made.function }, output: made.output };
  }
  const made = transformOf(declared, input, code);
  return { operator: { kind: 'transform', function: made.function }, output: made.output };
}

function transformOf(
  { uid, map, filter, flatMap }: OperatorDeclaration,
  input: RowType,
  code: UserCode,
): ReturnType<typeof mapFields> {
  if (map !== undefined) {
    const place = uid + '.map';
    if (isCode(map)) return transformCode(code, map, input, 'map', place);
    return mapFields(Object.entries(map), input, place);
  }
  if (filter !== undefined) {
    const place = uid + '.filter';
    if (isCode(filter)) return filterCode(code, filter, input, place);
    return filterBy(filter, input, place);
  }
  const place = uid + '.flatMap';
  if (flatMap === undefined) throw new JobError(uid, 'does nothing');
  if (isCode(flatMap)) return transformCode(code, flatMap, input, 'flatMap', place);
  const { split: of, by, as } = flatMap;
  return splitText({ of, by, as }, input, place);
}

/** The engine's configuration. */
export function configurationOf(scenario: Scenario): Configuration {
  const { configuration: own, costs } = scenario;
  return {
    checkpointIntervalMicros: own.checkpointIntervalMillis * 1_000,
    checkpointTimeoutMicros: own.checkpointTimeoutMillis * 1_000,
    checkpointMinPauseMicros: own.checkpointMinPauseMillis * 1_000,
    tolerableFailedCheckpoints: own.tolerableFailedCheckpoints,
    retainedCheckpoints: own.retainedCheckpoints,
    heartbeatIntervalMicros: own.heartbeatIntervalMillis * 1_000,
    heartbeatTimeoutMicros: own.heartbeatTimeoutMillis * 1_000,
    restartDelayMicros: own.restartDelayMillis * 1_000,
    restartAttempts: own.restartAttempts,
    slotsPerTaskManager: own.slotsPerTaskManager,
    coresPerTaskManager: own.coresPerTaskManager,
    taskManagers: own.taskManagers,
    bufferTimeoutMicros: own.bufferTimeoutMillis * 1_000,
    watermarkIntervalMicros: own.watermarkIntervalMillis * 1_000,
    recordsPerBuffer: own.recordsPerBuffer,
    buffersPerChannel: 2,
    floatingBuffersPerGate: 8,
    queuedBuffersPerChannel: 10,
    ioPoolSize: 8,
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
