/**
 * Goal: with checkpoints that are at least once no record is lost, whatever the job, and
 * exactly-once breaks where a restore brings again what a snapshot held already, nowhere else.
 * Method: the scenario without faults and with them, and others in its mode.
 */
import { join } from 'node:path';
import { expect, test } from 'vitest';

import { dataOf } from '../../src/campaign/runner.js';
import type { LawName } from '../../src/check/suite.js';
import { readScenario } from '../../src/cli/inputs.js';
import { detailOf, type Entry } from '../../src/history/entry.js';
import { aheadIn } from '../../src/history/witness.js';
import { planOf } from '../../src/run/plan.js';
import { judge } from '../../src/run/run.js';
import type { Scenario } from '../../src/run/scenario.js';
import { root } from '../cli/stage.js';

const mode = { 'execution.checkpointing.mode': 'AT_LEAST_ONCE' };

/** Laws that do not hold in some seeds; how many seeds have snapshots that hold things twice. */
function judged(name: string, seeds: number, change: (scenario: Scenario) => Scenario) {
  const source = readScenario(join(root, `scenarios/${name}.yaml`));
  const scenario = change(source.scenario);
  const { records } = dataOf(source);
  const broken = new Set<LawName>();
  const ahead = new Set<number>();
  for (let seed = 0; seed < seeds; seed += 1) {
    const beside = {
      sees: ['objectWritten'] as const,
      see: (entry: Entry) => {
        if (aheadIn(detailOf(entry, 'objectWritten').words).count > 0) ahead.add(seed);
      },
    };
    const outcome = judge(planOf(scenario, String(seed)), records, {}, beside);
    for (const verdict of outcome.verdicts)
      if (verdict.outcome !== 'holds') broken.add(verdict.law);
  }
  return { broken: [...broken], ahead: ahead.size };
}

test('without faults nothing comes again, though snapshots hold what is behind barriers', () => {
  const calm = judged('at-least-once', 6, (scenario) => ({
    ...scenario,
    faults: { ...scenario.faults, kinds: [], max: 0 },
  }));
  expect(calm.broken).toEqual([]);
  expect(calm.ahead).toBeGreaterThan(0);
});

test('under faults records come again, and every law but exactly-once holds', () => {
  expect(judged('at-least-once', 12, (scenario) => scenario).broken).toEqual(['exactly-once']);
});

test.each(['windows', 'operators', 'upserts', 'bursts'])('%s loses nothing either', (name) => {
  const { broken, ahead } = judged(name, 4, (scenario) => ({
    ...scenario,
    configuration: { ...scenario.configuration, ...mode },
    laws: [...scenario.laws.filter((law) => law !== 'exactly-once'), 'at-least-once'],
  }));
  expect(broken).toEqual([]);
  expect(ahead).toBeGreaterThan(0);
});
