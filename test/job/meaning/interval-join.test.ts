/** The interval join by hand: its bounds, what is late, and when a record stops waiting. */
import { expect, test } from 'vitest';
import { intervalJoinStage } from '../../../src/job/meaning/interval-join.js';
import { given, keyed, row, watermark } from './steps.js';

function joined(lower: number, upper: number, steps: Parameters<typeof given>[2]): string[] {
  const operator = { kind: 'intervalJoin', keyFields: [0, 0], lower, upper } as const;
  return given(
    (outputs) => intervalJoinStage(operator, [keyed, keyed], outputs),
    { main: [...keyed, ...keyed], late: keyed },
    steps,
  );
}

const left = (value: number, time: number) => row(['a', value], time);
const right = (value: number, time: number) => row(['a', value], time, { input: 1 });

test('pairs lie within the bounds, both included, and have the later time', () => {
  const steps = [left(1, 10), right(2, 7), right(3, 8), right(4, 15), right(5, 16)];
  expect(joined(-2, 5, steps)).toEqual(['a 1 a 3 @10', 'a 1 a 4 @15']);
  expect(joined(-2, 5, [...steps].reverse())).toEqual(['a 1 a 4 @15', 'a 1 a 3 @10']);
  expect(joined(2, 5, [left(1, 10), right(2, 11), right(3, 12)])).toEqual(['a 1 a 3 @12']);
});

test('records of other keys and of their own side do not pair', () => {
  expect(joined(0, 9, [left(1, 5), left(2, 5), row(['b', 3], 5, { input: 1 })])).toEqual([]);
});

test('a record behind the watermark is late and pairs with nothing, now or later', () => {
  const steps = [left(1, 10), watermark(12), right(2, 11), right(3, 12)];
  expect(joined(0, 5, steps)).toEqual(['late a 2 @11', 'a 1 a 3 @12']);
});

test('a record waits until the watermark reaches the last time that can pair with it', () => {
  expect(joined(0, 5, [left(1, 10), watermark(14), right(2, 14)])).toHaveLength(1);
  expect(joined(0, 5, [left(1, 10), watermark(15), right(2, 15)])).toEqual([]);
  expect(joined(-5, 0, [right(1, 10), watermark(14), left(2, 14)])).toHaveLength(1);
  expect(joined(-5, 0, [right(1, 10), watermark(15), left(2, 15)])).toEqual([]);
});
