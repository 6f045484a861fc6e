/**
 * What a window gathers of its records, and the row that it gives. Of aggregates these are the
 * readings of each record, in the order in which they came; of a reduction the row so far, since
 * the user's function need not care how its calls are nested.
 */
import type { Words } from '../../kernel/actor.js';
import { readRow, type FieldValue, type RowType } from '../row.js';
import type { Window, WindowFunction } from '../window-function.js';
import { measuresOf, readingsOf, valuesOver } from './measures.js';
import { called, objectOf, valuesOf, wordsOf } from './rows.js';

/** What was read of a record; of a reduction, its fields. */
export type Part = Int32Array | readonly FieldValue[];

export type Gathering = Readonly<{
  read(words: Words, at: number): Part;
  /** Adds what was read of the next record. */
  add(gathered: Part[], part: Part): void;
  /** Two windows become one, the earlier one first. */
  merge(one: Part[], other: Part[]): Part[];
  /** The row of a window that fires, with the words of its key. */
  result(gathered: readonly Part[], key: Words, window: Window): Words;
}>;

/** What windows with a function gather. */
export function gatheringOf({ name, input, declared }: WindowFunction): Gathering {
  if (declared.kind === 'reduce') return reduction(name, input, declared.combine);
  const measures = measuresOf(declared.aggregates, input);
  return {
    read: (words, at) => readingsOf(measures, words, at),
    add: (gathered, part) => {
      gathered.push(part);
    },
    merge: (one, other) => [...one, ...other],
    result: (gathered, key, { start, end }) => {
      const values = valuesOver(measures, gathered as readonly Int32Array[]);
      return Int32Array.from([...key, start, end, ...values]);
    },
  };
}

type Combine = Extract<WindowFunction['declared'], { kind: 'reduce' }>['combine'];

function reduction(name: string, row: RowType, combine: Combine): Gathering {
  const combined = (one: Part, other: Part): Part => {
    const [before, after] = [one, other].map((part) => objectOf(row, part as FieldValue[]));
    return called(name, () => valuesOf(row, combine(before as never, after as never)));
  };
  return {
    read: (words, at) => readRow(row, words, at),
    add: (gathered, part) => {
      const [before] = gathered;
      gathered[0] = before === undefined ? part : combined(before, part);
    },
    merge: ([one], [other]) => {
      if (one === undefined || other === undefined) return [one, other].filter(isPart);
      return [combined(one, other)];
    },
    result: ([only]) => wordsOf(only as readonly FieldValue[]),
  };
}

function isPart(part: Part | undefined): part is Part {
  return part !== undefined;
}
