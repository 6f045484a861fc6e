/** Goal: times of rows are what the calendar says, as integers since 2000, or no times at all. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { minuteOf, secondOf } from '../../src/run/calendar.js';

test('minutes since 2000, against the calendar of the platform', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1998, max: 2040 }),
      fc.integer({ min: 0, max: 366 * 24 * 60 - 1 }),
      (year, minute) => {
        const at = Date.UTC(year, 0, 1) + minute * 60_000;
        const text = new Date(at).toISOString().slice(0, 16).replaceAll('-', '/').replace('T', ' ');
        expect(minuteOf(text)).toBe((at - Date.UTC(2000, 0, 1)) / 60_000);
      },
    ),
  );
});

const START = Date.UTC(2000, 0, 1) / 1_000;

test('seconds since 2000, of 32 bits, against the calendar of the platform', () => {
  fc.assert(
    fc.property(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), (second) => {
      const text = new Date((START + second) * 1_000).toISOString();
      expect(secondOf(text)).toBe(second);
      expect(secondOf(text.slice(0, 19).replace('T', ' '))).toBe(second);
    }),
  );
});

test('a zone is taken off', () => {
  expect(secondOf('2000-01-01T02:00:00+02:00')).toBe(0);
  expect(secondOf('1999-12-31T22:30:01-0130')).toBe(1);
});

test.each([
  ...['', 'yesterday', '2001-01-13', '2001/01/13 14:56', '2001-01-13T14:56Z'],
  ...['2001-02-29T00:00:00Z', '2001-13-01T00:00:00Z', '2001-00-01T00:00:00Z'],
  ...['2001-01-00T00:00:00Z', '2001-01-01T24:00:00Z', '2001-01-01T00:60:00Z'],
  ...['2001-01-01T00:00:00+24:00', '2068-01-19T03:14:08Z', '1931-12-13T20:45:51Z'],
])('%j is no time', (text) => {
  expect(secondOf(text)).toBeUndefined();
});
