/** The tables of phases: quantiles by the nearest rank, and the seed of the longest. */
import fc from 'fast-check';
import { expect, test } from 'vitest';

import { addPhases, noSums, tablesOf, type PhaseRow } from '../../src/analysis/phase-table.js';
import { noPhases, phaseNames } from '../../src/analysis/phases.js';

const others = [0, 0, 0, 0, 0];

/** The row of the first phase of checkpoints, over runs with the seeds 0, 1 and so on. */
function rowOf(runs: readonly (readonly number[])[]): PhaseRow | undefined {
  const sums = noSums();
  runs.forEach((times, seed) => {
    const complete = times.map((time) => [time, ...others]);
    const checkpoints = { complete, unfinished: 0, dropped: 0 };
    addPhases(sums, String(seed), { ...noPhases, checkpoints });
  });
  return tablesOf(sums).checkpoints.rows[0];
}

test('a quantile is a sample, the smallest that the share does not exceed', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => [(100 - index) * 1_000]);
  expect(rowOf(hundred)).toEqual({
    phase: 'trigger',
    samples: 100,
    medianMillis: 50,
    p95Millis: 95,
    p99Millis: 99,
    maxMillis: 100,
    maxSeed: '0',
  });
  const of = (...times: readonly number[]) => rowOf([times.map((time) => time * 1_000)]);
  expect(of(7)).toMatchObject({ medianMillis: 7, p95Millis: 7, p99Millis: 7, maxMillis: 7 });
  expect(of(4, 1, 3, 2)).toMatchObject({ medianMillis: 2, p95Millis: 4 });
  expect(of(10, 9, 1)).toMatchObject({ medianMillis: 9 });
  expect(of(0.5)).toMatchObject({ medianMillis: 0.5 });
});

test('a quantile is not exceeded by its share of the samples, and no less would do', () => {
  const runs = fc.array(fc.array(fc.nat(50), { maxLength: 5 }), { minLength: 1 });
  fc.assert(
    fc.property(runs, (given) => {
      const times = given.flat();
      const row = rowOf(given);
      if (row === undefined) return times.length === 0;
      const { length } = times;
      const quantiles = [row.medianMillis, row.p95Millis, row.p99Millis];
      return [50, 95, 99].every((percent, index) => {
        const quantile = Math.round((quantiles[index] as number) * 1_000);
        const upTo = times.filter((time) => time <= quantile).length;
        const below = times.filter((time) => time < quantile).length;
        return upTo * 100 >= percent * length && below * 100 < percent * length;
      });
    }),
  );
});

test('of equally long ones the first seed is named', () => {
  expect(rowOf([[1], [9], [9], [3]])).toMatchObject({ maxMillis: 0.009, maxSeed: '1' });
});

test('without samples there are no rows, and what is not complete is counted', () => {
  const sums = noSums();
  const recovery = { complete: [], unfinished: 2, dropped: 1 };
  addPhases(sums, '1', { ...noPhases, recovery });
  addPhases(sums, '2', { ...noPhases, recovery });
  const empty = { rows: [], unfinished: 0, dropped: 0 };
  expect(tablesOf(sums)).toEqual({
    recovery: { rows: [], unfinished: 4, dropped: 2 },
    failover: empty,
    checkpoints: empty,
  });
  expect(Object.keys(phaseNames)).toEqual(Object.keys(tablesOf(sums)));
});
