/** Failing seeds, run again: what differs is nondeterminism, and a crash leaves a folder. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';

import { keepFailures } from '../../src/cli/failures.js';
import { folderName, quoted } from '../../src/cli/folder.js';
import { readScenario } from '../../src/cli/inputs.js';
import { localRunner } from '../../src/campaign/runner.js';
import type { Failure } from '../../src/explore/sweep.js';
import type { Plan } from '../../src/run/plan.js';
import { small } from './stage.js';

const out = mkdtempSync(join(tmpdir(), 'flinch-failures-'));
const source = readScenario(small);
const facts = { source, named: undefined, failuresMax: 10, out };
const runner = localRunner(source);

afterAll(() => rmSync(out, { recursive: true }));

const failure: Failure = {
  seed: '1',
  verdict: 'violated',
  law: 'exactly-once',
  fingerprint: '0123456789abcdef',
  faults: 1,
  expected: false,
  message: '',
};

function verdictIn(folder: string | undefined): unknown {
  return JSON.parse(readFileSync(join(folder ?? '', 'verdict.json'), 'utf8'));
}

test('another fingerprint in the second run names the seed', async () => {
  const kept = await keepFailures(runner, { failures: [failure] }, facts);
  expect(kept.nondeterministic).toEqual(['1']);
  expect(verdictIn(kept.folders.get('1'))).toMatchObject({ verdict: 'nondeterministic' });
});

test('a crash that comes again is kept as one', async () => {
  const crash = { ...failure, verdict: 'crashed' as const, law: null, fingerprint: '' };
  const record = async (plan: Plan) => ({
    ...(await runner.record(plan)),
    fingerprint: '',
    verdicts: [],
    error: 'InvariantError: no',
  });
  const kept = await keepFailures({ record }, { failures: [crash] }, facts);
  expect(kept.nondeterministic).toEqual([]);
  expect(verdictIn(kept.folders.get('1'))).toMatchObject({
    verdict: 'crashed',
    error: 'InvariantError: no',
  });
});

test('the gravest failures keep their folders, one a seed', async () => {
  const failures = [
    { ...failure, seed: '1', expected: true },
    { ...failure, seed: '2' },
    { ...failure, seed: '2', law: 'progress' as const },
    { ...failure, verdict: 'crashed' as const, seed: '3', law: null },
  ];
  const kept = await keepFailures(runner, { failures }, { ...facts, failuresMax: 2 });
  expect([...kept.folders.keys()]).toEqual(['3', '2']);
});

test('each seed has a folder of its own, whatever its letters', () => {
  expect(folderName('small', '7', undefined)).toBe('small-seed-7');
  expect(folderName('small', '7', 'late-ack')).toBe('small-seed-7-late-ack');
  const odd = ['a/b', 'a b', 'a:b', '..\\', 'ä'].map((seed) => folderName('s', seed, undefined));
  expect(new Set(odd).size).toBe(odd.length);
  for (const name of odd) expect(name).toMatch(/^s-seed-[A-Za-z0-9._-]+$/);
});

test('an argument is quoted where a shell would split it', () => {
  expect(quoted('out/small-seed-7')).toBe('out/small-seed-7');
  expect(quoted("it's")).toBe(`'it'\\''s'`);
});
