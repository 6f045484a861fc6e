/** Histories as text: a round trip changes nothing, and a damaged line is named by its number. */
import fc from 'fast-check';
import { expect, test } from 'vitest';

import type { Entry } from '../../src/history/entry.js';
import { entryOf, HistoryError, lineOf } from '../../src/history/codec.js';

const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const words = fc.array(int32, { maxLength: 20 }).map((list) => Int32Array.from(list));
const number = fc.integer({ min: -1, max: Number.MAX_SAFE_INTEGER });
const name = fc.string({ unit: 'binary', maxLength: 12 }).filter((text) => text !== '__proto__');

const detail = fc.oneof(
  fc.constant(undefined),
  words,
  fc.record({ words, by: name, version: number }),
  fc.dictionary(name, fc.oneof(number, name, fc.boolean(), words, fc.array(words))),
);

const entry: fc.Arbitrary<Entry> = fc.record({
  at: number,
  process: name,
  incarnation: number,
  kind: name,
  subject: number,
  about: name,
  detail,
});

test('an entry read back from its line is equal to it, blocks of words included', () => {
  fc.assert(
    fc.property(entry, (one) => {
      const line = lineOf(one);
      expect(line).not.toContain('\n');
      const back = entryOf(line, 1);
      expect(back).toEqual(one);
      expect(lineOf(back)).toBe(line);
    }),
  );
});

const stored = (detail: unknown): Entry => ({
  at: 1,
  process: 'a',
  incarnation: 1,
  kind: 'stored',
  subject: 7,
  about: '',
  detail,
});

test('words are written with the least significant byte first', () => {
  const line = lineOf(stored(Int32Array.of(1, -1)));
  expect(line).toContain('{"$words":"AQAAAP////8="}');
  expect(entryOf(line, 1).detail).toEqual(Int32Array.of(1, -1));
  expect(entryOf(lineOf(stored(new Int32Array(0))), 1).detail).toEqual(new Int32Array(0));
});

const good = lineOf(stored({ words: Int32Array.of(1, 2) }));

test.each([
  ['', 'not a JSON document'],
  [good.slice(0, -3), 'not a JSON document'],
  ['[]', 'not an object'],
  ['7', 'not an object'],
  ['null', 'not an object'],
  [good.replace('"at":1', '"at":"1"'), '"at" is not a number'],
  [good.replace('"process":"a",', ''), '"process" is not a string'],
  [good.replace('"kind":"stored"', '"kind":null'), '"kind" is not a string'],
  [good.replace('AQAA', 'AQA'), '"$words" is not base64'],
  [good.replace('AQAA', 'A*AA'), '"$words" is not base64'],
])('the damaged line %j is named', (line, complaint) => {
  const read = () => entryOf(line, 12);
  expect(read).toThrow(HistoryError);
  expect(read).toThrow(`line 12: ${complaint}`);
  expect(read).toThrow(expect.objectContaining({ line: 12, name: 'HistoryError' }));
});
