/**
 * Goal: splits that are asked for and splits that come late are read, each once, whatever happens
 * between enumerator and readers. Method: the scenario `splits`, calm and under faults; and what a
 * person gets wrong in declaring them.
 */
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

import { dataOf } from '../../src/campaign/runner.js';
import { readScenario } from '../../src/cli/inputs.js';
import { planOf } from '../../src/run/plan.js';
import { judge } from '../../src/run/run.js';
import { parseScenario, ScenarioError } from '../../src/run/scenario.js';
import { totalsJob } from '../fixtures/flights.js';
import { root } from '../cli/stage.js';

const source = readScenario(join(root, 'scenarios/splits.yaml'));
const { scenario } = source;
const { records } = dataOf(source);

test('without faults every law judges something, and holds', () => {
  for (let seed = 0; seed < 5; seed += 1) {
    const { reason, verdicts } = judge({ ...planOf(scenario, String(seed)), faults: [] }, records);
    expect(reason).toBe('finished');
    const wrong = verdicts.filter(({ outcome, judged }) => outcome !== 'holds' || judged === 0);
    expect(wrong).toEqual([]);
  }
});

test('under faults every law holds', () => {
  const moments: Record<string, number> = {};
  for (let seed = 0; seed < 100; seed += 1) {
    const outcome = judge(planOf(scenario, String(seed)), records);
    const wrong = outcome.verdicts.filter((verdict) => verdict.outcome !== 'holds');
    expect(wrong).toEqual([]);
    for (const [moment, count] of Object.entries(outcome.moments))
      moments[moment] = (moments[moment] ?? 0) + count;
  }
  const { splitsAssigned = 0, restoring = 0 } = moments;
  expect(restoring).toBeGreaterThan(100);
  expect(splitsAssigned).toBeGreaterThan(600);
});

/** What is wrong with a job, given what is said of late splits and of one of its operators. */
function mistakes(late: object | undefined, more: object, place = 0): string[] {
  const data = { file: 'a.json', records: 10, splits: 2, recordsPerSecond: 10 };
  const declared = totalsJob({ source: 1, keyed: 1, sink: 1 });
  const operators = declared.operators.map((one, index) =>
    index === place ? { ...one, ...more } : one,
  );
  const text = JSON.stringify({
    name: 'late',
    data: { ...data, ...(late && { lateSplits: late }) },
    job: { ...declared, operators },
    configuration: {
      'execution.checkpointing.interval': '100ms',
      'restart-strategy.type': 'fixed-delay',
    },
    cluster: { taskManagers: 1 },
  });
  try {
    parseScenario(text, 'late.yaml');
  } catch (error) {
    if (error instanceof ScenarioError) return error.mistakes.map(({ message }) => message);
    throw error;
  }
  return [];
}

describe('a declaration', () => {
  const late = { splits: 1, afterMillis: 5 };
  const eventTime = { field: 'record', unit: 's', outOfOrderness: '1 s' };

  test('of late splits says how often they are looked for', () => {
    expect(mistakes(late, { discoveryIntervalMillis: 10 })).toEqual([]);
    expect(mistakes(late, {})).toEqual([
      'never finds the late splits; set discoveryIntervalMillis',
    ]);
  });

  test('has not more late splits than splits', () => {
    const all = mistakes({ ...late, splits: 3 }, { discoveryIntervalMillis: 10 });
    expect(all).toContain('not more splits can be late than there are');
  });

  test('does not tell time from splits that are dealt out later', () => {
    expect(mistakes(undefined, { eventTime })).toEqual([]);
    const wrong = ['tells time; its splits must be there, and dealt, from the start'];
    expect(mistakes(undefined, { splitAssignment: 'request', eventTime })).toEqual(wrong);
    expect(mistakes(late, { discoveryIntervalMillis: 9, eventTime })).toEqual(wrong);
  });

  test('speaks of splits at sources alone', () => {
    expect(mistakes(undefined, { splitAssignment: 'eager' }, 2)).toEqual([
      'splitAssignment and discoveryIntervalMillis are those of a source',
    ]);
  });
});
