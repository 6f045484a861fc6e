/** Goal: a key keeps the newest of its values, in whatever order and however often they are put. */
import fc from 'fast-check';
import { expect, test } from 'vitest';

import { calmConditions } from '../../src/world/conditions.js';
import { tableStore } from '../../src/world/table-store.js';
import { evenCosts, harness, trouble } from './harness.js';

function tablesUnderTest(conditions = calmConditions()) {
  const costs = { requests: evenCosts(['putValues'] as const, 100), microsPerKiB: 10 };
  const store = harness(tableStore('table-store', conditions, costs));
  const client = store.connect('task-manager-0');
  /** Puts rows of a key and a value. */
  const put = (attempt: number, number: number, ...rows: (readonly [number, number])[]) => {
    const words = Int32Array.from(rows.flatMap(([key, value]) => [4, 1, key, key, value]));
    return store.ask(client, { kind: 'putValues', table: 'out', attempt, number, words })?.['kind'];
  };
  /** Rows that became visible, by moment. */
  const told = () =>
    store.stated.map(({ detail }) => {
      const { words } = detail as { words: Int32Array };
      return Array.from({ length: words.length / 5 }, (_, at) => [
        words[5 * at + 3],
        words[5 * at + 4],
      ]);
    });
  return { store, put, told };
}

test('values are visible at once; of two in one put for one key the later', () => {
  const { store, put, told } = tablesUnderTest();
  expect(put(1, 1, [7, 10], [8, 20], [7, 11])).toBe('valuesPut');
  expect(told()).toEqual([
    [
      [8, 20],
      [7, 11],
    ],
  ]);
  expect(store.stated[0]).toMatchObject({ kind: 'valuesUpserted', subject: 2, about: 'out' });
  expect(store.stated[0]?.detail).toMatchObject({ attempt: 1 });
});

test('a put that was done, or is older than what stands there, changes nothing', () => {
  const { put, told } = tablesUnderTest();
  put(1, 2, [7, 12]);
  expect(put(1, 2, [7, 12])).toBe('valuesPut');
  expect(put(1, 1, [7, 11], [8, 21])).toBe('valuesPut');
  put(2, 1, [7, 13]);
  put(1, 9, [7, 19]);
  expect(told()).toEqual([[[7, 12]], [[8, 21]], [[7, 13]]]);
});

test('it refuses, stays silent, and loses nothing when it crashes', () => {
  const conditions = calmConditions();
  const { store, put, told } = tablesUnderTest(conditions);
  conditions.failing.push(trouble(1_000));
  expect(put(1, 1, [7, 11])).toBe('unavailable');
  conditions.failing.pop();
  conditions.unanswered.push(trouble(1_000));
  expect(put(1, 2, [7, 12])).toBeUndefined();
  expect(told()).toEqual([[[7, 12]]]);
  conditions.unanswered.pop();
  store.crash();
  store.run();
  const client = store.connect('task-manager-0');
  const words = Int32Array.of(4, 1, 7, 7, 11);
  store.ask(client, { kind: 'putValues', table: 'out', attempt: 1, number: 1, words });
  expect(told()).toEqual([[[7, 12]]]);
});

test('the order of puts does not count', () => {
  const puts = fc.array(
    fc.record({ key: fc.nat(2), attempt: fc.integer({ min: 1, max: 3 }), number: fc.nat(4) }),
  );
  fc.assert(
    fc.property(puts, (list) => {
      const { put, told } = tablesUnderTest();
      for (const { key, attempt, number } of list)
        put(attempt, number, [key, attempt * 10 + number]);
      const newest = new Map<number, number>();
      for (const { key, attempt, number } of list)
        newest.set(key, Math.max(newest.get(key) ?? 0, attempt * 10 + number));
      expect(new Map(told().flat() as [number, number][])).toEqual(newest);
    }),
    { numRuns: 50 },
  );
});
