/**
 * What windows compute: aggregates of the closed list, or a reduction by a function of two rows.
 * Aggregates are kept as one word each, so that adding a record reads words and makes no row.
 */
import type { Words } from '../kernel/actor.js';
import { foldsOf, type Aggregates, type Fold } from './aggregates.js';
import { callUser, checkedRow, objectOf, type Emitter, type RowObject } from './functions.js';
import { indexOfField } from './expression.js';
import { wordsOfRow, writeRow, type FieldType, type RowType } from './row.js';
import { distinctFields } from './shapes.js';
import type { Window, WindowFunction } from './window-function.js';

/** A window's function, the type of the rows that it gives, and the field of the key. */
export type Windowed = Readonly<{ output: RowType; keyField: number; function: WindowFunction }>;

/**
 * The aggregates of each key and window: rows of the key, `windowStart`, `windowEnd` and then the
 * aggregates.
 *
 * @param place  for errors
 * @throws JobError for a field that is not there, one that is no integer, or two of one name
 */
export function aggregateWindow(
  key: string,
  aggregates: Aggregates,
  input: RowType,
  place: string,
): Windowed {
  const keyField = indexOfField(key, input, place + '.keyBy');
  const keyType: FieldType = input[keyField]?.type ?? 'int';
  const folds = foldsOf(aggregates, input, place);
  const names = ['windowStart', 'windowEnd', ...aggregates.map(([name]) => name)];
  const ints = names.map((name): RowType[number] => ({ name, type: 'int' }));
  const output = distinctFields(
    [{ name: key, type: keyType }, ...ints],
    place + '.aggregate',
    '; a row begins with the key, windowStart and windowEnd',
  );
  const isCommutative = aggregates.every(
    ([, aggregate]) => aggregate === 'count' || !('last' in aggregate),
  );
  return {
    output,
    keyField,
    function: {
      ...folded(folds),
      input,
      isCommutative,
      declared: {
        kind: 'aggregates',
        key,
        aggregates,
      },
    },
  };
}

function folded(folds: readonly Fold[]): Pick<WindowFunction, 'name' | 'add' | 'merge' | 'result'> {
  const starts = Int32Array.from(folds, ({ start }) => start);
  return {
    name: 'aggregate',
    add: (kept, from, at) => {
      const values = kept ?? starts.slice();
      for (let fold = 0; fold < folds.length; fold += 1)
        values[fold] = (folds[fold] as Fold).next(values[fold] as number, from, at);
      return values;
    },
    merge: (one, other) =>
      Int32Array.from(folds, ({ merge }, fold) =>
        merge(one[fold] as number, other[fold] as number),
      ),
    result: (kept, key, window, emit) => {
      const words = roomIn(emit, key.length + 2 + kept.length);
      for (let word = 0; word < key.length; word += 1) words[word] = key[word] as number;
      let at = key.length;
      words[at++] = window.start;
      words[at++] = window.end;
      for (let fold = 0; fold < kept.length; fold += 1) words[at++] = kept[fold] as number;
    },
  };
}

/** Room for a row of so many words. */
function roomIn(emit: Emitter, length: number): Words {
  if (emit.words.length < length) emit.words = new Int32Array(2 * length);
  emit.length = length;
  return emit.words;
}

/** A reduction as it is declared. */
export type Reduction = Readonly<{
  name: string;
  key: string;
  input: RowType;
  combine: (one: RowObject, other: RowObject) => RowObject;
}>;

/** The rows of each key and window combined two at a time; the first is kept as it is. */
export function reduceWindow(
  { name, key, input, combine }: Reduction,
  isCommutative: boolean,
  place: string,
): Windowed {
  const combined = (one: RowObject, other: RowObject): Words => {
    const row = callUser(name, () => checkedRow(input, combine(one, other)));
    const words = new Int32Array(wordsOfRow(row));
    writeRow(row, words, 0);
    return words;
  };
  const rowOf = (words: Words, at = 0): RowObject => objectOf(input, words, at);
  const result = (kept: Words, _key: Words, _window: Window, emit: Emitter): void =>
    roomIn(emit, kept.length).set(kept);
  return {
    output: input,
    keyField: indexOfField(key, input, place + '.keyBy'),
    function: {
      ...{ name, input, isCommutative, result },
      declared: { kind: 'reduce', combine },
      add: (kept, from, at, end) =>
        kept === undefined ? from.slice(at, end) : combined(rowOf(kept), rowOf(from, at)),
      merge: (one, other) => combined(rowOf(one), rowOf(other)),
    },
  };
}
