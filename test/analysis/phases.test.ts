/** The phases of real runs: what a crash costs, and where a longer delay shows. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

import { openPhases, phaseNames, type Phases } from '../../src/analysis/phases.js';
import type { Entry } from '../../src/history/entry.js';
import type { Data } from '../../src/run/data.js';
import { planOf, type Plan } from '../../src/run/plan.js';
import { judge } from '../../src/run/run.js';
import { parseScenario, type Scenario } from '../../src/run/scenario.js';
import { flights, smallScenario, withData } from '../fixtures/flights.js';
import { settingMicros } from '../../src/flink/settings.js';

const small = smallScenario();
const data = flights();

const [DETECT, CANCEL, REDEPLOY, RESTORE, REPLAY, CAUGHT_UP, TOTAL] = [0, 1, 2, 3, 4, 5, 6];

function phasesOf(plan: Plan, records: Data = data) {
  const phases = openPhases(plan, records);
  const entries: Entry[] = [];
  const see = (entry: Entry): void => {
    entries.push(entry);
    phases.see(entry);
  };
  const outcome = judge(plan, records, {}, { sees: phases.sees, see });
  return { ...outcome, entries, phases: phases.close() };
}

const RESTART = 5_000_000;

const DELAY = 'restart-strategy.fixed-delay.delay';

/** A plan with one crash, at the second of such moments. */
function crashed(scenario: Scenario, moment: string, process: string): Plan {
  const aim = { moment, occurrence: 2 };
  const what = { kind: 'crash', process, silent: false, restartAfter: RESTART } as const;
  return { ...planOf(scenario, '1'), faults: [{ when: { aim, after: 0 }, what }] };
}

function delayed(scenario: Scenario, millis: number): Scenario {
  const configuration = { ...scenario.configuration, [DELAY]: `${millis}ms` };
  return { ...scenario, configuration };
}

/** Every service and every message takes as long as any other. */
function steady(scenario: Scenario): Scenario {
  const costs = Object.entries(scenario.costs).map(([name, cost]) => [
    name,
    typeof cost === 'object' ? { min: cost.min, max: cost.min } : cost,
  ]);
  const known = Object.fromEntries(costs) as Scenario['costs'];
  return { ...scenario, costs: { ...known, latencyTailMicros: 0 } };
}

/** The only recovery of a run. */
function onlyRecovery({ recovery }: Phases): readonly number[] {
  expect(recovery).toMatchObject({ complete: [expect.anything()], unfinished: 0 });
  return recovery.complete[0] as readonly number[];
}

const long = parseScenario(
  readFileSync(new URL('../../scenarios/flights.yaml', import.meta.url), 'utf8'),
  'flights.yaml',
);

describe.each([
  ['small', steady(small), data],
  ['flights', steady(withData(long, { records: 4_000 })), flights(4_000)],
] as const)('a crash of a task manager in %s', (_name, scenario, records) => {
  const plan = crashed(scenario, 'uploaded', 'task-manager-0');
  const { reason, phases, entries, at } = phasesOf(plan, records);
  const sample = onlyRecovery(phases);
  const times = (kind: string) => entries.filter((entry) => entry.kind === kind);

  test('is a recovery whose phases add up, each as long as the history has it', () => {
    expect(reason).toBe('finished');
    expect(sample).toHaveLength(phaseNames.recovery.length);
    expect(sample.slice(0, TOTAL).reduce((sum, time) => sum + time, 0)).toBe(sample[TOTAL]);
    expect(Math.min(...sample)).toBeGreaterThanOrEqual(0);
    const [crash, failure] = [times('processCrashed')[0]?.at ?? 0, times('failure')[0]?.at ?? 0];
    const [deploying, running] = [times('deploying')[1]?.at ?? 0, times('running')[1]?.at ?? 0];
    expect(sample[DETECT]).toBe(failure - crash);
    expect((sample[CANCEL] ?? 0) + (sample[REDEPLOY] ?? 0)).toBe(deploying - failure);
    expect(sample[RESTORE]).toBe(running - deploying);
    const read = times('splitRead').map((entry) => entry.at);
    expect(read).toContain(running + (sample[REPLAY] ?? 0));
    expect(read).toContain(crash + (sample[TOTAL] ?? 0));
    expect(crash + (sample[TOTAL] ?? 0)).toBeLessThan(at);
  });

  test('is redeployed later by just as much as the restart delay is longer', () => {
    const millis = settingMicros(scenario.configuration, DELAY) / 1_000;
    const later = phasesOf({ ...plan, scenario: delayed(scenario, millis + 40) }, records);
    const slower = onlyRecovery(later.phases);
    const ofRestart = [DETECT, CANCEL, RESTORE];
    expect(ofRestart.map((phase) => slower[phase])).toEqual(
      ofRestart.map((phase) => sample[phase]),
    );
    expect(slower[REDEPLOY]).toBe((sample[REDEPLOY] ?? 0) + 40_000);
    expect(slower[CAUGHT_UP]).toBeGreaterThan(0);
  });
});

test('a crash of the leader is a failover, and no restart', () => {
  const { phases } = phasesOf(crashed(small, 'stored', 'job-manager-0'));
  expect(phases.recovery).toEqual({ complete: [], unfinished: 0, dropped: 0 });
  expect(phases.failover).toMatchObject({ complete: [expect.anything()], unfinished: 0 });
  const sample = phases.failover.complete[0] ?? [];
  expect(sample[0]).toBeGreaterThan(RESTART); // a dead process leads nothing
  expect(sample.slice(0, -1).reduce((sum, time) => sum + time, 0)).toBe(sample.at(-1));
});

test('a run without faults has checkpoints and no recovery', () => {
  const { phases, moments, verdicts } = phasesOf({ ...planOf(small, '1'), faults: [] });
  expect(phases.recovery).toEqual({ complete: [], unfinished: 0, dropped: 0 });
  expect(phases.failover).toEqual(phases.recovery);
  // The last is asked for while tasks finish, and they decline it.
  expect(phases.checkpoints).toMatchObject({ unfinished: moments['aborted'] ?? 0, dropped: 0 });
  expect(moments['aborted'] ?? 0).toBeLessThanOrEqual(1);
  expect(phases.checkpoints.complete).toHaveLength(moments['stored'] ?? 0);
  for (const [trigger = 0, alignment = 0, sync = 0, async = 0, whole = 0] of phases.checkpoints
    .complete) {
    expect(Math.max(trigger, alignment, sync, async)).toBeLessThanOrEqual(whole);
    expect(trigger + alignment + sync + async).toBeGreaterThan(whole / 2);
  }
  const alone = judge({ ...planOf(small, '1'), faults: [] }, data);
  expect(verdicts).toEqual(alone.verdicts);
});
