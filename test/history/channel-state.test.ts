/** Channel state: what is stored is found again, in any bytes, and nothing else is. */
import fc from 'fast-check';
import { expect, test } from 'vitest';

import {
  channelsIn,
  encodeChannel,
  recordWordsIn,
  type ChannelFrame,
  type InFlight,
} from '../../src/history/channel-state.js';

const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const words = fc.array(int32, { maxLength: 6 }).map((list) => Int32Array.from(list));
const inFlight: fc.Arbitrary<InFlight> = fc.oneof(
  fc.record({ kind: fc.constant('records' as const), words }),
  fc.record({ kind: fc.constant('watermark' as const), watermark: int32 }),
  fc.record({ kind: fc.constant('watermarkStatus' as const), idle: fc.boolean() }),
);
const frame: fc.Arbitrary<ChannelFrame> = fc.record({
  side: fc.constantFrom('input', 'output'),
  channel: fc.string(),
  checkpoint: fc.nat(2 ** 30),
  inFlight: fc.array(inFlight, { maxLength: 5 }),
});

test('frames are found among other words, in their order, with all that they hold', () => {
  fc.assert(
    fc.property(fc.array(frame, { maxLength: 3 }), words, (frames, noise) => {
      const block = frames.flatMap((one) => [...noise, ...encodeChannel(one)]);
      expect(channelsIn(Int32Array.from([...block, ...noise]))).toEqual(frames);
    }),
  );
});

test('a damaged frame is none', () => {
  const records = { kind: 'records', words: Int32Array.of(1, 7) } as const;
  const one = { side: 'input', channel: 'c', checkpoint: 3, inFlight: [records] } as const;
  const whole = encodeChannel(one);
  expect(channelsIn(whole)).toHaveLength(1);
  whole.forEach((word, at) => {
    const damaged = whole.slice();
    damaged[at] = word ^ 1;
    expect(channelsIn(damaged)).toEqual([]);
    expect(channelsIn(whole.subarray(0, at))).toEqual([]);
  });
});

test('only records count as bytes that are on their way', () => {
  const records = { kind: 'records', words: Int32Array.of(1, 7) } as const;
  expect(recordWordsIn([records, { kind: 'watermark', watermark: 9 }, records])).toBe(4);
});
