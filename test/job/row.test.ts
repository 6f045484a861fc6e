/** Rows keep their values through words, at any position, and say where each field stands. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { blockOf, fieldAt, readRow, wordsOfRow, writeRow } from '../../src/job/row.js';
import { InvariantError } from '../../src/kernel/invariant.js';

const value = fc.oneof(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), fc.string());
const rows = fc.array(value, { maxLength: 6 });

const typeOf = (row: readonly (string | number)[]) =>
  row.map((field, at) => ({
    name: `f${at}`,
    type: typeof field === 'number' ? ('int' as const) : ('string' as const),
  }));

test('what is written is read', () => {
  fc.assert(
    fc.property(rows, fc.nat(5), (row, at) => {
      const words = new Int32Array(at + wordsOfRow(row) + 3);
      expect(writeRow(row, words, at)).toBe(at + wordsOfRow(row));
      expect(readRow(typeOf(row), words, at)).toEqual(row);
    }),
  );
});

test('a block is a row behind its length', () => {
  fc.assert(
    fc.property(rows, (row) => {
      const block = blockOf(row);
      expect(block[0]).toBe(block.length - 1);
      expect(readRow(typeOf(row), block, 1)).toEqual(row);
    }),
  );
});

test('each field is where it is said to be', () => {
  fc.assert(
    fc.property(rows, (row) => {
      const block = blockOf(row);
      row.forEach((field, index) => {
        const at = fieldAt(typeOf(row), index, block, 1);
        expect(readRow(typeOf([field]), block, at)).toEqual([field]);
      });
    }),
  );
});

test('a number that is no 32-bit integer is refused', () => {
  for (const bad of [0.5, 2 ** 31, -(2 ** 31) - 1, NaN, Infinity])
    expect(() => blockOf([bad])).toThrow(InvariantError);
});
