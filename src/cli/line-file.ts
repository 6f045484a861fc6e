/**
 * Files of lines, plain or gzipped, read a block at a time: text in UTF-8, lines that end in a line
 * feed or a carriage return and one. A byte order mark at the start and empty lines are skipped.
 */
import { isUtf8 } from 'node:buffer';
import { closeSync, createReadStream, openSync, readSync, statSync, type Stats } from 'node:fs';
import { createGunzip } from 'node:zlib';

import { hasCode, InputError } from '../campaign/input-error.js';

/** The most bytes of a line. */
const LINE_MAX = 1_048_576;

const BLOCK = 262_144;

/** Is shown a line that is not empty; `number` counts every line of the file, from 1. */
export type OnLine = (line: string, number: number) => void;

/**
 * Shows every line of a file.
 *
 * @param remedy  what to do when there is no such file
 * @throws InputError that names the file and the line; what `onLine` throws
 */
export async function readLines(file: string, remedy: string, onLine: OnLine): Promise<void> {
  const reading: Reading = { file, onLine, line: 1, rest: [], restLength: 0 };
  const isPacked = isGzip(file, remedy);
  const bytes = createReadStream(file, { highWaterMark: BLOCK });
  const blocks = isPacked ? bytes.pipe(createGunzip({ chunkSize: BLOCK })) : bytes;
  bytes.on('error', (error) => blocks.destroy(error));
  try {
    for await (const block of blocks) takeBlock(reading, block as Buffer);
  } catch (error) {
    throw inputErrorOf(error, reading);
  } finally {
    bytes.destroy();
  }
  takeLines(reading, Buffer.concat(reading.rest));
}

/** Where reading has got to: the number of the next line, and the bytes of it that have come. */
type Reading = {
  readonly file: string;
  readonly onLine: OnLine;
  line: number;
  rest: Buffer[];
  restLength: number;
};

function isGzip(file: string, remedy: string): boolean {
  refuseOthers(file, remedy);
  const head = Buffer.alloc(2);
  try {
    const descriptor = openSync(file, 'r');
    readSync(descriptor, head, 0, 2, 0);
    closeSync(descriptor);
  } catch (error) {
    throw new InputError(`${file}: cannot be read: ${(error as Error).message}`);
  }
  return head[0] === 0x1f && head[1] === 0x8b;
}

/** Waiting for a pipe would have no end, and a second reading finds it empty. */
function refuseOthers(file: string, remedy: string): void {
  if (file === '') throw new InputError(`the name of a file is empty; ${remedy}`);
  let stat: Stats | undefined;
  try {
    stat = statSync(file, { throwIfNoEntry: false });
  } catch (error) {
    if (!hasCode(error, 'ENOTDIR'))
      throw new InputError(`${file}: cannot be read: ${(error as Error).message}`);
  }
  if (stat === undefined) throw new InputError(`${file}: no such file; ${remedy}`);
  if (stat.isDirectory()) throw new InputError(`${file}: is a folder; ${remedy}`);
  if (!stat.isFile()) throw new InputError(`${file}: is read twice; write it to a file first`);
}

function inputErrorOf(error: unknown, { file, line }: Reading): unknown {
  if (!(error instanceof Error) || error instanceof InputError) return error;
  if (hasCode(error, 'Z_BUF_ERROR', 'Z_DATA_ERROR')) {
    const place = `${file}:${String(line)}`;
    return new InputError(`${place}: cannot be unpacked from here: ${error.message}; gzip it anew`);
  }
  if ('syscall' in error) return new InputError(`${file}: cannot be read: ${error.message}`);
  return error;
}

const LINE_FEED = 10;

function takeBlock(reading: Reading, block: Buffer): void {
  const end = block.lastIndexOf(LINE_FEED) + 1;
  if (end > 0) {
    takeLines(reading, Buffer.concat([...reading.rest, block.subarray(0, end)]));
    reading.rest = [];
    reading.restLength = 0;
  }
  const rest = block.subarray(end);
  reading.restLength += rest.length;
  if (reading.restLength > LINE_MAX) throw tooLong(reading);
  if (rest.length > 0) reading.rest.push(rest);
}

function takeLines(reading: Reading, bytes: Buffer): void {
  if (!isUtf8(bytes)) return takeDamaged(reading, bytes);
  const text = bytes.toString('utf8');
  for (let start = 0; start < text.length; reading.line += 1) {
    const end = text.indexOf('\n', start);
    takeLine(reading, text.slice(start, end < 0 ? text.length : end));
    start = end < 0 ? text.length : end + 1;
  }
}

/** Line by line: those before the damage count, and the error names the damaged one. */
function takeDamaged(reading: Reading, bytes: Buffer): void {
  for (let start = 0; start < bytes.length; reading.line += 1) {
    const end = bytes.indexOf(LINE_FEED, start);
    const line = bytes.subarray(start, end < 0 ? bytes.length : end);
    if (!isUtf8(line)) {
      const place = `${reading.file}:${String(reading.line)}`;
      throw new InputError(`${place}: is not a text in UTF-8; save it as one`);
    }
    takeLine(reading, line.toString('utf8'));
    start = end < 0 ? bytes.length : end + 1;
  }
}

const EMPTY = /^[ \t\r]*$/;

function takeLine(reading: Reading, text: string): void {
  if (3 * text.length > LINE_MAX && Buffer.byteLength(text) > LINE_MAX) throw tooLong(reading);
  const line = reading.line === 1 && text.startsWith('\uFEFF') ? text.slice(1) : text;
  if (!EMPTY.test(line)) reading.onLine(line, reading.line);
}

function tooLong({ file, line }: Reading): InputError {
  const place = `${file}:${String(line)}`;
  return new InputError(`${place}: has over ${String(LINE_MAX)} bytes; write one object a line`);
}
