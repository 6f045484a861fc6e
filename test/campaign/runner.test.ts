/** Runners: this thread and a pool of workers do the same; a mutant's module comes first. */
import { fileURLToPath } from 'node:url';
import { readFileSync } from 'node:fs';
import { afterAll, expect, test } from 'vitest';

import { poolRunner } from '../../src/campaign/pool.js';
import { localRunner } from '../../src/campaign/runner.js';
import { parseScenario } from '../../src/run/scenario.js';

const path = new URL('../../scenarios/small.yaml', import.meta.url);
const scenario = parseScenario(readFileSync(path, 'utf8'), 'small.yaml');
const source = { scenario, dataFolder: fileURLToPath(new URL('.', path)) };
const local = localRunner(source);
const pool = poolRunner(source, 1);
const { signal } = new AbortController();

afterAll(() => pool.close());

test('a worker judges as this thread does', async () => {
  const outcomes = await local.judge(['1', '2'], signal);
  expect(outcomes.map(({ seed, reason }) => [seed, reason])).toEqual([
    ['1', 'finished'],
    ['2', 'finished'],
  ]);
  expect(await pool.judge(['1', '2'], signal)).toEqual(outcomes);
});

test('a recording has the fingerprint of the judged run, and its plan judges alike', async () => {
  const [outcome] = await local.judge(['3'], signal);
  const recording = await local.record('3');
  expect(recording).toMatchObject({ fingerprint: outcome?.fingerprint, error: '' });
  expect(recording.entries.length).toBeGreaterThan(1_000);
  expect(await local.judgePlan(recording.plan)).toEqual(outcome);
  expect(await pool.record('3')).toEqual(recording);
});

test('an exception in a run is an outcome', async () => {
  const { plan } = await local.record('3');
  const what = { kind: 'pause', process: 'nobody', duration: 1 } as const;
  const outcome = await local.judgePlan({ ...plan, faults: [{ when: { at: 1 }, what }] });
  expect(outcome).toMatchObject({ reason: 'crashed', fingerprint: '', laws: [] });
  expect(outcome.error).toMatch(/^\w*Error: /);
});

test('a worker whose mutant cannot be loaded fails its task', async () => {
  const register = 'data:text/javascript,throw new Error("does not apply")';
  const broken = poolRunner(source, 1, { id: 'broken', register, data: 'null' });
  await expect(broken.judge(['1'], signal)).rejects.toThrow('does not apply');
  await broken.close();
});
