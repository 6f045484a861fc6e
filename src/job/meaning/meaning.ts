/**
 * What the output of a job must be, computed from the job as declared and from its input, without
 * the engine. It has two parts. What depends on the input alone is computed as a batch, once for
 * all seeds. The rest is derived from what entered the operators on which it depends: each of them
 * has a stage, which is fed with that and gives what must enter the next, or become visible.
 */
import type { Words } from '../../kernel/actor.js';
import { unreachable } from '../../kernel/invariant.js';
import {
  headOf,
  inputTypesOf,
  isSink,
  placeOfSink,
  vertexOf,
  type Edge,
  type JobGraph,
  type Operator,
  type OutputName,
  type SourceOperator,
  type UpsertSink,
  type Vertex,
} from '../job-graph.js';
import type { RowType } from '../row.js';
import { bagOf, put, type Bag } from './bag.js';
import { standingsOf, type Standing } from './classes.js';
import { broadcastStage } from './broadcast.js';
import { countsStage } from './counts.js';
import type { TopicInput } from './input.js';
import { intervalJoinStage } from './interval-join.js';
import { operatorStateStage } from './operator-state.js';
import { processStage } from './process.js';
import { rollingStage } from './rolling.js';
import { wordsOf } from './rows.js';
import { intoTable, keepsOrder, tableOf, type Lane, type Table } from './tables.js';
import { windowsStage } from './windows.js';
import { untilThrown, type Outputs, type Stage, type Take } from './stage.js';
import { END_OF_TIME, NO_TIME } from '../time-bounds.js';

/** Rows that are expected: on an edge into a derived operator, and in a topic of a sink. */
export type Expected = Readonly<{
  edges: Map<Edge, Bag>;
  topics: Map<string, Bag>;
  tables: Map<string, Table>;
  /** Who gives the rows that are derived now. */
  lane: Lane;
}>;

export type Meaning = Readonly<{
  job: JobGraph;
  /** By uid of the operator. */
  standings: ReadonlyMap<string, Standing>;
  /** Those whose operator's output is derived from what entered it, in topological order. */
  derived: readonly Vertex[];
  /** What depends on the input alone. */
  fixed: Expected;
}>;

/** Stages that have seen nothing, by vertex, and what is derived from what they will be fed. */
export type Derivation = Readonly<{ stages: ReadonlyMap<string, Stage>; expected: Expected }>;

type Known = Readonly<{ rows: readonly TopicInput['rows'][]; classes: string; meaning: Meaning }>;

/** The meanings of each job: over other rows, or with splits of other disorder, it has another. */
const known = new WeakMap<JobGraph, Known[]>();

/**
 * The meaning of a job over its input.
 *
 * @param mayRepeat  whether a record may come again that the state which was restored has seen
 */
export function meaningOf(
  job: JobGraph,
  topics: readonly TopicInput[],
  mayRepeat = false,
): Meaning {
  const standings = standingsOf(job, topics, mayRepeat);
  const classes = [...standings.values()].map((standing) => standing.class).join();
  const before = known.get(job) ?? [];
  const rows = topics.map((topic) => topic.rows);
  const same = before.find(
    (one) =>
      one.classes === classes &&
      one.rows.length === rows.length &&
      one.rows.every((each, index) => each === rows[index]),
  );
  if (same !== undefined) return { ...same.meaning, standings };
  const meaning = computed(job, standings, topics);
  known.set(job, [...before, { rows, classes, meaning }]);
  return meaning;
}

function computed(
  job: JobGraph,
  standings: Meaning['standings'],
  topics: readonly TopicInput[],
): Meaning {
  const stateful = job.vertices.filter((vertex) => hasState(headOf(vertex).operator));
  const isFixed = (vertex: Vertex): boolean =>
    standings.get(headOf(vertex).uid)?.class === 'functional';
  const batch = stateful.filter(isFixed);
  const wiring = wiringOf(job, batch, true);
  for (const vertex of job.vertices) {
    const { operator } = headOf(vertex);
    if (operator.kind === 'source') readSource(wiring, vertex, operator, topics);
  }
  for (const { id } of batch) wiring.stages.get(id)?.watermark(0, END_OF_TIME, undefined);
  const derived = stateful.filter((vertex) => !isFixed(vertex));
  return { job, standings, derived, fixed: wiring.expected };
}

/** Begins to derive what is not fixed; the stages are fed in the order of `derived`. */
export function derivationOf({ job, derived }: Meaning): Derivation {
  return wiringOf(job, derived, false);
}

/** Whether an operator's rows depend on more than one record; such a one is a head. */
function hasState(operator: Operator): boolean {
  return !['source', 'transform', 'async'].includes(operator.kind) && !isSink(operator);
}

/** Some stages of a job, and where their rows arrive. */
type Wiring = Readonly<{
  job: JobGraph;
  stages: Map<string, Stage>;
  expected: Expected;
  /** Stages feed each other; else each is fed with what entered. */
  isBatch: boolean;
}>;

/** Wires the stages of some vertices: a row goes on to the next stage of them, or is expected. */
function wiringOf(job: JobGraph, vertices: readonly Vertex[], isBatch: boolean): Wiring {
  const lane: Lane = { now: undefined };
  const expected = { edges: new Map(), topics: new Map(), tables: new Map(), lane };
  const wiring: Wiring = { job, stages: new Map(), expected, isBatch };
  for (const vertex of [...vertices].reverse())
    wiring.stages.set(vertex.id, stageOfVertex(wiring, vertex));
  return wiring;
}

function stageOfVertex(wiring: Wiring, vertex: Vertex): Stage {
  const { operator } = headOf(vertex);
  const inputs = inputTypesOf(wiring.job, vertex.id);
  const main = outputOf(wiring, vertex, 0, 'main');
  const late = outputOf(wiring, vertex, 0, 'late');
  return stageOf(operator, inputs, vertex.parallelism, { main, late });
}

/** Where the rows of an operator go: on in its chain, and over edges. */
function outputOf(wiring: Wiring, vertex: Vertex, place: number, name: OutputName): Take {
  const { next, nextLate } = vertex.operators[place] as Vertex['operators'][number];
  const chained = (name === 'main' ? next : nextLate).map((other) =>
    inChain(wiring, vertex, other),
  );
  const edges = wiring.job.edges.filter(
    ({ from, operator, output }) => from === vertex.id && operator === place && output === name,
  );
  const takes = [...chained, ...edges.map((edge) => overEdge(wiring, edge))];
  const [only] = takes;
  if (takes.length === 1 && only !== undefined) return only;
  return (words, from, to, time) => {
    for (const take of takes) take(words, from, to, time);
  };
}

/** What an operator without state does with a row. */
function inChain(wiring: Wiring, vertex: Vertex, place: number): Take {
  const { operator } = vertex.operators[place] as Vertex['operators'][number];
  if (operator.kind === 'upsertSink') return intoTableOf(wiring, vertex, place, operator);
  if (isSink(operator)) {
    const bag = bagIn(wiring.expected.topics, placeOfSink(operator));
    return (words, from, to) => put(bag, words, from, to, 1);
  }
  if (operator.kind !== 'transform' && operator.kind !== 'async')
    return unreachable(operator as never);
  const { apply } = operator.function;
  const next = outputOf(wiring, vertex, place, 'main');
  let now = NO_TIME;
  const emit = (words: Words, from: number, to: number): void => {
    next(words, from, to, now);
  };
  return (words, from, to, time) => {
    now = time;
    apply(words, from, to, emit);
  };
}

function intoTableOf(wiring: Wiring, vertex: Vertex, place: number, sink: UpsertSink): Take {
  const { tables, lane } = wiring.expected;
  let table = tables.get(sink.table);
  if (table === undefined) tables.set(sink.table, (table = tableOf()));
  const { output } = vertex.operators[place] as Vertex['operators'][number];
  const isOrdered = keepsOrder(wiring.job, vertex, place);
  return intoTable(table, sink, output, isOrdered ? lane : { now: undefined });
}

/** A row enters every subtask of a broadcast, else one. */
function overEdge(wiring: Wiring, edge: Edge): Take {
  const vertex = vertexOf(wiring.job, edge.to);
  const { input, exchange } = edge;
  const times = exchange.kind === 'broadcast' ? vertex.parallelism : 1;
  if (!hasState(headOf(vertex).operator)) {
    const take = inChain(wiring, vertex, 0);
    return (words, from, to, time) => {
      for (let one = 0; one < times; one += 1) take(words, from, to, time);
    };
  }
  const stage = wiring.stages.get(vertex.id);
  if (stage !== undefined && wiring.isBatch)
    return (words, from, to, time) => {
      stage.record({ subtask: 0, input, words, from, to, time, now: undefined });
    };
  const bag = bagIn(wiring.expected.edges, edge);
  if (wiring.job.eventTime === undefined)
    return (words, from, to) => put(bag, words, from, to, times);
  return (words, from, to, time) => {
    const row = new Int32Array(to - from + 1);
    for (let at = from; at < to; at += 1) row[at - from] = words[at] as number;
    row[to - from] = time;
    put(bag, row, 0, row.length, times);
  };
}

function bagIn<Place>(bags: Map<Place, Bag>, place: Place): Bag {
  let bag = bags.get(place);
  if (bag === undefined) bags.set(place, (bag = bagOf()));
  return bag;
}

/** The rows of a source go through its chain and on. */
function readSource(
  wiring: Wiring,
  vertex: Vertex,
  { topic, watermarks }: SourceOperator,
  topics: readonly TopicInput[],
): void {
  const take = outputOf(wiring, vertex, 0, 'main');
  for (const row of topics.find((candidate) => candidate.topic === topic)?.rows ?? []) {
    const words = wordsOf(row);
    const time = watermarks === undefined ? NO_TIME : Number(row[watermarks.field]);
    untilThrown(() => {
      take(words, 0, words.length, time);
    });
  }
}

/** An operator with state, by its class. */
function stageOf(
  operator: Operator,
  inputs: readonly RowType[],
  subtasks: number,
  outputs: Outputs,
): Stage {
  switch (operator.kind) {
    case 'keyed':
      return rollingStage(operator, inputs[0] as RowType, outputs.main);
    case 'window': {
      const { assigner } = operator;
      const input = inputs[0] as RowType;
      if (assigner.kind === 'count')
        return countsStage(operator, assigner.size, input, outputs.main);
      return windowsStage(operator, assigner, input, outputs);
    }
    case 'process':
      return processStage(operator, outputs.main);
    case 'intervalJoin':
      return intervalJoinStage(operator, inputs, outputs);
    case 'broadcastState':
      return broadcastStage(operator, outputs.main);
    case 'operatorState':
      return operatorStateStage(operator, subtasks, outputs.main);
    case 'source':
    case 'transform':
    case 'async':
    case 'twoPhaseSink':
    case 'plainSink':
    case 'fileSink':
    case 'upsertSink':
      return unreachable(operator as never);
    default:
      return unreachable(operator);
  }
}
