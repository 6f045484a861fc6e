/**
 * The data of a scenario: a JSON file of rows `{ origin, delay, date }`, gzipped or not. Every row
 * that a run will read is checked, so that a bad one is named by its file and number.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

import { minuteOf, type DataRecord } from '../run/records.js';
import { hasCode, InputError } from './input-error.js';

export type Data = Readonly<{
  records: readonly DataRecord[];
  /** Of the file's bytes. */
  sha256: string;
}>;

/**
 * Reads the first records of a data file.
 *
 * @param file     its path
 * @param records  how many rows are used
 * @throws InputError that names the file, and the row
 */
export function readData(file: string, records: number): Data {
  const bytes = bytesOf(file);
  const rows = rowsOf(bytes, file);
  if (rows.length < records)
    throw new InputError(
      `${file}: has ${rows.length} rows, and data.records asks for ${records}; ask for fewer`,
    );
  return {
    records: rows.slice(0, records).map((row, index) => recordOf(row, index, file)),
    sha256: createHash('sha256').update(bytes).digest('hex'),
  };
}

function bytesOf(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    if (hasCode(error, 'ENOENT'))
      throw new InputError(`${file}: no such data file; data.file is relative to the scenario`);
    throw new InputError(`${file}: cannot be read: ${(error as Error).message}`);
  }
}

function rowsOf(bytes: Buffer, file: string): readonly unknown[] {
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  let value: unknown;
  try {
    value = JSON.parse((isGzip ? gunzipSync(bytes) : bytes).toString('utf8'));
  } catch (error) {
    throw new InputError(`${file}: not JSON, plain or gzipped: ${(error as Error).message}`);
  }
  if (!Array.isArray(value)) throw new InputError(`${file}: not an array of rows`);
  return value as readonly unknown[];
}

const DATE = /^\d{4}[/-]\d\d[/-]\d\d \d\d:\d\d$/;

function recordOf(row: unknown, index: number, file: string): DataRecord {
  const { origin, delay, date } = (row ?? {}) as Readonly<Record<string, unknown>>;
  const wrong = (field: string, needed: string): InputError =>
    new InputError(`${file}: row ${index + 1}: "${field}" must be ${needed}`);
  if (typeof origin !== 'string' || origin === '') throw wrong('origin', 'a text');
  if (typeof delay !== 'number' || (delay | 0) !== delay)
    throw wrong('delay', 'an integer of at most 32 bits');
  if (typeof date !== 'string' || !DATE.test(date))
    throw wrong('date', 'a time as in "2001/01/13 14:56"');
  return { key: origin, value: delay, minute: minuteOf(date) };
}
