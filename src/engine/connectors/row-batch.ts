/**
 * Rows that a sink gathers before it writes them.
 */
import type { Words } from '../../kernel/actor.js';

/** `taken`: how often its rows were taken. */
export type RowBatch = { words: Words; length: number; rows: number; taken: number };

export function rowBatch(): RowBatch {
  return { words: new Int32Array(64), length: 0, rows: 0, taken: 0 };
}

/** Adds the row at `from ..< to`, preceded by its length. */
export function addRow(batch: RowBatch, words: Words, from: number, to: number): void {
  const needed = batch.length + 1 + to - from;
  if (batch.words.length < needed) {
    const larger = new Int32Array(2 * needed);
    larger.set(batch.words.subarray(0, batch.length));
    batch.words = larger;
  }
  let at = batch.length;
  batch.words[at++] = to - from;
  for (let word = from; word < to; word += 1) batch.words[at++] = words[word] as number;
  batch.length = needed;
  batch.rows += 1;
}

/** The gathered rows as one block; the batch is empty afterwards. */
export function takeRows(batch: RowBatch): Words {
  const words = batch.words.slice(0, batch.length);
  batch.length = 0;
  batch.rows = 0;
  batch.taken += 1;
  return words;
}
