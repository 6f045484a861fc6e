/**
 * Goal: a task hears of each completed checkpoint once, in ascending order, whatever notices are
 * lost or overtaken; that an abort names the newest one is as good as its own notice. Method: a
 * keyed subtask in a task manager that is driven by hand.
 */
import { expect, test } from 'vitest';
import { taskManagerByHand } from './hand.js';

const NAME = 'totals[0]';

/** The moments of notices and of alignments that a restored task states. */
function hearing(checkpoint = 0) {
  const manager = taskManagerByHand();
  manager.deploy('totals', 0, checkpoint);
  manager.request(`${NAME}->sink[0]`);
  manager.moments.length = 0;
  return {
    ...manager,
    complete: (id: number, more = {}) => manager.tell('notifyCheckpointComplete', id, NAME, more),
    abort: (id: number, latest: number) =>
      manager.tell('notifyCheckpointAborted', id, NAME, { latest }),
    heard: () => manager.moments.filter((line) => !line.startsWith('taskState')),
  };
}

test('a second notice, and one that another has overtaken, are nothing new', () => {
  const { complete, heard } = hearing();
  for (const id of [1, 1, 3, 2, 3]) complete(id);
  expect(heard()).toEqual([`notified 1 ${NAME}`, `notified 3 ${NAME}`]);
});

test('neither is one of the checkpoint that is restored, or of one before it', () => {
  const { complete, abort, heard } = hearing(5);
  complete(5);
  complete(4);
  abort(6, 5);
  complete(7);
  expect(heard()).toEqual([`alignmentAborted 6 ${NAME}`, `notified 7 ${NAME}`]);
});

test('one for another attempt is not for this one', () => {
  const { complete, heard } = hearing();
  complete(1, { attempt: 6 });
  complete(1, { attempt: 8 });
  expect(heard()).toEqual([]);
});

test('an abort comes with the newest that completed, which counts first', () => {
  const { complete, abort, heard } = hearing();
  abort(1, 0);
  expect(heard()).toEqual([`alignmentAborted 1 ${NAME}`]);
  abort(4, 3);
  complete(3);
  abort(5, 3);
  expect(heard().slice(1)).toEqual([
    ...[`notified 3 ${NAME}`, `alignmentAborted 4 ${NAME}`, `alignmentAborted 5 ${NAME}`],
  ]);
});
