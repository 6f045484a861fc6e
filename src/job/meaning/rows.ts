/**
 * Rows as the user's functions see them, and what they return as rows again. A row that does not
 * fit its type is a mistake of the function, as what it throws is.
 */
import type { Words } from '../../kernel/actor.js';
import { NondeterminismError } from '../../kernel/guard.js';
import { InvariantError } from '../../kernel/invariant.js';
import type { RowObject } from '../functions.js';
import { readRow, wordsOfRow, writeRow, type FieldValue, type RowType } from '../row.js';
import { UserFunctionError } from '../user-function-error.js';

/** Calls code of the user; what it throws is a UserFunctionError. */
export function called<Result>(name: string, body: () => Result): Result {
  try {
    return body();
  } catch (error) {
    if (error instanceof NondeterminismError || error instanceof InvariantError) throw error;
    if (error instanceof UserFunctionError) throw error;
    throw new UserFunctionError(`${name}: ${error instanceof Error ? error.message : 'thrown'}`);
  }
}

/** The row at `at`, by the names of its fields. */
export function objectAt(type: RowType, words: Words, at: number): RowObject {
  return objectOf(type, readRow(type, words, at));
}

/** A row by the names of its fields: a new object each time, which nobody else holds. */
export function objectOf(type: RowType, values: readonly FieldValue[]): RowObject {
  return Object.fromEntries(type.map(({ name }, field) => [name, values[field] as FieldValue]));
}

/**
 * The fields of what a function returned.
 *
 * @throws UserFunctionError for what is no row of the type
 */
export function valuesOf(type: RowType, row: unknown): FieldValue[] {
  if (typeof row !== 'object' || row === null) throw new UserFunctionError('no row');
  const fields = row as Readonly<Record<string, unknown>>;
  return type.map(({ name, type: wanted }) => {
    const value = fields[name];
    if (wanted === 'string' && typeof value === 'string') return value;
    if (wanted === 'int' && typeof value === 'number' && value === (value | 0)) return value;
    throw new UserFunctionError(`${name} is no ${wanted}`);
  });
}

/** A row as words, without its length. */
export function wordsOf(row: readonly FieldValue[]): Words {
  const words = new Int32Array(wordsOfRow(row));
  writeRow(row, words, 0);
  return words;
}
