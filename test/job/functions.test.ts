/** The running totals, against sums done by hand; a function over rows gives the same. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { rowFunction, type KeyedFunction } from '../../src/job/functions.js';
import { blockOf, readRow, type RowType } from '../../src/job/row.js';
import type { Words } from '../../src/kernel/actor.js';
import { runningTotals } from '../fixtures/flights.js';

const int = (name: string) => ({ name, type: 'int' }) as const;
const input: RowType = [{ name: 'key', type: 'string' }, int('record'), int('value')];
const output: RowType = [
  ...[{ name: 'key', type: 'string' } as const, int('record')],
  ...[int('count'), int('sum'), int('max')],
];
const state: RowType = [int('count'), int('sum'), int('max')];

const byRows = rowFunction('byRows', { input, state, output }, (before, record) => {
  const { key = '', record: number = 0, value = 0 } = record;
  const { count = 0, sum = 0, max = -(2 ** 31) } = before ?? {};
  const after = {
    count: Number(count) + 1,
    sum: Number(sum) + Number(value),
    max: Math.max(Number(max), Number(value)),
  };
  return { state: after, output: { key, record: number, ...after } };
});

/** What the function emits for the values of one key. */
function emitted(fn: KeyedFunction, key: string, values: readonly number[]): unknown[] {
  const emit = { words: new Int32Array(0), length: 0 };
  let held: Words | undefined;
  return values.map((value, record) => {
    const block = blockOf([key, record, value]);
    held = fn.apply(held, block, 1, block.length, emit);
    return readRow(output, emit.words.subarray(0, emit.length), 0);
  });
}

const values = fc.array(fc.integer({ min: -(10 ** 6), max: 10 ** 6 }), { maxLength: 8 });

test('count, sum and maximum so far, for each record', () => {
  fc.assert(
    fc.property(fc.string(), values, (key, list) => {
      const expected = list.map((_value, record) => {
        const sofar = list.slice(0, record + 1);
        const sum = sofar.reduce((total, one) => total + one, 0);
        return [key, record, record + 1, sum, Math.max(...sofar)];
      });
      expect(emitted(runningTotals, key, list)).toEqual(expected);
      expect(emitted(byRows, key, list)).toEqual(expected);
    }),
  );
});
