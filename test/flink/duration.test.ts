/** Durations: what Flink 2.2.1 reads them as, and that every one survives being written. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { durationText, microsOf } from '../../src/flink/duration.js';

/** As TimeUtils.parseDuration of Flink 2.2.1 gave them; undefined where it threw. */
const asFlinkReads: readonly (readonly [text: string, micros: number | undefined])[] = [
  ['5', 5_000],
  ['0', 0],
  ['5s', 5_000_000],
  [' 5 s ', 5_000_000],
  ['5  s', 5_000_000],
  ['5 S', 5_000_000],
  ['5sec', 5_000_000],
  ['5 seconds', 5_000_000],
  ['5 min', 300_000_000],
  ['5m', 300_000_000],
  ['1 hour', 3_600_000_000],
  ['2 days', 172_800_000_000],
  ['100ms', 100_000],
  ['100 millis', 100_000],
  ['5 Ms', 5_000],
  ['7 µs', 7],
  ['7 micros', 7],
  ['PT5S', 5_000_000],
  ['7us', undefined],
  ['1.5s', undefined],
  ['-5s', undefined],
  ['', undefined],
  ['s', undefined],
  ['1w', undefined],
  ['5s5ms', undefined],
  ['99999999999999999999 s', undefined],
];

test.each(asFlinkReads)('%j', (text, micros) => {
  expect(microsOf(text)).toBe(micros);
});

test('ISO 8601', () => {
  expect(microsOf('P1DT2H3M4.5S')).toBe(93_784_500_000);
  expect(microsOf('pt0.000001s')).toBe(1);
  for (const text of ['P', 'PT', 'P1DT', 'PT5', 'PT1.5M']) expect(microsOf(text)).toBe(undefined);
});

test('finer than a microsecond is none, for the clock counts those', () => {
  expect(microsOf('7 ns')).toBe(undefined);
  expect(microsOf('7000 ns')).toBe(7);
});

test('every duration is written in a way that is read as the same', () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), (micros) => {
      expect(microsOf(durationText(micros))).toBe(micros);
    }),
  );
  expect([170_000, 90_000_000, 600_000_000, 1].map(durationText)).toEqual([
    '170ms',
    '90s',
    '10min',
    '1µs',
  ]);
});
