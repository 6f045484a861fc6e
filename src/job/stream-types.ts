/**
 * The DataStream API as TypeScript sees it. Source: Flink 2.x, DataStream, KeyedStream,
 * WindowedStream, SingleOutputStreamOperator.
 */
import type { Micros } from '../kernel/time.js';
import type { Aggregate } from './aggregates.js';
import type { BroadcastProcess } from './broadcasts.js';
import type { SinkOperator } from './job-graph.js';
import type { KeyedCoProcess, KeyedProcess } from './processes.js';
import type { AsyncOptions } from './async-calls.js';
import type { ListDeclaration, OperatorProcess } from './operator-states.js';
import type { FieldValue } from './row.js';
import type { RowOf, RowShape } from './shapes.js';
import type { StateDeclarations } from './states.js';
import type { TimeWindow } from './windows.js';

export type Sink = SinkOperator;

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

type AnyList = ListDeclaration<RowShape>;

/** What can be done with a stream of rows. */
export interface Operations<Shape extends RowShape> {
  readonly map: <Out extends RowShape>(
    apply: (row: RowOf<Shape>) => RowOf<Out>,
    returns: Out,
  ) => DataStream<Out>;
  readonly filter: (holds: (row: RowOf<Shape>) => boolean) => DataStream<Shape>;
  readonly flatMap: <Out extends RowShape>(
    apply: (row: RowOf<Shape>) => Iterable<RowOf<Out>>,
    returns: Out,
  ) => DataStream<Out>;
  /** Each record is sent to the remote service; a row leaves when it has answered. */
  readonly asyncWait: <Out extends RowShape>(
    options: AsyncOptions,
    apply: (row: RowOf<Shape>) => RowOf<Out>,
    returns: Out,
  ) => DataStream<Out>;
  /** A function with lists of its subtask. */
  readonly process: <Lists extends Readonly<Record<string, AnyList>>, Out extends RowShape>(
    declared: OperatorProcess<Shape, Lists, Out>,
  ) => DataStream<Out>;
  /** Records of one value of the field go to one subtask. */
  readonly keyBy: <Field extends keyof Shape & string>(field: Field) => KeyedStream<Shape, Field>;
  /** Records go to the subtasks in turn. */
  readonly rebalance: () => DataStream<Shape>;
  /** Every record goes to all subtasks. */
  readonly broadcast: () => DataStream<Shape>;
  /** Records stay with the subtask of the same index. */
  readonly forward: () => DataStream<Shape>;
  readonly union: (...others: readonly Operations<Shape>[]) => DataStream<Shape>;
  /** With rules that are broadcast: a map of them that each record reads. */
  readonly connect: <Rule extends RowShape>(
    rules: Operations<Rule>,
  ) => BroadcastStreams<Shape, Rule>;
  readonly sinkTo: (sink: Sink) => DataStreamSink;
}

/** A stream of rows; settings are those of the operator that emits them. */
export interface DataStream<Shape extends RowShape>
  extends Operations<Shape>, Settings<DataStream<Shape>> {}

/** What windows of time give. */
export interface WindowedDataStream<Shape extends RowShape, In extends RowShape>
  extends Operations<Shape>, Settings<WindowedDataStream<Shape, In>> {
  /** The records that came too late for all of their windows, as they were. */
  readonly getLateOutput: () => DataStream<In>;
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

/** Output of a window: the key, when it begins and ends, then an integer an aggregate. */
type WindowShape<
  Shape extends RowShape,
  Field extends keyof Shape,
  Names extends string,
> = RollingShape<Shape, Field, 'windowStart' | 'windowEnd' | Names>;

type Aggregated<Names extends string> = Readonly<Record<Names, Aggregate>>;

type Combine<Shape extends RowShape> = (one: RowOf<Shape>, other: RowOf<Shape>) => RowOf<Shape>;

/** Whether a reduction gives the same in whatever order the rows come; unless told, it may not. */
export type ReduceOptions = Readonly<{ commutative?: boolean | undefined }>;

/** The windows of time of each key. */
export type WindowedStream<Shape extends RowShape, Field extends keyof Shape & string> = Readonly<{
  /** For so long after its end a window fires again for each record that still comes. */
  allowedLateness(span: string): WindowedStream<Shape, Field>;
  aggregate<Names extends string>(
    aggregates: Aggregated<Names>,
  ): WindowedDataStream<WindowShape<Shape, Field, Names>, Shape>;
  reduce(combine: Combine<Shape>, options?: ReduceOptions): WindowedDataStream<Shape, Shape>;
}>;

/** The windows of so many records of each key. */
export type CountedStream<Shape extends RowShape, Field extends keyof Shape & string> = Readonly<{
  aggregate<Names extends string>(
    aggregates: Aggregated<Names>,
  ): DataStream<WindowShape<Shape, Field, Names>>;
  reduce(combine: Combine<Shape>, options?: ReduceOptions): DataStream<Shape>;
}>;

/** Two streams by key. */
export type ConnectedStreams<
  Left extends RowShape,
  Right extends RowShape,
  Key extends FieldValue = FieldValue,
> = Readonly<{
  process<States extends StateDeclarations, Out extends RowShape>(
    declared: KeyedCoProcess<Left, Right, States, Out, Key>,
  ): DataStream<Out>;
}>;

/** Output of a join: the left fields, then the right ones with a prefix. */
type JoinShape<Left extends RowShape, Right extends RowShape, Prefix extends string> = Readonly<
  Left & { [Field in keyof Right & string as `${Prefix}${Field}`]: Right[Field] }
>;

/** Two streams by key, whose records are joined. */
export type JoinedStreams<Left extends RowShape, Right extends RowShape> = Readonly<{
  /** The right record's time lies so far behind the left one's, both ends included. */
  between(
    from: string,
    to: string,
  ): Readonly<{
    /** The left fields, then the right ones, whose names the prefix begins (`right_`). */
    join<Prefix extends string = 'right_'>(
      options?: Readonly<{ prefix: Prefix }>,
    ): DataStream<JoinShape<Left, Right, Prefix>>;
  }>;
}>;

/** A stream and rules that are broadcast to it. */
export type BroadcastStreams<In extends RowShape, Rule extends RowShape> = Readonly<{
  process<State extends RowShape, Out extends RowShape>(
    declared: BroadcastProcess<In, Rule, State, Out>,
  ): DataStream<Out>;
}>;

export type KeyedStream<Shape extends RowShape, Field extends keyof Shape & string> = Readonly<{
  /** The field of the key. */
  field: Field;
  /** The aggregates of the key so far, emitted for each record. */
  aggregate<Names extends string>(
    aggregates: Aggregated<Names>,
  ): DataStream<RollingShape<Shape, Field, Names>>;
  /** The records of the key so far, combined two at a time; emitted for each record. */
  reduce(combine: Combine<Shape>): DataStream<Shape>;
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
  /** The same with several states of each key, timers, and any number of rows. */
  process<States extends StateDeclarations, Out extends RowShape>(
    declared: KeyedProcess<Shape, States, Out, RowOf<Shape>[Field]>,
  ): DataStream<Out>;
  /** Records of both, by keys of one type, for one function. */
  connect<Other extends RowShape, OtherField extends keyof Other & string>(
    other: KeyedStream<Other, OtherField>,
  ): ConnectedStreams<Shape, Other, RowOf<Shape>[Field]>;
  /** Pairs of records of one key whose times are close. */
  intervalJoin<Other extends RowShape, OtherField extends keyof Other & string>(
    other: KeyedStream<Other, OtherField>,
  ): JoinedStreams<Shape, Other>;
  /** Windows of time; the sources must tell it. */
  window(window: TimeWindow): WindowedStream<Shape, Field>;
  /** Windows of so many records. */
  countWindow(size: number): CountedStream<Shape, Field>;
}>;
