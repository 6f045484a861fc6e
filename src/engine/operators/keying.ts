/**
 * How a keyed operator finds the key of a record, and the hidden entries in which its key groups
 * count what came in.
 */
import type { Words } from '../../kernel/actor.js';
import { readText, textWordsAt } from '../../kernel/words.js';
import { advanceGroup, emptyGroup } from '../../history/witness.js';
import { groupOfHash, keyHashOf } from '../../job/key-groups.js';
import { fieldAt, type FieldValue, type RowType } from '../../job/row.js';
import { isKey, keyCache, slotOf, type KeyCache, type KnownKey } from '../state/key-cache.js';
import { getValue, putValue, type KeyedState } from '../state/keyed-state.js';

export type Keying = Readonly<{
  maxParallelism: number;
  /** By input: the type of its rows, and which of their fields is the key. */
  inputs: readonly RowType[];
  fields: readonly number[];
  isInt: boolean;
  cache: KeyCache;
}>;

/** Key of the hidden entry in which a key group counts its records. */
const WITNESS_KEY = '\u0000witness';

export function keyingOf(
  maxParallelism: number,
  inputs: readonly RowType[],
  fields: readonly number[],
): Keying {
  const isInt = inputs[0]?.[fields[0] ?? 0]?.type === 'int';
  return { maxParallelism, inputs, fields, isInt, cache: keyCache() };
}

/** The key of a record of an input. */
export function keyOfRecord(keying: Keying, input: number, words: Words, at: number): KnownKey {
  const type = keying.inputs[input] as RowType;
  const from = fieldAt(type, keying.fields[input] as number, words, at);
  return keyAt(keying, words, from, from + (keying.isInt ? 1 : textWordsAt(words, from)));
}

/** The key whose words stand at `from ..< to`. */
function keyAt(keying: Keying, words: Words, from: number, to: number): KnownKey {
  const hash = keyHashOf(words, from, to);
  const slot = slotOf(hash);
  const known = keying.cache[slot];
  if (known !== undefined && isKey(known, words, from, to)) return known;
  const key = keying.isInt ? String(words[from]) : unhidden(readText(words, from));
  const group = groupOfHash(hash, keying.maxParallelism);
  return (keying.cache[slot] = { words: words.slice(from, to), key, group });
}

/** The key that these words are. */
export function keyOfWords(keying: Keying, words: Words): KnownKey {
  return keyAt(keying, words, 0, words.length);
}

/** A text as a key: none begins as the hidden entries do, and no two become the same. */
function unhidden(text: string): string {
  return text.startsWith('\u0000') ? '\u0000' + text : text;
}

/** The key as a function sees it. */
export function valueOfKey({ isInt }: Keying, { words }: KnownKey): FieldValue {
  return isInt ? (words[0] as number) : readText(words, 0);
}

/** Adds the record whose hash was just computed to its group's hidden entry. */
export function countInGroup(state: KeyedState, group: number): void {
  let entry = getValue(state, group, WITNESS_KEY);
  if (entry === undefined) {
    entry = emptyGroup(group);
    putValue(state, group, WITNESS_KEY, entry);
  }
  advanceGroup(entry);
}
