/**
 * What a multiset of what entered cannot show: that a watermark was right, and that a broadcast
 * came to each subtask. A record that is within its source's bound in its split may not meet a
 * watermark past it, whichever way it went; of a row that is broadcast each subtask gets as many.
 *
 * The first is known of records that come straight from a source whose splits are dealt out at the
 * start and none of which counts as idle: then the watermark of a subtask waits for all of them.
 *
 * Memory: one row a row of such a source, shared by all seeds that lay it out alike; and a number
 * for each row that is broadcast and each subtask.
 */
import { senderOf, type Edge, type JobGraph } from '../job/job-graph.js';
import { bagOf, find, put, type Bag } from '../job/meaning/bag.js';
import type { TopicInput } from '../job/meaning/input.js';
import { wordsOf } from '../job/meaning/rows.js';
import type { Words } from '../kernel/actor.js';
import type { Heard } from './surviving.js';
import { NO_TIME } from '../job/time-bounds.js';

export type Entrance = Readonly<{
  /** A subtask's watermark has risen, or its time begins anew. */
  pass(heard: Heard): void;
  /** What is wrong with a row that enters over an edge; undefined if nothing is. */
  faultOf(edge: Edge, subtask: number, words: Words, from: number, to: number): string | undefined;
}>;

/** The entrance of a vertex; `dueOf` gives the rows that are due over an edge, in all subtasks. */
export function entranceOf(
  job: JobGraph,
  into: readonly Edge[],
  topics: readonly TopicInput[],
  subtasks: number,
  dueOf: (edge: Edge) => Bag | undefined,
): Entrance {
  const watermarks: number[] = [];
  const punctual = new Map(into.map((edge) => [edge, punctualRows(job, edge, topics)]));
  const came = new Map<Edge, Int32Array[]>();
  const isTooMany = (
    edge: Edge,
    subtask: number,
    words: Words,
    from: number,
    to: number,
  ): boolean => {
    const due = edge.exchange.kind === 'broadcast' ? dueOf(edge) : undefined;
    const row = due === undefined ? -1 : find(due, words, from, to);
    if (due === undefined || row < 0) return false;
    let counts = came.get(edge);
    if (counts === undefined) came.set(edge, (counts = []));
    const own = (counts[subtask] ??= new Int32Array(due.size));
    own[row] = (own[row] as number) + 1;
    return own[row] * subtasks > (due.counts[row] as number);
  };
  return {
    pass: ({ entry, subtask }) => {
      if (entry.kind === 'restoring') watermarks[subtask] = NO_TIME;
      if (entry.kind === 'watermark') watermarks[subtask] = entry.subject;
    },
    faultOf: (edge, subtask, words, from, to) => {
      if (isTooMany(edge, subtask, words, from, to))
        return `enters subtask ${String(subtask)} more often than a broadcast does`;
      const watermark = watermarks[subtask] ?? NO_TIME;
      const rows = punctual.get(edge);
      if (rows === undefined || (words[to - 1] as number) > watermark) return undefined;
      if (find(rows, words, from, to) < 0) return undefined;
      return `is in time in its split, and comes behind the watermark ${String(watermark)}`;
    },
  };
}

/** Rows of a source, with their times, that are within its bound; undefined: not known. */
function punctualRows(job: JobGraph, edge: Edge, topics: readonly TopicInput[]): Bag | undefined {
  const { operator } = senderOf(job, edge);
  if (operator.kind !== 'source' || operator.watermarks === undefined) return undefined;
  const { splitAssignment, discoveryMicros, watermarks } = operator;
  const isSteady = splitAssignment !== 'request' && discoveryMicros === undefined;
  if (watermarks.idleMicros !== undefined || !isSteady) return undefined;
  const input = topics.find(({ topic }) => topic === operator.topic);
  if (input === undefined) return undefined;
  const [known, late] = [bagOf(), bagOf()];
  for (const split of input.splits) {
    let latest = -Infinity;
    for (const id of split) {
      const row = input.rows[id] as (typeof input.rows)[number];
      const time = Number(row[watermarks.field]);
      const words = Int32Array.from([...wordsOf(row), time]);
      const isLate = time < latest - watermarks.outOfOrderness;
      put(isLate ? late : known, words, 0, words.length, 1);
      latest = Math.max(latest, time);
    }
  }
  return without(known, late);
}

/** The rows of a bag that another does not have. */
function without(bag: Bag, other: Bag): Bag {
  if (other.size === 0) return bag;
  const left = bagOf();
  for (let row = 0; row < bag.size; row += 1) {
    const [from, to] = [bag.starts[row] as number, bag.starts[row + 1] as number];
    if (find(other, bag.words, from, to) < 0) put(left, bag.words, from, to, 1);
  }
  return left;
}
