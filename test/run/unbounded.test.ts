/**
 * Goal: a job whose input never ends is judged by what has come when its run is stopped. Method:
 * the scenario `unbounded`, calm and under faults, and one row less than there must be.
 */
import { join } from 'node:path';
import { expect, test } from 'vitest';

import { dataOf } from '../../src/campaign/runner.js';
import { readScenario } from '../../src/cli/inputs.js';
import { suiteOf } from '../../src/check/suite.js';
import { recorder } from '../../src/history/recorder.js';
import { planOf } from '../../src/run/plan.js';
import { contextOf, judge, run } from '../../src/run/run.js';
import { root } from '../cli/stage.js';

const source = readScenario(join(root, 'scenarios/unbounded.yaml'));
const { scenario } = source;
const { records } = dataOf(source);

test('calm and under faults the run is stopped, and every law holds', () => {
  for (let seed = 0; seed < 8; seed += 1) {
    const plan = planOf(scenario, String(seed));
    for (const faults of [plan.faults, []]) {
      const { reason, verdicts } = judge({ ...plan, faults }, records);
      expect(reason).toBe('stopped');
      expect(verdicts.filter(({ outcome }) => outcome !== 'holds')).toEqual([]);
    }
  }
});

test('what is missing when the run is stopped leaves exactly-once unknown', () => {
  const plan = { ...planOf(scenario, '0'), faults: [] };
  const { entries } = recorded(plan);
  const last = entries.findLastIndex(({ kind }) => kind === 'rowsVisible');
  const suite = suiteOf(['exactly-once'], contextOf(plan, records));
  for (const entry of entries.toSpliced(last, 1)) suite.see(entry);
  const [verdict] = suite.close({ at: 0, reason: 'stopped', entries: entries.length });
  expect(verdict).toMatchObject({ outcome: 'unknown' });
});

function recorded(plan: ReturnType<typeof planOf>) {
  const seen = recorder();
  run(plan, records, seen);
  return seen;
}
