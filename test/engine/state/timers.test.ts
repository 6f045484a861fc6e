import fc from 'fast-check';
import { expect, test } from 'vitest';
import { reading, writing, written } from '../../../src/engine/state/block.js';
import {
  dueCount,
  firstTime,
  putTimers,
  register,
  takeDue,
  takeTimers,
  timersOf,
  unregister,
  type KeyTimer,
  type Timers,
} from '../../../src/engine/state/timers.js';
import type { KnownKey } from '../../../src/engine/state/key-cache.js';

const keyNamed = (key: number): KnownKey => ({
  ...{ words: Int32Array.of(key), key: String(key), group: key % 4 },
});

const timerAt = (time: number, key: number, first = 0): KeyTimer => ({
  ...{ time, key: keyNamed(key), first, second: 0 },
});

function drained(timers: Timers, now: number): string[] {
  const fired: string[] = [];
  for (let timer = takeDue(timers, now); timer; timer = takeDue(timers, now))
    fired.push(`${timer.time} ${timer.key.key} ${timer.first}`);
  return fired;
}

function restored(timers: Timers): Timers {
  const block = writing();
  putTimers(block, timers);
  return takeTimers(reading(written(block)), (words) => keyNamed(words[0] ?? 0));
}

test('a timer is set once, and fires once, when its time has come', () => {
  const timers = timersOf();
  register(timers, timerAt(5, 1));
  register(timers, timerAt(5, 1));
  register(timers, timerAt(3, 2));
  expect(firstTime(timers)).toBe(3);
  expect(dueCount(timers, 4)).toBe(1);
  expect(drained(timers, 4)).toEqual(['3 2 0']);
  expect(drained(timers, 5)).toEqual(['5 1 0']);
  expect(firstTime(timers)).toBeUndefined();
});

test('timers fire like a sorted list, over snapshots and restores', () => {
  const step = fc.record({
    does: fc.constantFrom('set', 'set', 'delete', 'fire', 'restore'),
    time: fc.oneof(fc.integer({ min: -20, max: 20 }), fc.constantFrom(-(2 ** 40), 2 ** 40)),
    key: fc.nat(3),
    first: fc.nat(1),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      let timers = timersOf();
      let model: KeyTimer[] = [];
      const isSame = (one: KeyTimer, other: KeyTimer): boolean =>
        one.time === other.time && one.key.key === other.key.key && one.first === other.first;
      for (const { does, time, key, first } of steps) {
        const timer = timerAt(time, key, first);
        if (does === 'restore') timers = restored(timers);
        else if (does === 'set') {
          register(timers, timer);
          if (!model.some((one) => isSame(one, timer))) model.push(timer);
        } else if (does === 'delete') {
          unregister(timers, timer);
          model = model.filter((one) => !isSame(one, timer));
        } else {
          const due = model.filter((one) => one.time <= time);
          model = model.filter((one) => one.time > time);
          expect(dueCount(timers, time)).toBe(due.length);
          const fired = drained(timers, time);
          expect(fired.map((line) => Number(line.split(' ')[0]))).toEqual(
            due.map((one) => one.time).sort((one, other) => one - other),
          );
          const lines = due.map((one) => `${one.time} ${one.key.key} ${one.first}`);
          expect([...fired].sort()).toEqual(lines.sort());
        }
      }
    }),
    { numRuns: 1_000 },
  );
});
