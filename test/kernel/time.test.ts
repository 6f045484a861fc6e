/** Goal: times read as seconds with all six digits. */
import { expect, test } from 'vitest';
import { MILLIS, SECONDS, textOf } from '../../src/kernel/time.js';

test('a time reads as seconds with six digits', () => {
  expect(textOf(0)).toBe('0.000000 s');
  expect(textOf(12_345_678)).toBe('12.345678 s');
  expect(textOf(3 * SECONDS + 7 * MILLIS)).toBe('3.007000 s');
  expect(textOf(Number.MAX_SAFE_INTEGER)).toBe('9007199254.740991 s');
});

test('a negative span keeps its sign', () => {
  expect(textOf(-1)).toBe('-0.000001 s');
  expect(textOf(-1_500_000)).toBe('-1.500000 s');
});
