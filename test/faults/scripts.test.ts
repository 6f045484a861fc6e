/**
 * Goal: every script is drawn, keeps to the budget and heals. Method: the plans of 300 seeds of the
 * small job, and a run of three plans of each script, in which each fault that begins must end.
 */
import { describe, expect, test } from 'vitest';

import { durationOf, faultKinds, type Fault } from '../../src/faults/fault.js';
import { drawRow, scripts, type Row } from '../../src/faults/scripts.js';
import type { NemesisSpec } from '../../src/faults/spec.js';
import type { Entry } from '../../src/history/entry.js';
import { meaningOfMoment } from '../../src/history/moment.js';
import { decisionsOf } from '../../src/kernel/decisions.js';
import { planOf, type Plan } from '../../src/run/plan.js';
import { run } from '../../src/run/run.js';
import { flights, smallScenario } from '../fixtures/flights.js';

const PLANS = 300;

const scenario = smallScenario();
const { max, minMillis, maxMillis } = scenario.faults;
const spec: NemesisSpec = {
  kinds: faultKinds,
  max,
  from: 0,
  to: 1,
  durationMin: minMillis * 1_000,
  durationMax: maxMillis * 1_000,
  aimedPerMille: 500,
  jobManager: 'job-manager-0',
  taskManagers: ['task-manager-0', 'task-manager-1', 'task-manager-2'],
  objectStore: 'object-store',
  registry: 'registry',
  logBroker: 'log-broker',
  objects: [],
};
const names = scripts.map(({ name }) => name);

type Scripted = Readonly<{ plan: Plan; row: Row }>;

const rowOf = (own: NemesisSpec, seed: number) => drawRow(own, decisionsOf(`${seed}`, 'scripts'));
const scripted: Scripted[] = Array.from({ length: PLANS }).flatMap((_, seed) => {
  const row = rowOf(spec, seed);
  return row === undefined ? [] : [{ plan: planOf(scenario, `${seed}`), row }];
});

test.each(names)('%s is drawn', (name) => {
  const rows = scripted.filter(({ row }) => row.name === name);
  expect(rows.length).toBeGreaterThan(PLANS / 40);
});

test('a plan begins with the faults of its script, and most have no others', () => {
  expect(scripted.length).toBeGreaterThan(PLANS / 4);
  expect(scripted.length).toBeLessThan(PLANS / 2);
  for (const { plan, row } of scripted)
    expect(plan.faults.slice(0, row.faults.length)).toEqual(row.faults);
  const bare = scripted.filter(({ plan, row }) => plan.faults.length === row.faults.length);
  expect(bare.length).toBeGreaterThan(scripted.length / 2);
  expect(bare.length).toBeLessThan(scripted.length);
});

describe('the budget', () => {
  test('so many faults, each so long, of kinds that the script names, at moments', () => {
    for (const { plan, row } of scripted) {
      expect(plan.faults.length).toBeLessThanOrEqual(max);
      const { kinds } = scripts.find(({ name }) => name === row.name) ?? { kinds: [] };
      for (const fault of row.faults) expectInBounds(fault, kinds);
    }
  });

  test('a script that it has no room for, or whose kinds are not asked for, is not drawn', () => {
    const drawn = (own: NemesisSpec) =>
      new Set(Array.from({ length: PLANS }, (_, seed) => rowOf(own, seed)?.name ?? 'none'));
    expect(drawn(spec)).toEqual(new Set([...names, 'none']));
    expect(drawn({ ...spec, max: 1 })).toEqual(new Set(['none']));
    expect(drawn({ ...spec, kinds: ['crash'] })).toEqual(new Set(['many-lives', 'none']));
    expect(drawn({ ...spec, kinds: ['crash'], max: 3 })).toEqual(new Set(['none']));
    expect(drawn({ ...spec, aimedPerMille: 0 })).toEqual(new Set(['none']));
    for (let seed = 0; seed < PLANS; seed += 1)
      for (const size of [2, 4])
        expect(rowOf({ ...spec, max: size }, seed)?.faults.length ?? 0).toBeLessThanOrEqual(size);
  });
});

function expectInBounds({ when, what }: Fault, kinds: readonly string[]): void {
  expect(kinds).toContain(what.kind);
  if (!('aim' in when)) throw new Error('a fault of a script is aimed');
  expect(meaningOfMoment(when.aim.moment)).toBeDefined();
  expect(when.aim.occurrence).toBeGreaterThanOrEqual(1);
  if (what.kind === 'break') return;
  expect(durationOf(what)).toBeGreaterThanOrEqual(spec.durationMin);
  expect(durationOf(what)).toBeLessThanOrEqual(spec.durationMax);
}

const data = flights();

test.each(names)('%s strikes, every fault of it ends, and the job finishes', (name) => {
  const few = scripted.filter(({ row }) => row.name === name).slice(0, 3);
  for (const { plan, row } of few) {
    const { faults } = row;
    const entries: Entry[] = [];
    const see = (entry: Entry) => entries.push(entry);
    const observer = { sees: ['faultBegan', 'faultEnded'], messages: [], see };
    const { reason, began, at: end } = run({ ...plan, faults }, data, observer);
    expect(reason).toBe('finished');
    expect(began[0]).toBe(1);
    for (const { kind, at, subject } of entries) {
      if (kind !== 'faultBegan') continue;
      const over = at + durationOf((faults[subject] as Fault).what);
      const ends = entries.filter((one) => one.kind === 'faultEnded' && one.subject === subject);
      if (over <= end) expect(ends.map((one) => one.at)).toEqual([over]); // else the job was done
    }
  }
});
