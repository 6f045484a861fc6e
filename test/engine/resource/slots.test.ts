/**
 * Goal: what the job needs is allocated wherever there is room, once, and not to whom it was lost.
 * Method: an inventory by hand.
 */
import { expect, test } from 'vitest';
import {
  addManager,
  allocate,
  noInventory,
  removeManager,
  requireSlots,
  type Inventory,
} from '../../../src/engine/resource/slots.js';

const cluster = (required: number, ...names: string[]): Inventory =>
  names.reduce((all, name) => addManager(all, name, 2), requireSlots(noInventory, required));
const placesOf = (inventory: Inventory) => [...inventory.allocations];

test('what is missing is allocated in the order of names, whatever the order of arrival', () => {
  const [inventory, made] = allocate(cluster(3, 'b', 'a'));
  expect(made).toEqual([
    { allocation: 1, manager: 'a' },
    { allocation: 2, manager: 'a' },
    { allocation: 3, manager: 'b' },
  ]);
  expect(allocate(inventory)).toEqual([inventory, []]);
});

test('where there is no room, it waits for a task manager', () => {
  const [few] = allocate(cluster(3, 'b'));
  expect(placesOf(few)).toEqual([
    [1, 'b'],
    [2, 'b'],
  ]);
  const [, made] = allocate(addManager(few, 'a', 2));
  expect(made).toEqual([{ allocation: 3, manager: 'a' }]);
});

test('with a task manager go its slots and its room; others get new numbers', () => {
  const [all] = allocate(cluster(3, 'a', 'b'));
  const [rest, made] = allocate(removeManager(all, 'a'));
  expect(made).toEqual([{ allocation: 4, manager: 'b' }]);
  expect(placesOf(rest)).toEqual([
    [3, 'b'],
    [4, 'b'],
  ]);
});

test('without a need nothing is allocated, and what was is free again', () => {
  expect(allocate(cluster(0, 'a'))[1]).toEqual([]);
  const [all] = allocate(cluster(2, 'a'));
  expect(placesOf(requireSlots(all, 0))).toEqual([]);
  expect(allocate(requireSlots(requireSlots(all, 0), 2))[1]).toHaveLength(2);
});
