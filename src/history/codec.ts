/**
 * Histories as text: JSON Lines, one entry a line, blocks of bytes as base64. Writing and reading
 * back gives equal entries, so every checker judges a file as it judges a run.
 */
import type { Entry } from './entry.js';

/** A damaged line; `line` counts from 1. */
export class HistoryError extends Error {
  readonly line: number;

  constructor(line: number, message: string) {
    super(`line ${String(line)}: ${message}`);
    this.name = 'HistoryError';
    this.line = line;
  }
}

const BYTES = '$words';

/** One entry as one line, without the line break. */
export function lineOf(entry: Entry): string {
  return JSON.stringify(entry, (_key, value: unknown) =>
    value instanceof Int32Array ? { [BYTES]: base64OfWords(value) } : value,
  );
}

/**
 * The entry that a line holds.
 *
 * @param number  the line's number, for the error
 * @throws HistoryError when the line is not an entry
 */
export function entryOf(line: string, number: number): Entry {
  const value = valueOf(line, number);
  if (!isRecord(value)) throw new HistoryError(number, 'not an object');
  for (const [key, type] of fields)
    if (typeof value[key] !== type)
      throw new HistoryError(number, `"${key}" is not a ${type}; an entry needs one`);
  return {
    at: value['at'] as number,
    process: value['process'] as string,
    incarnation: value['incarnation'] as number,
    kind: value['kind'] as string,
    subject: value['subject'] as number,
    about: value['about'] as string,
    detail: value['detail'],
  };
}

function valueOf(line: string, number: number): unknown {
  try {
    return JSON.parse(line, (_key, value: unknown) =>
      isRecord(value) && typeof value[BYTES] === 'string'
        ? wordsOfBase64(value[BYTES], number)
        : value,
    );
  } catch (error) {
    if (error instanceof HistoryError) throw error;
    throw new HistoryError(number, 'not a JSON document; each line of a history is one');
  }
}

const fields = [
  ['at', 'number'],
  ['process', 'string'],
  ['incarnation', 'number'],
  ['kind', 'string'],
  ['subject', 'number'],
  ['about', 'string'],
] as const;

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Least significant byte first, whatever the machine. */
function base64OfWords(words: Int32Array): string {
  const bytes = Buffer.alloc(words.length * 4);
  words.forEach((word, index) => bytes.writeInt32LE(word, index * 4));
  return bytes.toString('base64');
}

/** The decoder skips what is no base64; only text that it would write itself is taken. */
function wordsOfBase64(text: string, number: number): Int32Array {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length % 4 !== 0 || bytes.toString('base64') !== text)
    throw new HistoryError(number, `"${BYTES}" is not base64 of whole words`);
  return Int32Array.from({ length: bytes.length >> 2 }, (_, index) => bytes.readInt32LE(index * 4));
}
