/**
 * Goal: every kind of fault is drawn by some seed, each within its bounds, and the same seed draws
 * the same. Method: two thousand seeds.
 */
import { describe, expect, test } from 'vitest';
import {
  describeFault,
  durationOf,
  faultKinds,
  type Fault,
  type Misfortune,
} from '../../src/faults/fault.js';
import { drawFaults } from '../../src/faults/nemesis.js';
import type { NemesisSpec } from '../../src/faults/spec.js';
import { meaningOfMoment } from '../../src/history/moment.js';
import { decisionsOf, type Decisions } from '../../src/kernel/decisions.js';

const spec: NemesisSpec = {
  kinds: faultKinds,
  max: 5,
  from: 1_000,
  to: 90_000,
  durationMin: 50,
  durationMax: 8_000,
  aimedPerMille: 500,
  jobManager: 'job-manager-0',
  taskManagers: ['task-manager-0', 'task-manager-1'],
  objectStore: 'object-store',
  registry: 'registry',
  logBroker: 'log-broker',
  objects: ['/_metadata$', '/$'],
};
const services = [spec.objectStore, spec.registry, spec.logBroker];
const everyone = [spec.jobManager, ...spec.taskManagers, ...services];

const streams = (seed: number) =>
  (['n', 's', 'o'] as const).map((name) => decisionsOf(String(seed), name)) as unknown as Streams;
type Streams = [Decisions, Decisions, Decisions];
const drawn = (own: NemesisSpec, seed: number) => drawFaults(own, ...streams(seed));
const plans = Array.from({ length: 2_000 }, (_, seed) => drawn(spec, seed));
const faults = plans.flat();

/** The processes that a misfortune names. */
function namesIn(what: Misfortune): readonly string[] {
  if (what.kind === 'partition') return [...what.from, ...what.to];
  if (what.kind === 'clog') return [what.from, what.to];
  return what.kind === 'break' ? what.between : [what.process];
}

const aimOf = ({ when }: Fault) => ('aim' in when ? when.aim : undefined);

describe('all seeds together', () => {
  test('reach every kind, and seeds without any fault', () => {
    expect(new Set(faults.map(({ what }) => what.kind))).toEqual(new Set(faultKinds));
    expect(plans.some((plan) => plan.length === 0)).toBe(true);
    expect(plans.some((plan) => plan.length === spec.max)).toBe(true);
  });

  test('strike every process, at times and at moments, with and without silence', () => {
    const names = new Set(faults.flatMap(({ what }) => namesIn(what)));
    expect(names).toEqual(new Set([...everyone, 'self']));
    const aims = faults.flatMap((fault) => aimOf(fault) ?? []);
    expect(new Set(aims.map(({ moment }) => moment)).size).toBeGreaterThan(20);
    const crashes = faults.filter(({ what }) => what.kind === 'crash');
    const silent = crashes.filter(({ what }) => what.kind === 'crash' && what.silent);
    expect(silent.length).toBeGreaterThan(crashes.length / 8);
    expect(silent.length).toBeLessThan(crashes.length / 2);
  });

  test('aim at moments that there are', () => {
    for (const fault of faults) {
      const aim = aimOf(fault);
      if (aim === undefined) continue;
      expect(meaningOfMoment(aim.moment)).toBeDefined();
      expect(aim.occurrence).toBeGreaterThanOrEqual(1);
    }
  });
});

test('a skewed clock is mostly that of the log broker', () => {
  const skews = faults.filter(({ what }) => what.kind === 'clockSkew');
  const ofBroker = skews.filter(({ what }) => namesIn(what).includes(spec.logBroker));
  expect(skews.length).toBeGreaterThan(100);
  expect(ofBroker.length).toBeGreaterThan((skews.length * 2) / 3);
  expect(ofBroker.length).toBeLessThan((skews.length * 5) / 6);
});

test('a quarter of the troubles of the object store, and no other, is of some requests', () => {
  const troubles = faults.flatMap(({ what }) =>
    what.kind === 'slow' || what.kind === 'failing' || what.kind === 'unanswered' ? [what] : [],
  );
  const some = troubles.filter(({ objects, access }) => (objects ?? access) !== undefined);
  expect(new Set(some.map(({ process }) => process))).toEqual(new Set([spec.objectStore]));
  expect(new Set(some.map(({ objects, access }) => objects ?? access))).toEqual(
    new Set([...spec.objects, 'read', 'write']),
  );
  expect(new Set(some.map(({ kind }) => kind)).size).toBe(3);
  const ofStore = troubles.filter(({ process }) => process === spec.objectStore);
  expect(some.length).toBeGreaterThan(ofStore.length / 8);
  expect(some.length).toBeLessThan(ofStore.length / 3);
});

describe('bounds', () => {
  test('so many faults, within the time, each so long', () => {
    expect(plans.every((plan) => plan.length <= spec.max)).toBe(true);
    for (const { when, what } of faults) {
      if ('at' in when) expect(when.at >= spec.from && when.at <= spec.to).toBe(true);
      else expect(when.after >= 0 && when.after <= 250_000).toBe(true);
      if (what.kind === 'break') continue;
      const duration = durationOf(what);
      expect(duration >= spec.durationMin && duration <= spec.durationMax).toBe(true);
    }
  });

  test('nobody is cut off from himself', () => {
    for (const { what } of faults) {
      if (what.kind === 'clog') expect(what.from).not.toBe(what.to);
      if (what.kind === 'break') expect(what.between[0]).not.toBe(what.between[1]);
      if (what.kind === 'partition') expect(what.from.some((n) => what.to.includes(n))).toBe(false);
    }
  });

  test('shares and factors are such', () => {
    for (const { what } of faults) {
      if ('perMille' in what) expect(what.perMille >= 1 && what.perMille <= 1_000).toBe(true);
      if ('factor' in what) expect(what.factor >= 2 && what.factor <= 100).toBe(true);
    }
  });

  test('kinds that are not asked for are not drawn', () => {
    const kinds = ['slow', 'break'] as const;
    const own = Array.from({ length: 100 }, (_, seed) => drawn({ ...spec, kinds }, seed)).flat();
    expect(new Set(own.map(({ what }) => what.kind))).toEqual(new Set(kinds));
    expect(drawn({ ...spec, kinds: [] }, 1)).toEqual([]);
    expect(drawn({ ...spec, max: 0 }, 1)).toEqual([]);
  });

  test('all or none are aimed when the share says so', () => {
    const crashes = { ...spec, kinds: ['crash'] as const };
    const shareOf = (aimedPerMille: number) =>
      Array.from({ length: 100 }, (_, seed) => drawn({ ...crashes, aimedPerMille }, seed))
        .flat()
        .map((fault) => aimOf(fault) !== undefined);
    expect(new Set(shareOf(1_000))).toEqual(new Set([true]));
    expect(new Set(shareOf(0))).toEqual(new Set([false]));
  });
});

test('a seed draws the same every time', () => {
  for (const seed of plans.slice(0, 100).keys()) expect(drawn(spec, seed)).toEqual(plans[seed]);
});

test('each can be described in a line that names its kind and whom it strikes', () => {
  for (const { what } of faults) {
    const line = describeFault(what);
    expect(line).toContain(what.kind);
    for (const name of namesIn(what)) expect(line).toContain(name);
    expect(line).not.toContain('undefined');
  }
});
