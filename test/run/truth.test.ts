/**
 * Goal: the laws judge what the engine does, and the faults reach it. Method: the small job over
 * 300 seeds, where nothing may be violated, every kind of fault must strike and, with 15 seeds of
 * each small job with other operators, connectors or checkpoints, every moment must be reached and
 * every common reason given; the same job without faults; and one planted bug, which must be found.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { codeOfSource, dataOf } from '../../src/campaign/runner.js';
import { readScenario } from '../../src/cli/inputs.js';
import { defaultLaws } from '../../src/check/suite.js';
import { faultKinds } from '../../src/faults/fault.js';
import { momentNames } from '../../src/history/moment.js';
import { planOf } from '../../src/run/plan.js';
import { judge, type Outcome } from '../../src/run/run.js';
import { root, small, stage } from '../cli/stage.js';
import { noting, toldBy } from './reasons.js';

const SEEDS = 300;

const source = readScenario(small);
const { scenario } = source;
const { records } = dataOf(source);
const { folder, flinch, clear } = stage();

afterAll(clear);

/** What does not hold, in words. */
function complaints({ plan, reason, verdicts }: Outcome): string[] {
  const laws = verdicts.filter(({ outcome }) => outcome !== 'holds');
  const texts = laws.map(
    ({ law, outcome, violation, note }) => `${law} ${outcome}: ${violation?.message ?? note}`,
  );
  if (reason !== 'finished') texts.push(`the run ended by ${reason}`);
  return texts.map((text) => `seed ${plan.seed}: ${text}`);
}

test('without faults every law judges something, and holds', () => {
  for (let seed = 0; seed < 10; seed += 1) {
    const outcome = judge({ ...planOf(scenario, String(seed)), faults: [] }, records);
    expect(complaints(outcome)).toEqual([]);
    expect(outcome.verdicts.map(({ law }) => law)).toEqual(defaultLaws);
    const silent = outcome.verdicts.filter(({ judged }) => judged === 0);
    expect(silent.map(({ law }) => law)).toEqual([]);
  }
});

test.each(['flights', 'flights-plain-sink'])('%s parses, and its data is there', (name) => {
  const large = readScenario(join(root, `scenarios/${name}.yaml`));
  expect(large.scenario.name).toBe(name);
  expect(dataOf(large).records.get('flights')?.rows).toHaveLength(20_000);
});

const wrong: string[] = [];
const moments = new Set<string>();
const kinds = new Set<string>();
const reasons = new Set<string>();

beforeAll(() => {
  for (let seed = 0; seed < SEEDS; seed += 1) {
    const outcome = judge(planOf(scenario, String(seed)), records, {}, noting(reasons));
    wrong.push(...complaints(outcome));
    for (const moment of Object.keys(outcome.moments)) moments.add(moment);
    outcome.plan.faults.forEach(({ what }, index) => {
      if ((outcome.began[index] ?? 0) > 0) kinds.add(what.kind);
    });
  }
});

const others = [
  'files',
  'upserts',
  'splits',
  'windows',
  'timers',
  'operators',
  'word-count',
  'alignment',
  'triggers',
  'concurrent',
  'min-pause',
];
/** Seeds of each: enough for every moment of theirs. */
const OTHER_SEEDS = 15;

beforeAll(async () => {
  for (const name of others) {
    const other = readScenario(join(root, `scenarios/${name}.yaml`), true);
    const { records: rows } = dataOf(other);
    const code = await codeOfSource(other);
    for (let seed = 0; seed < OTHER_SEEDS; seed += 1) {
      const plan = planOf(other.scenario, String(seed));
      const outcome = judge(plan, rows, { code }, noting(reasons));
      wrong.push(...complaints(outcome));
      for (const moment of Object.keys(outcome.moments)) moments.add(moment);
    }
  }
});

test('under faults every law holds in every seed', () => {
  expect(wrong).toEqual([]);
});

test('every kind of fault strikes', () => {
  expect([...kinds].sort()).toEqual([...faultKinds].sort());
});

test('every moment is reached, and none that is not in the tables', () => {
  expect([...moments].sort()).toEqual([...momentNames].sort());
});

test('every common reason is given, and none that cannot be', () => {
  expect([...reasons]).toEqual(expect.arrayContaining(toldBy('common')));
  expect(toldBy('never').filter((told) => reasons.has(told))).toEqual([]);
});

type Said = Readonly<{ law: string; outcome: string; violation: { index: number } | null }>;

test('a planted bug is found, by its law first', () => {
  const flags = ['--mutant', 'restore-second-newest', '--max-failures', '1', '--workers', '1'];
  const { status, stdout } = flinch(['run', small, ...flags, '--seeds', '1..6', '--json']);
  expect(status).toBe(1);
  const { verdict, failures } = JSON.parse(stdout);
  expect(verdict).toBe('violated');
  const file = join(folder, String(failures[0].folder), 'verdict.json');
  const { laws } = JSON.parse(readFileSync(file, 'utf8')) as { laws: readonly Said[] };
  const [first] = laws
    .filter(({ outcome }) => outcome === 'violated')
    .sort((one, other) => (one.violation?.index ?? 0) - (other.violation?.index ?? 0));
  expect(first?.law).toBe('checkpoint-order');
});
