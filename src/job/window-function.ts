/**
 * What a window keeps of its records, and the row that it gives when it fires.
 */
import type { Words } from '../kernel/actor.js';
import type { Aggregates } from './aggregates.js';
import type { Emitter, RowObject } from './functions.js';
import type { RowType } from './row.js';

/** A window of time; of one of counts, its number among those of its key as `start` and `end`. */
export type Window = Readonly<{ start: number; end: number }>;

/**
 * Incremental aggregation. What is kept (an accumulator) is a block of words; it may be changed in
 * place by `add`.
 */
export type WindowFunction = Readonly<{
  name: string;
  /** Type of the rows that come in. */
  input: RowType;
  /** As declared: what the meaning of the job computes from, in its own way. */
  declared:
    | Readonly<{ kind: 'aggregates'; key: string; aggregates: Aggregates }>
    | Readonly<{ kind: 'reduce'; combine: (one: RowObject, other: RowObject) => RowObject }>;
  /** Whether the result is the same in whatever order records come. */
  isCommutative: boolean;
  /** What is kept once the record at `at ..< end` was added. */
  add(kept: Words | undefined, from: Words, at: number, end: number): Words;
  /** What is kept of two windows that became one, the earlier one first. */
  merge(one: Words, other: Words): Words;
  /**
   * The row of a window that fires: for aggregates the key, `windowStart`, `windowEnd` and each
   * aggregate; for a reduction the row that it gave.
   *
   * @param key  holds the key's field at 0 ..< its length
   */
  result(kept: Words, key: Words, window: Window, emit: Emitter): void;
}>;
