/**
 * Goal: a source does not run ahead of its group, and nobody waits for ever. Method: the scenario
 * `alignment`, calm, with its groups and without, measured by the watermarks of the readers; and
 * under faults, where every law must hold and the job must come to its end.
 */
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

import { dataOf } from '../../src/campaign/runner.js';
import { readScenario } from '../../src/cli/inputs.js';
import { recorder } from '../../src/history/recorder.js';
import { isCode } from '../../src/run/job-declaration.js';
import { jobOf } from '../../src/run/job.js';
import { planOf, type Plan } from '../../src/run/plan.js';
import { contextOf, judge, run } from '../../src/run/run.js';
import type { Scenario } from '../../src/run/scenario.js';
import { root } from '../cli/stage.js';
import { END_OF_TIME } from '../../src/job/time-bounds.js';

const source = readScenario(join(root, 'scenarios/alignment.yaml'));
const { scenario } = source;
const { records } = dataOf(source);

/** The same sources in no group. */
function withoutGroups({ job }: Scenario): Scenario {
  if (isCode(job)) return scenario;
  const operators = job.operators.map((operator) =>
    operator.eventTime === undefined
      ? operator
      : { ...operator, eventTime: { ...operator.eventTime, alignment: undefined } },
  );
  return { ...scenario, job: { ...job, operators } };
}

const alone = withoutGroups(scenario);

const group = jobOf(scenario)
  .vertices.flatMap(({ operators }) => operators)
  .map(({ operator }) => (operator.kind === 'source' ? operator.watermarks?.alignment : undefined))
  .find((alignment) => alignment !== undefined) ?? { maxDrift: 0, updateMicros: 0 };

const calm = (of: Scenario, seed: number): Plan => ({ ...planOf(of, String(seed)), faults: [] });

/**
 * The most by which one block moves the time of its split: the rows of a fetch are emitted once
 * they were begun, and only then it is looked at whether the split may go on.
 */
function blockSpan(plan: Plan): number {
  const { fetchRowsMax } = plan.scenario.costs;
  let most = 0;
  for (const { row, rows, splits } of contextOf(plan, records).topics) {
    const field = row.findIndex(({ name }) => name === 'minute');
    for (const split of splits) {
      let latest = -Infinity;
      const times = Array.from(split, (id) => {
        latest = Math.max(latest, Number(rows[id]?.[field]));
        return latest;
      });
      for (let at = fetchRowsMax; at < times.length; at += 1)
        most = Math.max(most, Number(times[at]) - Number(times[at - fetchRowsMax]));
    }
  }
  return most;
}

const readers = ['slow[0]', 'slow[1]', 'fast[0]', 'fast[1]'];
/**
 * By how much a reader's watermark is ahead of the group's smallest, at most, where it has risen
 * since the group knows itself: every reader has a watermark, has reported it (one interval), has
 * heard of the others (another), and what was under way then is emitted (a third).
 */
function aheadOf(plan: Plan): number {
  const kept = recorder();
  run(plan, records, kept);
  const watermarks = new Map<string, number>();
  let known = Infinity;
  let most = -Infinity;
  for (const { kind, about, subject, at } of kept.entries) {
    if (kind !== 'watermark' || !readers.includes(about)) continue;
    watermarks.set(about, subject);
    if (watermarks.size < readers.length) continue;
    known = Math.min(known, at);
    const least = Math.min(...watermarks.values());
    if (at > known + 3 * group.updateMicros && subject < END_OF_TIME)
      most = Math.max(most, subject - least);
  }
  return most;
}

describe('without faults', () => {
  test.each([0, 1, 2, 3, 4, 5, 6, 7])(
    'the fast one stays within the drift and a block, and without a group it does not: %i',
    (seed) => {
      const bound = group.maxDrift + blockSpan(calm(scenario, seed));
      const ahead = aheadOf(calm(scenario, seed));
      expect(ahead).toBeGreaterThan(0);
      expect(ahead).toBeLessThanOrEqual(bound);
      expect(aheadOf(calm(alone, seed))).toBeGreaterThan(bound);
    },
  );

  test('every law judges something, and holds; splits wait, and go on', () => {
    for (let seed = 0; seed < 5; seed += 1) {
      const { reason, verdicts, moments } = judge(calm(scenario, seed), records);
      expect(reason).toBe('finished');
      const wrong = verdicts.filter(({ outcome, judged }) => outcome !== 'holds' || judged === 0);
      expect(wrong).toEqual([]);
      expect(moments['splitPaused']).toBeGreaterThan(0);
      expect(moments['splitResumed']).toBe(moments['splitPaused']);
    }
  });
});

test('under faults every law holds, and the job comes to its end', () => {
  const wrong: unknown[] = [];
  const moments: Record<string, number> = {};
  for (let seed = 0; seed < 60; seed += 1) {
    const outcome = judge(planOf(scenario, String(seed)), records);
    wrong.push(...outcome.verdicts.filter((verdict) => verdict.outcome !== 'holds'));
    if (outcome.reason !== 'finished') wrong.push([seed, outcome.reason]);
    for (const [moment, count] of Object.entries(outcome.moments))
      moments[moment] = (moments[moment] ?? 0) + count;
  }
  expect(wrong).toEqual([]);
  const { splitPaused = 0, splitResumed = 0, restoring = 0 } = moments;
  expect(restoring).toBeGreaterThan(90);
  expect(splitPaused).toBeGreaterThan(1_000);
  expect(splitResumed).toBeGreaterThan(1_000);
});
