/**
 * The job as the engine gets it: vertices, each a chain of operators that run in one task, and the
 * edges between them. Expanded by parallelism it names the subtasks and the channels; the engine
 * builds its execution graph from it, and checkers learn from it which channels a cut must have.
 */
import { invariant } from '../kernel/invariant.js';
import type { Micros } from '../kernel/time.js';
import type { KeyedFunction, RecordFunction } from './functions.js';
import type {
  BroadcastFunction,
  OperatorStateFunction,
  ProcessFunction,
} from './process-function.js';
import type { RowType } from './row.js';
import type { WindowFunction } from './window-function.js';

/**
 * How a source tells time. Times of events are 32-bit integers in ticks of `JobGraph.eventTime`.
 * The watermark of a split is the largest time that it gave, minus the bound, minus 1; that of the
 * source is the smallest of its splits that are not idle. Source: Flink, WatermarkStrategy
 * .forBoundedOutOfOrderness and .withIdleness.
 */
export type WatermarkStrategy = Readonly<{
  /** Field that holds the time of a record. */
  field: number;
  /** Ticks by which a record may come later than one of a later time in its split. */
  outOfOrderness: number;
  /** A split that gave nothing for so long is idle; undefined: none ever is. */
  idleMicros: Micros | undefined;
  /** Undefined: it waits for no other source. */
  alignment?: WatermarkAlignment | undefined;
}>;

/**
 * Sources of one group wait for each other: a split whose watermark is more than `maxDrift` ahead
 * of the reader that is furthest behind is paused. Source: Flink, WatermarkStrategy
 * .withWatermarkAlignment (FLIP-182, FLIP-217).
 */
export type WatermarkAlignment = Readonly<{
  group: string;
  /** Ticks. */
  maxDrift: number;
  /** How often readers say how far they are, and hear how far they may go. */
  updateMicros: Micros;
}>;

/** Reads the partitions of a topic, which its enumerator deals out as splits. */
export type SourceOperator = Readonly<{
  kind: 'source';
  topic: string;
  partitions: number;
  /**
   * `eager`, unless told: partition p goes to subtask p modulo the parallelism; `request`: one
   * split at a time goes to whoever asks.
   */
  splitAssignment?: 'eager' | 'request' | undefined;
  /** How often partitions that came into being are looked for; undefined: once, at the start. */
  discoveryMicros?: Micros | undefined;
  /** Undefined: the job knows no time of events. */
  watermarks: WatermarkStrategy | undefined;
}>;

/** Applies a function to each record: map, filter, flatMap. */
export type TransformOperator = Readonly<{ kind: 'transform'; function: RecordFunction }>;

/** Applies a function to each record with the state of its key, and emits what it returns. */
export type KeyedOperator = Readonly<{ kind: 'keyed'; keyField: number; function: KeyedFunction }>;

/**
 * Which windows a record belongs to. Sizes are in ticks; a window of time holds `start ..< end`,
 * one of counts so many records of its key. Source: Flink, TumblingEventTimeWindows,
 * SlidingEventTimeWindows, EventTimeSessionWindows, KeyedStream.countWindow.
 */
export type WindowAssigner =
  | Readonly<{ kind: 'tumbling'; size: number; offset: number }>
  | Readonly<{ kind: 'sliding'; size: number; slide: number; offset: number }>
  | Readonly<{ kind: 'session'; gap: number }>
  | Readonly<{ kind: 'count'; size: number }>;

/**
 * Aggregates the records of each key and window. A window fires when the watermark reaches its last
 * tick, and again for each record that comes within the allowed lateness after that; a record is
 * late when all of its windows are over, lateness included, and goes to the side output `late`.
 * Source: Flink, WindowOperator with EventTimeTrigger, or CountTrigger and PurgingTrigger.
 */
export type WindowOperator = Readonly<{
  kind: 'window';
  keyField: number;
  assigner: WindowAssigner;
  /** Ticks. */
  allowedLateness: number;
  function: WindowFunction;
}>;

/**
 * A function with states of each key and timers, over one input or two. Source: Flink,
 * KeyedProcessFunction, KeyedCoProcessFunction.
 */
export type ProcessOperator = Readonly<{
  kind: 'process';
  /** By input: the field of the key. */
  keyFields: readonly number[];
  function: ProcessFunction;
}>;

/**
 * Pairs of records of one key whose times lie within `lower ..= upper` of each other (right minus
 * left). A late record pairs with nothing and goes to the side output `late`. A pair has the later
 * time of the two; its row is that of the left with that of the right behind it. Source: Flink,
 * IntervalJoinOperator.
 */
export type IntervalJoinOperator = Readonly<{
  kind: 'intervalJoin';
  keyFields: readonly [left: number, right: number];
  lower: number;
  upper: number;
}>;

/**
 * The broadcast state pattern: records of input 1 go to every subtask and change its copy of a map;
 * records of input 0 read it. Source: Flink, BroadcastProcessFunction.
 */
export type BroadcastOperator = Readonly<{ kind: 'broadcastState'; function: BroadcastFunction }>;

/** A function with operator state: lists of the subtask, whatever the key. */
export type OperatorStateOperator = Readonly<{
  kind: 'operatorState';
  function: OperatorStateFunction;
}>;

/**
 * Sends each record to the remote service, and emits what the function makes of it once the answer
 * has come. Source: Flink, AsyncDataStream.orderedWait, unorderedWait.
 */
export type AsyncOperator = Readonly<{
  kind: 'async';
  /** Whether rows leave in the order of their records. */
  ordered: boolean;
  /** Most records that may wait. */
  capacity: number;
  /** A call that takes longer fails the task. */
  timeoutMicros: Micros;
  function: RecordFunction;
}>;

/** Writes rows in transactions that are committed when their checkpoint has completed. */
export type TwoPhaseSink = Readonly<{ kind: 'twoPhaseSink'; topic: string }>;

/** Writes rows that are visible at once: at least once. */
export type PlainSink = Readonly<{ kind: 'plainSink'; topic: string }>;

/**
 * Writes rows to files of a directory, which are finished when their checkpoint has completed. A
 * file is closed when it has so many rows, or at each checkpoint, and at the end of the input.
 */
export type FileSink = Readonly<{
  kind: 'fileSink';
  directory: string;
  rollRows: number | undefined;
  rollOnCheckpoint: boolean;
}>;

/** Writes each row as the value of its key in a table; visible at once, the newest counts. */
export type UpsertSink = Readonly<{
  kind: 'upsertSink';
  table: string;
  /** Names of the fields that make the key. */
  key: readonly string[];
}>;

export type SinkOperator = TwoPhaseSink | PlainSink | FileSink | UpsertSink;

export type Operator =
  | SourceOperator
  | TransformOperator
  | KeyedOperator
  | WindowOperator
  | ProcessOperator
  | IntervalJoinOperator
  | BroadcastOperator
  | AsyncOperator
  | OperatorStateOperator
  | SinkOperator;

/** What an operator emits: its rows, or those that came too late for it. */
export type OutputName = 'main' | 'late';

/** One operator of a chain. */
export type ChainedOperator = Readonly<{
  uid: string;
  operator: Operator;
  /** Type of the rows that it emits; for a sink, of those that it takes. */
  output: RowType;
  /** What a record costs here: uniform in min..max. */
  serviceMicrosMin: Micros;
  serviceMicrosMax: Micros;
  /** Operators of the chain that take what it emits, by their places in it. */
  next: readonly number[];
  /** Those that take its late records. */
  nextLate: readonly number[];
}>;

/** Operators that run in one task; the first takes what comes over the edges. */
export type Vertex = Readonly<{
  /** The uid of the first operator. */
  id: string;
  parallelism: number;
  /** Number of key groups. */
  maxParallelism: number;
  /** Vertices of one group share slots. */
  slotSharingGroup: string;
  operators: readonly ChainedOperator[];
}>;

/** How records find their subtask: the one of the same index, by key group, in turn, or all. */
export type Exchange =
  | Readonly<{ kind: 'forward' }>
  | Readonly<{ kind: 'hash'; field: number }>
  | Readonly<{ kind: 'rebalance' }>
  | Readonly<{ kind: 'broadcast' }>;

/** From an operator of a vertex to the first operator of another. */
export type Edge = Readonly<{
  from: string;
  /** Place of the operator in its chain. */
  operator: number;
  output: OutputName;
  to: string;
  /** Which of the inputs of the other's first operator it is. */
  input: number;
  exchange: Exchange;
}>;

/** Vertices stand in topological order. */
export type JobGraph = Readonly<{
  name: string;
  /** Undefined: records have no time. Else each has one, a word behind its row on every channel. */
  eventTime: Readonly<{ tickMicros: Micros }> | undefined;
  vertices: readonly Vertex[];
  edges: readonly Edge[];
}>;

/** One subtask-to-subtask FIFO; both of its ends call it by this name. */
export type Channel = Readonly<{
  name: string;
  edge: Edge;
  from: string;
  fromSubtask: number;
  to: string;
  toSubtask: number;
}>;

/** Name of a subtask: vertex and index. */
export function subtaskName(vertex: string, index: number): string {
  return vertex + '[' + String(index) + ']';
}

/** The vertex of that id. */
export function vertexOf(job: JobGraph, id: string): Vertex {
  const vertex = job.vertices.find((candidate) => candidate.id === id);
  invariant(vertex !== undefined, 'edges name vertices of the job', id);
  return vertex;
}

/** The first operator of a vertex. */
export function headOf(vertex: Vertex): ChainedOperator {
  const [head] = vertex.operators;
  invariant(head !== undefined, 'a vertex has an operator', vertex.id);
  return head;
}

/** The operator from which an edge leads. */
export function senderOf(job: JobGraph, edge: Edge): ChainedOperator {
  const sender = vertexOf(job, edge.from).operators[edge.operator];
  invariant(sender !== undefined, 'an edge leads from an operator', edge.from, edge.operator);
  return sender;
}

/** Type of the rows that go over an edge. */
export function rowTypeOfEdge(job: JobGraph, edge: Edge): RowType {
  const { operator, output } = senderOf(job, edge);
  return edge.output === 'late' && operator.kind === 'window' ? operator.function.input : output;
}

/** By input of a vertex's first operator: the type of its rows; none for a source. */
export function inputTypesOf(job: JobGraph, vertex: string): RowType[] {
  const types: RowType[] = [];
  for (const edge of job.edges)
    if (edge.to === vertex) types[edge.input] ??= rowTypeOfEdge(job, edge);
  return types;
}

/** Whether an operator keeps state by key, and so counts what comes in by key group. */
export function isKeyed({ kind }: Operator): boolean {
  return kind === 'keyed' || kind === 'window' || kind === 'process' || kind === 'intervalJoin';
}

/** Whether an operator ends its stream. */
export function isSink(operator: Operator): operator is SinkOperator {
  return ['twoPhaseSink', 'plainSink', 'fileSink', 'upsertSink'].includes(operator.kind);
}

/** Whether an operator is a sink whose rows become visible with a completed checkpoint. */
export function commitsRows({ kind }: Operator): boolean {
  return kind === 'twoPhaseSink' || kind === 'fileSink';
}

/** Where the rows of a sink become visible: its topic, directory or table. */
export function placeOfSink(sink: SinkOperator): string {
  if (sink.kind === 'fileSink') return sink.directory;
  return sink.kind === 'upsertSink' ? sink.table : sink.topic;
}

/** Indexes of the fields that make the key of a table's rows. */
export function keyIndexesOf({ key }: UpsertSink, row: RowType): number[] {
  return key.map((field) => row.findIndex(({ name }) => name === field));
}

/** Whether a vertex has an operator of this kind. */
export function hasOperator(vertex: Vertex, kind: Operator['kind']): boolean {
  return vertex.operators.some(({ operator }) => operator.kind === kind);
}

/** Channels of the jobs that were asked for: each task of each attempt asks. */
const channelsOfJobs = new WeakMap<JobGraph, readonly Channel[]>();

/** Every channel of the job, ordered by edge, sender, receiver. */
export function channelsOf(job: JobGraph): readonly Channel[] {
  let channels = channelsOfJobs.get(job);
  if (channels === undefined) channelsOfJobs.set(job, (channels = channelsIn(job)));
  return channels;
}

function channelsIn(job: JobGraph): Channel[] {
  const channels: Channel[] = [];
  for (const edge of job.edges) {
    const senders = vertexOf(job, edge.from).parallelism;
    const receivers = vertexOf(job, edge.to).parallelism;
    for (let sender = 0; sender < senders; sender += 1)
      for (let receiver = 0; receiver < receivers; receiver += 1)
        if (edge.exchange.kind !== 'forward' || sender === receiver)
          channels.push(channelBetween(job, edge, sender, receiver));
  }
  return channels;
}

/** Two operators of one chain may send to one vertex, so the sender's uid names the channel. */
function channelBetween(
  job: JobGraph,
  edge: Edge,
  fromSubtask: number,
  toSubtask: number,
): Channel {
  const to = subtaskName(edge.to, toSubtask);
  const name = subtaskName(senderOf(job, edge).uid, fromSubtask) + '->' + to;
  return { name, edge, from: subtaskName(edge.from, fromSubtask), fromSubtask, to, toSubtask };
}

/** Names of all subtasks, ordered by vertex and index. */
export function subtasksOf(job: JobGraph): string[] {
  return job.vertices.flatMap((vertex) =>
    Array.from({ length: vertex.parallelism }, (_, index) => subtaskName(vertex.id, index)),
  );
}

/** A slot sharing group needs as many slots as its widest vertex has subtasks. */
function groupsOf(job: JobGraph): Map<string, number> {
  const groups = new Map<string, number>();
  for (const { slotSharingGroup: group, parallelism } of job.vertices)
    groups.set(group, Math.max(groups.get(group) ?? 0, parallelism));
  return groups;
}

/** Slots that the job needs. */
export function slotsNeeded(job: JobGraph): number {
  let slots = 0;
  for (const width of groupsOf(job).values()) slots += width;
  return slots;
}

/** The slot of each subtask, by name: those of a group with one index share one. */
export function slotsOfSubtasks(job: JobGraph): Map<string, number> {
  const first = new Map<string, number>();
  let next = 0;
  for (const [group, width] of groupsOf(job)) {
    first.set(group, next);
    next += width;
  }
  const slots = new Map<string, number>();
  for (const { id, parallelism, slotSharingGroup } of job.vertices)
    for (let index = 0; index < parallelism; index += 1)
      slots.set(subtaskName(id, index), (first.get(slotSharingGroup) ?? 0) + index);
  return slots;
}
