/**
 * What an operator may do with what it makes of a record or of time.
 */
import type { Words } from '../../kernel/actor.js';
import { checkedRow, type RowObject } from '../../job/functions.js';
import { blockOf, type RowType } from '../../job/row.js';
import { NO_TIME } from '../../job/time-bounds.js';

/** What leaves an operator, and what it may know of time. */
export type Collector = Readonly<{
  /** A row, whose words stand at `from ..< to`, of a time. */
  emit(words: Words, from: number, to: number, time: number): void;
  /** A record that came too late goes to the side output. */
  late(words: Words, from: number, to: number, time: number): void;
  /** What all later records are later than. */
  watermark(): number;
  /** The process's clock, in milliseconds. */
  clock(): number;
}>;

/** Emits a row that a function has made; one without a time belongs to none. */
export function emitRow(
  out: Collector,
  type: RowType,
  row: RowObject,
  time: number | undefined,
): void {
  const words = blockOf(checkedRow(type, row));
  out.emit(words, 1, words.length, time ?? NO_TIME);
}
