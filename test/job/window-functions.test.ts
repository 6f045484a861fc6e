/** What windows keep, against a plain fold over rows, however their parts are merged. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Aggregates } from '../../src/job/aggregates.js';
import { JobError } from '../../src/job/job-error.js';
import { blockOf, readRow, type RowType } from '../../src/job/row.js';
import { UserFunctionError } from '../../src/job/user-function-error.js';
import type { WindowFunction } from '../../src/job/window-function.js';
import { aggregateWindow, reduceWindow } from '../../src/job/window-functions.js';
import type { Words } from '../../src/kernel/actor.js';

const input: RowType = [
  { name: 'key', type: 'string' },
  { name: 'value', type: 'int' },
];

const aggregates: Aggregates = [
  ['count', 'count'],
  ['sum', { sum: 'value' }],
  ['least', { min: 'value' }],
  ['most', { max: 'value' }],
  ['newest', { last: 'value' }],
];

/** What is kept of the values of one key. */
function kept(fn: WindowFunction, values: readonly number[]): Words | undefined {
  let words: Words | undefined;
  for (const value of values) {
    const block = blockOf(['ANC', value]);
    words = fn.add(words, block, 1, block.length);
  }
  return words;
}

/** The row of the window 10 ..< 20 of a key. */
function rowOf(fn: WindowFunction, row: RowType, words: Words): unknown[] {
  const emit = { words: new Int32Array(0), length: 0 };
  fn.result(words, blockOf(['ANC']).slice(1), { start: 10, end: 20 }, emit);
  return readRow(row, emit.words.subarray(0, emit.length), 0);
}

const value = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const parts = fc.array(fc.array(value, { minLength: 1, maxLength: 4 }), {
  minLength: 1,
  maxLength: 4,
});

/** What is kept of windows that became one. */
function merged(fn: WindowFunction, windows: readonly (readonly number[])[]): Words {
  const words = windows.map((values) => kept(fn, values) ?? new Int32Array(0));
  return words.reduce((one, other) => fn.merge(one, other));
}

describe('aggregates', () => {
  const { function: fn, output, keyField } = aggregateWindow('key', aggregates, input, 'w');

  test('each record is added once, and windows merge without loss', () => {
    fc.assert(
      fc.property(parts, (windows) => {
        const values = windows.flat();
        const sum = values.reduce((total, one) => (total + one) | 0, 0);
        const extremes = [Math.min(...values), Math.max(...values), values.at(-1)];
        const row = ['ANC', 10, 20, values.length, sum, ...extremes];
        expect(rowOf(fn, output, merged(fn, windows))).toEqual(row);
        expect(rowOf(fn, output, kept(fn, values) ?? new Int32Array(0))).toEqual(row);
      }),
    );
  });

  test('rows begin with the key and the window', () => {
    expect(keyField).toBe(0);
    expect(output.map(({ name, type }) => `${name}: ${type}`)).toEqual([
      ...['key: string', 'windowStart: int', 'windowEnd: int'],
      ...['count: int', 'sum: int', 'least: int', 'most: int', 'newest: int'],
    ]);
  });

  test('the order matters to the newest value alone', () => {
    expect(fn.isCommutative).toBe(false);
    const most = aggregateWindow('key', aggregates.slice(0, 4), input, 'w');
    expect(most.function.isCommutative).toBe(true);
    expect(most.function.declared).toMatchObject({ kind: 'aggregates', key: 'key' });
  });

  test('a field may not be called like those of the window', () => {
    const of = () => aggregateWindow('key', [['windowEnd', 'count']], input, 'w');
    expect(of).toThrow(JobError);
    expect(of).toThrow('w.aggregate: two fields are called windowEnd; a row begins with the key');
  });
});

describe('a reduction', () => {
  const combine = (one: object, other: object) => {
    const [a, b] = [one, other] as { key: string; value: number }[];
    return { key: a?.key ?? '', value: ((a?.value ?? 0) - (b?.value ?? 0)) | 0 };
  };
  const declared = { name: 'subtract', key: 'key', input, combine };
  const { function: fn, output } = reduceWindow(declared, false, 'w');

  test('combines the rows in their order, and those of windows that merge', () => {
    fc.assert(
      fc.property(parts, (windows) => {
        const fold = (values: readonly number[]) =>
          values.reduce((total, one) => (total - one) | 0);
        expect(rowOf(fn, output, merged(fn, windows))).toEqual(['ANC', fold(windows.map(fold))]);
      }),
    );
    expect(fn.isCommutative).toBe(false);
    expect(reduceWindow(declared, true, 'w').function.isCommutative).toBe(true);
  });

  test('what it throws, and rows of another shape, are its own mistakes', () => {
    const bad = reduceWindow({ ...declared, combine: () => ({ key: 'ANC' }) }, false, 'w');
    expect(() => kept(bad.function, [1, 2])).toThrow(UserFunctionError);
    expect(() => kept(bad.function, [1, 2])).toThrow('subtract: field value is missing');
  });
});
