/**
 * Functions that a job applies to its records. A function sees bytes: the words of one record and
 * the words of its key's state. Here are their forms; `aggregates` and `transforms` make them from
 * what a scenario declares, `rowFunction` and `recordFunction` from functions over rows.
 */
import type { Words } from '../kernel/actor.js';
import { NondeterminismError } from '../kernel/guard.js';
import { InvariantError } from '../kernel/invariant.js';
import type { Aggregates } from './aggregates.js';
import { textOfThrown, UserFunctionError } from './user-function-error.js';
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
  /** As declared: what the meaning of the job computes from, in its own way. */
  declared:
    | Readonly<{ kind: 'rolling'; key: string; aggregates: Aggregates; input: RowType }>
    | Readonly<{ kind: 'rows'; types: KeyedTypes; apply: RowFunction }>;
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

/** Takes one row, whose words stand at `from ..< to`; it reads them before it returns. */
export type Emit = (words: Words, from: number, to: number) => void;

/** A function over single records, without state. */
export type RecordFunction = Readonly<{
  name: string;
  /** Most rows that it emits for one record; Infinity if nothing bounds them. */
  rowsMax: number;
  /** Applies one record, whose words stand at `at ..< end`. */
  apply(from: Words, at: number, end: number, emit: Emit): void;
}>;

/**
 * Calls code of the user.
 *
 * @param name  of the function
 * @throws UserFunctionError with what it threw; what the platform's guard throws goes on as it is
 */
export function callUser<Result>(name: string, call: () => Result): Result {
  try {
    return call();
  } catch (error) {
    if (error instanceof UserFunctionError) throw error;
    if (error instanceof NondeterminismError || error instanceof InvariantError) throw error;
    throw new UserFunctionError(`${name}: ${textOfThrown(error)}`);
  }
}

/** What a function returned; one that is `async` returns no rows, and gets no answer. */
export function settled<Value>(value: Value): Value {
  if (isAsync(value)) throw new TypeError('returned a promise; it cannot be async');
  return value;
}

type Thenable = Readonly<{ then: (resolved: undefined, rejected: () => void) => unknown }>;

/** Whether a value is a promise; if so, nobody else need hear how it ends. */
export function isAsync(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || !('then' in value)) return false;
  if (typeof value.then !== 'function') return false;
  (value as Thenable).then(undefined, () => undefined);
  return true;
}

/** A row as an object, by the names of its fields. */
export type RowObject = Readonly<Record<string, FieldValue>>;

/** A function over rows; its state is a row too. */
export type RowFunction = (
  state: RowObject | undefined,
  record: RowObject,
) => Readonly<{ state: RowObject; output: RowObject }>;

export type KeyedTypes = Readonly<{ input: RowType; state: RowType; output: RowType }>;

/** A keyed function that sees rows instead of words. */
export function rowFunction(name: string, types: KeyedTypes, apply: RowFunction): KeyedFunction {
  return {
    name,
    declared: { kind: 'rows', types, apply },
    apply(state, from, at, _end, emit) {
      const before = state === undefined ? undefined : objectOf(types.state, state, 1);
      const record = objectOf(types.input, from, at);
      const [output, after] = callUser(name, () => {
        const result = settled(apply(before, record));
        return [
          checkedRow(types.output, result.output),
          blockOf(checkedRow(types.state, result.state)),
        ];
      });
      const length = wordsOfRow(output);
      if (emit.words.length < length) emit.words = new Int32Array(2 * length);
      writeRow(output, emit.words, 0);
      emit.length = length;
      return after;
    },
  };
}

/** Combines the records of a key two at a time; the first is the result as it is. */
export function reduceFunction(
  name: string,
  row: RowType,
  combine: (one: RowObject, other: RowObject) => RowObject,
): KeyedFunction {
  return rowFunction(name, { input: row, state: row, output: row }, (before, record) => {
    const state = before === undefined ? record : combine(before, record);
    return { state, output: state };
  });
}

/** A function over single records that sees rows instead of words. */
export function recordFunction(
  name: string,
  input: RowType,
  output: RowType,
  apply: (row: RowObject) => Iterable<RowObject>,
  rowsMax: number,
): Readonly<{ output: RowType; function: RecordFunction }> {
  return {
    output,
    function: {
      name,
      rowsMax,
      apply: (from, at, _end, emit) => {
        const record = objectOf(input, from, at);
        const blocks = callUser(name, () =>
          Array.from(iterable(settled(apply(record))), (row) => blockOf(checkedRow(output, row))),
        );
        for (const words of blocks) emit(words, 1, words.length);
      },
    },
  };
}

/**
 * A filter that sees rows instead of words. It must answer with a boolean: what is only like true
 * or false is a mistake more often than not.
 */
export function filterOf(
  name: string,
  input: RowType,
  holds: (row: RowObject) => unknown,
): Readonly<{ output: RowType; function: RecordFunction }> {
  const keep = (row: RowObject): RowObject[] => {
    const answer = settled(holds(row));
    if (typeof answer !== 'boolean')
      throw new TypeError(`a filter must return true or false, not ${typeof answer}`);
    return answer ? [row] : [];
  };
  return recordFunction(name, input, input, keep, 1);
}

/** Rows as a flatMap returns them. */
function iterable(rows: Iterable<RowObject>): Iterable<RowObject> {
  const many: unknown = rows;
  if (typeof many === 'object' && many !== null && Symbol.iterator in many) return rows;
  throw new TypeError('a flatMap must return an iterable of rows, as in [row]');
}

/** The row whose words begin at `at`, as functions over rows see it. */
export function objectOf(type: RowType, from: Words, at: number): RowObject {
  const values = readRow(type, from, at);
  return Object.fromEntries(type.map(({ name }, index) => [name, values[index] ?? 0]));
}

/**
 * The fields of a row in their order.
 *
 * @throws TypeError for a field that is missing or of another type: the function's mistake
 */
export function checkedRow(type: RowType, row: RowObject | undefined): FieldValue[] {
  settled(row);
  if (typeof row !== 'object' || row === null)
    throw new TypeError(`returned no row but ${String(row)}`);
  return type.map(({ name, type: wanted }) => {
    const value = row[name];
    const isRight =
      wanted === 'int'
        ? typeof value === 'number' && value === (value | 0)
        : typeof value === 'string';
    if (value === undefined) {
      const names = Object.keys(row).join(', ');
      throw new TypeError(`field ${name} is missing; the row has ${names || 'none'}`);
    }
    if (!isRight)
      throw new TypeError(
        `field ${name} must be ${wanted === 'int' ? 'a 32-bit integer' : 'a text'}`,
      );
    return value;
  });
}
