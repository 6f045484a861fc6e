/** Campaigns with a runner of the test's own: order, limits, and what a broken runner does. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

import { noPhases } from '../../src/analysis/phases.js';
import { judgePlans, shareOf, sweepSeeds } from '../../src/campaign/campaign.js';
import type { Runner } from '../../src/campaign/runner.js';
import { planOf } from '../../src/run/plan.js';
import { openSweep, summaryOf, type SeedOutcome, type Sweep } from '../../src/explore/sweep.js';
import { parseScenario } from '../../src/run/scenario.js';

const path = new URL('../../scenarios/small.yaml', import.meta.url);
const scenario = parseScenario(readFileSync(path, 'utf8'), 'small.yaml');

function outcomeOf(seed: string): SeedOutcome {
  const complete = [[1, 2, 3, Number(seed) % 100, 4, 5]];
  return {
    seed,
    reason: 'finished',
    fingerprint: Number(seed).toString(16).padStart(16, '0'),
    events: 1,
    at: 1_000,
    moments: { completed: 1 },
    phases: { ...noPhases, checkpoints: { complete, unfinished: 1, dropped: 0 } },
    faults: 0,
    began: 0,
    laws: scenario.laws.map((law) => ({
      law,
      outcome: 'holds',
      judged: 1,
      index: -1,
      message: '',
    })),
    error: '',
  };
}

type Judge = Runner['judge'];

function runnerOf(width: number, judge: Judge): Runner {
  const never = () => Promise.reject(new Error('not asked for'));
  const others = { judgePlan: never, judgeSteady: never, record: never };
  return { width, judge, ...others, close: () => Promise.resolve() };
}

const seeds = { count: 300, at: String };
const limits = {
  deadline: Infinity,
  signal: new AbortController().signal,
  progress: () => undefined,
};
const end = { asked: 300, seedsMin: 100, interrupted: false, nondeterministic: [] };

/** Answers when its turn comes, in another order than it was asked in. */
const shuffled: Judge = async (chunk) => {
  const turns = Number(chunk[0]) % 3;
  for (let turn = 0; turn < turns; turn += 1) await new Promise(setImmediate);
  return chunk.map(outcomeOf);
};

const direct: Judge = (chunk) => Promise.resolve(chunk.map(outcomeOf));

test('outcomes are folded in the order of the seeds, whoever is done first', async () => {
  const summaries = [];
  for (const [width, judge] of [
    [1, direct],
    [5, shuffled],
  ] as const) {
    const sweep = openSweep(scenario);
    await sweepSeeds(runnerOf(width, judge), seeds, sweep, limits);
    summaries.push(summaryOf(sweep, end));
  }
  expect(summaries[0]).toMatchObject({ verdict: 'holds', seeds: { judged: 300 }, events: 300 });
  expect(summaries[0]?.phases.checkpoints).toMatchObject({ unfinished: 300 });
  expect(summaries[0]?.phases.checkpoints.rows[3]).toMatchObject({
    ...{ phase: 'async', samples: 300, maxMillis: 0.099, maxSeed: '99' },
  });
  expect(summaries[1]).toEqual(summaries[0]);
});

test('after the deadline no chunk is begun, except the very first', async () => {
  const asked: string[] = [];
  const judge: Judge = (chunk) => {
    asked.push(...chunk);
    return direct(chunk, limits.signal);
  };
  const sweep = openSweep(scenario);
  const open = { count: undefined, at: String };
  await sweepSeeds(runnerOf(1, judge), open, sweep, { ...limits, deadline: 0 });
  expect(asked).toEqual(['0']);
  expect(sweep.seeds).toBe(1);
});

test('Ctrl-C gives up what is on its way and keeps the rest, also behind a gap', async () => {
  const interrupt = new AbortController();
  const judge: Judge = async (chunk, signal) => {
    if (chunk[0] === '0') await new Promise((resolve) => (signal.onabort = resolve));
    if (chunk[0] === '1') interrupt.abort();
    if (chunk[0] === '0') signal.throwIfAborted();
    return chunk.map(outcomeOf);
  };
  const sweep: Sweep = openSweep(scenario);
  const open = { ...limits, signal: interrupt.signal };
  await sweepSeeds(runnerOf(2, judge), seeds, sweep, open);
  expect(sweep.seeds).toBe(1);
});

test('a runner that breaks is an error, not an answer', async () => {
  const judge: Judge = () => Promise.reject(new Error('out of threads'));
  const ended = sweepSeeds(runnerOf(2, judge), seeds, openSweep(scenario), limits);
  await expect(ended).rejects.toThrow('out of threads');
});

test('what was judged before a runner broke is folded and shown, in order', async () => {
  const judge: Judge = async (chunk, signal) => {
    if (chunk[0] === '0') return direct(chunk, signal);
    if (chunk[0] === '2') throw new Error('out of threads');
    await new Promise(setImmediate);
    return chunk.map(outcomeOf);
  };
  const seen: string[] = [];
  const sweep = openSweep(scenario);
  const shown = { ...limits, seen: ({ seed }: SeedOutcome) => void seen.push(seed) };
  const ended = sweepSeeds(runnerOf(2, judge), { count: 9, at: String }, sweep, shown);
  await expect(ended).rejects.toThrow('out of threads');
  expect(seen[0]).toBe('0');
  expect(seen).toHaveLength(sweep.seeds);
});

test('several that share a time have even shares of what is left', () => {
  expect(shareOf(100, 40, 3)).toBe(60);
  expect(shareOf(100, 90, 2)).toBe(95);
  expect(shareOf(100, 95, 1)).toBe(100);
  expect(shareOf(Infinity, 95, 2)).toBe(Infinity);
  expect(shareOf(100, 120, 2)).toBeLessThan(120);
});

const plans = Array.from({ length: 5 }, (_, at) => ({ plan: planOf(scenario, `${at}`) }));

test('plans are judged once each, as many at a time as there are threads', async () => {
  let most = 0;
  let now = 0;
  const judgeSteady: Runner['judgeSteady'] = async ({ seed }) => {
    most = Math.max(most, (now += 1));
    for (let turn = 0; turn < Number(seed) % 3; turn += 1) await new Promise(setImmediate);
    now -= 1;
    return outcomeOf(seed);
  };
  const seen: string[] = [];
  await judgePlans({ width: 2, judgeSteady }, plans, limits.signal, ({ plan }, { seed }) => {
    expect(seed).toBe(plan.seed);
    seen.push(seed);
  });
  expect([...seen].sort()).toEqual(['0', '1', '2', '3', '4']);
  expect(most).toBe(2);
});

test('Ctrl-C leaves the plans that were judged; any other end is an error', async () => {
  const interrupt = new AbortController();
  const seen: string[] = [];
  const judgeSteady: Runner['judgeSteady'] = ({ seed }, signal) => {
    if (seed === '2') interrupt.abort();
    signal.throwIfAborted();
    return Promise.resolve(outcomeOf(seed));
  };
  const show = (_: unknown, { seed }: SeedOutcome) => void seen.push(seed);
  await judgePlans({ width: 1, judgeSteady }, plans, interrupt.signal, show);
  expect(seen).toEqual(['0', '1']);
  const broken = { width: 2, judgeSteady: () => Promise.reject(new Error('out of threads')) };
  await expect(judgePlans(broken, plans, limits.signal, show)).rejects.toThrow('out of threads');
});
