/** Goal: the fingerprint is fixed for ever and notices every word and its position. */
import { expect, test } from 'vitest';
import {
  fingerprint,
  hexOfFingerprint,
  mix,
  mix4,
  mixEvent,
  mixTime,
  type Fingerprint,
} from '../../src/kernel/trace.js';

const hexOfWords = (...words: number[]): string => {
  const fp = fingerprint();
  for (const word of words) mix(fp, word);
  return hexOfFingerprint(fp);
};

const hexOfTime = (at: number): string => {
  const fp = fingerprint();
  mixTime(fp, at);
  return hexOfFingerprint(fp);
};

test('golden fingerprints: a change here voids every recorded run', () => {
  expect({
    nothing: hexOfWords(),
    zero: hexOfWords(0),
    words: hexOfWords(1, 2, 3, -4),
    time: hexOfTime(2 ** 40 + 5),
  }).toMatchInlineSnapshot(`
    {
      "nothing": "6a09e6673c6ef372",
      "time": "2e1ea81a7a04a8d9",
      "words": "c94ccb63f234c725",
      "zero": "10dfdd88ad531442",
    }
  `);
});

test('the order of words counts, and so does each zero', () => {
  const texts = [[], [0], [0, 0], [1, 2], [2, 1], [1, 2, 0], [0, 1, 2]];
  expect(new Set(texts.map((words) => hexOfWords(...words))).size).toBe(texts.length);
});

test('mix4 is four times mix', () => {
  const fp = fingerprint();
  mix4(fp, 9, -8, 7, 1 << 31);
  expect(hexOfFingerprint(fp)).toBe(hexOfWords(9, -8, 7, 1 << 31));
});

test('a time counts with all of its 53 bits', () => {
  const times = Array.from({ length: 53 }, (_, bit) => 2 ** bit);
  expect(new Set([0, ...times].map(hexOfTime)).size).toBe(54);
  expect(hexOfTime(7)).toBe(hexOfWords(7, 0));
});

test('one differing word changes both lanes, and they stay apart over what follows', () => {
  const run = (first: number): Fingerprint[] => {
    const fp = fingerprint();
    return Array.from({ length: 1_000 }, (_, i) => {
      mix(fp, i === 0 ? first : i);
      return { ...fp };
    });
  };
  const [one, other] = [run(1), run(1 << 31)];
  for (const [i, fp] of one.entries()) {
    expect(fp.high).not.toBe(other[i]?.high);
    expect(fp.low).not.toBe(other[i]?.low);
  }
});

test('the lanes stay int32', () => {
  const fp = fingerprint();
  for (let i = 0; i < 100; i += 1) mixTime(fp, i * 2 ** 45);
  expect([fp.high | 0, fp.low | 0]).toEqual([fp.high, fp.low]);
});

test('each word of an event changes both lanes, and so does each pair of words exchanged', () => {
  const events: [number, number, number, number][] = [
    [0, 2, -3, 2 ** 31 - 1],
    [7, 2, -3, 2 ** 31 - 1],
    [2 ** 32 + 7, 2, -3, 2 ** 31 - 1],
    [2 ** 45 + 7, 2, -3, 2 ** 31 - 1],
    [7, 3, -3, 2 ** 31 - 1],
    [7, 2, 3, 2 ** 31 - 1],
    [7, 2, -3, -(2 ** 31)],
    [7, 2, 2 ** 31 - 1, -3],
    [7, -3, 2, 2 ** 31 - 1],
    [2, 7, -3, 2 ** 31 - 1],
  ];
  const lanes = events.map(([at, op, a, b]) => {
    const fp = fingerprint();
    mixEvent(fp, at, op, a, b);
    return fp;
  });
  expect(new Set(lanes.map(({ high }) => high)).size).toBe(events.length);
  expect(new Set(lanes.map(({ low }) => low)).size).toBe(events.length);
});
