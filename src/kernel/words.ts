/**
 * Texts as words: one word with the number of UTF-16 code units, then two units a word. Names in
 * stored bytes have this form everywhere.
 */
import type { Words } from './actor.js';

/** Number of words that a text takes. */
export function wordsOfText(text: string): number {
  return 1 + ((text.length + 1) >> 1);
}

/** Number of words that the text takes whose length word stands at `at`. */
export function textWordsAt(from: Words, at: number): number {
  return 1 + (((from[at] as number) + 1) >> 1);
}

/** The text whose length word stands at `at`. */
export function readText(from: Words, at: number): string {
  const length = from[at] as number;
  let text = '';
  for (let unit = 0; unit < length; unit += 1) {
    const word = from[at + 1 + (unit >> 1)] as number;
    text += String.fromCharCode((unit & 1) === 0 ? word & 0xffff : word >>> 16);
  }
  return text;
}

/** Writes a text and returns the position after it. */
export function writeText(text: string, into: Words, at: number): number {
  into[at] = text.length;
  for (let unit = 0; unit < text.length; unit += 2) {
    const low = text.charCodeAt(unit);
    const high = unit + 1 < text.length ? text.charCodeAt(unit + 1) : 0;
    into[at + 1 + (unit >> 1)] = low | (high << 16);
  }
  return at + wordsOfText(text);
}

/** A text as a block of its own. */
export function textBlock(text: string): Words {
  const words = new Int32Array(wordsOfText(text));
  writeText(text, words, 0);
  return words;
}
