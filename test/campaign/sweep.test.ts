/** The fold of a sweep: verdicts, expectations, vacuity, partial seeds, and which of them wins. */
import { expect, test } from 'vitest';

import { noPhases } from '../../src/analysis/phases.js';
import {
  exitOfVerdict,
  foldSeed,
  openSweep,
  summaryOf,
  type LawResult,
  type SeedOutcome,
  type SweepEnd,
} from '../../src/explore/sweep.js';
import type { Scenario } from '../../src/run/scenario.js';
import { scenario } from '../fixtures/results.js';

const expecting: Scenario = { ...scenario, expect: { 'exactly-once': 'violated' } };

const said = (law: LawResult['law'], outcome: LawResult['outcome'], judged = 1): LawResult => ({
  law,
  outcome,
  judged,
  index: -1,
  message: outcome,
});

const good = [said('exactly-once', 'holds'), said('progress', 'holds')];
const lost = [said('exactly-once', 'violated'), said('progress', 'holds')];
const stuck = [said('exactly-once', 'holds'), said('progress', 'violated')];
const unclear = [said('exactly-once', 'unknown'), said('progress', 'holds')];
const silent = [said('exactly-once', 'holds'), said('progress', 'holds', 0)];

type Given = Partial<SeedOutcome>;

function outcomeOf(given: Given, index: number): SeedOutcome {
  return {
    seed: String(index),
    reason: 'finished',
    fingerprint: (index + 10).toString(16).padStart(16, '0'),
    events: 10,
    at: 500_000,
    moments: { stored: 1, completed: 2 },
    faults: 3,
    began: 2,
    laws: good,
    phases: noPhases,
    error: '',
    ...given,
  };
}

function summary(given: readonly Given[], end: Partial<SweepEnd> = {}, of = scenario) {
  const sweep = openSweep(of);
  given.map(outcomeOf).forEach((outcome) => foldSeed(sweep, outcome));
  const asked = given.length;
  const calm = { asked, seedsMin: 100, interrupted: false, nondeterministic: [] };
  return summaryOf(sweep, { ...calm, ...end });
}

const crashed: Given = { reason: 'crashed', fingerprint: '', laws: [], error: 'Error: no' };
const partial: Given = { reason: 'failed' };

test('counts are sums, and moments stand in the order of their names', () => {
  const { seeds, laws, moments, events, micros } = summary([{}, { laws: lost }, { laws: silent }]);
  expect(seeds).toEqual({ asked: 3, judged: 3, partial: 0 });
  expect(laws).toEqual([
    { law: 'exactly-once', judged: 3, holds: 2, violated: 1, unknown: 0, vacuous: false },
    { law: 'progress', judged: 2, holds: 3, violated: 0, unknown: 0, vacuous: false },
  ]);
  expect(Object.entries(moments)).toEqual([
    ['completed', 6],
    ['stored', 3],
  ]);
  expect({ events, micros }).toEqual({ events: 30, micros: 1_500_000 });
});

test('the fingerprint is that of the one seed, or of all in their order', () => {
  expect(summary([{}]).fingerprint).toBe('000000000000000a');
  const [a, b] = [{ fingerprint: 'a'.repeat(16) }, { fingerprint: 'b'.repeat(16) }];
  expect(summary([a, b]).fingerprint).not.toBe(summary([b, a]).fingerprint);
  expect(summary([a, b]).fingerprint).toMatch(/^[0-9a-f]{16}$/);
});

test.each<[string, readonly Given[], Partial<SweepEnd>, Scenario, string]>([
  ['all laws hold', [{}, {}], {}, scenario, 'holds'],
  ['a law is violated', [{}, { laws: lost }], {}, scenario, 'violated'],
  ['just the expected law is', [{}, { laws: lost }], {}, expecting, 'holds'],
  ['the expected law is in no seed', [{}, {}], {}, expecting, 'violated'],
  ['it is in no seed so far', [{}, {}], { asked: 9 }, expecting, 'inconclusive'],
  ['another law is, too', [{ laws: lost }, { laws: stuck }], {}, expecting, 'violated'],
  ['a law is unknown in one seed', [{}, { laws: unclear }], {}, scenario, 'inconclusive'],
  ['a violation beside it', [{ laws: lost }, { laws: unclear }], {}, scenario, 'violated'],
  ['vacuous in every seed', [{ laws: silent }, { laws: silent }], {}, scenario, 'inconclusive'],
  ['vacuous in one seed of two', [{}, { laws: silent }], {}, scenario, 'holds'],
  ['vacuous in a single run', [{ laws: silent }], {}, scenario, 'holds'],
  ['a run spent its budget', [{}, { reason: 'budget' }], {}, scenario, 'inconclusive'],
  ['1 of 10 seeds is partial', [partial, ...Array(9).fill({})], {}, scenario, 'holds'],
  ['2 of 10 are', [partial, partial, ...Array(8).fill({})], {}, scenario, 'inconclusive'],
  ['a single run is partial', [partial], {}, scenario, 'holds'],
  ['the range is unfinished', [{}], { asked: 2 }, scenario, 'inconclusive'],
  ['too few seeds fitted', [{}], { asked: undefined }, scenario, 'inconclusive'],
  ['enough fitted', [{}], { asked: undefined, seedsMin: 1 }, scenario, 'holds'],
  ['it was interrupted', [{}, {}], { interrupted: true }, scenario, 'inconclusive'],
  ['a seed crashed', [{ laws: lost }, crashed], {}, scenario, 'crashed'],
  [
    'a second run differs',
    [{ laws: lost }],
    { nondeterministic: ['0'] },
    scenario,
    'nondeterministic',
  ],
  ['and one crashed', [crashed], { nondeterministic: ['0'] }, scenario, 'crashed'],
])('%s', (_what, given, end, of, verdict) => {
  const found = summary(given, end, of);
  expect(found.verdict).toBe(verdict);
  expect(found.findings.length > 0).toBe(verdict !== 'holds');
});

test('failures stand in the order of the seeds, crashes and expected ones among them', () => {
  const { failures, seeds } = summary([{ laws: lost }, crashed], {}, expecting);
  expect(failures).toMatchObject([
    { seed: '0', law: 'exactly-once', expected: true, faults: 3 },
    { seed: '1', law: null, expected: false, message: 'Error: no' },
  ]);
  expect(seeds).toEqual({ asked: 2, judged: 1, partial: 0 });
});

test('the worst exit wins', () => {
  expect(exitOfVerdict).toEqual({
    crashed: 70,
    nondeterministic: 3,
    violated: 1,
    inconclusive: 4,
    holds: 0,
  });
});
