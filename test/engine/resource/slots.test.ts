/** Slots go to whoever has room, in the order of names, and stay where they are. */
import { expect, test } from 'vitest';
import {
  assignSlots,
  managersOf,
  noSlots,
  offerSlot,
  releaseSlots,
} from '../../../src/engine/resource/slots.js';

const room = (...names: string[]) => new Map(names.map((name) => [name, 2]));
const namesOf = (slots: ReturnType<typeof noSlots>) => slots.map((slot) => slot?.manager);

test('missing slots are filled in the order of names, whatever the order of arrival', () => {
  expect(namesOf(assignSlots(noSlots(3), room('b', 'a')))).toEqual(['a', 'a', 'b']);
  expect(namesOf(assignSlots(noSlots(3), room('a')))).toEqual(['a', 'a', undefined]);
});

test('a slot stays where it was, and counts against the room there', () => {
  const first = assignSlots(noSlots(2), room('b'));
  const more = assignSlots([...first, undefined, undefined], room('a', 'b'));
  expect(namesOf(more)).toEqual(['b', 'b', 'a', 'a']);
});

test('only the task manager that was asked can offer', () => {
  const asked = assignSlots(noSlots(2), room('a'));
  expect(offerSlot(asked, 0, 'b')).toEqual(asked);
  expect(managersOf(offerSlot(asked, 0, 'a'))).toBeUndefined();
  const all = offerSlot(offerSlot(asked, 0, 'a'), 1, 'a');
  expect(managersOf(all)).toEqual(['a', 'a']);
});

test('with a task manager go its slots, and no others', () => {
  const asked = assignSlots(noSlots(3), room('a', 'b'));
  expect(namesOf(releaseSlots(asked, 'a'))).toEqual([undefined, undefined, 'b']);
  const again = assignSlots(releaseSlots(asked, 'a'), room('b', 'c'));
  expect(namesOf(again)).toEqual(['b', 'c', 'b']);
});
