/** What a plan of the corpus comes to, and what is to be said of all of them. */
import { expect, test } from 'vitest';

import { noPhases } from '../../src/analysis/phases.js';
import { isFailing, resultOfPlan, type SeedOutcome } from '../../src/explore/sweep.js';
import { findingsOf } from '../../src/explore/findings.js';
import { openSweep, summaryOf } from '../../src/explore/sweep.js';
import { planOf } from '../../src/run/plan.js';
import { brokenPlan, planOf as corpusPlan, said, scenario } from '../fixtures/results.js';

const outcome: SeedOutcome = {
  seed: '7',
  reason: 'finished',
  fingerprint: 'a'.repeat(16),
  events: 1,
  at: 1,
  moments: {},
  faults: 3,
  began: 1,
  laws: [said('exactly-once', 'holds'), said('progress', 'holds')],
  phases: noPhases,
  error: '',
};

const lost = said('exactly-once', 'violated', 'lost');
const stuck = said('progress', 'violated', 'stuck');
const open = said('progress', 'unknown', 'cut off');

test.each<[string, Partial<SeedOutcome>, string, string, readonly string[]]>([
  ['holds', {}, 'holds', '', []],
  ['breaks a law', { laws: [lost, open] }, 'violated', 'exactly-once: lost', ['exactly-once']],
  [
    'breaks two',
    { laws: [lost, stuck] },
    'violated',
    'exactly-once: lost',
    ['exactly-once', 'progress'],
  ],
  ['leaves one open', { laws: [open] }, 'inconclusive', 'progress: cut off', ['progress']],
  ['is cut', { reason: 'budget' }, 'inconclusive', 'spent the budget of the simulation', []],
  ['ends with a failed job', { reason: 'failed' }, 'holds', '', []],
  ['crashes', { reason: 'crashed', laws: [], error: 'Error: no' }, 'crashed', 'Error: no', []],
  [
    'is not the same twice',
    { reason: 'nondeterministic', error: 'run twice' },
    'nondeterministic',
    'run twice',
    [],
  ],
])('a plan that %s', (_what, given, verdict, message, laws) => {
  const result = resultOfPlan('a.json', planOf(scenario, '7'), { ...outcome, ...given });
  expect(result).toMatchObject({ plan: 'a.json', verdict, message, laws, faults: 3 });
  expect(isFailing(result)).toBe(['violated', 'crashed', 'nondeterministic'].includes(verdict));
});

test('what the scenario of the plan expects is no failure', () => {
  const plan = planOf({ ...scenario, expect: { 'exactly-once': 'violated' } }, '7');
  const expected = resultOfPlan('a.json', plan, { ...outcome, laws: [lost] });
  expect(expected).toMatchObject({ verdict: 'holds', laws: [] });
  const more = resultOfPlan('a.json', plan, { ...outcome, laws: [lost, stuck] });
  expect(more).toMatchObject({ verdict: 'violated', laws: ['progress'] });
});

test('a finding a verdict and law, the gravest first, and none for plans that hold', () => {
  const end = { asked: 0, seedsMin: 0, interrupted: false, nondeterministic: [] };
  const corpus = [
    corpusPlan('a'),
    corpusPlan('b', { verdict: 'inconclusive' }),
    brokenPlan('c', 'lost'),
    brokenPlan('d', 'lost'),
    corpusPlan('e', { verdict: 'crashed' }),
    corpusPlan('f', { verdict: 'nondeterministic' }),
  ];
  const summary = summaryOf(openSweep(scenario), { ...end, asked: 1, interrupted: true, corpus });
  expect(summary.verdict).toBe('crashed');
  expect(summary.findings.map(({ message }) => message)).toEqual([
    '1 plan of the corpus crashed: a bug in flinch',
    '1 plan of the corpus gave another fingerprint, or asked for time or chance',
    'exactly-once is violated in 2 plans of the corpus',
    'interrupted after 0 seeds',
    '1 plan of the corpus could not be judged',
  ]);
  expect(summary.failures).toEqual([]);
  expect(findingsOf(openSweep(scenario), [], { ...end, corpus: [corpusPlan('a')] }, 0)).toEqual([]);
});
