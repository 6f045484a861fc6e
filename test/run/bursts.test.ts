/**
 * Goal: drawn records that come in bursts are judged like any others. Method: the scenario
 * `bursts`, calm and under faults.
 */
import { join } from 'node:path';
import { expect, test } from 'vitest';

import { dataOf } from '../../src/campaign/runner.js';
import { readScenario } from '../../src/cli/inputs.js';
import { planOf } from '../../src/run/plan.js';
import { judge } from '../../src/run/run.js';
import { root } from '../cli/stage.js';

const source = readScenario(join(root, 'scenarios/bursts.yaml'));
const { scenario } = source;
const { records } = dataOf(source);

test('the records are skewed: the first of 50 keys has a fifth of them', () => {
  const rows = records.get('sales')?.rows ?? [];
  const first = rows.filter(([shop]) => shop === 'k1').length;
  expect(rows).toHaveLength(400);
  expect(first).toBeGreaterThan(80);
  expect(first).toBeLessThan(160);
});

test('without faults every law judges something, and holds', () => {
  for (let seed = 0; seed < 5; seed += 1) {
    const { reason, verdicts } = judge({ ...planOf(scenario, String(seed)), faults: [] }, records);
    expect(reason).toBe('finished');
    expect(verdicts.filter(({ outcome, judged }) => outcome !== 'holds' || judged === 0)).toEqual(
      [],
    );
  }
});

test('under faults every law holds', () => {
  for (let seed = 0; seed < 20; seed += 1) {
    const { verdicts } = judge(planOf(scenario, String(seed)), records);
    expect(verdicts.filter(({ outcome }) => outcome !== 'holds')).toEqual([]);
  }
});

test('other arrivals are another run', () => {
  const plan = { ...planOf(scenario, '0'), faults: [] };
  const evenly = scenario.data.map(({ bursts: _, ...topic }) => topic);
  const even = { ...plan, scenario: { ...scenario, data: evenly } };
  expect(judge(even, records).fingerprint).not.toBe(judge(plan, records).fingerprint);
});
