/**
 * Goal: rows of CSV and NDJSON are read as they were written, and a damaged file is told once, by
 * file, line and column. Method: any rows, written here and read back; files cut at any place.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';

import { firstRowOf, readData } from '../../src/campaign/data.js';
import { rowsOfCsv } from '../../src/campaign/csv.js';
import { InputError } from '../../src/campaign/input-error.js';
import { dataSchema } from '../../src/run/data-declaration.js';
import type { TopicData } from '../../src/run/data.js';

const folder = mkdtempSync(join(tmpdir(), 'flinch-formats-'));
const fixtures = fileURLToPath(new URL('../fixtures', import.meta.url));

afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

/** The records of a file under a declaration. */
function read(path: string, declared: object): TopicData | undefined {
  const rates = { splits: 1, recordsPerSecond: 1, topic: 'levels' };
  const specs = dataSchema(firstRowOf).parse({ ...rates, file: path, ...declared });
  return readData(specs, folder).records.get('levels');
}

/** What is told of a file; undefined when it is read. */
function told(path: string, declared: object): string | undefined {
  try {
    read(path, declared);
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    return (error as InputError).message;
  }
}

const columns = {
  ...{ station: 'station', level: 'level', note: 'note', number: '$record' },
  second: { seconds: 'at' },
};

const expected = {
  row: [
    { name: 'station', type: 'string' },
    { name: 'level', type: 'int' },
    { name: 'note', type: 'string' },
    { name: 'number', type: 'int' },
    { name: 'second', type: 'int' },
  ],
  rows: [
    ['NORD', 12, 'calm, clear', 0, 762_566_399],
    ['WEST "B"', -3, 'two\nlines', 1, 762_566_400],
    ['NORD', 0, 'x', 2, 762_566_401],
  ],
  minutes: [762_566_399, 762_566_400, 762_566_401],
};

test.each(['levels.csv', 'levels.ndjson'])('%s gives its records', (name) => {
  const declared = { columns, records: 3, time: 'second' };
  expect(read(join(fixtures, name), declared)).toEqual(expected);
});

test('the format is that of the ending, unless told', () => {
  const csv = 'n,date\n5,2001/01/13 14:56\n';
  const lines = '{"n":5,"date":"2001/01/13 14:56"}\n';
  const array = `[${lines}]`;
  const declared = { columns: { n: 'n' }, records: 1 };
  const one = { row: [{ name: 'n', type: 'int' }], rows: [[5]], minutes: [545_216] };
  for (const [name, content] of [
    ...[['a.csv', csv] as const, ['a.ndjson', lines] as const, ['a.jsonl', lines] as const],
    ...[['a.json', array] as const, ['a.txt', array] as const],
  ]) {
    expect(read(file(name, content), declared)).toEqual(one);
    expect(read(file(`${name}.gz`, gzipSync(content)), declared)).toEqual(one);
  }
  expect(read(file('b.txt', csv), { ...declared, format: 'csv' })).toEqual(one);
  expect(read(file('b.csv', lines), { ...declared, format: 'ndjson' })).toEqual(one);
  expect(read(file('b.ndjson', array), { ...declared, format: 'json' })).toEqual(one);
});

test('a column by its name is an integer if the first row holds the text of one', () => {
  const path = file('types.csv', '\ufeffplain,zip,big,none\r\n-7,00501,2147483648,-\r\n0,7,1,-');
  const data = read(path, {
    columns: { plain: 'plain', zip: 'zip', big: 'big', none: 'none' },
    records: 2,
  });
  expect(data?.row.map(({ type }) => type)).toEqual(['int', 'string', 'string', 'string']);
  expect(data?.rows).toEqual([
    [-7, '00501', '2147483648', '-'],
    [0, '7', '1', '-'],
  ]);
});

test('rows are used again, each time so many seconds later', () => {
  const repeat = { times: 2, shiftMinutes: 2 };
  const path = join(fixtures, 'levels.csv');
  const data = read(path, { columns, records: 4, time: 'second', repeat });
  expect(data?.minutes[3]).toBe(762_566_399 + 120);
});

describe('what is written is read', () => {
  const name = fc.string({ minLength: 1, maxLength: 6, unit: 'grapheme' });
  const text = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.string({ unit: fc.constantFrom('"', ',', '\n', '\r', 'a', ' ') }),
    fc.integer().map(String),
  );
  const table = fc.uniqueArray(name, { minLength: 1, maxLength: 4 }).chain((names) =>
    fc.record({
      names: fc.constant(names),
      rows: fc.array(fc.array(text, { minLength: names.length, maxLength: names.length })),
    }),
  );
  const objectOf = (names: readonly string[]) => (values: readonly unknown[]) =>
    Object.fromEntries(names.map((key, index) => [key, values[index]]));

  test('as CSV, with and without needless quotes', () => {
    const must = /[",\r\n]|^$/;
    fc.assert(
      fc.property(
        ...[table, fc.boolean(), fc.boolean(), fc.boolean()],
        ({ names, rows }, always, isWindows, isEnded) => {
          const field = (value: string): string =>
            always || must.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
          const end = isWindows ? '\r\n' : '\n';
          const lines = [names, ...rows].map((values) => values.map(field).join(','));
          const written = lines.join(end) + (isEnded ? end : '');
          const { rows: found, lines: at } = rowsOfCsv(written, 'any.csv');
          expect(found).toEqual(rows.map(objectOf(names)));
          const starts = lines.map((_line, index) => lines.slice(0, index).join(end) + end);
          expect(at).toEqual(starts.slice(1).map((before) => before.split('\n').length));
        },
      ),
    );
  });

  test('as CSV and NDJSON, to the same records', () => {
    const integer = fc.integer();
    const word = fc.string({ minLength: 1, unit: 'grapheme' });
    fc.assert(
      fc.property(fc.array(fc.tuple(word, integer), { minLength: 1 }), (pairs) => {
        const quoted = pairs.map(([key, n]) => `"${key.replaceAll('"', '""')}",${String(n)}\n`);
        const lines = pairs.map(([key, n]) => `${JSON.stringify({ key, n })}\n`);
        const declared = {
          ...{ columns: { key: { string: 'key' }, n: { int: 'n' } }, records: pairs.length },
        };
        const csv = read(file('any.csv', `key,n\n${quoted.join('')}`), declared);
        expect(csv?.rows).toEqual(pairs);
        expect(read(file('any.ndjson', lines.join('\n')), declared)).toEqual(csv);
      }),
      { numRuns: 40 },
    );
  });
});

describe('damage', () => {
  const declared = { columns: { key: { string: 'key' }, n: { int: 'n' } }, records: 2 };

  test.each([
    ['', ':1: is empty; its first line must name the columns'],
    ['key,,n\n', ':1: column 2 has no name'],
    ['key,n,key\n', ':1: two columns are called "key"; rename one'],
    ['key,m\na,1\nb,2\n', ': there is no column "n"; there are key, m'],
    ['key,n\na,1\n\nb\n', ':4: has 1 fields, the header has 2; a field with a comma'],
    ['key,n\na,1\nb,2,3\n', ':3: has 3 fields, the header has 2'],
    ['key,n\n"a\nb",1\n"c,2\n', ':4: "key" has a quote that is never closed'],
    ['key,n\na,1\nb,"2"x\n', ':3: "n" goes on after its closing quote'],
    ['key,n\na,1\nb"c,2\n', ':3: "key" holds a quote; put the whole field in quotes'],
    ['key,n\na\rb,1\n', ':2: "key" holds a carriage return alone'],
    ['k"ey,n\na,1\n', ':1: field 1 holds a quote'],
    ['key,n\na,1\n', ': has 1 rows, and data.records asks for 2; ask for fewer'],
    [
      'key,n\n"a\nb",1\nc,2.5\n',
      ':4: "n" must be an integer of at most 32 bits, not "2.5"; texts are',
    ],
    ['key,n\na,1\nb,007\n', ':3: "n" must be an integer of at most 32 bits, not "007"'],
    ['key,n\na, 1\nb,1\n', ':2: "n" must be an integer'],
    ['key,n\na,1\nb,2147483648\n', ':3: "n" must be an integer'],
    ['key,n\na,1\n,2\n', ':3: "key" must be a text that is not empty'],
  ])('the CSV %j is told', (content, message) => {
    const path = file('bad.csv', content);
    expect(told(path, declared)).toContain(path + message);
  });

  test.each([
    ['{"key":"a","n":1}\n\n{"key":"b","n":\n', ':3: not JSON: '],
    ['[{"key":"a","n":1}]\n', ':1: an array, not a row; an array of rows is data.format: json'],
    ['{"key":"a","n":1}\n5\n', ':2: not a row; a line is one object'],
    ['null\n', ':1: not a row'],
    ['\n  {"key":"a","n":1,"n":2}\n', ':2:20: "n" stands twice in one object; keep one'],
    ['{"key":"a","n":1}\n\n{"key":"b","n":"2"}\n', ':3: "n" must be an integer of at most 32'],
    ['{"key":"a","n":1}\n{"n":2}\n', ':2: there is no column "key"; there are n'],
    ['{"key":"a","n":1}\n{"keys":"a","n":2}\n', ':2: there is no column "key"; did you mean keys?'],
    ['{"key":"a","n":1}\n', ': has 1 rows, and data.records asks for 2'],
  ])('the NDJSON %j is told', (content, message) => {
    const path = file('bad.ndjson', content);
    expect(told(path, declared)).toContain(path + message);
  });

  test('a time is told with its form', () => {
    const path = file('time.csv', 'at\n2024-02-30T00:00:00Z\n');
    const timed = { columns: { at: { seconds: 'at' } }, records: 1 };
    expect(told(path, timed)).toBe(
      `${path}:2: "at" must be a time as in "2001-01-13T14:56:07Z", up to 2068`,
    );
  });

  test('what is no text, or cannot be unpacked, is told', () => {
    const latin = file('latin.csv', Buffer.from('key,n\nM\xfcnchen,1\n', 'latin1'));
    expect(told(latin, declared)).toBe(`${latin}: is not a text in UTF-8; save it as one`);
    const packed = gzipSync('key,n\na,1\nb,2\n');
    const torn = file('torn.csv.gz', packed.subarray(0, -4));
    expect(told(torn, declared)).toContain(`${torn}: cannot be unpacked`);
  });

  test('a file that is cut anywhere gives its rows, or one line of text', () => {
    for (const [name, whole] of [
      ['cut.csv', 'key,n\n"a ""b""\n",1\r\nc,-20\n'],
      ['cut.ndjson', '{"key":"a","n":1}\n{"key":"c","n":-20}\n'],
    ] as const)
      for (let length = 0; length < whole.length; length += 1) {
        const message = told(file(name, whole.slice(0, length)), declared);
        if (message !== undefined) expect(message).toMatch(/^[^\n]*cut\.\w+(?::\d+)?: [^\n]+$/);
      }
  });
});
