/** Custody frames keep what they say through bytes, wherever these lie, and damage is no frame. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { custodyIn, encodeCustody, type CustodyFrame } from '../../src/history/custody.js';

const split = fc.record({
  split: fc.nat(1000),
  state: fc.constantFrom('unassigned' as const, 'assigned' as const, 'held' as const),
  offset: fc.nat(2 ** 31 - 1),
});
const frame: fc.Arbitrary<CustodyFrame> = fc.record({
  holder: fc.string(),
  checkpoint: fc.nat(2 ** 31 - 1),
  splits: fc.array(split, { maxLength: 5 }),
});
const noise = fc.array(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), { maxLength: 5 });

test('frames are found in the words around them', () => {
  fc.assert(
    fc.property(fc.array(frame, { maxLength: 3 }), noise, (frames, between) => {
      const words = frames.flatMap((one) => [...between, ...encodeCustody(one)]);
      expect(custodyIn(Int32Array.from(words))).toEqual(frames);
    }),
  );
});

test('a frame with a word changed is none', () => {
  fc.assert(
    fc.property(frame, fc.nat(), fc.integer({ min: 1, max: 2 ** 31 - 1 }), (one, at, change) => {
      const words = encodeCustody(one);
      const place = at % words.length;
      words[place] = (words[place] as number) ^ change;
      expect(custodyIn(words)).toEqual([]);
    }),
  );
});
