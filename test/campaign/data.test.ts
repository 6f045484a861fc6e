/** Data files: rows as records, and every mistake by file and row. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';

import { firstRowOf, readData } from '../../src/campaign/data.js';
import { dataSchema } from '../../src/run/data-declaration.js';
import type { TopicSpec } from '../../src/run/data.js';

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
  [{ ...row, delay: undefined }, 'row 2: there is no column "delay"; there are '],
  [null, 'row 2: is no row; a row is an object of columns'],
])('the row %j is told by its number', (bad, message) => {
  const path = file(JSON.stringify([row, bad]));
  expect(() => flightsOf(path, 2)).toThrow(`${path}: ${message}`);
});

test('files that hold no rows are told by their names', () => {
  expect(() => flightsOf(join(folder, 'none'), 1)).toThrow('none: no such data file');
  expect(() => flightsOf(folder, 1)).toThrow('cannot be read');
  expect(() => flightsOf(file('{'), 1)).toThrow('not JSON, plain or gzipped');
  expect(() => flightsOf(file('{}'), 1)).toThrow('not an array of rows');
  const twice = file('[{"origin":"ATL"},\n {"origin":"LAS", "origin":"SFO"}]');
  expect(() => flightsOf(twice, 1)).toThrow(':2:19: "origin" stands twice in one object; keep one');
  expect(() => flightsOf(file('[]'), 1)).toThrow('has 0 rows, and data.records asks for 1');
});

describe('columns', () => {
  const rates = { splits: 1, recordsPerSecond: 1 };
  const flown = { ...row, distance: 1_750, date: '2001/01/01 00:47' };
  const columns = {
    ...{ origin: 'origin', miles: { int: 'distance' } },
    ...{ minute: { minutes: 'date' }, record: '$record' },
  };

  test('are fields, whose types are those of the values', () => {
    const path = file(JSON.stringify([flown, { ...flown, origin: 'ANC', distance: 5 }]));
    const declared = { ...rates, file: path, records: 2, columns };
    const specs = dataSchema(firstRowOf).parse(declared);
    expect(specs[0]?.columns).toMatchObject({ origin: { string: 'origin' } });
    const data = readData(specs, '').records.get('flights');
    expect(data?.row.map(({ name, type }) => `${name}: ${type}`)).toEqual([
      ...['origin: string', 'miles: int', 'minute: int', 'record: int'],
    ]);
    expect(data?.rows[1]).toEqual(['ANC', 5, 527_087, 1]);
    // What is filled in reads like what was declared.
    expect(dataSchema(() => undefined).parse(specs)).toEqual(specs);
  });

  test('rows may stand in the scenario, with their fields as columns', () => {
    const rows = [
      { origin: 'ANC', at: 30 },
      { origin: 'DTW', at: 20 },
    ];
    const specs = topics({ topic: 'rules', rows, time: 'at' });
    expect(specs[0]).toMatchObject({ records: 2, shuffleMinutes: 0 });
    const { records, sha256 } = readData(specs, '');
    expect(records.get('rules')).toMatchObject({
      rows: [
        ['ANC', 30],
        ['DTW', 20],
      ],
      minutes: [30, 20],
    });
    expect(sha256).toMatch(/^[0-9a-f]{64}$/);
  });

  test('rows are used again, each time so much later', () => {
    const path = file(JSON.stringify([flown, { ...flown, date: '2001/01/01 01:47' }]));
    const repeat = { times: 3, shiftMinutes: 1_440 };
    const part = { record: '$record', minute: { minutes: 'date' } };
    const specs = topics({ file: path, records: 5, columns: part, repeat });
    const data = readData(specs, '').records.get('flights');
    const minutes = [0, 60, 1_440, 1_500, 2_880].map((after) => 527_087 + after);
    expect(data?.rows).toEqual(minutes.map((minute, record) => [record, minute]));
    expect(data?.minutes).toEqual(minutes);
    expect(() => readData(topics({ file: path, records: 7, repeat }), '')).toThrow('has 6 rows');
  });

  test('are drawn where there are no rows, alike in each reading', () => {
    const of = { shop: { keys: 9 }, amount: { uniform: [-1, 1] }, at: { every: 5 }, n: '$record' };
    const specs = topics({ topic: 'sales', columns: of, records: 200, time: 'at' });
    expect(specs[0]?.columns['shop']).toEqual({ keys: 9, skew: 0 });
    expect(dataSchema(() => undefined).parse(specs)).toEqual(specs);
    const sales = readData(specs, '').records.get('sales');
    expect(readData(specs, '').records.get('sales')).toEqual(sales);
    expect(sales?.row.map(({ type }) => type)).toEqual(['string', 'int', 'int', 'int']);
    expect(sales?.minutes).toEqual(Array.from({ length: 200 }, (_none, record) => 5 * record));
    expect(new Set(sales?.rows.map(([shop]) => shop)).size).toBe(9);
    expect(new Set(sales?.rows.map(([, amount]) => amount))).toEqual(new Set([-1, 0, 1]));
    const more = readData(topics({ topic: 'sales', columns: of, records: 300 }), '');
    expect(more.records.get('sales')?.rows.slice(0, 200)).toEqual(sales?.rows);
  });

  test('several topics are read, a file once', () => {
    const path = file(JSON.stringify([flown]));
    const one = { ...rates, file: path, records: 1 };
    const [first] = topics(one);
    const declared = [one, { ...one, topic: 'again' }, { ...rates, topic: 'b', rows: [{ n: 1 }] }];
    const specs = dataSchema(() => undefined).parse(declared);
    const { records, sha256 } = readData(specs, '');
    expect([...records.keys()]).toEqual(['flights', 'again', 'b']);
    expect(sha256).toBe(readData(first === undefined ? [] : [first], '').sha256);
  });

  const drawn = { columns: { n: '$record' }, records: 9 };
  const timed = (unit: string) => ({
    ...{ file: 'a', records: 1, columns: { n: { [unit]: 'n' } }, time: 'n' },
  });

  test.each<[object, string, string]>([
    [{}, '', 'a topic has either a file or rows, or only columns that are drawn'],
    [{ file: 'a', rows: [{ n: 1 }] }, '', 'a topic has either a file or rows'],
    [{ file: 'a' }, 'records', 'say how many rows of the file are used'],
    [{ rows: [{ n: 1 }], records: 2 }, 'records', 'there are 1 rows; ask for fewer'],
    [{ rows: [{ n: 1 }, { n: 'x' }] }, 'rows.1', 'flights: row 2: "n" must be an integer'],
    [{ rows: [{ n: 1 }], time: 'm' }, 'time', 'there is no field m; there are n'],
    [{ rows: [{ n: 'x' }], time: 'n' }, 'time', 'n is a text; times are integers'],
    [{ file: 'a', records: 1, columns: { n: 'x' } }, 'columns.n', 'say its type: { int: x } or'],
    [
      { rows: [{ n: 1 }], columns: { n: 'x' } },
      'columns.n',
      'there is no column "x"; there are n, $record',
    ],
    [{ rows: [{ n: 1 }], columns: { n: { float: 'n' } } }, 'columns.n', 'a column is its name'],
    [{ columns: { n: 5 } }, 'columns.n', 'a column is its name'],
    [{ columns: { n: { int: 'n' } } }, '', 'or only columns that are drawn'],
    [{ columns: { n: '$record' } }, 'records', 'say how many there are'],
    [{ ...drawn, repeat: { times: 2, shiftMinutes: 1 } }, 'repeat', 'ask for more records'],
    [{ ...drawn, format: 'csv' }, 'format', 'a format is that of a file'],
    [{ ...drawn, columns: { n: { every: 2 ** 30 } } }, 'columns.n', 'count beyond 32 bits'],
    [{ ...drawn, columns: { n: { keys: 0 } } }, 'columns.n.keys', 'is 0; it must be at least 1'],
    [{ ...drawn, columns: { n: { keys: 2, skew: 1.25 } } }, 'columns.n.skew', 'one decimal'],
    [{ ...drawn, columns: { n: { uniform: [2, 1] } } }, 'columns.n.uniform', 'must not be below'],
    [{ ...drawn, shuffleSeconds: 1 }, 'shuffleSeconds', 'say shuffleMinutes'],
    [
      { ...drawn, time: 'n', shuffleMinutes: 1, shuffleSeconds: 1 },
      'shuffleSeconds',
      'by minutes or by seconds',
    ],
    [
      { ...timed('seconds'), shuffleMinutes: 1 },
      'shuffleMinutes',
      'n is in seconds; say shuffleSeconds',
    ],
    [{ ...timed('minutes'), shuffleSeconds: 1 }, 'shuffleSeconds', 'say shuffleMinutes'],
    [
      { ...drawn, bursts: { everyMillis: 1_000, records: 2 } },
      'bursts.records',
      'at 1 records a second 1 come in 1000 ms',
    ],
  ])('%j is told with its place', (declared, path, message) => {
    const { error } = dataSchema(() => undefined).safeParse({ ...rates, ...declared });
    const [issue] = error?.issues ?? [];
    expect(issue?.path.join('.')).toBe(path);
    expect(issue?.message).toContain(message);
  });

  test('topics have names of their own', () => {
    const one = { ...rates, rows: [{ n: 1 }] };
    const { error } = dataSchema(() => undefined).safeParse([one, one]);
    expect(error?.issues).toMatchObject([
      { path: [1, 'topic'], message: 'two topics are called flights' },
    ]);
  });
});
