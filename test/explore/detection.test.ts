/** Detection: which seeds find, by which law first, and how many seeds a search needs. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { noPhases } from '../../src/analysis/phases.js';
import type { LawName } from '../../src/check/suite.js';
import { findOf, firstShareOf, seedsToDetection, type Find } from '../../src/explore/detection.js';
import type { LawResult, SeedOutcome } from '../../src/explore/sweep.js';

function result(law: LawName, outcome: LawResult['outcome'], index = -1): LawResult {
  return { law, outcome, judged: 1, index, message: '' };
}

function seedOutcome(...laws: readonly LawResult[]): SeedOutcome {
  return {
    seed: '7',
    reason: 'finished',
    fingerprint: '0123456789abcdef',
    events: 1,
    at: 1,
    moments: {},
    faults: 0,
    began: 0,
    laws,
    phases: noPhases,
    error: '',
  };
}

const findsAt = (...places: readonly number[]): Find[] =>
  places.map((place) => ({ seed: String(place), place, first: ['progress'] }));

describe('a find', () => {
  test('is a seed that violates a law, by the laws at the earliest entry', () => {
    const outcome = seedOutcome(
      result('exactly-once', 'violated', 90),
      result('progress', 'holds'),
      result('checkpoint-order', 'violated', 40),
      result('consistent-cut', 'violated', 40),
    );
    const first = ['checkpoint-order', 'consistent-cut'];
    expect(findOf(outcome, 3, {})).toEqual({ seed: '7', place: 3, first });
    const expected = { 'checkpoint-order': 'violated', 'consistent-cut': 'violated' } as const;
    const later = { seed: '7', place: 3, first: ['exactly-once'] };
    expect(findOf(outcome, 3, expected)).toEqual(later);
    expect(findOf(outcome, 3, { ...expected, 'exactly-once': 'violated' })).toBeUndefined();
  });

  test('is not a seed whose laws hold or cannot say, or one that crashed', () => {
    expect(findOf(seedOutcome(result('progress', 'holds')), 1, {})).toBeUndefined();
    expect(findOf(seedOutcome(result('progress', 'unknown')), 1, {})).toBeUndefined();
    const crashed = { ...seedOutcome(), reason: 'crashed', error: 'Error: no' } as const;
    expect(findOf(crashed, 1, {})).toBeUndefined();
  });
});

describe('seeds to detection', () => {
  /** The definition, step by step: from each start, judge until one finds; ends are joined. */
  function bruteForce(isFind: readonly boolean[]) {
    if (!isFind.includes(true)) return undefined;
    const waits = isFind.map((_, start) => {
      let judged = 1;
      while (!isFind[(start + judged - 1) % isFind.length]) judged += 1;
      return judged;
    });
    const enough = (wait: number, percent: number) =>
      100 * waits.filter((other) => other <= wait).length >= percent * waits.length;
    const least = (percent: number) => Math.min(...waits.filter((wait) => enough(wait, percent)));
    return { median: least(50), p95: least(95) };
  }

  test('is what trying every start gives', () => {
    const ranges = fc.oneof(
      fc.array(fc.boolean(), { minLength: 1, maxLength: 60 }),
      fc.array(
        fc.integer({ min: 0, max: 19 }).map((draw) => draw === 0),
        { minLength: 1, maxLength: 200 },
      ),
    );
    fc.assert(
      fc.property(ranges, (isFind) => {
        const places = isFind.flatMap((found, index) => (found ? [index + 1] : []));
        expect(seedsToDetection(findsAt(...places), isFind.length)).toEqual(bruteForce(isFind));
      }),
      { seed: 1, numRuns: 400 },
    );
  });

  test.each([
    [[1], 1, { median: 1, p95: 1 }],
    [[1, 2, 3, 4], 4, { median: 1, p95: 1 }],
    [[10], 10, { median: 5, p95: 10 }],
    [[1], 10, { median: 5, p95: 10 }],
    [[5, 10], 10, { median: 3, p95: 5 }],
  ])('finds at %j of %d seeds', (places, seeds, expected) => {
    expect(seedsToDetection(findsAt(...places), seeds)).toEqual(expected);
  });

  test('without a find there is no answer', () => {
    expect(seedsToDetection([], 100)).toBeUndefined();
  });
});

test('the share of the finds in which a law was among the first', () => {
  const find = (...first: readonly LawName[]): Find => ({ seed: '1', place: 1, first });
  const finds = [
    find('progress'),
    find('exactly-once', 'progress'),
    find('exactly-once'),
    find('exactly-once'),
  ];
  expect(firstShareOf(finds, 'progress')).toBe(50);
  expect(firstShareOf(finds, 'exactly-once')).toBe(75);
  expect(firstShareOf(finds, 'one-attempt')).toBe(0);
  expect(firstShareOf([], 'progress')).toBe(0);
});
