/**
 * What the tests of the laws share: a small job, entries written by hand, and verdicts as text.
 */
import type { Configuration } from '../../src/flink/configuration.js';
import { runningTotals } from '../fixtures/flights.js';
import type { JobGraph, Operator, Vertex } from '../../src/job/job-graph.js';
import { blockOf, type FieldValue, type RowType } from '../../src/job/row.js';
import { suiteOf, type LawName } from '../../src/check/suite.js';
import type { Context, RunEnd, Verdict } from '../../src/check/verdict.js';
import type { Entry } from '../../src/history/entry.js';
import type { Words } from '../../src/kernel/actor.js';
import { textBlock } from '../../src/kernel/words.js';

const inputType: RowType = [
  { name: 'key', type: 'string' },
  { name: 'record', type: 'int' },
  { name: 'value', type: 'int' },
];

const totalsType: RowType = [
  { name: 'key', type: 'string' },
  ...['record', 'count', 'sum', 'max'].map((name) => ({ name, type: 'int' }) as const),
];

function vertex(id: string, parallelism: number, operator: Operator): Vertex {
  const costs = { serviceMicrosMin: 1, serviceMicrosMax: 1 };
  const output = operator.kind === 'source' ? inputType : totalsType;
  const operators = [{ uid: id, operator, output, next: [], nextLate: [], ...costs }];
  return { id, parallelism, maxParallelism: 8, slotSharingGroup: 'default', operators };
}

const first = { output: 'main', input: 0 } as const;

/** Two sources, one keyed subtask, one sink. */
const job: JobGraph = {
  name: 'totals',
  eventTime: undefined,
  vertices: [
    vertex('source', 2, { kind: 'source', topic: 'in', partitions: 2, watermarks: undefined }),
    vertex('sum', 1, { kind: 'keyed', keyField: 0, function: runningTotals }),
    vertex('sink', 1, { kind: 'twoPhaseSink', topic: 'out' }),
  ],
  edges: [
    { from: 'source', operator: 0, to: 'sum', ...first, exchange: { kind: 'hash', field: 0 } },
    { from: 'sum', operator: 0, to: 'sink', ...first, exchange: { kind: 'rebalance' } },
  ],
};

export const configuration: Configuration = {
  checkpointIntervalMicros: 1_000,
  checkpointTimeoutMicros: 2_000,
  checkpointMinPauseMicros: 0,
  concurrentCheckpoints: 1,
  checkpointingMode: 'EXACTLY_ONCE',
  unalignedCheckpoints: false,
  checkpointsAfterTasksFinish: true,
  tolerableFailedCheckpoints: 0,
  retainedCheckpoints: 1,
  retention: 'NO_EXTERNALIZED_CHECKPOINTS',
  dataTrigger: undefined,
  checkpointsHistory: 2,
  restRetries: 20,
  restRetryDelayMicros: 3_000,
  heartbeatIntervalMicros: 100,
  heartbeatTimeoutMicros: 400,
  restartDelayMicros: 100,
  restartAttempts: 1_000_000,
  slotsPerTaskManager: 2,
  coresPerTaskManager: 2,
  taskManagers: 2,
  bufferTimeoutMicros: 10,
  watermarkIntervalMicros: 20,
  recordsPerBuffer: 8,
  buffersPerChannel: 2,
  floatingBuffersPerGate: 8,
  queuedBuffersPerChannel: 10,
  ioPoolSize: 1,
  requestTimeoutMicros: 50,
  requestAttempts: 2,
  leaseDurationMicros: 300,
  registrationPauseMicros: 50,
  fetchRowsMin: 1,
  fetchRowsMax: 10,
  fetchWaitMicros: 10,
  sinkBatchRows: 4,
  snapshotSyncMicros: 1,
  snapshotSyncMicrosPerKiB: 1,
};

export const context: Context = {
  job,
  configuration,
  topics: [
    {
      topic: 'in',
      row: inputType,
      rows: [
        ['a', 0, 5],
        ['a', 1, -2],
        ['b', 2, 7],
      ],
      splits: [Int32Array.of(0, 1), Int32Array.of(2)],
    },
  ],
  drainMicros: 10_000,
  settleMicros: 0,
};

/** An entry at time 0; what else a test cares about stands in `more`. */
export function entry(
  kind: string,
  subject: number,
  about: string,
  detail?: unknown,
  more: Partial<Entry> = {},
): Entry {
  return { at: 0, process: 'world', incarnation: 1, kind, subject, about, detail, ...more };
}

/** The pointer of a checkpoint is written. */
export function pointer(checkpoint: number, epoch = 1, version = 1): Entry {
  const words = textBlock(metadataName(checkpoint));
  const detail = { words, version, by: 'job-manager-0' };
  return entry('valueWritten', epoch, pointerKey(checkpoint), detail);
}

export function pointerKey(checkpoint: number): string {
  return 'checkpoints/' + String(checkpoint).padStart(19, '0');
}

export function metadataName(checkpoint: number): string {
  return `chk-${checkpoint}/_metadata`;
}

/** A message reaches a process. */
export function delivered(
  message: string,
  subject: number,
  about: string,
  attempt: number,
  process = 'task-manager-0',
): Entry {
  const detail = { message, from: 'job-manager-0', fromIncarnation: 1, attempt };
  return entry('delivered', subject, about, detail, { process });
}

/** Rows `{ key, record, count, sum, max }` are visible, or others of another topic. */
export function visible(rows: Rows, transaction = '', topic = 'out'): Entry {
  return entry('rowsVisible', rows.length, topic, { transaction, words: blockOfRows(rows) });
}

type Rows = readonly (readonly FieldValue[])[];

function blockOfRows(rows: Rows): Words {
  return Int32Array.from(rows.flatMap((row) => [...blockOf(row)]));
}

/** Records enter a subtask over a channel. */
export function entered(rows: Rows, channel = 'source[0]->sum[0]', attempt = 1): Entry {
  const detail = {
    channel,
    count: 0,
    sender: 0,
    attempt,
    words: blockOfRows(rows),
    now: undefined,
  };
  return entry('entered', rows.length, channel.slice(channel.indexOf('>') + 1), detail);
}

/** An attempt goes on from a checkpoint; from nothing, if that is 0. */
export function restoring(checkpoint: number, attempt: number): Entry {
  return entry('restoring', checkpoint, '', { attempt });
}

/** A subtask takes its snapshot for a checkpoint. */
export function taken(checkpoint: number, attempt = 1, subtask = 'sum[0]'): Entry {
  return entry('witnessTaken', checkpoint, subtask, { attempt });
}

/** The verdict of one law over a history that ends with its last entry. */
export function judge(
  law: LawName,
  entries: readonly Entry[],
  reason: RunEnd['reason'] = 'finished',
  more: Partial<Context> = {},
): Verdict {
  const suite = suiteOf([law], { ...context, ...more });
  for (const one of entries) suite.see(one);
  const at = entries.at(-1)?.at ?? 0;
  return suite.close({ at, reason, entries: entries.length })[0] as Verdict;
}

/** A verdict as a test compares it, in lines that fit the page. */
export function told(verdict: Verdict): string {
  const { outcome, judged, note, violation } = verdict;
  const head = `${outcome}, ${judged} judged`;
  if (violation === undefined) return note === '' ? head : `${head}: ${note}`;
  const { index, message, about, proof } = violation;
  const proved = proof.map(({ kind, subject }) => `${kind} ${subject}`).join(', ');
  return [
    `${head}, at ${index}`,
    ...wrapped(message),
    ...wrapped(`about ${about.join('; ')}`),
    ...wrapped(`proved by ${proved}`),
  ].join('\n');
}

function wrapped(text: string): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const line = lines.at(-1);
    if (line === undefined || line.length + word.length > 84) lines.push(word);
    else lines[lines.length - 1] = `${line} ${word}`;
  }
  return lines;
}
