/**
 * Keys as tables know them: a record holds its key as words, a table of state asks for a string.
 * The strings of the keys that came last are kept, so that a frequent key is not spelled again.
 */
import type { Words } from '../../kernel/actor.js';

/** One key: its words as a record holds them, its string, and its key group. */
export type KnownKey = Readonly<{ words: Words; key: string; group: number }>;

export type KeyCache = (KnownKey | undefined)[];

/** Slots of a cache; a key has one place, where it takes the place of the key before it. */
const SLOTS = 1_024;

export function keyCache(): KeyCache {
  return new Array<KnownKey | undefined>(SLOTS).fill(undefined);
}

/** Where the key with this hash (any int32) stands, if it is there. */
export function slotOf(hash: number): number {
  return hash & (SLOTS - 1);
}

/** Whether a known key is the one whose words stand at `from ..< to`. */
export function isKey({ words }: KnownKey, record: Words, from: number, to: number): boolean {
  if (words.length !== to - from) return false;
  for (let word = 0; word < words.length; word += 1)
    if (words[word] !== record[from + word]) return false;
  return true;
}
