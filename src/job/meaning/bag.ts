/**
 * A multiset of rows by their bytes: each distinct row once, with how often it is there. A row has
 * a number, by which whoever compares keeps figures of his own. The words of all rows lie in one
 * array, so a bag of 20,000 rows is a handful of objects.
 */
import type { Words } from '../../kernel/actor.js';

export type Bag = {
  /** The rows, one behind the other; row n stands at `starts[n] ..< starts[n + 1]`. */
  words: Words;
  starts: Int32Array;
  hashes: Int32Array;
  /** By row: how often it is there. */
  counts: Int32Array;
  /** Open addressing by hash: the number of a row, plus 1; 0 is free. */
  slots: Int32Array;
  /** Number of distinct rows. */
  size: number;
};

/** A bag with nothing in it; it grows with its rows. */
export function bagOf(): Bag {
  return {
    words: new Int32Array(64),
    starts: new Int32Array(17),
    hashes: new Int32Array(16),
    counts: new Int32Array(16),
    slots: new Int32Array(64),
    size: 0,
  };
}

/** Adds the row at `from ..< to` so many times; returns its number. */
export function put(bag: Bag, words: Words, from: number, to: number, times: number): number {
  const hash = hashOf(words, from, to);
  const slot = slotOf(bag, hash, words, from, to);
  let row = (bag.slots[slot] as number) - 1;
  if (row < 0) {
    row = bag.size;
    bag.slots[slot] = row + 1;
    append(bag, hash, words, from, to);
  }
  bag.counts[row] = (bag.counts[row] as number) + times;
  return row;
}

/** Number of the row at `from ..< to`; -1 if the bag does not know it. */
export function find(bag: Bag, words: Words, from: number, to: number): number {
  return (bag.slots[slotOf(bag, hashOf(words, from, to), words, from, to)] as number) - 1;
}

function append(bag: Bag, hash: number, words: Words, from: number, to: number): void {
  const row = bag.size;
  const start = bag.starts[row] as number;
  const end = start + to - from;
  if (end > bag.words.length) bag.words = grown(bag.words, 2 * end);
  if (row + 1 >= bag.counts.length) {
    bag.starts = grown(bag.starts, 2 * row + 3);
    bag.hashes = grown(bag.hashes, 2 * row + 2);
    bag.counts = grown(bag.counts, 2 * row + 2);
  }
  for (let at = from; at < to; at += 1) bag.words[start + at - from] = words[at] as number;
  bag.starts[row + 1] = end;
  bag.hashes[row] = hash;
  bag.size = row + 1;
  if (2 * bag.size > bag.slots.length) rehash(bag);
}

function grown(array: Int32Array, length: number): Int32Array {
  const more = new Int32Array(length);
  more.set(array);
  return more;
}

function rehash(bag: Bag): void {
  const slots = new Int32Array(4 * bag.slots.length);
  const mask = slots.length - 1;
  for (let row = 0; row < bag.size; row += 1) {
    let slot = (bag.hashes[row] as number) & mask;
    while (slots[slot] !== 0) slot = (slot + 1) & mask;
    slots[slot] = row + 1;
  }
  bag.slots = slots;
}

/** The slot of a row, or the free one that it would have. */
function slotOf(bag: Bag, hash: number, words: Words, from: number, to: number): number {
  const { slots, hashes } = bag;
  const mask = slots.length - 1;
  let slot = hash & mask;
  for (;;) {
    const row = (slots[slot] as number) - 1;
    if (row < 0 || (hashes[row] === hash && isRow(bag, row, words, from, to))) return slot;
    slot = (slot + 1) & mask;
  }
}

function isRow(bag: Bag, row: number, words: Words, from: number, to: number): boolean {
  const start = bag.starts[row] as number;
  if ((bag.starts[row + 1] as number) - start !== to - from) return false;
  for (let at = from; at < to; at += 1)
    if (bag.words[start + at - from] !== words[at]) return false;
  return true;
}

function hashOf(words: Words, from: number, to: number): number {
  let hash = to - from;
  for (let at = from; at < to; at += 1) {
    hash = Math.imul(hash ^ (words[at] as number), 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  return hash;
}
