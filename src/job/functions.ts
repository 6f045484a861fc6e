/**
 * Functions that a job applies to its records. A function sees bytes: the words of one record and
 * the words of its key's state; `rowFunction` wraps one that sees rows.
 */
import type { Words } from '../kernel/actor.js';
import { textWordsAt } from '../kernel/words.js';
import { blockOf, readRow, wordsOfRow, writeRow, type FieldValue, type RowType } from './row.js';

/** Where a function puts the one row that it emits. */
export type Emitter = {
  /** The row's words; only the first `length` of them count. */
  words: Words;
  length: number;
};

/** A function over one key's state. */
export type KeyedFunction = Readonly<{
  name: string;
  /**
   * Applies one record.
   *
   * @param state  the state of the record's key; undefined for a new key
   * @param from   holds the record at `at ..< end`
   * @param emit   takes the row that the record gives
   * @returns      the new state; may be `state` itself, changed in place
   */
  apply(state: Words | undefined, from: Words, at: number, end: number, emit: Emitter): Words;
}>;

/**
 * Running count, sum and maximum of a value per key, emitted for each record as
 * `{ key, record, count, sum, max }`. The input is `{ key, record, value }`: a text and two
 * integers.
 */
export const runningTotals: KeyedFunction = {
  name: 'runningTotals',
  apply(state, from, at, _end, emit) {
    const keyWords = textWordsAt(from, at);
    const record = from[at + keyWords] as number;
    const value = from[at + keyWords + 1] as number;
    const totals = state ?? Int32Array.of(0, 0, -0x80000000);
    totals[0] = (totals[0] as number) + 1;
    totals[1] = (totals[1] as number) + value;
    if (value > (totals[2] as number)) totals[2] = value;
    const length = keyWords + 4;
    if (emit.words.length < length) emit.words = new Int32Array(2 * length);
    const { words } = emit;
    for (let word = 0; word < keyWords; word += 1) words[word] = from[at + word] as number;
    words[keyWords] = record;
    words[keyWords + 1] = totals[0];
    words[keyWords + 2] = totals[1];
    words[keyWords + 3] = totals[2] as number;
    emit.length = length;
    return totals;
  },
};

/** A function over rows; its state is a row too. */
export type RowFunction = (
  state: readonly FieldValue[] | undefined,
  record: readonly FieldValue[],
) => Readonly<{ state: readonly FieldValue[]; output: readonly FieldValue[] }>;

/** A keyed function that sees rows instead of words. */
export function rowFunction(
  name: string,
  types: Readonly<{ input: RowType; state: RowType }>,
  apply: RowFunction,
): KeyedFunction {
  return {
    name,
    apply(state, from, at, _end, emit) {
      const before = state === undefined ? undefined : readRow(types.state, state, 1);
      const result = apply(before, readRow(types.input, from, at));
      const length = wordsOfRow(result.output);
      if (emit.words.length < length) emit.words = new Int32Array(2 * length);
      writeRow(result.output, emit.words, 0);
      emit.length = length;
      return blockOf(result.state);
    },
  };
}
