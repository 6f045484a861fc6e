/**
 * The data files of a scenario, beside it, gzipped or not: JSON arrays of rows, NDJSON with a row a
 * line, CSV.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';

import {
  DataError,
  dataOfTopics,
  formatOf,
  integerIn,
  type Data,
  type DataFormat,
  type FileRow,
  type TopicSpec,
} from '../run/data.js';
import { rowsOfCsv, type LinedRows } from './csv.js';
import { hasCode, InputError } from './input-error.js';
import { placeOf, readJson } from './json-text.js';

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
  const bytes = new Map<string, Buffer>();
  const read = new Map<string, FileRows>();
  const placed = topics.map((spec): TopicSpec => {
    if (spec.file === undefined) return spec;
    const path = resolve(folder, spec.file);
    const known = bytes.get(path) ?? bytesOf(path);
    if (!bytes.has(path)) hash.update(known);
    bytes.set(path, known);
    const key = keyOf(path, formatOf(spec));
    if (!read.has(key)) read.set(key, rowsOf(known, path, formatOf(spec)));
    return { ...spec, file: path };
  });
  try {
    const records = dataOfTopics(
      placed,
      (path, format) => read.get(keyOf(path, format))?.rows ?? [],
    );
    return { records, sha256: hash.digest('hex') };
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    const { file = '', format } = placed.find(({ topic }) => topic === error.topic) ?? {};
    const line = read.get(keyOf(file, formatOf({ file, format })))?.lines?.[error.index ?? -1];
    throw new InputError(
      line === undefined ? error.message : `${file}:${String(line)}: ${error.what}`,
    );
  }
}

function keyOf(file: string, format: DataFormat): string {
  return `${format} ${file}`;
}

/**
 * The first row of a file, for the types of its columns; of CSV with integers for their texts.
 *
 * @throws InputError when the file cannot be read
 */
export function firstRowOf(file: string, format: DataFormat): FileRow | undefined {
  const [first] = rowsOf(bytesOf(file), file, format).rows;
  if (typeof first !== 'object' || first === null) return undefined;
  if (format !== 'csv') return first as FileRow;
  return Object.fromEntries(
    Object.entries(first).map(([name, value]) => [name, integerIn(value) ?? value]),
  );
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

/** Rows, and where lines hold them, the line of each. */
type FileRows = Pick<LinedRows, 'rows'> & Partial<LinedRows>;

function rowsOf(bytes: Buffer, file: string, format: DataFormat): FileRows {
  const text = textOf(bytes, file);
  switch (format) {
    case 'csv':
      return rowsOfCsv(text, file);
    case 'ndjson':
      return rowsOfLines(text, file);
    case 'json':
      return { rows: rowsOfArray(text, file) };
  }
}

function textOf(bytes: Buffer, file: string): string {
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  let plain: Buffer;
  try {
    plain = isGzip ? gunzipSync(bytes) : bytes;
  } catch (error) {
    throw new InputError(`${file}: cannot be unpacked: ${(error as Error).message}; gzip it anew`);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(plain);
  } catch {
    throw new InputError(`${file}: is not a text in UTF-8; save it as one`);
  }
}

function rowsOfArray(text: string, file: string): readonly unknown[] {
  const read = readJson(text);
  if ('twice' in read) throw new InputError(`${placeOf(file, text, read.at)}: ${read.twice}`);
  if ('damage' in read)
    throw new InputError(
      `${file}: not JSON, plain or gzipped: ${read.damage}; rows in another format ` +
        'need its ending (.csv, .ndjson) or data.format',
    );
  const { value } = read;
  if (!Array.isArray(value))
    throw new InputError(`${file}: not an array of rows; rows a line each are data.format: ndjson`);
  return value as readonly unknown[];
}

/** The rows of NDJSON; empty lines are skipped. */
function rowsOfLines(text: string, file: string): LinedRows {
  const rows: unknown[] = [];
  const lines: number[] = [];
  let [start, line] = [0, 1];
  for (; start < text.length; line += 1) {
    const end = text.indexOf('\n', start);
    const written = text.slice(start, end < 0 ? text.length : end).trimEnd();
    start = end < 0 ? text.length : end + 1;
    if (written === '') continue;
    rows.push(rowOfLine(written, `${file}:${String(line)}`));
    lines.push(line);
  }
  return { rows, lines };
}

function rowOfLine(written: string, place: string): unknown {
  const read = readJson(written);
  if ('twice' in read) throw new InputError(`${place}:${String(read.at + 1)}: ${read.twice}`);
  if ('damage' in read)
    throw new InputError(`${place}: not JSON: ${read.damage}; a line is one row`);
  const { value: row } = read;
  if (Array.isArray(row))
    throw new InputError(`${place}: an array, not a row; an array of rows is data.format: json`);
  if (typeof row !== 'object' || row === null)
    throw new InputError(`${place}: not a row; a line is one object`);
  return row;
}
