/**
 * States of one key. A row that is put in is copied, and one that is got is a copy: nothing that
 * the function holds changes the state behind its back.
 */
import type { RowObject } from '../functions.js';
import type {
  AppendingState,
  ListState,
  MapState,
  State,
  StateDescriptor,
  ValueState,
} from '../process-function.js';
import type { FieldValue, RowType } from '../row.js';
import { objectOf, valuesOf } from './rows.js';

type Row = readonly FieldValue[];

/** A state that holds nothing yet. */
export function stateOf(descriptor: StateDescriptor): State {
  switch (descriptor.kind) {
    case 'value':
      return valueState(descriptor.row);
    case 'list':
      return listState(descriptor.row);
    case 'map':
      return mapState(descriptor.row);
    case 'reducing': {
      const { row, combine } = descriptor;
      const add = (kept: RowObject | undefined, one: RowObject): RowObject =>
        kept === undefined ? one : combine(kept, one);
      return appendingState(row, row, row, add, (kept) => kept);
    }
    case 'aggregating': {
      const { input, row, output, start, add, result } = descriptor;
      return appendingState(
        input,
        row,
        output,
        (kept = { ...start }, one) => add(kept, one),
        result,
      );
    }
  }
}

function valueState(type: RowType): ValueState {
  let kept: Row | undefined;
  return {
    value: () => kept && objectOf(type, kept),
    update: (row) => {
      kept = valuesOf(type, row);
    },
    clear: () => {
      kept = undefined;
    },
  };
}

/** A list of rows. */
export function listState(type: RowType): ListState {
  let kept: Row[] = [];
  return {
    get: () => kept.map((row) => objectOf(type, row)),
    add: (row) => {
      kept.push(valuesOf(type, row));
    },
    update: (rows) => {
      kept = rows.map((row) => valuesOf(type, row));
    },
    clear: () => {
      kept = [];
    },
  };
}

/** A map of rows by key, in the order in which the keys were put. */
export function mapState(type: RowType): MapState {
  const kept = new Map<FieldValue, Row>();
  return {
    get: (key) => {
      const row = kept.get(key);
      return row && objectOf(type, row);
    },
    put: (key, row) => {
      kept.set(key, valuesOf(type, row));
    },
    remove: (key) => {
      kept.delete(key);
    },
    entries: () => [...kept].map(([key, row]) => [key, objectOf(type, row)]),
    clear: () => {
      kept.clear();
    },
  };
}

function appendingState(
  input: RowType,
  type: RowType,
  output: RowType,
  add: (kept: RowObject | undefined, one: RowObject) => RowObject,
  result: (kept: RowObject) => RowObject,
): AppendingState {
  let kept: Row | undefined;
  return {
    get: () => kept && objectOf(output, valuesOf(output, result(objectOf(type, kept)))),
    add: (row) => {
      const one = objectOf(input, valuesOf(input, row));
      kept = valuesOf(type, add(kept && objectOf(type, kept), one));
    },
    clear: () => {
      kept = undefined;
    },
  };
}
