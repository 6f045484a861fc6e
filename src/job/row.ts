/**
 * Rows and their bytes. A row is a list of fields, each an integer or a string; its bytes are
 * 32-bit words, so that hashing and copying work a word at a time. Records in buffers, entries of
 * state, rows in a log and rows in a history all have this form.
 *
 *   int     one word, signed
 *   string  one word with the number of UTF-16 code units, then two units a word
 *
 * In a block, each row is preceded by one word with the number of words that follow.
 */
import type { Words } from '../kernel/actor.js';
import { invariant } from '../kernel/invariant.js';
import { readText, textWordsAt, wordsOfText, writeText } from '../kernel/words.js';

export type FieldType = 'int' | 'string';

/** Names and types of the fields, in their order. */
export type RowType = readonly Readonly<{ name: string; type: FieldType }>[];

export type FieldValue = number | string;

/** Number of words that a row takes, without the length word. */
export function wordsOfRow(row: readonly FieldValue[]): number {
  let words = 0;
  for (const value of row) words += typeof value === 'number' ? 1 : wordsOfText(value);
  return words;
}

/**
 * Writes a row at `at` and returns the position after it; the length word is the caller's.
 *
 * @throws InvariantError when a number is not a 32-bit integer
 */
export function writeRow(row: readonly FieldValue[], into: Words, at: number): number {
  let next = at;
  for (const value of row) {
    if (typeof value === 'number') {
      invariant(value === (value | 0), 'a row holds 32-bit integers', value);
      into[next++] = value;
    } else next = writeText(value, into, next);
  }
  return next;
}

/** The row of the given type whose words begin at `at`. */
export function readRow(type: RowType, from: Words, at: number): FieldValue[] {
  const row: FieldValue[] = [];
  let next = at;
  for (const field of type) {
    if (field.type === 'int') row.push(from[next++] as number);
    else {
      row.push(readText(from, next));
      next += textWordsAt(from, next);
    }
  }
  return row;
}

/** Position of a field within a row that begins at `at`. */
export function fieldAt(type: RowType, index: number, from: Words, at: number): number {
  let next = at;
  for (let field = 0; field < index; field += 1) {
    const isInt = type[field]?.type === 'int';
    next += isInt ? 1 : textWordsAt(from, next);
  }
  return next;
}

/** One row as a block of its own: the length word, then the row. */
export function blockOf(row: readonly FieldValue[]): Words {
  const words = new Int32Array(1 + wordsOfRow(row));
  words[0] = words.length - 1;
  writeRow(row, words, 1);
  return words;
}
