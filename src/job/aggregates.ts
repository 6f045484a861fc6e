/**
 * Aggregates of the records of a key: a closed list for scenarios, and the function that keeps
 * several of them and emits them for each record (Flink: rolling aggregations of a KeyedStream).
 */
import type { Words } from '../kernel/actor.js';
import { otherForm } from '../kernel/did-you-mean.js';
import { textWordsAt } from '../kernel/words.js';
import { integer, indexOfField, type Expression } from './expression.js';
import type { KeyedFunction } from './functions.js';
import { JobError } from './job-error.js';
import { fieldAt, type FieldType, type RowType } from './row.js';
import { distinctFields } from './shapes.js';

/** Sums are 32-bit integers and wrap; `last` is the value of the newest record. */
export type Aggregate =
  | 'count'
  | Readonly<{ sum: Expression }>
  | Readonly<{ min: Expression }>
  | Readonly<{ max: Expression }>
  | Readonly<{ last: Expression }>;

/** Those that take an expression. */
export const folds: readonly string[] = ['sum', 'min', 'max', 'last'];

/** What is wrong with a value that is no aggregate, as YAML and JavaScript may give it. */
export function aggregateMistake(value: unknown): string | undefined {
  const [name = '', ...more] =
    typeof value === 'object' && value !== null ? Object.keys(value) : [];
  if (value === 'count' || (folds.includes(name) && more.length === 0)) return undefined;
  const forms = `an aggregate is count, or one of ${folds.join(', ')} with an expression`;
  return otherForm(value, ['count', ...folds], forms);
}

/** Name of the output field, and what stands in it; in the order of the output. */
export type Aggregates = readonly (readonly [name: string, aggregate: Aggregate])[];

/** One aggregate over words: its value so far and a record, or two values, the older one first. */
export type Fold = Readonly<{
  start: number;
  next: (value: number, words: Words, at: number) => number;
  merge: (one: number, other: number) => number;
}>;

/** Rows of the key and its aggregates, emitted for each record. */
export type Rolling = Readonly<{ output: RowType; keyField: number; function: KeyedFunction }>;

/**
 * The aggregates of each key so far, emitted for each record as the key and then the aggregates.
 *
 * @param place  for errors
 * @throws JobError for a field that is not there, or one that is no integer
 */
export function rolling(
  key: string,
  aggregates: Aggregates,
  input: RowType,
  place: string,
): Rolling {
  const keyField = indexOfField(key, input, place + '.keyBy');
  const keyType: FieldType = input[keyField]?.type ?? 'int';
  const folds = foldsOf(aggregates, input, place);
  const named = aggregates.map(([name]): RowType[number] => ({ name, type: 'int' }));
  const output = distinctFields([{ name: key, type: keyType }, ...named], place);
  return {
    output,
    keyField,
    function: rollingFunction({ key, aggregates, input }, folds, keyField),
  };
}

/** The aggregates over words, in their order. */
export function foldsOf(aggregates: Aggregates, input: RowType, place: string): Fold[] {
  return aggregates.map(([name, aggregate]) =>
    foldOf(aggregate, input, place + '.aggregate.' + name),
  );
}

function foldOf(aggregate: Aggregate, input: RowType, place: string): Fold {
  const mistake = aggregateMistake(aggregate);
  if (mistake !== undefined) throw new JobError(place, mistake);
  const sum = (one: number, other: number): number => (one + other) | 0;
  if (aggregate === 'count') return { start: 0, next: (value) => (value + 1) | 0, merge: sum };
  if ('sum' in aggregate) {
    const read = integer(aggregate.sum, input, place + '.sum');
    return { start: 0, next: (value, words, at) => (value + read(words, at)) | 0, merge: sum };
  }
  if ('min' in aggregate) {
    const read = integer(aggregate.min, input, place + '.min');
    const next: Fold['next'] = (value, words, at) => Math.min(value, read(words, at));
    return { start: 0x7fffffff, next, merge: (one, other) => Math.min(one, other) };
  }
  if ('max' in aggregate) {
    const read = integer(aggregate.max, input, place + '.max');
    const next: Fold['next'] = (value, words, at) => Math.max(value, read(words, at));
    return { start: -0x80000000, next, merge: (one, other) => Math.max(one, other) };
  }
  const read = integer(aggregate.last, input, place + '.last');
  const next: Fold['next'] = (_value, words, at) => read(words, at);
  return { start: 0, next, merge: (_one, other) => other };
}

function rollingFunction(
  declared: Readonly<{ key: string; aggregates: Aggregates; input: RowType }>,
  folds: readonly Fold[],
  keyField: number,
): KeyedFunction {
  const { input } = declared;
  const keyType = input[keyField]?.type;
  const starts = Int32Array.from(folds, ({ start }) => start);
  return {
    name: 'rolling',
    declared: { kind: 'rolling', ...declared },
    apply(state, from, at, _end, emit) {
      const values = state ?? starts.slice();
      const keyAt = fieldAt(input, keyField, from, at);
      const keyWords = keyType === 'int' ? 1 : textWordsAt(from, keyAt);
      const length = keyWords + folds.length;
      if (emit.words.length < length) emit.words = new Int32Array(2 * length);
      const { words } = emit;
      for (let word = 0; word < keyWords; word += 1) words[word] = from[keyAt + word] as number;
      for (let fold = 0; fold < folds.length; fold += 1) {
        const value = (folds[fold] as Fold).next(values[fold] as number, from, at);
        values[fold] = value;
        words[keyWords + fold] = value;
      }
      emit.length = length;
      return values;
    },
  };
}
