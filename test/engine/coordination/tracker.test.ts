/**
 * Goal: a split is either with a reader that restarts from a checkpoint, or comes back. Method: the
 * tracker against a list of what was assigned when, over any sequence of assignments, checkpoints
 * and completions.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  emptyTracker,
  takeBack,
  trackAssigned,
  trackCheckpoint,
  trackComplete,
} from '../../../src/engine/coordination/tracker.js';

const subtasks = ['in[0]', 'in[1]'];

test('what was assigned after the checkpoint comes back, what was before it does not', () => {
  let tracker = trackAssigned(emptyTracker, 'in[0]', [0, 1]);
  tracker = trackCheckpoint(tracker, 4);
  tracker = trackAssigned(tracker, 'in[0]', [2]);
  tracker = trackAssigned(tracker, 'in[1]', [3]);
  expect(takeBack(tracker, 'in[0]', 4)[1]).toEqual([2]);
  expect(takeBack(tracker, 'in[0]', 0)[1]).toEqual([0, 1, 2]);
  expect(takeBack(trackComplete(tracker, 4), 'in[0]', 4)[1]).toEqual([2]);
  expect(takeBack(takeBack(tracker, 'in[0]', 0)[0], 'in[0]', 0)[1]).toEqual([]);
});

const steps = fc.array(fc.constantFrom('assign 0', 'assign 1', 'checkpoint', 'complete'), {
  maxLength: 30,
});

test('it always gives back just what the newest completed checkpoint does not have', () => {
  fc.assert(
    fc.property(steps, (history) => {
      let tracker = emptyTracker;
      const assigned: { split: number; subtask: string; before: number }[] = [];
      let [begun, completed] = [0, 0];
      for (const step of history)
        if (step === 'checkpoint') tracker = trackCheckpoint(tracker, (begun += 1));
        else if (step === 'complete') tracker = trackComplete(tracker, (completed = begun));
        else {
          const subtask = subtasks[Number(step.at(-1))] as string;
          const split = assigned.length;
          assigned.push({ split, subtask, before: begun + 1 });
          tracker = trackAssigned(tracker, subtask, [split]);
        }
      for (const subtask of subtasks) {
        const lost = assigned.filter((one) => one.subtask === subtask && one.before > completed);
        const back = takeBack(tracker, subtask, completed)[1];
        expect([...back].sort((a, b) => a - b)).toEqual(lost.map(({ split }) => split));
      }
    }),
  );
});
