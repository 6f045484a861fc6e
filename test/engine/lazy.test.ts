/**
 * Goal: working a buffer lazily is an economy and nothing else. Method: a thousand small plans
 * with their random faults run with lazy batches and record by record, under light load, with
 * records that take so long that buffers wait, and with all tasks on one core or two; committed
 * rows, snapshots and the end are equal, in their bytes and their times.
 */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { dataOf } from '../../src/campaign/runner.js';
import { readScenario } from '../../src/cli/inputs.js';
import type { Words } from '../../src/kernel/actor.js';
import { coresOf } from '../../src/run/configuration.js';
import { planOf, type Plan } from '../../src/run/plan.js';
import { run, type RunOptions } from '../../src/run/run.js';
import type { Scenario } from '../../src/run/scenario.js';
import { root } from '../cli/stage.js';
import { flights, smallScenario, withData } from '../fixtures/flights.js';

const data = flights();
const blind = { sees: [], messages: [], see: () => undefined };
const small = smallScenario();

/** A few records, and as many more as the seed says. */
function lightlyLoaded(seed: number): Scenario {
  return withData(small, { records: 60 + (seed % 61) });
}

/** All records are there at once, and take some milliseconds. */
function heavilyLoaded(seed: number): Scenario {
  const light = withData(lightlyLoaded(seed), { recordsPerSecond: 4_000 });
  return {
    ...light,
    costs: {
      ...light.costs,
      sourceRecordMicros: { min: 300, max: 900 },
      keyedRecordMicros: { min: 1_000, max: 3_000 },
      sinkRecordMicros: { min: 500, max: 2_000 },
    },
  };
}

/** The same, with two slots and one or two cores for all tasks of a task manager. */
function crowded(seed: number): Scenario {
  const heavy = heavilyLoaded(seed);
  const own = { taskManagers: 1 + (seed % 2), coresPerTaskManager: 1 + ((seed >> 1) % 2) };
  const configuration = { ...heavy.configuration, 'taskmanager.numberOfTaskSlots': 2 };
  return { ...heavy, configuration, cluster: { ...heavy.cluster, ...own } };
}

/** Rows and snapshots with their times, and how the run ended. */
function tracesOf(plan: Plan, options: RunOptions, records = data): string[] {
  const sees = ['rowsVisible', 'valuesUpserted', 'objectWritten'];
  const lines: string[] = [];
  const result = run(
    plan,
    records,
    {
      sees,
      messages: [],
      see: ({ at, kind, about, detail }) => {
        if (!sees.includes(kind)) return;
        const { words } = detail as { words: Words };
        lines.push(`${at} ${kind} ${about} ${words.join()}`);
      },
    },
    options,
  );
  return [...lines, `${result.at} ${result.reason} ${JSON.stringify(result.began)}`];
}

function plansOf(scenarioOf: (seed: number) => Scenario, seeds: number): Plan[] {
  return Array.from({ length: seeds }, (_, seed) => planOf(scenarioOf(seed), String(seed)));
}

function hasPause({ faults }: Plan): boolean {
  return faults.some(({ what }) => what.kind === 'pause');
}

/** The first difference of each plan that has one. */
function differencesOf(plans: readonly Plan[], records = data): unknown[] {
  return plans.flatMap((plan) => {
    const lazy = tracesOf(plan, {}, records);
    const eager = tracesOf(plan, { batchMax: 1 }, records);
    const at = lazy.findIndex((line, index) => line !== eager[index]);
    if (at < 0 && lazy.length === eager.length) return [];
    return [{ seed: plan.seed, lazy: lazy[at]?.slice(0, 60), eager: eager[at]?.slice(0, 60) }];
  });
}

const light = plansOf(lightlyLoaded, 1_000);
const heavy = plansOf(heavilyLoaded, 200);
const crowd = plansOf(crowded, 200);

test('1,000 small plans are the same record by record: those without pauses', () => {
  const plans = light.filter((plan) => !hasPause(plan));
  expect(plans.length).toBeGreaterThan(500);
  expect(differencesOf(plans)).toEqual([]);
});

test('1,000 small plans are the same record by record: those with pauses', () => {
  const plans = light.filter(hasPause);
  expect(plans.length).toBeGreaterThan(200);
  expect(differencesOf(plans)).toEqual([]);
});

test('under load too: plans without pauses', () => {
  expect(differencesOf(heavy.filter((plan) => !hasPause(plan)))).toEqual([]);
});

test('under load too: plans with pauses', () => {
  expect(differencesOf(heavy.filter(hasPause))).toEqual([]);
});

test('on few cores: plans without pauses', () => {
  expect(differencesOf(crowd.filter((plan) => !hasPause(plan)))).toEqual([]);
});

test('on few cores: plans with pauses', () => {
  expect(differencesOf(crowd.filter(hasPause))).toEqual([]);
});

test.each(['files', 'upserts'])('of another sink too: %s', (name) => {
  const source = readScenario(join(root, `scenarios/${name}.yaml`));
  const plans = plansOf(() => source.scenario, 40);
  expect(differencesOf(plans, dataOf(source).records)).toEqual([]);
});

test('the cores are really few: with one for each task most jobs take much less time', () => {
  const microsOn = (cores: number, { scenario, seed }: Plan): number => {
    const cluster = { ...scenario.cluster, coresPerTaskManager: cores };
    const calm = { ...scenario.faults, kinds: [] };
    return run(planOf({ ...scenario, cluster, faults: calm }, seed), data, blind).at;
  };
  const ratios = crowd.slice(0, 40).map((plan) => {
    return microsOn(coresOf(plan.scenario), plan) / microsOn(5, plan);
  });
  expect(ratios.filter((ratio) => ratio > 1.25).length).toBeGreaterThan(25);
});
