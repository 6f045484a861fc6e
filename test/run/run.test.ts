/**
 * A run as a whole: what its fingerprint sees, and that the end of a job is its end.
 */
import { expect, test } from 'vitest';

import type { Entry } from '../../src/history/entry.js';
import { planOf } from '../../src/run/plan.js';
import { run } from '../../src/run/run.js';
import { changedRecord, flightRows, flights, smallScenario } from '../fixtures/flights.js';

const small = smallScenario();
const data = flights();
const blind = { sees: [], messages: [], see: () => undefined };

test('the fingerprint sees the bytes of records, not only that they came', () => {
  const plan = planOf({ ...small, faults: { ...small.faults, kinds: [] } }, '1');
  const [origin = '', record = 0, delay = 0] = flightRows(data)[200] ?? [];
  const changed = changedRecord(data, 200, [origin, record, Number(delay) + 1]);
  const before = run(plan, data, blind);
  const after = run(plan, changed, blind);
  expect(after.events).toBe(before.events);
  expect(after.fingerprint).not.toBe(before.fingerprint);
});

test('the fingerprint does not depend on who watches', () => {
  const plan = planOf(small, '2');
  const { fingerprint } = run(plan, data, blind);
  expect(run(plan, data, { sees: 'all', messages: [], see: () => undefined }).fingerprint).toBe(
    fingerprint,
  );
});

test('a job that is over waits for no fault beyond the budget', () => {
  const plan = { ...planOf(small, '1'), faults: [] };
  const calm = run(plan, data, blind);
  const what = { kind: 'failingDisk', process: 'registry', duration: 1 } as const;
  const { budget } = small;
  const end = budget.simulatedSeconds * 1_000_000;
  const beyond = run({ ...plan, faults: [{ when: { at: 10 ** 12 }, what }] }, data, blind);
  expect(beyond.reason).toBe('finished');
  expect(beyond.at).toBeGreaterThan(calm.at);
  expect(beyond.at).toBeLessThan(end + 2_000_000);
  expect(beyond.began).toEqual([0]);
});

test('a job that has FAILED or FINISHED stays so, whoever leads', () => {
  const strict = {
    ...small,
    configuration: { ...small.configuration, 'restart-strategy.fixed-delay.attempts': 0 },
  };
  const ends = new Map<string, number>();
  for (let seed = 0; seed < 60; seed += 1) {
    const statuses: string[] = [];
    const see = ({ detail }: Entry): void => {
      statuses.push((detail as { status: string }).status);
    };
    const { reason } = run(planOf(strict, String(seed)), data, {
      sees: ['jobStatus'],
      messages: [],
      see,
    });
    const end = statuses.findIndex((status) => status === 'FAILED' || status === 'FINISHED');
    expect(new Set(statuses.slice(end))).toEqual(new Set([statuses[end]]));
    expect(statuses[end]).toBe(reason.toUpperCase());
    ends.set(reason, (ends.get(reason) ?? 0) + 1);
  }
  expect(Math.min(ends.get('failed') ?? 0, ends.get('finished') ?? 0)).toBeGreaterThan(5);
});

test('a job manager that comes back waits until the lease of its former life has run out', () => {
  const at = 300_000;
  const crash = {
    when: { at },
    what: { kind: 'crash', process: 'job-manager-0', silent: false, restartAfter: 1_000 },
  } as const;
  const grants: (readonly [at: number, holder: string])[] = [];
  const see = (entry: Entry): void => {
    if (entry.kind === 'leaseGranted')
      grants.push([entry.at, (entry.detail as { holder: string }).holder]);
  };
  const plan = { ...planOf(small, '1'), faults: [crash] };
  const { reason } = run(plan, data, { sees: ['leaseGranted'], messages: [], see });
  expect(reason).toBe('finished');
  expect(grants.map(([, holder]) => holder)).toEqual(['job-manager-0#1', 'job-manager-0#2']);
  const { leaseMicros } = small.costs;
  const waited = (grants[1]?.[0] ?? 0) - at;
  expect(waited).toBeGreaterThan((3 * leaseMicros) / 4); // it is renewed every quarter of it
  expect(waited).toBeLessThan((3 * leaseMicros) / 2);
});
