/** Data files: rows as records, and every mistake by file and row. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, expect, test } from 'vitest';

import { readData } from '../../src/campaign/data.js';

const folder = mkdtempSync(join(tmpdir(), 'flinch-data-'));
const row = { origin: 'DTW', delay: 66, date: '2001/01/01 00:47' };

afterAll(() => rmSync(folder, { recursive: true }));

function file(content: string | Buffer): string {
  const path = join(folder, 'rows.json');
  writeFileSync(path, content);
  return path;
}

test('plain and gzipped files give the same records, the first of them', () => {
  const text = JSON.stringify([row, { ...row, delay: -5 }, { ...row, delay: 'late' }]);
  const plain = readData(file(text), 2);
  expect(plain.records).toEqual([
    { key: 'DTW', value: 66, minute: 527_087 },
    { key: 'DTW', value: -5, minute: 527_087 },
  ]);
  const packed = readData(file(gzipSync(text)), 2);
  expect(packed.records).toEqual(plain.records);
  expect(packed.sha256).not.toBe(plain.sha256);
});

test.each<[unknown, string]>([
  [{ ...row, origin: '' }, 'row 2: "origin" must be a text'],
  [{ ...row, delay: 1.5 }, 'row 2: "delay" must be an integer'],
  [{ ...row, delay: 2 ** 31 }, 'row 2: "delay" must be an integer'],
  [{ ...row, date: 'yesterday' }, 'row 2: "date" must be a time'],
  [null, 'row 2: "origin"'],
])('the row %j is told by its number', (bad, message) => {
  const path = file(JSON.stringify([row, bad]));
  expect(() => readData(path, 2)).toThrow(`${path}: ${message}`);
});

test('files that hold no rows are told by their names', () => {
  expect(() => readData(join(folder, 'none'), 1)).toThrow('none: no such data file');
  expect(() => readData(folder, 1)).toThrow('cannot be read');
  expect(() => readData(file('{'), 1)).toThrow('not JSON, plain or gzipped');
  expect(() => readData(file('{}'), 1)).toThrow('not an array of rows');
  expect(() => readData(file('[]'), 1)).toThrow('has 0 rows, and data.records asks for 1');
});
