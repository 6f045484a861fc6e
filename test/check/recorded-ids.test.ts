/** Goal: every id has a cell of its own, from which it can be read back. */
import fc from 'fast-check';
import { expect, test } from 'vitest';

import {
  cellOfId,
  count,
  countOf,
  countsOf,
  findId,
  idOfCell,
  idsOf,
  NAME_MAX,
  plainName,
  shownName,
} from '../../src/check/recorded-ids.js';

const id = fc.oneof(
  fc.maxSafeInteger(),
  fc.integer({ min: -100, max: 100 }),
  fc.string({ minLength: 1, maxLength: NAME_MAX, unit: 'binary' }),
  fc.string({ minLength: 1, maxLength: 9 }),
  fc.maxSafeInteger().map(String),
);

test('ids have cells of their own, and are read back', () => {
  fc.assert(
    fc.property(fc.array(id, { maxLength: 300 }), (names) => {
      const ids = idsOf();
      const cells = names.map((name) => cellOfId(ids, name));
      const plain = names.map((name) => plainName(name));
      expect(new Set(cells).size).toBe(new Set(plain).size);
      expect(cells.map((cell) => idOfCell(ids, cell))).toEqual(plain.map((one) => one || 0));
      expect(names.map((name) => findId(ids, name))).toEqual(cells);
      expect(findId(ids, 'never seen \u2603')).toBe(-1);
    }),
  );
});

test('many ids of each kind', () => {
  const ids = idsOf();
  const counts = countsOf();
  const names = Array.from({ length: 20_000 }, (_, n) => [n, 7_919_000_003 * n, `id ${n}`]).flat();
  for (const name of names) count(counts, cellOfId(ids, name));
  expect(names.every((name) => countOf(counts, findId(ids, name)) === (name === 0 ? 2 : 1))).toBe(
    true,
  );
  expect(findId(ids, 20_000_000)).toBe(-1);
});

test('a text that spells an integer is that integer', () => {
  expect(['7', '-7', '0', '9007199254740991'].map(plainName)).toEqual([7, -7, 0, 2 ** 53 - 1]);
  const texts = ['07', '-0', '+7', '7.0', '1e3', ' 7', '9007199254740992', '', '٧'];
  expect(texts.map(plainName)).toEqual(texts);
});

test('names are shown in quotes, cut, and without what a terminal acts on', () => {
  expect(shownName(-3)).toBe('-3');
  expect(shownName('a"\u001b\u009b')).toBe('"a\\"\\u001b?"');
  expect(shownName('x'.repeat(100))).toBe(`"${'x'.repeat(60)}..."`);
});
