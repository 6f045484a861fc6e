import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  combine,
  statusCame,
  taskTimeOf,
  valveOf,
  watermarkCame,
  type ValveOutput,
} from '../../../src/engine/task/watermark-valve.js';
import { END_OF_TIME, NO_TIME } from '../../../src/job/time-bounds.js';

const told = (outputs: readonly ValveOutput[]): (number | string)[] =>
  outputs.map((one) => (one.kind === 'watermark' ? one.watermark : one.idle ? 'idle' : 'active'));

describe('the valve of an input', () => {
  test('gives out the smallest of its channels, and only when that rises', () => {
    const valve = valveOf(2);
    expect(told(watermarkCame(valve, 0, 5))).toEqual([]);
    expect(told(watermarkCame(valve, 1, 3))).toEqual([3]);
    expect(told(watermarkCame(valve, 1, 2))).toEqual([]);
    expect(told(watermarkCame(valve, 1, 9))).toEqual([5]);
    expect(told(watermarkCame(valve, 0, 7))).toEqual([7]);
  });

  test('leaves out a channel that is idle', () => {
    const valve = valveOf(2);
    watermarkCame(valve, 0, 5);
    expect(told(statusCame(valve, 1, true))).toEqual([5]);
    expect(told(watermarkCame(valve, 0, 8))).toEqual([8]);
  });

  test('counts a channel that is active again only when it has caught up', () => {
    const valve = valveOf(2);
    watermarkCame(valve, 0, 5);
    statusCame(valve, 1, true);
    expect(told(statusCame(valve, 1, false))).toEqual([]);
    expect(told(watermarkCame(valve, 1, 3))).toEqual([]);
    expect(told(watermarkCame(valve, 0, 9))).toEqual([9]);
    expect(told(watermarkCame(valve, 1, 9))).toEqual([]);
    expect(told(watermarkCame(valve, 0, 12))).toEqual([]);
    expect(told(watermarkCame(valve, 1, 11))).toEqual([11]);
  });

  test('says so when all are idle; the last, if it held the others back, lets them count', () => {
    const valve = valveOf(2);
    watermarkCame(valve, 0, 5);
    watermarkCame(valve, 1, 3);
    expect(told(statusCame(valve, 0, true))).toEqual([]);
    expect(told(statusCame(valve, 1, true))).toEqual([5, 'idle']);
    expect(told(watermarkCame(valve, 1, 20))).toEqual([]);
    expect(told(statusCame(valve, 1, false))).toEqual(['active']);
    expect(told(watermarkCame(valve, 1, 20))).toEqual([20]);
  });

  test('never falls, whatever comes, and never passes an active channel that is aligned', () => {
    const step = fc.record({
      channel: fc.nat(2),
      said: fc.oneof(fc.integer({ min: -5, max: 40 }), fc.constantFrom(true, false)),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const valve = valveOf(3);
        let before = NO_TIME;
        for (const { channel, said } of steps) {
          const outputs =
            typeof said === 'number'
              ? watermarkCame(valve, channel, said)
              : statusCame(valve, channel, said);
          for (const one of outputs) {
            if (one.kind !== 'watermark') continue;
            expect(one.watermark).toBeGreaterThan(before);
            before = one.watermark;
            const aligned = valve.channels.filter((each) => each.aligned && !each.idle);
            for (const each of aligned)
              expect(each.watermark).toBeGreaterThanOrEqual(one.watermark);
          }
        }
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('the time of a task with two inputs', () => {
  const says = (watermark: number): ValveOutput => ({ kind: 'watermark', watermark });
  const isIdle = (idle: boolean): ValveOutput => ({ kind: 'status', idle });

  test('is that of the input that is behind', () => {
    const time = taskTimeOf([1, 1]);
    expect(told(combine(time, 0, says(7)))).toEqual([]);
    expect(told(combine(time, 1, says(4)))).toEqual([4]);
    expect(told(combine(time, 1, says(END_OF_TIME)))).toEqual([7]);
  });

  test('is that of the other while one is idle', () => {
    const time = taskTimeOf([1, 1]);
    combine(time, 0, says(7));
    expect(told(combine(time, 1, isIdle(true)))).toEqual([7]);
    expect(told(combine(time, 0, isIdle(true)))).toEqual(['idle']);
    expect(told(combine(time, 1, isIdle(false)))).toEqual(['active']);
  });
});
