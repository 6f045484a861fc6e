/**
 * Goal: a known key is found by its words and by nothing else. Method: keys that share a slot of
 * the cache, keys that begin alike, and two such keys that
 * take turns in one operator.
 */
import { expect, test } from 'vitest';
import { isKey, keyCache, slotOf } from '../../../src/engine/state/key-cache.js';
import { applyKeyed, operatorOf } from '../../../src/engine/task/operators.js';
import { hashRecord } from '../../../src/history/witness.js';
import { runningTotals } from '../../fixtures/flights.js';
import { keyHashOf } from '../../../src/job/key-groups.js';
import {
  readRow,
  wordsOfRow,
  writeRow,
  type FieldValue,
  type RowType,
} from '../../../src/job/row.js';

const input: RowType = [
  { name: 'key', type: 'string' },
  { name: 'record', type: 'int' },
  { name: 'value', type: 'int' },
];
const output: RowType = [...input, { name: 'sum', type: 'int' }, { name: 'max', type: 'int' }];

function wordsOf(row: readonly FieldValue[]): Int32Array {
  const words = new Int32Array(wordsOfRow(row));
  writeRow(row, words, 0);
  return words;
}

/** Two keys of the same slot. */
function rivals(): [string, string] {
  const seen = new Map<number, string>();
  for (let number = 0; ; number += 1) {
    const key = `K${String(number)}`;
    const words = wordsOf([key]);
    const slot = slotOf(keyHashOf(words, 0, words.length));
    const other = seen.get(slot);
    if (other !== undefined) return [other, key];
    seen.set(slot, key);
  }
}

test('a key is the one whose words are all the same', () => {
  const known = { words: Int32Array.of(3, 7, 9), key: 'abc', group: 1 };
  const record = Int32Array.of(5, 3, 7, 9, 3, 7, 9, 0);
  expect(isKey(known, record, 1, 4)).toBe(true);
  expect(isKey(known, record, 4, 7)).toBe(true);
  expect(isKey(known, record, 4, 8)).toBe(false);
  expect(isKey(known, record, 1, 3)).toBe(false);
  expect(isKey(known, record, 0, 3)).toBe(false);
});

test('every hash has a slot, also a negative one', () => {
  const cache = keyCache();
  for (const hash of [0, -1, 2 ** 31 - 1, -(2 ** 31), 123_456_789])
    expect(cache).toHaveProperty(String(slotOf(hash)));
});

test('two keys that take turns in a slot keep their own state', () => {
  const [one, other] = rivals();
  const operator = { kind: 'keyed', keyField: 0, function: runningTotals } as const;
  const costs = { serviceMicrosMin: 0, serviceMicrosMax: 0 };
  const declared = { uid: 'totals', operator, output, next: [], nextLate: [], ...costs };
  const vertex = {
    ...{ id: 'totals', parallelism: 1, maxParallelism: 128, slotSharingGroup: 'default' },
    operators: [declared],
  };
  const instance = operatorOf(vertex, declared, [input], 0, 1);
  if (instance.kind !== 'keyed') throw new Error('a keyed operator makes a keyed instance');
  const totals = [one, other, one, other, other].map((key, record) => {
    const words = wordsOf([key, record, 10]);
    hashRecord(words, 0, words.length);
    const row = applyKeyed(instance, words, 0, words.length);
    return readRow(output, row.words, 0);
  });
  expect(totals.map(([key, , count, sum]) => [key, count, sum])).toEqual([
    [one, 1, 10],
    [other, 1, 10],
    [one, 2, 20],
    [other, 2, 20],
    [other, 3, 30],
  ]);
});
