/**
 * The rows that a job of running totals makes visible: `{ key, record, count, sum, max }`, read
 * from the words of a block without building texts. The form is that of `runningTotals` in
 * `job/functions`; a checker reads it by itself.
 */
import type { Words } from '../kernel/actor.js';
import { readText, textWordsAt } from '../kernel/words.js';
import type { Context } from './verdict.js';

/** One row; filled anew by each `readTotals`. */
export type Totals = { record: number; count: number; sum: number; max: number };

/** What is wrong with a row, and whose it is. */
export type RowFault = Readonly<{ message: string; records: readonly number[] }>;

const FIELDS = 4;

/** A row of zeroes, to be read into. */
export function noTotals(): Totals {
  return { record: 0, count: 0, sum: 0, max: 0 };
}

/** Where the row after the one at `at` begins; rows are preceded by their lengths. */
export function rowAfter(words: Words, at: number): number {
  return at + 1 + Math.max(0, words[at] as number);
}

/**
 * Reads the row at `at`, and finds out which input it was made of.
 *
 * @returns undefined when it belongs to its record; else what is wrong with it
 */
export function readTotals(
  inputs: Context['inputs'],
  words: Words,
  at: number,
  into: Totals,
): RowFault | undefined {
  const keyAt = at + 1;
  const valuesAt = keyAt + textWordsAt(words, keyAt);
  const length = words[at] as number;
  const isRow = (words[keyAt] as number) >= 0 && valuesAt + FIELDS === keyAt + length;
  if (!isRow || keyAt + length > words.length)
    return { message: 'a row is none that the job writes', records: [] };
  into.record = words[valuesAt] as number;
  into.count = words[valuesAt + 1] as number;
  into.sum = words[valuesAt + 2] as number;
  into.max = words[valuesAt + 3] as number;
  const input = inputs[into.record];
  if (input !== undefined && isText(words, keyAt, input.key)) return undefined;
  const why =
    input === undefined
      ? ', and is not in the input'
      : ' under key ' + readText(words, keyAt) + ', and has key ' + input.key;
  return { message: recordName(into.record) + ' is visible' + why, records: [into.record] };
}

/** How a record is called in `about` and in messages. */
export function recordName(record: number): string {
  return 'record ' + String(record);
}

/** Whether the text whose length word stands at `at` is this one. */
function isText(words: Words, at: number, text: string): boolean {
  if (words[at] !== text.length) return false;
  for (let unit = 0; unit < text.length; unit += 1) {
    const word = words[at + 1 + (unit >> 1)] as number;
    const stored = (unit & 1) === 0 ? word & 0xffff : word >>> 16;
    if (stored !== text.charCodeAt(unit)) return false;
  }
  return true;
}
