/** Data files: rows as records, and every mistake by file and row. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, expect, test } from 'vitest';

import { readData } from '../../src/campaign/data.js';
import { dataSchema, type TopicSpec } from '../../src/run/data.js';

const folder = mkdtempSync(join(tmpdir(), 'flinch-data-'));
const row = { origin: 'DTW', delay: 66, date: '2001/01/01 00:47' };

afterAll(() => rmSync(folder, { recursive: true }));

function file(content: string | Buffer): string {
  const path = join(folder, 'rows.json');
  writeFileSync(path, content);
  return path;
}

/** One topic, as a scenario may declare it. */
function topics(declared: object): readonly TopicSpec[] {
  const rates = { splits: 1, recordsPerSecond: 1 };
  return dataSchema(() => undefined).parse({ ...rates, ...declared });
}

/** The first records of a file of flights. */
function flightsOf(path: string, records: number): ReturnType<typeof readData> {
  return readData(topics({ file: path, records }), folder);
}

test('plain and gzipped files give the same records, the first of them', () => {
  const text = JSON.stringify([row, { ...row, delay: -5 }, { ...row, delay: 'late' }]);
  const plain = flightsOf(file(text), 2);
  expect(plain.records.get('flights')).toMatchObject({
    rows: [
      ['DTW', 0, 66],
      ['DTW', 1, -5],
    ],
    minutes: [527_087, 527_087],
  });
  const packed = flightsOf(file(gzipSync(text)), 2);
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
  expect(() => flightsOf(path, 2)).toThrow(`${path}: ${message}`);
});

test('files that hold no rows are told by their names', () => {
  expect(() => flightsOf(join(folder, 'none'), 1)).toThrow('none: no such data file');
  expect(() => flightsOf(folder, 1)).toThrow('cannot be read');
  expect(() => flightsOf(file('{'), 1)).toThrow('not JSON, plain or gzipped');
  expect(() => flightsOf(file('{}'), 1)).toThrow('not an array of rows');
  expect(() => flightsOf(file('[]'), 1)).toThrow('has 0 rows, and data.records asks for 1');
});
