/**
 * The job and the configuration that a scenario describes.
 */
import type { Configuration } from '../flink/configuration.js';
import { runningTotals } from '../job/functions.js';
import type { JobGraph, Vertex } from '../job/job-graph.js';
import type { RowType } from '../job/row.js';
import type { Span } from './costs.js';
import type { Scenario } from './scenario.js';

export const INPUT_TOPIC = 'flights';
export const OUTPUT_TOPIC = 'totals';

const inputRow: RowType = [
  { name: 'key', type: 'string' },
  { name: 'record', type: 'int' },
  { name: 'value', type: 'int' },
];

const outputRow: RowType = [
  { name: 'key', type: 'string' },
  { name: 'record', type: 'int' },
  { name: 'count', type: 'int' },
  { name: 'sum', type: 'int' },
  { name: 'max', type: 'int' },
];

const MAX_PARALLELISM = 128;

/** source -> hash(key) -> running totals -> sink in turn. */
export function jobOf(scenario: Scenario): JobGraph {
  const { parallelism, costs, data, sink } = scenario;
  const vertices: Vertex[] = [
    {
      id: 'source',
      parallelism: parallelism.source,
      operator: { kind: 'source', topic: INPUT_TOPIC, partitions: data.splits },
      output: inputRow,
      ...common(costs.sourceRecordMicros),
    },
    {
      id: 'totals',
      parallelism: parallelism.keyed,
      operator: { kind: 'keyed', keyField: 0, function: runningTotals },
      output: outputRow,
      ...common(costs.keyedRecordMicros),
    },
    {
      id: 'sink',
      parallelism: parallelism.sink,
      operator: { kind: sink === 'plain' ? 'plainSink' : 'twoPhaseSink', topic: OUTPUT_TOPIC },
      output: outputRow,
      ...common(costs.sinkRecordMicros),
    },
  ];
  return {
    name: scenario.name,
    vertices,
    edges: [
      { from: 'source', to: 'totals', exchange: { kind: 'hash', field: 0 } },
      { from: 'totals', to: 'sink', exchange: { kind: 'rebalance' } },
    ],
  };
}

function common(
  span: Span,
): Pick<Vertex, 'maxParallelism' | 'serviceMicrosMin' | 'serviceMicrosMax'> {
  return {
    maxParallelism: MAX_PARALLELISM,
    serviceMicrosMin: span.min,
    serviceMicrosMax: span.max,
  };
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
