/**
 * Goal: the range that a restore has processed again, when that is done, and what holds it. Method:
 * a history by hand; and runs, in which what was done again is what the splits were read again.
 */
import { expect, test } from 'vitest';

import { rollbacksOf } from '../../src/analysis/rollbacks.js';
import type { Details, Entry } from '../../src/history/entry.js';
import { recorder } from '../../src/history/recorder.js';
import { planOf } from '../../src/run/plan.js';
import { run } from '../../src/run/run.js';
import { flights, smallScenario } from '../fixtures/flights.js';

const nothing = { sender: 0, words: new Int32Array(0), now: undefined };

function at(millis: number, kind: string, subject: number, more: Partial<Entry> = {}): Entry {
  const by = { process: 'job-manager-0', incarnation: 1, about: '', detail: undefined };
  return { ...by, at: millis * 1_000, kind, subject, ...more };
}

const leads = at(0, 'leader', 1);
const restoring = (millis: number, checkpoint: number, attempt: number) =>
  at(millis, 'restoring', checkpoint, { detail: { attempt } });
const status = (millis: number, of: string) =>
  at(millis, 'jobStatus', 1, { detail: { status: of } });
const triggered = (millis: number, checkpoint: number) => at(millis, 'triggered', checkpoint);
const completed = (millis: number, checkpoint: number) => at(millis, 'completed', checkpoint);
const taken = (millis: number, checkpoint: number, attempt: number) =>
  at(millis, 'witnessTaken', checkpoint, { about: 'sum[0]', detail: { attempt } });
const read = (millis: number, offset: number, attempt: number) =>
  at(millis, 'splitRead', offset, { about: 'in/0', detail: { attempt } });
const entered = (millis: number, channel: string, count: number, attempt: number) => {
  const detail: Details['entered'] = { ...nothing, channel, count, attempt };
  return at(millis, 'entered', 1, { about: 'sum[0]', detail });
};

const before = [
  ...[leads, restoring(1, 0, 1), status(1, 'RUNNING'), read(2, 0, 1), read(3, 9, 1)],
  ...[entered(4, 'a', 3, 1), entered(4, 'b', 2, 1), triggered(5, 1), taken(6, 1, 1)],
  ...[completed(7, 1), entered(8, 'a', 6, 1), read(9, 20, 1), status(10, 'RESTARTING')],
];
const after = [restoring(12, 1, 2), status(12, 'RUNNING'), read(13, 9, 2)];

test('where all had come, where they go on, and what is done again', () => {
  const late = entered(13, 'a', 7, 1); // of an attempt that is no more
  const { checkpoints, rollbacks } = rollbacksOf([...before, ...after, late]);
  expect(checkpoints).toEqual([{ checkpoint: 1, completedMillis: 7, subtasks: { 'sum[0]': 5 } }]);
  expect(rollbacks).toEqual([
    {
      ...{ attempt: 2, checkpoint: 1, triggeredMillis: 5, failedMillis: 10, restoredMillis: 12 },
      subtasks: [{ name: 'sum[0]', reached: 8, restored: 5, again: 3 }],
      splits: [{ name: 'in/0', reached: 20, restored: 9, again: 11 }],
      redoneMillis: null,
      heldBy: null,
    },
  ]);
});

test('it is done when all have come as far; what is triggered after that holds it', () => {
  const redo = [read(14, 20, 2), triggered(15, 2), entered(16, 'a', 5, 2), entered(17, 'b', 3, 2)];
  const held = [completed(18, 2), triggered(19, 3), completed(20, 3), completed(21, 4)];
  const { rollbacks } = rollbacksOf([...before, ...after, ...redo, ...held]);
  expect(rollbacks).toMatchObject([{ redoneMillis: 17, heldBy: 3 }]);
});

test('a split that is not read again before the next restore has no range', () => {
  const crash = at(15, 'processCrashed', 1, { detail: { cause: 'fault' } });
  const { rollbacks } = rollbacksOf([...before, after[0] ?? leads, crash, restoring(30, 0, 3)]);
  expect(rollbacks).toMatchObject([
    { attempt: 2, splits: [{ reached: 20, restored: null, again: null }] },
    { attempt: 3, checkpoint: 0, triggeredMillis: null, failedMillis: 15, restoredMillis: 30 },
  ]);
});

test.each(['7', '8', '15'])('seed %s: what is done again is what is read again', (seed) => {
  const seen = recorder();
  run(planOf(smallScenario(), seed), flights(), seen);
  const { checkpoints, rollbacks } = rollbacksOf(seen.entries);
  expect(rollbacks.length).toBeGreaterThan(0);
  expect(checkpoints.length).toBeGreaterThan(0);
  for (const { checkpoint, subtasks, splits, failedMillis, restoredMillis } of rollbacks) {
    expect(failedMillis).toBeLessThanOrEqual(restoredMillis);
    for (const { again, reached } of [...subtasks, ...splits]) {
      expect(again ?? 0).toBeGreaterThanOrEqual(0);
      expect(again ?? 0).toBeLessThanOrEqual(reached);
    }
    const held = checkpoints.find((one) => one.checkpoint === checkpoint);
    for (const { name, restored } of subtasks)
      if (held !== undefined) expect(restored).toBe(held.subtasks[name]);
  }
});
