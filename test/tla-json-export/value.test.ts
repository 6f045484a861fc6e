/** Values: the rules by which TLA+ tells them apart, their order, and their canonical bytes. */
import fc from 'fast-check';
import { expect, test } from 'vitest';

import {
  bool,
  canonicalBytes,
  compareValues,
  equalValues,
  fn,
  int,
  model,
  rec,
  seq,
  set,
  str,
  type Value,
} from '../../src/tla-json-export/index.js';
import { values } from './arbitrary.js';
import { refusalOf } from './round-trip.js';

const bytesOf = (value: Value) => Buffer.from(canonicalBytes(value));

test.each<[string, Value, Value]>([
  ['a set knows no order', set([int(2), int(1)]), set([int(1), int(2)])],
  ['a set knows no repeats', set([int(1), int(1)]), set([int(1)])],
  [
    'nor do sets within sets',
    set([set([int(1), int(2)]), set([int(2), int(1), int(2)])]),
    set([set([int(2), int(1)])]),
  ],
  [
    'a function on 1..n is a sequence',
    fn([
      [int(2), str('b')],
      [int(1), str('a')],
    ]),
    seq([str('a'), str('b')]),
  ],
  [
    'a function of strings is a record',
    fn([
      [str('b'), int(2)],
      [str('a'), int(1)],
    ]),
    rec({ a: int(1), b: int(2) }),
  ],
  ['the empty function is the empty sequence', fn([]), seq([])],
  ['the empty record is the empty sequence', rec({}), seq([])],
  [
    'an entry may be said twice',
    fn([
      [int(0), int(1)],
      [int(0), int(1)],
    ]),
    fn([[int(0), int(1)]]),
  ],
  ['a number is a bigint', int(-7), int(-7n)],
])('%s', (_rule, one, other) => {
  expect(one).toEqual(other);
  expect(bytesOf(one)).toEqual(bytesOf(other));
  expect(equalValues(one, other)).toBe(true);
});

test.each<[string, Value, Value]>([
  ['a model value is no string', model('p1'), str('p1')],
  ['a set is no sequence', set([int(1)]), seq([int(1)])],
  ['the empty set is no empty sequence', set([]), seq([])],
  ['a function on 0..n is no sequence', fn([[int(0), int(1)]]), seq([int(1)])],
  ['a number is no string', int(1), str('1')],
  ['TRUE is no string', bool(true), str('TRUE')],
  ['where lists end matters', seq([seq([int(1)]), int(2)]), seq([seq([int(1), int(2)])])],
  ['where texts end matters', seq([str('a'), str('')]), seq([str(''), str('a')])],
])('%s', (_rule, one, other) => {
  expect(bytesOf(one)).not.toEqual(bytesOf(other));
  expect(equalValues(one, other)).toBe(false);
});

test('values ascend by kind, numbers by size, texts by code point, lists by elements', () => {
  const ascending = [
    ...[bool(false), bool(true)],
    ...[int(-(10n ** 40n)), int(-256), int(-255), int(-1), int(0), int(1), int(255), int(256)],
    ...[str(''), str('\0'), str('\0a'), str('a'), str('a\0'), str('aa'), str('b')],
    ...[str('\uffff'), str('\u{10000}'), model('a'), model('b')],
    ...[set([]), set([int(1)]), set([int(1), int(2)]), set([int(2)])],
    ...[seq([]), seq([int(1)]), seq([int(1), int(1)]), seq([int(2)])],
    ...[rec({ a: int(1) }), rec({ a: int(1), b: int(0) }), rec({ a: int(2) }), rec({ b: int(0) })],
    ...[fn([[int(0), int(1)]]), fn([[int(0), int(2)]]), fn([[int(2), int(0)]])],
  ];
  const shuffled = [...ascending].reverse();
  expect(shuffled.sort(compareValues)).toEqual(ascending);
  expect(shuffled.map(bytesOf).sort((one, other) => Buffer.compare(one, other))).toEqual(
    ascending.map(bytesOf),
  );
});

test('the order is total, and that of the canonical bytes', () => {
  fc.assert(
    fc.property(values, values, values, (a, b, c) => {
      const sign = (one: Value, other: Value) => Math.sign(compareValues(one, other));
      expect(sign(a, a)).toBe(0);
      expect(sign(a, b) + sign(b, a)).toBe(0);
      if (sign(a, b) <= 0 && sign(b, c) <= 0) expect(sign(a, c)).toBeLessThanOrEqual(0);
      expect(sign(a, b)).toBe(Buffer.compare(bytesOf(a), bytesOf(b)));
    }),
    { numRuns: 10_000 },
  );
});

test('how a set or a function is spelled does not matter', () => {
  const shuffles = fc
    .array(values, { maxLength: 6 })
    .chain((elements) =>
      fc.tuple(
        fc.constant(elements),
        fc.shuffledSubarray([...elements, ...elements], { minLength: 2 * elements.length }),
      ),
    );
  fc.assert(
    fc.property(shuffles, ([elements, shuffled]) => {
      expect(bytesOf(set(shuffled))).toEqual(bytesOf(set(elements)));
      const numbered = elements.map((element, index) => [int(index + 1), element] as const);
      expect(bytesOf(fn([...numbered].reverse()))).toEqual(bytesOf(seq(elements)));
    }),
    { numRuns: 300 },
  );
});

test.each([
  ['bad-string', () => str('\ud800')],
  ['bad-string', () => rec({ '\udc00': int(1) })],
  ['bad-name', () => model('1')],
  ['bad-name', () => model('a b')],
  ['bad-name', () => model('TRUE')],
  ['bad-name', () => model('WF_x')],
  ['unsafe-integer', () => int(1.5)],
  ['unsafe-integer', () => int(2 ** 53)],
  [
    'duplicate',
    () =>
      fn([
        [int(1), int(1)],
        [int(1), int(2)],
      ]),
  ],
])('what is no value is refused: %s', (code, make) => {
  expect(refusalOf(make)).toEqual({ code, place: '' });
});
