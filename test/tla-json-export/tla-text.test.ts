/** TLA+ text, both ways: values as TLC prints them, mistakes with their places, damaged text. */
import fc from 'fast-check';
import { expect, test } from 'vitest';

import {
  bool,
  decodeTla,
  DEPTH_MAX,
  encodeTla,
  fn,
  int,
  model,
  rec,
  seq,
  set,
  str,
  type Value,
} from '../../src/tla-json-export/index.js';
import { expectRoundTrips, refusalOf } from './round-trip.js';

test.each<[string, Value]>([
  ['-7', int(-7)],
  [String(10n ** 40n), int(10n ** 40n)],
  ['TRUE', bool(true)],
  ['FALSE', bool(false)],
  ['"a\\"b\\\\c\\n\\t\\r\\f"', str('a"b\\c\n\t\r\f')],
  ['"Grüße, 世界 😀"', str('Grüße, 世界 😀')],
  ['mv_1', model('mv_1')],
  ['{}', set([])],
  ['{1, 2}', set([int(2), int(1)])],
  ['<<>>', seq([])],
  ['<<1, <<"a">>>>', seq([int(1), seq([str('a')])])],
  ['[e |-> {}, f |-> 1]', rec({ f: int(1), e: set([]) })],
  ['("IF" :> 1 @@ "a b" :> 2)', rec({ 'a b': int(2), IF: int(1) })],
  [
    '(-1 :> 2 @@ 0 :> (2 :> p))',
    fn([
      [int(0), fn([[int(2), model('p')]])],
      [int(-1), int(2)],
    ]),
  ],
])('%s', (text, value) => {
  expect(encodeTla(value)).toBe(text);
  expect(decodeTla(text)).toEqual(value);
});

test.each<[string, Value]>([
  [' {2,1 ,\n\t2} ', set([int(1), int(2)])],
  ['- 7', int(-7)],
  ['007', int(7)],
  ['[]', seq([])],
  ['[ f|->1 ]', rec({ f: int(1) })],
  ['(2 :> "b" @@ 1 :> "a")', seq([str('a'), str('b')])],
  ['("f" :> 1)', rec({ f: int(1) })],
  ['<< << >> >>', seq([seq([])])],
  ['1st', model('1st')],
])('reads %j as well', (text, value) => {
  expect(decodeTla(text)).toEqual(value);
});

test('10,000 values come back as they were, or are refused with a code', () => {
  expectRoundTrips(encodeTla, decodeTla, ['bad-string']);
});

test.each([
  ['', '1:1'],
  ['1 2', '1:3'],
  ['2..4', '1:2'],
  ['1 + 1', '1:3'],
  ['{1,\n 2', '2:3'],
  ['{1,}', '1:4'],
  ['<<1>', '1:4'],
  ['(1)', '1:3'],
  ['(1 :> )', '1:7'],
  ['()', '1:2'],
  ['[f = 1]', '1:4'],
  ['[IF |-> 1]', '1:2'],
  ['[1 |-> 1]', '1:2'],
  ['"a', '1:1'],
  ['"a\nb"', '1:3'],
  ['{"😀", "\\x"}', '1:8'],
  ['-TRUE', '1:1'],
  ['IF', '1:1'],
  ['Nat?', '1:4'],
])('%j is refused at its mistake', (text, place) => {
  expect(refusalOf(() => decodeTla(text))).toEqual({ code: 'syntax', place });
});

test('a key or field with two values, and half a character, are refused where they begin', () => {
  const duplicate = { code: 'duplicate', place: '1:2' };
  expect(refusalOf(() => decodeTla('{(0 :> 1 @@ 0 :> 2)}'))).toEqual(duplicate);
  expect(refusalOf(() => decodeTla('{[f |-> 1, f |-> 2]}'))).toEqual(duplicate);
  const half = { code: 'bad-string', place: '1:2' };
  expect(refusalOf(() => decodeTla('{"\ud800"}'))).toEqual(half);
});

test('values nest so deep and no deeper, in both directions', () => {
  const nested = (depth: number): Value => (depth === 0 ? int(0) : seq([nested(depth - 1)]));
  const deep = nested(DEPTH_MAX);
  expect(decodeTla(encodeTla(deep))).toEqual(deep);
  expect(refusalOf(() => encodeTla(nested(DEPTH_MAX + 1)))?.code).toBe('too-deep');
  expect(refusalOf(() => decodeTla('{'.repeat(100_000)))?.code).toBe('too-deep');
});

test('damaged text is read or refused, and nothing else happens', () => {
  const text = '<<[a |-> {1, -2}, b |-> "c\\n"], (0 :> TRUE @@ mv :> <<>>)>>';
  const damage = fc.record({
    at: fc.nat(text.length),
    taken: fc.nat(6),
    put: fc.oneof(
      fc.string({ maxLength: 3 }),
      fc.constantFrom('{', '<<', '(', '[', '"', '\\', ':>', '@@', '|->', '\ud800', '-', '_'),
    ),
  });
  fc.assert(
    fc.property(damage, ({ at, taken, put }) => {
      refusalOf(() => decodeTla(text.slice(0, at) + put + text.slice(at + taken)));
    }),
    { numRuns: 10_000 },
  );
});
