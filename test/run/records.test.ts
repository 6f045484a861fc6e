/**
 * Goal: the input is dealt to splits so that each record stands in one of them, at most so far from
 * its place in time as the scenario says, and the layout depends on the noise key alone.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readRow, type RowType } from '../../src/job/row.js';
import { noiseKeyOf } from '../../src/kernel/decisions.js';
import type { TopicData } from '../../src/run/data.js';
import { splitsOf, type Layout, type SplitRows } from '../../src/run/records.js';

const type: RowType = [
  { name: 'key', type: 'string' },
  { name: 'record', type: 'int' },
  { name: 'value', type: 'int' },
];

const specOf = (splits: number, shuffleMinutes: number): Layout => ({
  ...{ topic: 'flights', splits, shuffleMinutes },
});

function rowsOf({ words, starts }: SplitRows): (string | number)[][] {
  return [...starts].map((at) => readRow(type, words, at + 1));
}

/** Records a minute apart, with keys of all lengths. */
function recordsOf(count: number): TopicData {
  const minutes = Array.from({ length: count }, (_, minute) => minute);
  return { row: type, rows: minutes.map((at) => ['k'.repeat(at % 5), at, 500 - at]), minutes };
}

const shape = fc.record({
  count: fc.nat(200),
  splits: fc.integer({ min: 1, max: 8 }),
  shuffle: fc.nat(50),
  seed: fc.string({ maxLength: 4 }),
});

describe('splits', () => {
  test('every record stands in one of them, as it was', () => {
    fc.assert(
      fc.property(shape, ({ count, splits, shuffle, seed }) => {
        const records = recordsOf(count);
        const dealt = splitsOf(records, specOf(splits, shuffle), noiseKeyOf(seed)).flatMap(rowsOf);
        const sorted = dealt.toSorted((one, other) => Number(one[1]) - Number(other[1]));
        expect(sorted).toEqual(records.rows);
      }),
    );
  });

  test('no record stands behind one that is so many minutes later', () => {
    fc.assert(
      fc.property(shape, ({ count, splits, shuffle, seed }) => {
        const records = recordsOf(count);
        for (const split of splitsOf(records, specOf(splits, shuffle), noiseKeyOf(seed))) {
          let latest = -Infinity;
          for (const [, record] of rowsOf(split)) {
            const minute = Number(records.minutes[Number(record)]);
            expect(minute).toBeGreaterThanOrEqual(latest - shuffle);
            latest = Math.max(latest, minute);
          }
        }
      }),
    );
  });

  test('the key decides the order, and only it: values and their keys do not', () => {
    const spec = specOf(3, 40);
    const orderOf = (records: TopicData, seed: string) =>
      splitsOf(records, spec, noiseKeyOf(seed)).map((split) => rowsOf(split).map((row) => row[1]));
    const records = recordsOf(150);
    const rows = records.rows.map(([, record]) => ['other', record ?? 0, 1]);
    const others = { ...records, rows };
    expect(orderOf(others, 'a')).toEqual(orderOf(records, 'a'));
    expect(orderOf(records, 'b')).not.toEqual(orderOf(records, 'a'));
  });

  test('each topic has an order of its own', () => {
    const [one, other] = ['flights', 'trains'].map((topic) =>
      splitsOf(recordsOf(150), { ...specOf(3, 40), topic }, noiseKeyOf('a')).map(rowsOf),
    );
    expect(one).not.toEqual(other);
  });

  test('without shuffling they are in the order of time', () => {
    const [split] = splitsOf(recordsOf(20), specOf(1, 0), noiseKeyOf('a'));
    expect(rowsOf(split as SplitRows).map((row) => row[1])).toEqual(recordsOf(20).minutes);
  });

  test('the rows fill their words', () => {
    for (const { words, starts } of splitsOf(recordsOf(50), specOf(4, 9), noiseKeyOf('a'))) {
      const ends = [...starts].map((at) => at + 1 + Number(words[at]));
      expect([...starts.slice(1), words.length]).toEqual(ends);
    }
  });
});
