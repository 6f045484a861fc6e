/**
 * What a table of an upsert sink may hold: the values that the job gives each key, and which of
 * them may stand there in the end. Values that one subtask gives a key come one after the other,
 * so the last of them is the one; in which order those of two subtasks reach the table, and those
 * of a batch over the input, the meaning does not know: there each may be the last.
 */
import type { Words } from '../../kernel/actor.js';
import { textWordsAt } from '../../kernel/words.js';
import {
  keyIndexesOf,
  type ChainedOperator,
  type JobGraph,
  type UpsertSink,
  type Vertex,
} from '../job-graph.js';
import { fieldAt, type RowType } from '../row.js';
import { bagOf, put, type Bag } from './bag.js';

export type Table = Readonly<{
  /** Every value of every key. */
  rows: Bag;
  keys: Bag;
  /** By number of the key: by lane, the row that came last. */
  lasts: Map<number, number>[];
}>;

/** Who gives the values that are derived now; undefined: their order is not known. */
export type Lane = { now: number | undefined };

/** A table that holds nothing. */
export function tableOf(): Table {
  return { rows: bagOf(), keys: bagOf(), lasts: [] };
}

/** Takes the rows of a sink's table. */
export function intoTable(
  table: Table,
  sink: UpsertSink,
  row: RowType,
  lane: Lane,
): (words: Words, from: number, to: number) => void {
  const fields = keyIndexesOf(sink, row);
  return (words, from, to) => {
    const value = put(table.rows, words, from, to, 1);
    const key = keyOfRow(row, fields, words, from);
    const lasts = (table.lasts[put(table.keys, key, 0, key.length, 0)] ??= new Map());
    lasts.set(lane.now ?? -1 - value, value);
  };
}

/** The words of a row's key. */
export function keyOfRow(
  row: RowType,
  fields: readonly number[],
  words: Words,
  from: number,
): Words {
  const key: number[] = [];
  for (const field of fields) {
    const start = fieldAt(row, field, words, from);
    const end = start + (row[field]?.type === 'int' ? 1 : textWordsAt(words, start));
    for (let at = start; at < end; at += 1) key.push(words[at] as number);
  }
  return Int32Array.from(key);
}

/** Whether what one subtask gives reaches an operator in its order: no exchange spreads it. */
export function keepsOrder(job: JobGraph, vertex: Vertex, place: number): boolean {
  if (place > 0) {
    const before = vertex.operators.flatMap(({ next, nextLate }, other) =>
      next.includes(place) || nextLate.includes(place) ? [other] : [],
    );
    return before.every((other) => passesInOrder(job, vertex, other));
  }
  return job.edges
    .filter(({ to }) => to === vertex.id)
    .every((edge) => {
      const sender = job.vertices.find(({ id }) => id === edge.from) as Vertex;
      const isOne = edge.exchange.kind === 'forward' || vertex.parallelism === 1;
      return isOne && passesInOrder(job, sender, edge.operator);
    });
}

/** Whether an operator emits in an order of its own, or keeps that of what it takes. */
function passesInOrder(job: JobGraph, vertex: Vertex, place: number): boolean {
  const { operator } = vertex.operators[place] as ChainedOperator;
  if (operator.kind === 'async' && !operator.ordered) return false;
  const isStateless = operator.kind === 'transform' || operator.kind === 'async';
  return isStateless ? keepsOrder(job, vertex, place) : true;
}
