/**
 * Declaring a job in TypeScript, as with Flink's DataStream API.
 *
 * A stream carries rows of one shape; a function sees a row as an object and gives one of the
 * shape that it declares. Nothing runs here: `getJobGraph` gives the graph that runs and is judged.
 *
 * @example
 * const env = streamExecutionEnvironment('word-count');
 * env
 *   .fromSource({ topic: 'lines', splits: 2, row: { line: 'string' } }).uid('lines')
 *   .flatMap(({ line }) => line.split(' ').map((word) => ({ word })), { word: 'string' })
 *   .keyBy('word')
 *   .aggregate({ count: 'count' }).uid('counts').setParallelism(2)
 *   .sinkTo(twoPhaseSink('counts'));
 * const graph = env.getJobGraph();
 *
 * Source: Flink 2.x, StreamExecutionEnvironment, DataStream.
 */
import { sharedTime, watermarksOf, type EventTimeDeclaration, type JobTime } from './event-time.js';
import { asyncOperator } from './async-calls.js';
import { operatorStateFunctionOf } from './operator-states.js';
import { broadcastStreams } from './connected-streams.js';
import { filterOf, recordFunction } from './functions.js';
import type { Exchange, JobGraph } from './job-graph.js';
import { keyedStream } from './keyed-stream.js';
import { rowTypeOf, type RowShape } from './shapes.js';
import {
  known,
  operatorOf,
  originOf,
  sentBy,
  settingsOf,
  type Draft,
  type Drafts,
  type Origin,
} from './stream-draft.js';
import { jobGraphOf, type DefaultService } from './stream-graph.js';
import type { DataStream, DataStreamSink, Sink } from './stream-types.js';
import type { Transform } from './transforms.js';

/** A topic of the log and how its rows are read. */
export type LogSource<Shape extends RowShape> = Readonly<{
  topic: string;
  splits: number;
  row: Shape;
  /** How its records tell time; unless told, they do not. */
  eventTime?: (EventTimeDeclaration & Readonly<{ field: keyof Shape & string }>) | undefined;
  /** Who gets which split: dealt out at the start, or one at a time to whoever asks. */
  splitAssignment?: 'eager' | 'request' | undefined;
  /** How often splits that came into being are looked for; unless told, once. */
  discoveryIntervalMillis?: number | undefined;
}>;

/** Writes rows in transactions that become visible when their checkpoint has completed. */
export function twoPhaseSink(topic: string): Sink {
  return { kind: 'twoPhaseSink', topic };
}

/** Writes rows that are visible at once: at least once. */
export function plainSink(topic: string): Sink {
  return { kind: 'plainSink', topic };
}

/** Writes each row as the value of its key in a table; visible at once, the newest counts. */
export function upsertSink(table: string, options: Readonly<{ key: readonly string[] }>): Sink {
  return { kind: 'upsertSink', table, key: options.key };
}

/**
 * Writes rows to files of a directory, which are finished when their checkpoint has completed. A
 * file ends after so many rows, at each checkpoint if that is asked for, and with the input.
 */
export function fileSink(
  directory: string,
  options: Readonly<{ rollRows?: number; rollOnCheckpoint?: boolean }> = {},
): Sink {
  const { rollRows, rollOnCheckpoint = false } = options;
  return { kind: 'fileSink', directory, rollRows, rollOnCheckpoint };
}

export type StreamExecutionEnvironment = Readonly<{
  fromSource<Shape extends RowShape>(source: LogSource<Shape>): DataStream<Shape>;
  /**
   * @param service  what a record costs where no `serviceTime` was set; nothing, if left out
   * @throws JobError for a job that cannot run
   */
  getJobGraph(service?: DefaultService): JobGraph;
}>;

const DEFAULTS = { parallelism: 1, maxParallelism: 128 };

/** A job that is being declared; `defaults` hold for operators that set nothing else. */
export function streamExecutionEnvironment(
  name: string,
  defaults: Readonly<Partial<typeof DEFAULTS>> = {},
): StreamExecutionEnvironment {
  const added: Draft[] = [];
  let eventTime: JobTime;
  const drafts: Drafts = {
    add: (operator, inputs, output) => {
      const draft: Draft = {
        uid: `${operator.kind}-${String(added.length + 1)}`,
        ...{ operator, inputs, output, ...DEFAULTS, ...defaults },
        chaining: 'always',
        slotSharingGroup: undefined,
        service: undefined,
      };
      added.push(draft);
      return draft;
    },
    time: () => eventTime,
    streamOf: (draft, emitted = rowsOf(draft)) => dataStream({ drafts, ...emitted }, draft),
  };
  return {
    fromSource: ({ topic, splits, row, eventTime: declared, ...dealing }) => {
      const output = rowTypeOf(row);
      const place = `fromSource(${topic}).eventTime`;
      const told = declared && watermarksOf(declared, output, place);
      if (told !== undefined) eventTime = sharedTime(eventTime, told.time, place);
      const watermarks = told?.watermarks;
      const { splitAssignment, discoveryIntervalMillis: interval } = dealing;
      const dealt = { splitAssignment, discoveryMicros: interval && interval * 1_000 };
      const source = { kind: 'source', topic, partitions: splits, watermarks, ...dealt } as const;
      return drafts.streamOf(drafts.add(source, [], output));
    },
    getJobGraph: (service) =>
      jobGraphOf({ name, eventTime, operators: added.map(operatorOf) }, service),
  };
}

/** What an operator emits, but for its late records. */
function rowsOf(draft: Draft): Pick<Origin, 'inputs' | 'output'> {
  return { inputs: [{ from: draft, exchange: { kind: 'auto' } }], output: draft.output };
}

/** A stream whose settings are those of the operator that was added last. */
function dataStream<Shape extends RowShape>(origin: Origin, draft: Draft): DataStream<Shape> {
  const { drafts, inputs, output } = origin;
  const transform = <Out extends RowShape>(made: Transform): DataStream<Out> => {
    const operator = { kind: 'transform', function: made.function } as const;
    return drafts.streamOf(drafts.add(operator, inputs, made.output));
  };
  const through = (exchange: Exchange): DataStream<Shape> =>
    dataStream({ ...origin, inputs: sentBy(exchange, inputs) }, draft);
  const stream: DataStream<Shape> = {
    ...settingsOf(draft, () => stream),
    map: (apply, returns) =>
      transform(
        recordFunction('map', output, rowTypeOf(returns), (row) => [apply(row as never)], 1),
      ),
    filter: (holds) => transform(filterOf('filter', output, (row) => holds(row as never))),
    flatMap: (apply, returns) =>
      transform(
        recordFunction(
          'flatMap',
          output,
          rowTypeOf(returns),
          (row) => apply(row as never),
          Infinity,
        ),
      ),
    asyncWait: (options, apply, returns) => {
      const row = rowTypeOf(returns);
      const made = recordFunction('asyncWait', output, row, (one) => [apply(one as never)], 1);
      const operator = asyncOperator(options, made.function, 'asyncWait');
      return drafts.streamOf(drafts.add(operator, inputs, row));
    },
    process: (declared) => {
      const made = operatorStateFunctionOf('process', declared, output, 'process');
      const operator = { kind: 'operatorState', function: made } as const;
      return drafts.streamOf(drafts.add(operator, inputs, made.output));
    },
    keyBy: (field) => keyedStream(origin, field),
    rebalance: () => through({ kind: 'rebalance' }),
    broadcast: () => through({ kind: 'broadcast' }),
    forward: () => through({ kind: 'forward' }),
    union: (...others) => {
      const all = others.flatMap((other) => originOf(other, 'union').inputs);
      return dataStream({ ...origin, inputs: [...inputs, ...all] }, draft);
    },
    connect: (rules) => broadcastStreams(origin, rules),
    sinkTo: (sink) => {
      const end: DataStreamSink = {
        ...settingsOf(drafts.add(sink, inputs, output), () => end),
        sink,
      };
      return end;
    },
  };
  return known(stream, origin);
}
