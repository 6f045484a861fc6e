/**
 * Writing and reading blocks of words piece by piece, for snapshots whose parts have no fixed size.
 */
import type { Words } from '../../kernel/actor.js';
import type { FieldValue } from '../../job/row.js';
import { readText, textWordsAt, wordsOfText, writeText } from '../../kernel/words.js';

/** A block that grows. */
export type Writing = { words: Words; length: number };

export type Reading = { readonly words: Words; at: number };

export function writing(): Writing {
  return { words: new Int32Array(64), length: 0 };
}

export function reading(words: Words): Reading {
  return { words, at: 0 };
}

/** What was written. */
export function written({ words, length }: Writing): Words {
  return words.slice(0, length);
}

function reserve(block: Writing, more: number): void {
  const needed = block.length + more;
  if (needed <= block.words.length) return;
  const larger = new Int32Array(2 * needed);
  larger.set(block.words.subarray(0, block.length));
  block.words = larger;
}

/** Adds one integer of 32 bits. */
export function putInt(block: Writing, value: number): void {
  reserve(block, 1);
  block.words[block.length++] = value;
}

/** Adds an integer of at most 53 bits, in two words. */
export function putLong(block: Writing, value: number): void {
  putInt(block, Math.floor(value / 2 ** 32));
  putInt(block, value | 0);
}

/** Adds a block behind its length. */
export function putWords(block: Writing, words: Words): void {
  reserve(block, 1 + words.length);
  block.words[block.length] = words.length;
  block.words.set(words, block.length + 1);
  block.length += 1 + words.length;
}

/** Adds an integer or a text behind a word that says which. */
export function putValue(block: Writing, value: FieldValue): void {
  if (typeof value === 'number') {
    putInt(block, 0);
    putInt(block, value);
    return;
  }
  putInt(block, 1);
  reserve(block, wordsOfText(value));
  block.length = writeText(value, block.words, block.length);
}

export function takeInt(block: Reading): number {
  return block.words[block.at++] as number;
}

export function takeLong(block: Reading): number {
  const high = takeInt(block);
  return high * 2 ** 32 + (takeInt(block) >>> 0);
}

export function takeWords(block: Reading): Words {
  const length = takeInt(block);
  block.at += length;
  return block.words.slice(block.at - length, block.at);
}

export function takeValue(block: Reading): FieldValue {
  if (takeInt(block) === 0) return takeInt(block);
  const text = readText(block.words, block.at);
  block.at += textWordsAt(block.words, block.at);
  return text;
}
