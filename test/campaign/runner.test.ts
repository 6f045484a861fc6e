/** Runners: this thread and a pool of workers do the same; a mutant's module comes first. */
import { fileURLToPath } from 'node:url';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';

import { poolRunner } from '../../src/campaign/pool.js';
import { localRunner } from '../../src/campaign/runner.js';
import { planOf } from '../../src/run/plan.js';
import { parseScenario, type Scenario } from '../../src/run/scenario.js';

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
  const recording = await local.record(planOf(scenario, '3'));
  expect(recording).toMatchObject({ fingerprint: outcome?.fingerprint, error: '' });
  expect(recording.entries.length).toBeGreaterThan(1_000);
  expect(await local.judgePlan(recording.plan)).toEqual(outcome);
  expect(await pool.record(planOf(scenario, '3'))).toEqual(recording);
});

test('an exception in a run is an outcome', async () => {
  const plan = planOf(scenario, '3');
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

/** The small job of 50 records, filtered by the export `known` of a module of this text. */
function withFilter(module: string): { codeFolder: string; scenario: Scenario } {
  const codeFolder = mkdtempSync(join(tmpdir(), 'flinch-runner-'));
  writeFileSync(join(codeFolder, 'filter.mjs'), module);
  const filter = 'filter: { module: ./filter.mjs, export: known }';
  const known = `    - { uid: known, input: source, ${filter} }\n`;
  const added = `${known}    - uid: totals\n      input: known\n`;
  const text = readFileSync(path, 'utf8').replace(/ {4}- uid: totals\n {6}input: source\n/, added);
  const scenario = parseScenario(text.replace('records: 400', 'records: 50'), 'small.yaml');
  return { codeFolder, scenario };
}

test('code of the user is guarded where laws call it, too', async () => {
  const module = 'let calls = 0;\nexport const known = () => (calls += 1) > 1 || Date.now() > 0;\n';
  const { codeFolder, scenario: coded } = withFilter(module);
  const calm = { ...coded, faults: { ...coded.faults, fixed: [], kinds: [] } };
  const runner = localRunner({ ...source, scenario: calm, codeFolder });
  const { reason, error } = await runner.judgePlan(planOf(calm, '3'));
  expect(reason).toBe('nondeterministic');
  expect(error).toContain('Date.now() called inside a step at file:');
  rmSync(codeFolder, { recursive: true });
});

test('a plan with code that keeps something from call to call is not deterministic', async () => {
  const module = 'let calls = 0;\nexport const known = () => (calls += 1) % 3 > 0;\n';
  const { codeFolder, scenario: coded } = withFilter(module);
  const runner = localRunner({ ...source, scenario: coded, codeFolder });
  const plan = planOf(coded, '3');
  expect(await runner.judgePlan(plan)).toMatchObject({ reason: 'finished' });
  const outcome = await runner.judgeSteady(plan, signal);
  expect(outcome).toMatchObject({ reason: 'nondeterministic', fingerprint: '' });
  expect(outcome.error).toMatch(/^run twice, it gave the fingerprints \w+ and \w+$/);
  rmSync(codeFolder, { recursive: true });
});
