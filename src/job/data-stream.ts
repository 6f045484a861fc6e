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
 * Source: Flink 2.x, DataStream, KeyedStream, SingleOutputStreamOperator.
 */
import type { Micros } from '../kernel/time.js';
import { rolling, type Aggregate } from './aggregates.js';
import {
  filterOf,
  recordFunction,
  reduceFunction,
  rowFunction,
  type KeyedFunction,
} from './functions.js';
import { indexOfField } from './expression.js';
import { JobError } from './job-error.js';
import type { Exchange, JobGraph, Operator } from './job-graph.js';
import type { FieldType, RowType } from './row.js';
import {
  jobGraphOf,
  type DefaultService,
  type Input,
  type StreamOperator,
} from './stream-graph.js';
import type { Transform } from './transforms.js';

/** Fields and their types, in the order in which a row holds them. */
export type RowShape = Readonly<Record<string, FieldType>>;

/** A row as a function sees it. */
export type RowOf<Shape extends RowShape> = {
  readonly [Field in keyof Shape]: Shape[Field] extends 'int' ? number : string;
};

/** A topic of the log and how its rows are read. */
export type LogSource<Shape extends RowShape> = Readonly<{
  topic: string;
  splits: number;
  row: Shape;
}>;

export type Sink = Extract<Operator, { kind: 'twoPhaseSink' | 'plainSink' }>;

/** Writes rows in transactions that become visible when their checkpoint has completed. */
export function twoPhaseSink(topic: string): Sink {
  return { kind: 'twoPhaseSink', topic };
}

/** Writes rows that are visible at once: at least once. */
export function plainSink(topic: string): Sink {
  return { kind: 'plainSink', topic };
}

/** What can be set of an operator; each call gives the operator back. */
export type Settings<Self> = Readonly<{
  /** Name by which the operator and its state are known; distinct within the job. */
  uid(uid: string): Self;
  setParallelism(parallelism: number): Self;
  /** Number of key groups, 1 to 32,768; fixed for the life of the job's state. */
  setMaxParallelism(maxParallelism: number): Self;
  /** Runs in a task of its own. */
  disableChaining(): Self;
  /** Begins a task of its own, in which operators after it may run. */
  startNewChain(): Self;
  /** Tasks of one group share slots; unless told, that of the inputs. */
  slotSharingGroup(group: string): Self;
  /** What a record costs, uniform in min..max microseconds. A setting of the simulation. */
  serviceTime(min: Micros, max: Micros): Self;
}>;

/** A stream of rows; settings are those of the operator that emits them. */
export interface DataStream<Shape extends RowShape> extends Settings<DataStream<Shape>> {
  readonly map: <Out extends RowShape>(
    apply: (row: RowOf<Shape>) => RowOf<Out>,
    returns: Out,
  ) => DataStream<Out>;
  readonly filter: (holds: (row: RowOf<Shape>) => boolean) => DataStream<Shape>;
  readonly flatMap: <Out extends RowShape>(
    apply: (row: RowOf<Shape>) => Iterable<RowOf<Out>>,
    returns: Out,
  ) => DataStream<Out>;
  /** Records of one value of the field go to one subtask. */
  readonly keyBy: <Field extends keyof Shape & string>(field: Field) => KeyedStream<Shape, Field>;
  /** Records go to the subtasks in turn. */
  readonly rebalance: () => DataStream<Shape>;
  /** Every record goes to all subtasks. */
  readonly broadcast: () => DataStream<Shape>;
  /** Records stay with the subtask of the same index. */
  readonly forward: () => DataStream<Shape>;
  readonly union: (...others: readonly DataStream<Shape>[]) => DataStream<Shape>;
  readonly sinkTo: (sink: Sink) => DataStreamSink;
}

/** The end of a stream. */
export interface DataStreamSink extends Settings<DataStreamSink> {
  readonly sink: Sink;
}

/** Output of a rolling aggregation: the key, then an integer an aggregate. */
type RollingShape<
  Shape extends RowShape,
  Field extends keyof Shape,
  Names extends string,
> = Readonly<Pick<Shape, Field> & Record<Exclude<Names, Field>, 'int'>>;

export type KeyedStream<Shape extends RowShape, Field extends keyof Shape & string> = Readonly<{
  /** The aggregates of the key so far, emitted for each record. */
  aggregate<Names extends string>(
    aggregates: Readonly<Record<Names, Aggregate>>,
  ): DataStream<RollingShape<Shape, Field, Names>>;
  /** The records of the key so far, combined two at a time; emitted for each record. */
  reduce(combine: (one: RowOf<Shape>, other: RowOf<Shape>) => RowOf<Shape>): DataStream<Shape>;
  /** Applies a function to each record with the state of its key; emits what it returns. */
  process<State extends RowShape, Out extends RowShape>(
    declared: Readonly<{
      state: State;
      returns: Out;
      apply: (
        row: RowOf<Shape>,
        state: RowOf<State> | undefined,
      ) => Readonly<{ state: RowOf<State>; output: RowOf<Out> }>;
    }>,
  ): DataStream<Out>;
}>;

export type StreamExecutionEnvironment = Readonly<{
  fromSource<Shape extends RowShape>(source: LogSource<Shape>): DataStream<Shape>;
  /**
   * @param service  what a record costs where no `serviceTime` was set; nothing, if left out
   * @throws JobError for a job that cannot run
   */
  getJobGraph(service?: DefaultService): JobGraph;
}>;

/** An operator that is being declared: its inputs are drafts too, whose uids may still change. */
type Draft = { -readonly [Key in keyof Omit<StreamOperator, 'inputs'>]: StreamOperator[Key] } & {
  readonly inputs: readonly DraftInput[];
};

type DraftInput = Readonly<{ from: Draft; exchange: Input['exchange'] }>;

/** Adds an operator to the job. */
type Add = (operator: Operator, inputs: readonly DraftInput[], output: RowType) => Draft;

/** Where the records of a stream come from. */
type Origin = Readonly<{ add: Add; inputs: readonly DraftInput[]; output: RowType }>;

const DEFAULTS = { parallelism: 1, maxParallelism: 128 };

/** A job that is being declared; `defaults` hold for operators that set nothing else. */
export function streamExecutionEnvironment(
  name: string,
  defaults: Readonly<Partial<typeof DEFAULTS>> = {},
): StreamExecutionEnvironment {
  const drafts: Draft[] = [];
  const add: Add = (operator, inputs, output) => {
    const draft: Draft = {
      uid: `${operator.kind}-${String(drafts.length + 1)}`,
      ...{ operator, inputs, output, ...DEFAULTS, ...defaults },
      chaining: 'always',
      slotSharingGroup: undefined,
      service: undefined,
    };
    drafts.push(draft);
    return draft;
  };
  return {
    fromSource: ({ topic, splits, row }) => {
      const output = rowTypeOf(row);
      const watermarks = undefined;
      return streamOf(
        add,
        add({ kind: 'source', topic, partitions: splits, watermarks }, [], output),
      );
    },
    getJobGraph: (service) => jobGraphOf({ name, operators: drafts.map(operatorOf) }, service),
  };
}

function operatorOf({ inputs, ...settings }: Draft): StreamOperator {
  return {
    ...settings,
    inputs: inputs.map(({ from, exchange }) => ({ from: from.uid, exchange })),
  };
}

/** What an operator emits, as a stream. */
function streamOf<Shape extends RowShape>(add: Add, draft: Draft): DataStream<Shape> {
  const origin = { add, inputs: [inputOf(draft)], output: draft.output };
  return dataStream(origin, draft);
}

function inputOf(from: Draft): DraftInput {
  return { from, exchange: { kind: 'auto' } };
}

/** A stream whose settings are those of the operator that was added last. */
function dataStream<Shape extends RowShape>(origin: Origin, draft: Draft): DataStream<Shape> {
  const { add, inputs, output } = origin;
  const transform = <Out extends RowShape>(made: Transform): DataStream<Out> =>
    streamOf(add, add({ kind: 'transform', function: made.function }, inputs, made.output));
  const through = (exchange: Exchange): DataStream<Shape> => {
    const sent = inputs.map(({ from }) => ({ from, exchange }));
    return dataStream({ add, inputs: sent, output }, draft);
  };
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
    keyBy: (field) => keyedStream(origin, field),
    rebalance: () => through({ kind: 'rebalance' }),
    broadcast: () => through({ kind: 'broadcast' }),
    forward: () => through({ kind: 'forward' }),
    union: (...others) => {
      const all = [...inputs, ...others.flatMap((other) => inputsOf.get(other) ?? [])];
      return dataStream({ add, inputs: all, output }, draft);
    },
    sinkTo: (sink) => {
      const added = add(sink, inputs, output);
      const end: DataStreamSink = { ...settingsOf(added, () => end), sink };
      return end;
    },
  };
  inputsOf.set(stream, inputs);
  return stream;
}

/** What a stream consists of, for a union of it with another. */
const inputsOf = new WeakMap<object, readonly DraftInput[]>();

function settingsOf<Self>(draft: Draft, self: () => Self): Settings<Self> {
  const set = (settings: Partial<Draft>): Self => {
    Object.assign(draft, settings);
    return self();
  };
  return {
    uid: (uid) => set({ uid }),
    setParallelism: (parallelism) => set({ parallelism }),
    setMaxParallelism: (maxParallelism) => set({ maxParallelism }),
    disableChaining: () => set({ chaining: 'never' }),
    startNewChain: () => set({ chaining: 'head' }),
    slotSharingGroup: (group) => set({ slotSharingGroup: group }),
    serviceTime: (min, max) => set({ service: { min, max } }),
  };
}

function keyedStream<Shape extends RowShape, Field extends keyof Shape & string>(
  { add, inputs, output }: Origin,
  field: Field,
): KeyedStream<Shape, Field> {
  const keyField = indexOfField(field, output, 'keyBy');
  const sent = inputs.map(({ from }) => ({
    from,
    exchange: { kind: 'hash', field: keyField } as const,
  }));
  const keyed = <Out extends RowShape>(made: KeyedFunction, returns: RowType): DataStream<Out> =>
    streamOf(add, add({ kind: 'keyed', keyField, function: made }, sent, returns));
  return {
    aggregate: (aggregates) => {
      const made = rolling(field, Object.entries<Aggregate>(aggregates), output, field);
      return keyed(made.function, made.output);
    },
    reduce: (combine) =>
      keyed(
        reduceFunction('reduce', output, (one, other) => combine(one as never, other as never)),
        output,
      ),
    process: ({ state, returns, apply }) => {
      const types = { input: output, state: rowTypeOf(state), output: rowTypeOf(returns) };
      return keyed(
        rowFunction('process', types, (before, row) => apply(row as never, before as never)),
        types.output,
      );
    },
  };
}

/** Whether a value is the shape of rows. */
export function isShape(value: unknown): value is RowShape {
  if (typeof value !== 'object' || value === null) return false;
  const types = Object.values(value);
  return types.length > 0 && types.every((type) => type === 'int' || type === 'string');
}

/**
 * The type of rows of a shape.
 *
 * @throws JobError for a shape that is none, as JavaScript may give it
 */
export function rowTypeOf(shape: RowShape): RowType {
  if (!isShape(shape))
    throw new JobError('a row', "its shape must be given, as in { word: 'string', count: 'int' }");
  return Object.entries(shape).map(([name, type]) => ({ name, type }));
}
