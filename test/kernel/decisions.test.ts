/** Goal: the same seed and stream give the same decisions for ever, other streams give others. */
import { expect, test } from 'vitest';
import { decisionsOf, noiseKeyOf } from '../../src/kernel/decisions.js';
import { InvariantError } from '../../src/kernel/invariant.js';

const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

test('golden decisions: a change here changes what every seed means', () => {
  const draws = decisionsOf('1', 'faults');
  expect({
    uint32: [draws.uint32(), draws.uint32()],
    within: range(8).map(() => draws.within(1, 6)),
    wide: draws.within(0, 2 ** 53 - 2),
    chance: range(8).map(() => draws.chance(1, 3)),
    pick: range(4).map(() => draws.pick(['a', 'b', 'c'])),
    shuffled: draws.shuffled(range(8)),
    key: noiseKeyOf('1'),
  }).toMatchInlineSnapshot(`
    {
      "chance": [
        true,
        true,
        false,
        false,
        false,
        false,
        false,
        false,
      ],
      "key": {
        "high": 1270456274,
        "low": 2034541149,
      },
      "pick": [
        "c",
        "a",
        "a",
        "a",
      ],
      "shuffled": [
        1,
        0,
        2,
        4,
        3,
        5,
        7,
        6,
      ],
      "uint32": [
        4037195192,
        3682232982,
      ],
      "wide": 6991931415705901,
      "within": [
        5,
        2,
        3,
        5,
        4,
        3,
        1,
        1,
      ],
    }
  `);
});

test('seed and stream alone decide', () => {
  const firstOf = (seed: string, stream: string): number[] => {
    const draws = decisionsOf(seed, stream);
    return range(8).map(() => draws.uint32());
  };
  expect(firstOf('7', 'faults')).toEqual(firstOf('7', 'faults'));
  expect(firstOf('7', 'faults')).not.toEqual(firstOf('8', 'faults'));
  expect(firstOf('7', 'faults')).not.toEqual(firstOf('7', 'topology'));
  expect(noiseKeyOf('7')).toEqual(noiseKeyOf('7'));
  expect(noiseKeyOf('7')).not.toEqual(noiseKeyOf('8'));
});

test('two streams of one seed do not disturb each other', () => {
  const alone = decisionsOf('7', 'a');
  const expected = range(4).map(() => alone.uint32());
  const [one, other] = [decisionsOf('7', 'a'), decisionsOf('7', 'b')];
  const interleaved = range(4).map(() => {
    other.uint32();
    return one.uint32();
  });
  expect(interleaved).toEqual(expected);
});

test('Math.random is left as it was', () => {
  const before = Math.random;
  decisionsOf('7', 'a').uint32();
  expect(Math.random).toBe(before);
  expect(Math.random()).not.toBe(Math.random());
});

test('within meets both ends, each value as often as the others', () => {
  const draws = decisionsOf('7', 'within');
  const counts = new Map<number, number>();
  for (let i = 0; i < 60_000; i += 1) {
    const value = draws.within(-2, 3);
    counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  expect([...counts.keys()].sort((a, b) => a - b)).toEqual([-2, -1, 0, 1, 2, 3]);
  // The standard deviation of a count is 91.
  for (const count of counts.values()) expect(Math.abs(count - 10_000)).toBeLessThan(450);
});

test('within covers ranges wider than 32 bits', () => {
  const draws = decisionsOf('7', 'wide');
  const values = range(1_000).map(() => draws.within(0, 2 ** 40 - 1));
  expect(Math.max(...values)).toBeGreaterThan(2 ** 39.9);
  expect(Math.min(...values)).toBeLessThan(2 ** 33);
  expect(new Set(values.map((value) => value % 4)).size).toBe(4);
});

test('chance is never at 0, always at 1, and as often as asked in between', () => {
  const draws = decisionsOf('7', 'chance');
  expect(range(100).some(() => draws.chance(0, 5))).toBe(false);
  expect(range(100).every(() => draws.chance(5, 5))).toBe(true);
  const hits = range(30_000).filter(() => draws.chance(1, 3)).length;
  expect(Math.abs(hits - 10_000)).toBeLessThan(410);
});

test('shuffled leaves its argument alone and reaches every order alike', () => {
  const draws = decisionsOf('7', 'shuffled');
  const items = ['a', 'b', 'c'];
  const counts = new Map<string, number>();
  for (let i = 0; i < 6_000; i += 1) {
    const order = draws.shuffled(items).join('');
    counts.set(order, (counts.get(order) ?? 0) + 1);
  }
  expect(items).toEqual(['a', 'b', 'c']);
  expect([...counts.keys()].sort()).toEqual(['abc', 'acb', 'bac', 'bca', 'cab', 'cba']);
  for (const count of counts.values()) expect(Math.abs(count - 1_000)).toBeLessThan(145);
  expect(draws.shuffled([])).toEqual([]);
});

test('what cannot be drawn is a bug of the caller', () => {
  const draws = decisionsOf('7', 'bugs');
  expect(() => draws.pick([])).toThrow(InvariantError);
  expect(() => draws.within(2, 1)).toThrow(InvariantError);
  expect(() => draws.within(0.5, 1)).toThrow(InvariantError);
  expect(() => draws.within(0, 2 ** 53)).toThrow(InvariantError);
  expect(() => draws.chance(1, 0)).toThrow(InvariantError);
  expect(() => draws.chance(-1, 2)).toThrow(InvariantError);
});
