/**
 * What the output of each operator depends on, which decides how it is judged.
 *
 *   functional      on the input alone: the result is that of a batch
 *   late            on which records came too late as well
 *   orderDependent  on the order in which records came, or on a clock
 *
 * Transforms and unions keep the class of what they take. Windows of event time with a commutative
 * function and interval joins are functional where no record can be late: each source before them
 * has watermarks whose bound covers the disorder of its splits and which wait for every split.
 * Where checkpoints let a record come again, whatever has state depends on which ones do.
 */
import { unreachable } from '../../kernel/invariant.js';
import {
  senderOf,
  type ChainedOperator,
  type JobGraph,
  type SourceOperator,
  type Vertex,
} from '../job-graph.js';
import type { TopicInput } from './input.js';

export type Class = 'functional' | 'late' | 'orderDependent';

/** The class of what an operator emits, and why it is no better. */
export type Standing = Readonly<{
  class: Class;
  why: string;
  /** The sources that it takes from, itself if it is one. */
  sources: readonly ChainedOperator[];
}>;

const order: readonly Class[] = ['functional', 'late', 'orderDependent'];

/**
 * The standing of each operator, by its uid.
 *
 * @param mayRepeat  whether a record may come again that the state which was restored has seen
 */
export function standingsOf(
  job: JobGraph,
  topics: readonly TopicInput[],
  mayRepeat: boolean,
): Map<string, Standing> {
  const time = mayRepeat ? undefined : topics;
  const standings = new Map<string, Standing>();
  for (const vertex of job.vertices)
    for (const [place, operator] of vertex.operators.entries()) {
      const inputs = inputsOf(job, vertex, place).map(({ uid }) => standings.get(uid) as Standing);
      standings.set(operator.uid, standingOf(operator, inputs, time));
    }
  return standings;
}

/** The operators that one takes from. */
function inputsOf(job: JobGraph, vertex: Vertex, place: number): ChainedOperator[] {
  if (place === 0)
    return job.edges.filter(({ to }) => to === vertex.id).map((edge) => senderOf(job, edge));
  return vertex.operators.filter(
    ({ next, nextLate }) => next.includes(place) || nextLate.includes(place),
  );
}

function standingOf(
  chained: ChainedOperator,
  inputs: readonly Standing[],
  topics: readonly TopicInput[] | undefined,
): Standing {
  const { operator, uid } = chained;
  if (operator.kind === 'source') return { class: 'functional', why: '', sources: [chained] };
  const sources = [...new Set(inputs.flatMap((input) => input.sources))];
  const weakest = inputs.reduce((one, other) =>
    order.indexOf(other.class) > order.indexOf(one.class) ? other : one,
  );
  const weakened = (own: Class, why: string): Standing =>
    order.indexOf(own) > order.indexOf(weakest.class)
      ? { class: own, why: uid + ' ' + why, sources }
      : { ...weakest, sources };
  switch (operator.kind) {
    case 'transform':
    case 'async':
    case 'twoPhaseSink':
    case 'plainSink':
    case 'fileSink':
    case 'upsertSink':
      return { ...weakest, sources };
    case 'keyed':
      return weakened('orderDependent', 'emits a row for each record, as they come');
    case 'process':
      return weakened('orderDependent', 'is a function of each record and timer, as they come');
    case 'operatorState':
      return weakened('orderDependent', 'has state of its subtasks, as records come to them');
    case 'broadcastState':
      return weakened('orderDependent', 'reads a state that changes as records come');
    case 'intervalJoin':
      return timed(weakened, sources, topics);
    case 'window':
      if (operator.assigner.kind === 'count')
        return weakened('orderDependent', 'counts records as they come');
      if (!operator.function.isCommutative)
        return weakened('orderDependent', 'combines records in the order in which they come');
      return timed(weakened, sources, topics);
    default:
      return unreachable(operator);
  }
}

/** Functional if its input is and no record can be late. */
function timed(
  weakened: (own: Class, why: string) => Standing,
  sources: readonly ChainedOperator[],
  topics: readonly TopicInput[] | undefined,
): Standing {
  if (topics === undefined)
    return weakened('orderDependent', 'may get records again: checkpoints are at least once');
  for (const { uid, operator } of sources) {
    if (isEndless(operator as SourceOperator, topics))
      return weakened('late', `has windows that never end: ${uid} is not bounded`);
    const why = latenessOf(operator as SourceOperator, topics);
    if (why !== undefined) return weakened('late', `may get late records: ${uid} ${why}`);
  }
  return weakened('functional', '');
}

function isEndless({ topic: name }: SourceOperator, topics: readonly TopicInput[]): boolean {
  return topics.some(({ topic, unbounded }) => topic === name && unbounded === true);
}

/** Why a record of a source may be late; undefined if none can be. */
function latenessOf(source: SourceOperator, topics: readonly TopicInput[]): string | undefined {
  const { watermarks } = source;
  if (watermarks === undefined) return 'has no watermarks';
  if (watermarks.idleMicros !== undefined) return 'does not wait for a split that is idle';
  const disorder = disorderOf(source.topic, watermarks.field, topics);
  if (disorder <= watermarks.outOfOrderness) return undefined;
  const bound = String(watermarks.outOfOrderness);
  return `has records ${String(disorder)} ticks behind their split, its bound is ${bound}`;
}

/** The most ticks by which a record stands behind a later one of its split. */
function disorderOf(topic: string, field: number, topics: readonly TopicInput[]): number {
  let most = 0;
  for (const { topic: name, rows, splits } of topics) {
    if (name !== topic) continue;
    for (const split of splits) {
      let latest = -Infinity;
      for (const id of split) {
        const time = Number(rows[id]?.[field]);
        if (latest - time > most) most = latest - time;
        if (time > latest) latest = time;
      }
    }
  }
  return most;
}
