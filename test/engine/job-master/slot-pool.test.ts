/**
 * Goal: slots are given to places when there are enough, and keep them while their task manager
 * lives. Method: a pool by hand.
 */
import { expect, test } from 'vitest';
import {
  emptyPool,
  fillPlaces,
  managersOf,
  offerSlot,
  releaseSlots,
  type SlotPool,
} from '../../../src/engine/job-master/slot-pool.js';

const offers = (from: SlotPool, ...slots: [allocation: number, manager: string][]): SlotPool =>
  slots.reduce((pool, [allocation, manager]) => offerSlot(pool, { allocation, manager }), from);
const filled = (pool: SlotPool): SlotPool => {
  const full = fillPlaces(pool);
  expect(full).toBeDefined();
  return full ?? pool;
};

test('places are filled when there are enough, in the order of allocations', () => {
  const one = offers(emptyPool(2), [2, 'b']);
  expect(fillPlaces(one)).toBeUndefined();
  expect(managersOf(filled(offers(one, [1, 'a'])))).toEqual(['a', 'b']);
});

test('a slot that is offered again is the same slot', () => {
  const twice = offers(emptyPool(2), [1, 'a'], [1, 'a']);
  expect(fillPlaces(twice)).toBeUndefined();
  const full = filled(offers(twice, [2, 'a']));
  expect(offers(full, [2, 'a'])).toEqual(full);
});

test('with a task manager go its slots; the others keep their places', () => {
  const full = filled(offers(emptyPool(3), [1, 'a'], [2, 'b'], [3, 'b'], [4, 'a']));
  expect(full.free).toEqual([{ allocation: 4, manager: 'a' }]);
  const less = releaseSlots(full, 'a');
  expect(less.free).toEqual([]);
  expect(managersOf(less)).toEqual(['b', 'b']);
  expect(managersOf(filled(offers(less, [7, 'c'])))).toEqual(['c', 'b', 'b']);
});

test('what is free fills the place of what is lost', () => {
  const full = filled(offers(emptyPool(1), [1, 'a'], [2, 'b']));
  expect(managersOf(filled(releaseSlots(full, 'a')))).toEqual(['b']);
});
