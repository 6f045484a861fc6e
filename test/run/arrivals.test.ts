/**
 * Goal: bursts hold records up and lose none: in every span as many come as without them, so many
 * of them at once, in order, and where they lie depends on the noise key.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { noiseKeyOf } from '../../src/kernel/decisions.js';
import { arrivalsOf, burstMax } from '../../src/run/arrivals.js';
import type { TopicSpec } from '../../src/run/data.js';

const even: TopicSpec = {
  ...{ topic: 'sales', columns: {}, records: 400, splits: 2, recordsPerSecond: 400 },
  ...{ shuffleMinutes: 0, unbounded: false },
};

/** When the rows of each split come. */
function comesOf(spec: TopicSpec, rows: readonly number[], seed = 'a'): number[][] {
  return arrivalsOf(spec, rows, noiseKeyOf(seed)).map(({ comes = [] }) => [...comes]);
}

test('without bursts records come evenly, from when their split is there', () => {
  const lateSplits = { splits: 1, afterMillis: 7 };
  expect(arrivalsOf({ ...even, lateSplits }, [3, 3], noiseKeyOf('a'))).toEqual([
    { micros: 5_000, from: 0 },
    { micros: 5_000, from: 7_000 },
  ]);
});

test('half of the records of a span come at once', () => {
  const spec = { ...even, bursts: { everyMillis: 250, records: 50 } };
  for (const comes of comesOf(spec, [200, 200])) {
    const counts = new Map<number, number>();
    for (const at of comes) counts.set(at, (counts.get(at) ?? 0) + 1);
    expect([...counts.values()].filter((count) => count > 1)).toEqual([25, 25, 25, 25]);
    expect(counts.size).toBe(200 - 4 * 24);
  }
  expect(comesOf(spec, [200, 200], 'b')).not.toEqual(comesOf(spec, [200, 200]));
});

const shape = fc.record({
  splits: fc.integer({ min: 1, max: 5 }),
  recordsPerSecond: fc.integer({ min: 1, max: 3_000 }),
  everyMillis: fc.integer({ min: 1, max: 2_000 }),
  share: fc.integer({ min: 1, max: 100 }),
  rows: fc.nat(300),
  seed: fc.string({ maxLength: 3 }),
});

test('as many come by the end of each span as without bursts, and in order', () => {
  fc.assert(
    fc.property(shape, ({ splits, recordsPerSecond, everyMillis, share, rows, seed }) => {
      const rate = { ...even, splits, recordsPerSecond };
      const records = Math.ceil((burstMax(rate, everyMillis) * share) / 100);
      const spec = { ...rate, bursts: { everyMillis, records } };
      const micros = Math.floor((splits * 1_000_000) / recordsPerSecond);
      const [comes = []] = comesOf(spec, [rows], seed);
      expect(comes).toHaveLength(rows);
      const span = everyMillis * 1_000;
      for (const [row, at] of comes.entries()) {
        expect(at).toBeGreaterThanOrEqual(Math.max((row + 1) * micros, comes[row - 1] ?? 0));
        expect(Math.ceil(at / span)).toBe(Math.ceil(((row + 1) * micros) / span));
      }
    }),
  );
});
