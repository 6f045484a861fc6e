/** Key groups are dealt as the docstring says, and a key's group follows from its bytes. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { keyGroupOf, keyGroupsOf, ownerOf } from '../../src/job/key-groups.js';
import { InvariantError } from '../../src/kernel/invariant.js';
import { textBlock } from '../../src/kernel/words.js';

const shape = fc
  .integer({ min: 1, max: 32_768 })
  .chain((groups) => fc.tuple(fc.constant(groups), fc.integer({ min: 1, max: groups })))
  .filter(([, parallelism]) => parallelism <= 600);

test('ranges are disjoint, contiguous, ascending, even, and cover all groups', () => {
  fc.assert(
    fc.property(shape, ([groups, parallelism]) => {
      const ranges = Array.from({ length: parallelism }, (_, at) =>
        keyGroupsOf(groups, parallelism, at),
      );
      const sizes = ranges.map(({ first, last }) => last - first + 1);
      expect(ranges[0]?.first).toBe(0);
      expect(ranges.at(-1)?.last).toBe(groups - 1);
      ranges.slice(1).forEach(({ first }, at) => expect(first).toBe(Number(ranges[at]?.last) + 1));
      expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
      expect(Math.min(...sizes)).toBeGreaterThan(0);
    }),
  );
});

test('the owner of a group is the subtask whose range holds it', () => {
  fc.assert(
    fc.property(shape, fc.nat(), ([groups, parallelism], draw) => {
      const group = draw % groups;
      const owner = ownerOf(group, groups, parallelism);
      const { first, last } = keyGroupsOf(groups, parallelism, owner);
      expect(first <= group && group <= last).toBe(true);
    }),
  );
});

test('the example of the docstring, and bounds', () => {
  expect(keyGroupsOf(128, 3, 0)).toEqual({ first: 0, last: 42 });
  for (const [groups, parallelism, subtask] of [
    [4, 5, 0],
    [4, 0, 0],
    [4, 2, 2],
    [4, 2, -1],
  ] as const)
    expect(() => keyGroupsOf(groups, parallelism, subtask)).toThrow(InvariantError);
});

test('a group depends on the bytes of the key alone, and keys spread', () => {
  const counts = new Array<number>(16).fill(0);
  for (let key = 0; key < 4_000; key += 1) {
    const words = textBlock(`key ${key}`);
    const group = keyGroupOf(words, 0, words.length, 16);
    const moved = Int32Array.from([7, ...words, 9]);
    expect(keyGroupOf(moved, 1, 1 + words.length, 16)).toBe(group);
    counts[group] = Number(counts[group]) + 1;
  }
  expect(Math.min(...counts)).toBeGreaterThan(180);
  expect(Math.max(...counts)).toBeLessThan(320);
});
