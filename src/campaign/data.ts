/**
 * The data files of a scenario: JSON arrays of rows, gzipped or not, beside it.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';

import { DataError, dataOfTopics, type Data, type FileRow, type TopicSpec } from '../run/data.js';
import { hasCode, InputError } from './input-error.js';

/** What a scenario names, read. */
export type ReadData = Readonly<{
  records: Data;
  /** Of the bytes of its files, one after the other. */
  sha256: string;
}>;

/**
 * Reads the records of a scenario.
 *
 * @param folder  of the scenario; files are relative to it
 * @throws InputError that names the file, the row and the column
 */
export function readData(topics: readonly TopicSpec[], folder: string): ReadData {
  const hash = createHash('sha256');
  const files = new Map<string, readonly unknown[]>();
  const placed = topics.map(({ file, ...spec }): TopicSpec => {
    if (file === undefined) return spec;
    const path = resolve(folder, file);
    if (files.has(path)) return { ...spec, file: path };
    const bytes = bytesOf(path);
    hash.update(bytes);
    files.set(path, rowsOf(bytes, path));
    return { ...spec, file: path };
  });
  try {
    const records = dataOfTopics(placed, (path) => files.get(path) ?? []);
    return { records, sha256: hash.digest('hex') };
  } catch (error) {
    if (error instanceof DataError) throw new InputError(error.message);
    throw error;
  }
}

/**
 * The first row of a file, for the types of its columns.
 *
 * @throws InputError when the file cannot be read
 */
export function firstRowOf(file: string): FileRow | undefined {
  const [first] = rowsOf(bytesOf(file), file);
  return typeof first === 'object' && first !== null ? (first as FileRow) : undefined;
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
