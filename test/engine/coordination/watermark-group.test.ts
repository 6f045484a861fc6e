/**
 * How far the sources of a group may go, for any reports: whoever is furthest behind goes on,
 * nobody is held by one who holds nobody back, and the bound falls only when somebody new counts.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  allowedOf,
  emptyGroup,
  reported,
  type WatermarkGroup,
} from '../../../src/engine/coordination/watermark-group.js';
import { END_OF_TIME, NO_TIME } from '../../../src/job/time-bounds.js';

const readers = ['a[0]', 'a[1]', 'b[0]'];
const report = fc.tuple(
  fc.constantFrom(...readers),
  fc.oneof(
    fc.integer({ min: -1_000, max: 1_000 }),
    fc.constantFrom(NO_TIME + 1, END_OF_TIME - 1, END_OF_TIME, undefined),
  ),
);
const drift = fc.oneof(fc.nat(100), fc.constant(END_OF_TIME));

const groupOf = (reports: readonly (readonly [string, number | undefined])[]): WatermarkGroup =>
  reports.reduce((group, [reader, watermark]) => reported(group, reader, watermark), emptyGroup);

test('nobody knows before a first report, nor after the last reader has begun anew', () => {
  expect(allowedOf(emptyGroup, 5)).toBeUndefined();
  expect(allowedOf(groupOf([['a[0]', 3]]), 5)).toBe(8);
  expect(
    allowedOf(
      groupOf([
        ['a[0]', 3],
        ['a[0]', undefined],
      ]),
      5,
    ),
  ).toBeUndefined();
});

describe('for any reports', () => {
  test('it is the smallest of the last ones and the drift, and no more than the largest', () => {
    fc.assert(
      fc.property(fc.array(report), drift, (reports, maxDrift) => {
        const last = readers.flatMap((reader) => {
          const own = reports.filter(([of]) => of === reader).at(-1)?.[1];
          return own === undefined ? [] : [own];
        });
        const expected = Math.min(Math.min(...last) + maxDrift, END_OF_TIME);
        const allowed = allowedOf(groupOf(reports), maxDrift);
        expect(allowed).toBe(last.length === 0 ? undefined : expected);
        // Whoever is furthest behind goes on, and the words of an event hold it.
        if (allowed === undefined) return;
        expect(allowed).toBeGreaterThanOrEqual(Math.min(...last));
        expect(allowed | 0).toBe(allowed);
      }),
    );
  });

  test('one that holds nobody back counts as one that is not there', () => {
    fc.assert(
      fc.property(fc.array(report), drift, (reports, maxDrift) => {
        const without = allowedOf(groupOf([...reports, ['a[0]', undefined]]), maxDrift);
        const free = allowedOf(groupOf([...reports, ['a[0]', END_OF_TIME]]), maxDrift);
        expect(free).toBe(without ?? END_OF_TIME);
      }),
    );
  });

  test('it does not fall while the same readers count and none of them falls', () => {
    const known = fc.record({ from: fc.integer({ min: -9, max: 9 }), by: fc.nat(9) });
    fc.assert(
      fc.property(fc.array(known, { minLength: 3, maxLength: 3 }), drift, (all, maxDrift) => {
        const of = (rise: 0 | 1) =>
          allowedOf(
            groupOf(
              readers.map((reader, at) => {
                const { from = 0, by = 0 } = all[at] ?? {};
                return [reader, from + rise * by] as const;
              }),
            ),
            maxDrift,
          ) ?? NO_TIME;
        expect(of(1)).toBeGreaterThanOrEqual(of(0));
      }),
    );
  });
});

test('it falls when one reports for the first time, or is no longer idle', () => {
  const group = groupOf([
    ['a[0]', 50],
    ['b[0]', END_OF_TIME],
  ]);
  expect(allowedOf(group, 5)).toBe(55);
  expect(allowedOf(reported(group, 'a[1]', 10), 5)).toBe(15);
  expect(allowedOf(reported(group, 'b[0]', 20), 5)).toBe(25);
});
