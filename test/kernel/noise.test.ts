/**
 * Goal: noise is a fixed function of its place, each part of the place counts, and its draws look
 * uniform and independent. Statistical bounds are wide and judged on fixed draws: a failure means
 * that the function changed, never bad luck.
 */
import { describe, expect, test } from 'vitest';
import { entityOf } from '../../src/kernel/ids.js';
import { InvariantError } from '../../src/kernel/invariant.js';
import { exponential, noise, purposeOf, within } from '../../src/kernel/noise.js';

const KEY = { high: 0x12345678, low: -2 };
const LATENCY = purposeOf('latency');
const SERVICE = purposeOf('service');
const MAP = entityOf('map[0]');
const SINK = entityOf('sink[0]');
const TWO_32 = 2 ** 32;

const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

/** Chi-square of 64 buckets: mean 63, standard deviation 11.2; 20 .. 120 is five of them. */
function chiSquare(draws: readonly number[]): number {
  const buckets = new Array<number>(64).fill(0);
  for (const draw of draws) buckets[draw & 63] = (buckets[draw & 63] ?? 0) + 1;
  const expected = draws.length / 64;
  return buckets.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}

/** Of low, middle and high bits. */
function expectUniform(draws: readonly number[]): void {
  for (const shift of [0, 13, 26]) {
    const statistic = chiSquare(draws.map((draw) => draw >>> shift));
    expect(statistic).toBeGreaterThan(20);
    expect(statistic).toBeLessThan(120);
  }
}

describe('noise', () => {
  test('golden draws: a change here changes every plan that was ever saved', () => {
    const draws = [
      noise(KEY, LATENCY, MAP, 0, 0),
      noise(KEY, LATENCY, MAP, 1, 0),
      noise(KEY, LATENCY, MAP, 0, 1),
      noise(KEY, SERVICE, MAP, 0, 0),
      noise(KEY, LATENCY, SINK, 0, 0),
      noise(KEY, LATENCY, MAP, TWO_32, 0),
      noise(KEY, LATENCY, MAP, Number.MAX_SAFE_INTEGER, 0),
      noise({ high: 0, low: 0 }, 0, { high: 0, low: 0 }, 0, 0),
    ];
    expect(draws).toMatchInlineSnapshot(`
      [
        3360331320,
        1044319535,
        3811042246,
        1539179600,
        2714369610,
        3164115394,
        188612308,
        0,
      ]
    `);
  });

  test('is a uint32 and the same at every call', () => {
    for (const n of range(1_000)) {
      const draw = noise(KEY, LATENCY, MAP, n, 3);
      expect(draw).toBe(draw >>> 0);
      expect(noise(KEY, LATENCY, MAP, n, 3)).toBe(draw);
    }
  });

  test.each([
    ['n', (i: number) => noise(KEY, LATENCY, MAP, i, 0)],
    ['n beyond 2^32', (i: number) => noise(KEY, LATENCY, MAP, i * TWO_32, 0)],
    ['n in steps of 1 ms', (i: number) => noise(KEY, LATENCY, MAP, i * 1_000, 0)],
    ['life', (i: number) => noise(KEY, LATENCY, MAP, 7, i)],
    ['purpose', (i: number) => noise(KEY, purposeOf(`purpose-${i}`), MAP, 7, 1)],
    ['entity', (i: number) => noise(KEY, LATENCY, entityOf(`map[${i}]`), 7, 1)],
    ['high lane', (i: number) => noise(KEY, LATENCY, { high: i, low: 0 }, 7, 1)],
    ['low lane', (i: number) => noise(KEY, LATENCY, { high: 0, low: i }, 7, 1)],
    ['high key', (i: number) => noise({ high: i, low: 0 }, LATENCY, MAP, 7, 1)],
    ['low key', (i: number) => noise({ high: 0, low: i }, LATENCY, MAP, 7, 1)],
  ])('is uniform along %s, and so are differences of neighbours', (_name, at) => {
    const draws = range(1 << 16).map(at);
    expectUniform(draws);
    expectUniform(draws.slice(1).map((draw, i) => (draw - (draws[i] ?? 0)) >>> 0));
    expectUniform(draws.slice(1).map((draw, i) => draw ^ (draws[i] ?? 0)));
  });

  test.each([
    ['purposes', (n: number) => noise(KEY, SERVICE, MAP, n, 0)],
    ['entities', (n: number) => noise(KEY, LATENCY, SINK, n, 0)],
    ['lives', (n: number) => noise(KEY, LATENCY, MAP, n, 1)],
    ['keys', (n: number) => noise({ ...KEY, low: -1 }, LATENCY, MAP, n, 0)],
    ['halves of n', (n: number) => noise(KEY, LATENCY, MAP, n + TWO_32, 0)],
  ])('two %s give streams that know nothing of each other', (_name, other) => {
    const pairs = range(1 << 16).map((n) => noise(KEY, LATENCY, MAP, n, 0) ^ other(n));
    expectUniform(pairs);
  });

  test('each bit of each part of the place moves each bit of the draw half of the time', () => {
    const parts = [
      (i: number, bit: number) => noise(KEY, LATENCY, MAP, i ^ bit, 0),
      (i: number, bit: number) => noise(KEY, LATENCY, MAP, i, bit),
      (i: number, bit: number) => noise(KEY, LATENCY ^ bit, MAP, i, 0),
      (i: number, bit: number) => noise({ ...KEY, low: KEY.low ^ bit }, LATENCY, MAP, i, 0),
    ];
    for (const part of parts) {
      for (let input = 0; input < 31; input += 1) {
        const flips = new Array<number>(32).fill(0);
        for (const i of range(1_024)) {
          const flipped = part(i, 0) ^ part(i, 1 << input);
          for (let bit = 0; bit < 32; bit += 1)
            flips[bit] = (flips[bit] ?? 0) + ((flipped >>> bit) & 1);
        }
        // 512 is even; the standard deviation is 16.
        expect(Math.min(...flips)).toBeGreaterThan(512 - 96);
        expect(Math.max(...flips)).toBeLessThan(512 + 96);
      }
    }
  });

  test('draws that differ only beyond 2^32, or below 0, differ', () => {
    const subjects = [-1, 0, TWO_32 - 1, TWO_32, 2 * TWO_32, 2 ** 52, Number.MAX_SAFE_INTEGER];
    const draws = new Set(subjects.map((n) => noise(KEY, LATENCY, MAP, n, 0)));
    expect(draws.size).toBe(subjects.length);
  });
});

describe('within', () => {
  test('reaches both ends and nothing beyond', () => {
    expect(within(0, 5, 9)).toBe(5);
    expect(within(TWO_32 - 1, 5, 9)).toBe(9);
    expect(within(123, 7, 7)).toBe(7);
    expect(within(0, -3, 3)).toBe(-3);
    expect(within(TWO_32 - 1, 0, TWO_32 - 1)).toBe(TWO_32 - 1);
    expect(within(TWO_32 - 1, 0, 2 ** 52)).toBeLessThanOrEqual(2 ** 52);
  });

  test('gives each value its share', () => {
    const counts = [0, 0, 0, 0, 0];
    for (const i of range(50_000)) {
      const value = within(i * 85_899, 0, 4);
      counts[value] = (counts[value] ?? 0) + 1;
    }
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(20);
  });

  test('an empty range is a bug of the caller', () => {
    expect(() => within(0, 2, 1)).toThrow(InvariantError);
    expect(() => within(0, NaN, 1)).toThrow(InvariantError);
  });
});

describe('exponential', () => {
  /** A grid that meets each of 2^20 equal parts of the distribution in its middle. */
  const grid = (mean: number): number[] =>
    range(1 << 20).map((i) => exponential(i * 4_096 + 2_048, mean));

  test.each([10, 137, 1_000, 250_000, 3_600_000_000])('has mean %d within 0.1 %%', (mean) => {
    const sum = grid(mean).reduce((total, draw) => total + draw, 0);
    expect(Math.abs(sum / (1 << 20) / mean - 1)).toBeLessThan(0.001);
  });

  test.each([
    [1, 0.05],
    [3, 0.01],
  ])('rounding lowers the mean %d by less than %d of it', (mean, share) => {
    const average = grid(mean).reduce((total, draw) => total + draw, 0) / (1 << 20);
    expect(average).toBeLessThan(mean);
    expect(average).toBeGreaterThan(mean * (1 - share));
  });

  test('its quantiles are those of -ln, within 0.004 % of the mean', () => {
    const mean = 1_000_000_000;
    for (const i of range(100_000)) {
      const draw = i * 42_949 + 17;
      const exact = -Math.log(draw / TWO_32) * mean;
      expect(Math.abs(exponential(draw, mean) - exact)).toBeLessThan(mean * 0.00004);
    }
  });

  test('falls as the draw rises, across all seams of the table', () => {
    let before = Infinity;
    for (let draw = 1; draw < TWO_32; draw += Math.max(1, Math.floor(draw / 1_000))) {
      const value = exponential(draw, 1_000_000);
      expect(value).toBeLessThanOrEqual(before);
      before = value;
    }
  });

  test('is an integer, never negative, and capped at 22.19 means', () => {
    expect(exponential(TWO_32 - 1, 1_000)).toBe(0);
    expect(exponential(0, 1_000)).toBe(22_181);
    expect(exponential(1, 1_000)).toBe(22_181);
    expect(exponential(77, 0)).toBe(0);
    expect(Number.isInteger(exponential(123_456_789, 99.5))).toBe(true);
  });

  test('golden draws', () => {
    const draws = [2 ** 31, 2 ** 30, 1e9, 3e9, 4e9].map((draw) => exponential(draw, 1_000_000));
    expect(draws).toMatchInlineSnapshot(`
      [
        693147,
        1386294,
        1457450,
        358847,
        71155,
      ]
    `);
  });

  test('a negative mean is a bug of the caller', () => {
    expect(() => exponential(5, -1)).toThrow(InvariantError);
    expect(() => exponential(5, NaN)).toThrow(InvariantError);
  });
});
