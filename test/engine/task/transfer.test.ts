/**
 * Goal: what no correct sender does is seen at once and fails the task. Method: a keyed subtask in
 * a task manager that is driven by hand; its producers send what they should not.
 */
import { expect, test } from 'vitest';
import { record, taskManagerByHand, type ByHand } from './hand.js';

const CHANNEL = 'source[0]->totals[0]';

/** A keyed subtask that runs. */
function keyed(): ByHand {
  const manager = taskManagerByHand();
  manager.deploy('totals', 0);
  return manager;
}

const buffer = { words: record, backlog: 0 };
const endsOf = ({ moments }: ByHand): string[] =>
  moments.filter((line) => line.startsWith('taskState') && line.includes('FAILED'));

test('a channel has two buffers of its own', () => {
  const manager = keyed();
  for (const number of [0, 1]) manager.hear('buffer', number, CHANNEL, buffer);
  expect(endsOf(manager)).toEqual([]);
});

test('a third one, for which no credit was given, fails the task', () => {
  const manager = keyed();
  for (const number of [0, 1, 2]) manager.hear('buffer', number, CHANNEL, buffer);
  expect(endsOf(manager)).toEqual([`taskState 0 totals[0] FAILED no free buffer on ${CHANNEL}`]);
});

test('a buffer that was worked is free again', () => {
  const manager = keyed();
  for (let number = 0; number < 6; number += 1) {
    manager.hear('buffer', number, CHANNEL, buffer);
    manager.pass(10_000);
  }
  expect(endsOf(manager)).toEqual([]);
  expect(manager.sent.filter((line) => line.startsWith('addCredit')).length).toBe(6);
});

test('with a backlog it gets more, and no more than it said', () => {
  const manager = keyed();
  manager.hear('buffer', 0, CHANNEL, { ...buffer, backlog: 3 });
  expect(manager.sent.filter((line) => line.startsWith('addCredit')).length).toBe(1);
  for (const number of [1, 2, 3, 4]) manager.hear('buffer', number, CHANNEL, buffer);
  expect(endsOf(manager)).toEqual([]);
  manager.hear('buffer', 5, CHANNEL, buffer);
  expect(endsOf(manager).length).toBe(1);
});

test('a gap in the numbers fails the task', () => {
  const manager = keyed();
  manager.hear('buffer', 1, CHANNEL, buffer);
  expect(endsOf(manager)).toEqual([
    `taskState 0 totals[0] FAILED buffer out of order on ${CHANNEL}`,
  ]);
});
