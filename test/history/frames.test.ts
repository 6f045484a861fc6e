/**
 * Goal: what a subtask that has finished knew stands in the checkpoints after it, under their
 * numbers: nothing of it is lost, and nothing stands in it twice. Method: random witnesses and
 * custody frames with noise between them.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { custodyIn, encodeCustody, type CustodyFrame } from '../../src/history/custody.js';
import { joined, reframed } from '../../src/history/frames.js';
import { frameOf, framesIn, type Tally, type WitnessFrame } from '../../src/history/witness.js';

type Counted = Omit<WitnessFrame, 'checkpoint'>;

const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const words = fc.array(int32, { maxLength: 6 }).map((list) => Int32Array.from(list));
const tally: fc.Arbitrary<Tally> = fc.record({
  ...{ channel: fc.string(), count: fc.nat(2 ** 40) },
  ...{ high: int32, low: int32, sumHigh: int32, sumLow: int32 },
});
const tallies = fc.array(tally, { maxLength: 2 });
const witness: fc.Arbitrary<Counted> = fc.record({
  ...{ subtask: fc.constantFrom('a[0]', 'a[0].reader', 'b[1]'), attempt: fc.nat(2 ** 40) },
  ...{ inputs: tallies, outputs: tallies },
});
const custody: fc.Arbitrary<CustodyFrame> = fc.record({
  holder: fc.string(),
  checkpoint: fc.nat(9),
  splits: fc.array(
    fc.record({ split: fc.nat(9), state: fc.constant('finished' as const), offset: fc.nat(99) }),
    { maxLength: 2 },
  ),
});

/** Frames of a checkpoint, with noise between them. */
function blockOf(witnesses: readonly Counted[], held: readonly CustodyFrame[], noise: Int32Array) {
  return joined([
    ...witnesses.flatMap((one) => [noise, frameOf(one, 3)]),
    ...held.flatMap((one) => [noise, encodeCustody(one)]),
    noise,
  ]);
}

test('blocks are joined in their order', () => {
  fc.assert(
    fc.property(fc.array(words, { maxLength: 5 }), (blocks) => {
      expect([...joined(blocks)]).toEqual(blocks.flatMap((block) => [...block]));
    }),
  );
});

describe('frames of another checkpoint', () => {
  const all = [fc.array(witness, { maxLength: 4 }), fc.array(custody, { maxLength: 3 })] as const;

  test('say the same under its number, and nothing but frames is kept', () => {
    fc.assert(
      fc.property(...all, words, (witnesses, held, noise) => {
        const again = reframed(blockOf(witnesses, held, noise), 8, undefined);
        expect(framesIn(again)).toEqual(witnesses.map((one) => ({ ...one, checkpoint: 8 })));
        expect(custodyIn(again)).toEqual(held.map((one) => ({ ...one, checkpoint: 8 })));
        expect(again).toEqual(reframed(again, 8, undefined));
      }),
    );
  });

  test('leave out the witness of a subtask, and no other', () => {
    fc.assert(
      fc.property(...all, words, (witnesses, held, noise) => {
        const again = reframed(blockOf(witnesses, held, noise), 8, 'a[0]');
        const others = witnesses.filter(({ subtask }) => subtask !== 'a[0]');
        expect(framesIn(again).map(({ subtask }) => subtask)).toEqual(
          others.map(({ subtask }) => subtask),
        );
        expect(custodyIn(again)).toHaveLength(held.length);
      }),
    );
  });

  test('of a block without frames there are none', () => {
    expect(reframed(new Int32Array(0), 8, undefined)).toHaveLength(0);
    expect(reframed(Int32Array.of(1, 2, 3), 8, undefined)).toHaveLength(0);
  });
});
