/** The witness: what it counts, and that a checker finds it in any bytes. */
import fc from 'fast-check';
import { expect, test } from 'vitest';

import type { Out } from '../../src/kernel/actor.js';
import {
  advance,
  advanceBlock,
  advanceGroup,
  aheadIn,
  emptyGroup,
  framesIn,
  groupsIn,
  hashRecord,
  markInput,
  noteBarrier,
  noteEntered,
  recordHash,
  sumOf,
  takeWitness,
  tallyOf,
  witnessOf,
  type Tally,
  type Witness,
  type WitnessFrame,
} from '../../src/history/witness.js';

const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const record = fc.array(int32, { maxLength: 5 });
const records = fc.array(record, { maxLength: 12 });
const noise = fc.array(int32, { maxLength: 30 });

/** A port that keeps what is stated. */
function notes(): { out: Out; stated: unknown[][] } {
  const stated: unknown[][] = [];
  const out = { moment: (...args: unknown[]) => void stated.push(args) } as unknown as Out;
  return { out, stated };
}

function tallyWith(channel: string, list: readonly (readonly number[])[]): Tally {
  const tally = tallyOf(channel);
  for (const one of list) add(tally, one);
  return tally;
}

function add(tally: Tally, one: readonly number[]): void {
  hashRecord(Int32Array.from(one), 0, one.length);
  advance(tally);
}

function witnessWith(list: readonly (readonly number[])[], attempt = 3): Witness {
  return witnessOf('sum[1]', attempt, {
    inputs: [tallyWith('source[0]->sum[1]', list), tallyOf('source[1]->sum[1]')],
    outputs: [tallyWith('sum[1]->sink[0]', list.slice(1))],
  });
}

const framed = ({ subtask, attempt, inputs, outputs }: Witness, checkpoint: number) => ({
  ...{ subtask, attempt, checkpoint, inputs, outputs },
});

const lanes = ({ high, low, sumHigh, sumLow }: Tally) => [high, low, sumHigh, sumLow];

test('a tally counts records, hashes them in order and sums them without', () => {
  const forth = tallyWith('c', [[1, 2], [3]]);
  const back = tallyWith('c', [[3], [1, 2]]);
  expect(forth.count).toBe(2);
  expect([back.sumHigh, back.sumLow]).toEqual([forth.sumHigh, forth.sumLow]);
  expect(back.high).not.toBe(forth.high);
  expect(back.low).not.toBe(forth.low);
});

test('where records begin and end matters, and so does each word of them', () => {
  const tallies = [[[1, 2, 3]], [[1], [2, 3]], [[1, 2], [3]], [[3, 2, 1]], [[1, 2, 3], []], [[]]];
  const hashes = tallies.map((list) => lanes(tallyWith('c', list)).slice(0, 2).join(' '));
  expect(new Set(hashes).size).toBe(tallies.length);
});

test('every lane of a tally is an int32, so that it survives being stored', () => {
  fc.assert(
    fc.property(records, (list) => {
      const tally = tallyWith('c', list);
      expect(lanes(tally)).toEqual([...Int32Array.from(lanes(tally))]);
    }),
  );
});

test('a block counts like its records one by one, wherever it stands', () => {
  fc.assert(
    fc.property(records, noise, (list, before) => {
      const block = list.flatMap((one) => [one.length, ...one]);
      const words = Int32Array.from([...before, ...block, 1, 2]);
      const tally = tallyOf('c');
      const end = before.length + block.length;
      expect(advanceBlock(tally, words, before.length, end)).toBe(list.length);
      expect(tally).toEqual(tallyWith('c', list));
    }),
  );
});

test('a swap of two records that differ changes the hash', () => {
  fc.assert(
    fc.property(records, record, record, (list, one, other) => {
      fc.pre(one.join(' ') !== other.join(' '));
      const forth = tallyWith('c', [...list, one, other]);
      const back = tallyWith('c', [...list, other, one]);
      expect(`${back.high} ${back.low}`).not.toBe(`${forth.high} ${forth.low}`);
    }),
  );
});

test('frames are found among other words, with all that was counted', () => {
  const attempt = fc.integer({ min: 0, max: 2 ** 40 });
  fc.assert(
    fc.property(records, attempt, noise, noise, noise, (list, number, before, between, after) => {
      const { out, stated } = notes();
      const one = witnessWith(list, number);
      const other = { ...witnessWith([[9]]), subtask: 'naïve 結[0]' };
      const words = Int32Array.from([
        ...before,
        ...takeWitness(out, one, 41),
        ...between,
        ...takeWitness(out, other, 42),
        ...after,
      ]);
      expect(framesIn(words)).toEqual([framed(one, 41), framed(other, 42)]);
      expect(stated[0]).toEqual(['witnessTaken', 41, 'sum[1]', { attempt: number }]);
    }),
  );
});

test('counts beyond 32 bits survive', () => {
  const { out } = notes();
  const tally = { ...tallyOf('c'), count: 2 ** 45 + 3 };
  const words = takeWitness(out, witnessOf('s', 1, { inputs: [tally], outputs: [] }), 1);
  expect(framesIn(words)[0]?.inputs[0]?.count).toBe(2 ** 45 + 3);
});

test('an input is counted from its barrier; what came behind it is said apart', () => {
  const { out } = notes();
  const one = witnessWith([[1, 2], [3]]);
  markInput(one, 0, 7);
  const [before, other] = one.inputs.map((input) => ({ ...input }));
  const late = tallyWith('', [[4], [5]]);
  for (const record of [[4], [5]]) add(one.inputs[0] as Tally, record);
  markInput(one, 1, 7);
  markInput(one, 1, 8);
  const words = takeWitness(out, one, 7);
  expect(framesIn(words)[0]?.inputs).toEqual([before, other]);
  expect(aheadIn(words)).toEqual(sumOf([late]));
  expect([...one.marks.keys()]).toEqual([8]);

  const restored = witnessOf('sum[1]', 4, framesIn(words)[0] as WitnessFrame, aheadIn(words));
  markInput(restored, 0, 9);
  add(restored.inputs[0] as Tally, [4]);
  const again = takeWitness(out, restored, 9);
  expect(aheadIn(again).count).toBe(3);
  expect(aheadIn(takeWitness(out, witnessWith([[1]]), 1)).count).toBe(0);
  expect(aheadIn(words.subarray(0, words.length - 1)).count).toBe(0);
});

test('a damaged frame is none, wherever the damage is', () => {
  const { out } = notes();
  const whole = takeWitness(out, witnessWith([[1], [2]]), 5);
  expect(framesIn(whole)).toHaveLength(1);
  whole.forEach((word, at) => {
    const damaged = whole.slice();
    damaged[at] = word ^ 1;
    expect(framesIn(damaged)).toEqual([]);
    expect(framesIn(whole.subarray(0, at))).toEqual([]);
  });
});

test('words that are no frame hold none, even behind a marker', () => {
  const marker = takeWitness(notes().out, witnessWith([]), 1)[0] as number;
  const group = emptyGroup(0)[0] as number;
  fc.assert(
    fc.property(fc.array(fc.oneof(int32, fc.constantFrom(marker, group, 9, 12))), (list) => {
      expect(framesIn(Int32Array.from(list))).toEqual([]);
      expect(groupsIn(Int32Array.from(list))).toEqual([]);
    }),
  );
});

test('a group counts its records and sums their hashes, in any order', () => {
  const forth = emptyGroup(7);
  const back = emptyGroup(7);
  const list = [[1], [2, 3], [4]];
  for (const [entry, order] of [
    [forth, list],
    [back, [...list].reverse()],
  ] as const)
    for (const one of order) {
      hashRecord(Int32Array.from(one), 0, one.length);
      advanceGroup(entry);
    }
  expect(back).toEqual(forth);
  const { sumHigh, sumLow } = tallyWith('c', list);
  expect(groupsIn(forth)).toEqual([{ group: 7, count: 3, sumHigh, sumLow }]);
});

test('groups are found among other words, and a damaged one is none', () => {
  fc.assert(
    fc.property(noise, noise, (before, after) => {
      const words = Int32Array.from([...before, ...emptyGroup(1), ...emptyGroup(2), ...after]);
      expect(groupsIn(words).map(({ group }) => group)).toEqual([1, 2]);
      expect(framesIn(words)).toEqual([]);
    }),
  );
  const whole = emptyGroup(3);
  whole.forEach((word, at) => {
    const damaged = whole.slice();
    damaged[at] = word ^ 1;
    expect(groupsIn(damaged)).toEqual([]);
    expect(groupsIn(whole.subarray(0, at))).toEqual([]);
  });
});

test('what enters and which barriers leave is stated with the counts so far', () => {
  const { out, stated } = notes();
  const witness = witnessWith([[1], [2]]);
  const words = Int32Array.of(1, 1, 1, 2);
  noteEntered(out, witness, 0, 2, 8, words, undefined);
  noteBarrier(out, witness, 5);
  expect(stated).toEqual([
    [
      'entered',
      2,
      'sum[1]',
      { channel: 'source[0]->sum[1]', count: 2, sender: 8, attempt: 3, words, now: undefined },
    ],
    ['barrierHandedOver', 5, 'sum[1]', { channel: 'sum[1]->sink[0]', count: 1, attempt: 3 }],
  ]);
});

test('the hash of a record depends on its words alone', () => {
  const words = Int32Array.of(9, 1, 2, 9);
  hashRecord(words, 1, 3);
  const inside = { ...recordHash };
  hashRecord(Int32Array.of(1, 2), 0, 2);
  expect(recordHash).toEqual(inside);
});
