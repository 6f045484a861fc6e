/**
 * The states of one key as a process function sees them. What they hold are the bytes of rows; a
 * state that holds nothing takes no place. Source: Flink, HeapKeyedStateBackend.
 */
import type { Words } from '../../kernel/actor.js';
import { checkedRow, objectOf, type RowObject } from '../../job/functions.js';
import type {
  AppendingState,
  ListState,
  MapState,
  State,
  StateDescriptor,
  ValueState,
} from '../../job/process-function.js';
import { blockOf, type FieldValue, type RowType } from '../../job/row.js';
import {
  putInt,
  putValue,
  putWords,
  takeInt,
  takeValue,
  takeWords,
  type Reading,
  type Writing,
} from '../state/block.js';

/** What the states of one key hold, by name: rows, in a map each under its key. */
export type KeyStates = Map<string, Cell>;

export type Cell = Words | Words[] | Map<FieldValue, Words>;

/** The states of the current key: `states` gives what they hold. */
export function stateOf(name: string, descriptor: StateDescriptor, states: () => KeyStates): State {
  switch (descriptor.kind) {
    case 'value':
      return valueState(name, descriptor.row, states);
    case 'list':
      return listState(name, descriptor.row, states);
    case 'map':
      return mapState(
        descriptor.row,
        () => states().get(name) as Map<FieldValue, Words> | undefined,
        () => {
          const made = new Map<FieldValue, Words>();
          states().set(name, made);
          return made;
        },
        () => states().delete(name),
      );
    case 'reducing': {
      const { row, combine } = descriptor;
      const kept = valueState(name, row, states);
      return {
        get: () => kept.value(),
        add: (added) => {
          const before = kept.value();
          kept.update(before === undefined ? added : combine(before, added));
        },
        clear: () => {
          kept.clear();
        },
      };
    }
    case 'aggregating':
      return aggregatingState(name, descriptor, states);
  }
}

function valueState(name: string, row: RowType, states: () => KeyStates): ValueState {
  return {
    value: () => {
      const words = states().get(name) as Words | undefined;
      return words && objectOf(row, words, 1);
    },
    update: (value) => {
      states().set(name, bytesOf(row, value));
    },
    clear: () => {
      states().delete(name);
    },
  };
}

function bytesOf(row: RowType, value: RowObject): Words {
  return blockOf(checkedRow(row, value));
}

function listState(name: string, row: RowType, states: () => KeyStates): ListState {
  const held = (): Words[] => (states().get(name) as Words[] | undefined) ?? [];
  return {
    get: () => held().map((words) => objectOf(row, words, 1)),
    add: (added) => {
      states().set(name, [...held(), bytesOf(row, added)]);
    },
    update: (rows) => {
      const words = rows.map((one) => bytesOf(row, one));
      if (words.length === 0) states().delete(name);
      else states().set(name, words);
    },
    clear: () => {
      states().delete(name);
    },
  };
}

/** A map whose entries are held elsewhere; one without an entry is not held at all. */
export function mapState(
  row: RowType,
  held: () => Map<FieldValue, Words> | undefined,
  make: () => Map<FieldValue, Words>,
  forget: () => void,
): MapState {
  const read = (words: Words): RowObject => objectOf(row, words, 1);
  return {
    get: (key) => {
      const words = held()?.get(key);
      return words && read(words);
    },
    put: (key, value) => {
      const words = bytesOf(row, value);
      (held() ?? make()).set(key, words);
    },
    remove: (key) => {
      const map = held();
      if (map?.delete(key) === true && map.size === 0) forget();
    },
    entries: () => [...(held() ?? [])].map(([key, words]) => [key, read(words)] as const),
    clear: forget,
  };
}

type Aggregating = Extract<StateDescriptor, { kind: 'aggregating' }>;

function aggregatingState(
  name: string,
  descriptor: Aggregating,
  states: () => KeyStates,
): AppendingState {
  const { input, row, output, start, add, result } = descriptor;
  const kept = valueState(name, row, states);
  return {
    get: () => {
      const accumulator = kept.value();
      if (accumulator === undefined) return undefined;
      const got = result(accumulator);
      checkedRow(output, got);
      return got;
    },
    add: (added) => {
      checkedRow(input, added);
      kept.update(add(kept.value() ?? start, added));
    },
    clear: () => {
      kept.clear();
    },
  };
}

/** Adds the states of a key to a block, in the order of their declaration. */
export function putStates(
  block: Writing,
  declared: Readonly<Record<string, StateDescriptor>>,
  states: KeyStates,
): void {
  for (const [name, { kind }] of Object.entries(declared)) {
    const cell = states.get(name);
    putInt(block, cell === undefined ? 0 : 1);
    if (cell === undefined) continue;
    if (kind === 'list') putList(block, cell as Words[]);
    else if (kind === 'map') putMap(block, cell as Map<FieldValue, Words>);
    else putWords(block, cell as Words);
  }
}

function putList(block: Writing, list: readonly Words[]): void {
  putInt(block, list.length);
  for (const words of list) putWords(block, words);
}

/** Adds the entries of a map to a block. */
export function putMap(block: Writing, map: ReadonlyMap<FieldValue, Words>): void {
  putInt(block, map.size);
  for (const [key, words] of map) {
    putValue(block, key);
    putWords(block, words);
  }
}

/** The entries of a map that a block holds. */
export function takeMap(block: Reading): Map<FieldValue, Words> {
  const map = new Map<FieldValue, Words>();
  for (let count = takeInt(block); count > 0; count -= 1) {
    const key = takeValue(block);
    map.set(key, takeWords(block));
  }
  return map;
}

/** The states of a key that a block holds. */
export function takeStates(
  block: Reading,
  declared: Readonly<Record<string, StateDescriptor>>,
): KeyStates {
  const states: KeyStates = new Map();
  for (const [name, { kind }] of Object.entries(declared)) {
    if (takeInt(block) === 0) continue;
    if (kind === 'list')
      states.set(
        name,
        Array.from({ length: takeInt(block) }, () => takeWords(block)),
      );
    else if (kind === 'map') states.set(name, takeMap(block));
    else states.set(name, takeWords(block));
  }
  return states;
}
