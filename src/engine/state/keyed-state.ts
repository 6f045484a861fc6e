/**
 * Keyed state on the heap: one value (a block of words) a key, in tables by key group. A snapshot
 * is a synchronous copy to bytes; a restore reads those bytes.
 *
 * Layout of the bytes: the number of entries, then for each its group, its key as text, the length
 * of its value, and the value.
 */
import type { Words } from '../../kernel/actor.js';
import { readText, textWordsAt, wordsOfText, writeText } from '../../kernel/words.js';

/** One table a key group; groups without a key have none. */
export type KeyedState = (Map<string, Words> | undefined)[];

/** The value of a key. */
export function getValue(state: KeyedState, group: number, key: string): Words | undefined {
  return state[group]?.get(key);
}

/** Sets the value of a key. */
export function putValue(state: KeyedState, group: number, key: string, value: Words): void {
  const table = (state[group] ??= new Map<string, Words>());
  table.set(key, value);
}

/** The synchronous copy of everything. */
export function copyOfState(state: KeyedState): Words {
  let words = 1;
  let entries = 0;
  forEachEntry(state, (_group, key, value) => {
    words += 2 + wordsOfText(key) + value.length;
    entries += 1;
  });
  const copy = new Int32Array(words);
  copy[0] = entries;
  let at = 1;
  forEachEntry(state, (group, key, value) => {
    copy[at] = group;
    at = writeText(key, copy, at + 1);
    copy[at] = value.length;
    copy.set(value, at + 1);
    at += 1 + value.length;
  });
  return copy;
}

/** Shows every entry, by group; without the pairs that iterating over a table would make. */
function forEachEntry(
  state: KeyedState,
  show: (group: number, key: string, value: Words) => void,
): void {
  for (let group = 0; group < state.length; group += 1)
    state[group]?.forEach((value, key) => {
      show(group, key, value);
    });
}

/** The state whose copy begins at `at`. */
export function stateOfCopy(copy: Words, at: number): KeyedState {
  const state: KeyedState = [];
  const entries = copy[at] as number;
  let next = at + 1;
  for (let entry = 0; entry < entries; entry += 1) {
    const group = copy[next] as number;
    const key = readText(copy, next + 1);
    next += 1 + textWordsAt(copy, next + 1);
    const length = copy[next] as number;
    putValue(state, group, key, copy.slice(next + 1, next + 1 + length));
    next += 1 + length;
  }
  return state;
}
