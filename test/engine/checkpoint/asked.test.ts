/**
 * Goal: of each request of a client it is known what came of it. Method: effects of a coordinator
 * that is driven by hand.
 */
import { expect, test } from 'vitest';

import {
  noteAsked,
  noteOutcome,
  nobodyAsked,
  type Asked,
} from '../../../src/engine/checkpoint/asked.js';
import { coordinate, type CoordinatorEvent } from '../../../src/engine/checkpoint/coordinator.js';
import { coordinatorWith } from './hand.js';

/** What came of requests 1 and 2, after these events. */
function outcomesOf(...events: CoordinatorEvent[]) {
  let state = coordinatorWith({});
  let asked: Asked = [1, 2].reduce(noteAsked, nobodyAsked);
  for (const event of [...begun, ...events]) {
    const [after, effects] = coordinate(state, event, 0);
    state = after;
    for (const effect of effects)
      asked = noteOutcome(asked, effect, after.triggering?.request.number);
  }
  return [...asked.outcomes].map(([number, { status, ...more }]) =>
    [number, status, ...Object.values(more)].join(' '),
  );
}

const running = ['source[0]', 'source[1]', 'sink[0]'].map((subtask): CoordinatorEvent => ({
  kind: 'taskChanged',
  subtask,
  standing: 'running',
}));
const begun: readonly CoordinatorEvent[] = [
  { kind: 'started', attempt: 1, firstDelay: 1 },
  ...running,
];
const manual = (number: number): CoordinatorEvent => ({ kind: 'requested', by: 'manual', number });
const taken: CoordinatorEvent = { kind: 'idTaken', id: 7, timestamp: 0 };
const collected: readonly CoordinatorEvent[] = [
  taken,
  { kind: 'located', id: 7 },
  ...['source[0]', 'source[1]', 'sink[0]'].map((subtask): CoordinatorEvent => ({
    kind: 'acknowledged',
    ...{ id: 7, attempt: 1, subtask },
    part: { handle: { name: subtask, words: 1 }, progress: 'working' },
  })),
  { kind: 'metadataWritten', id: 7 },
];

test('it is in progress until its checkpoint is stored', () => {
  expect(outcomesOf(manual(1), ...collected)).toEqual(['1 inProgress', '2 inProgress']);
  const stored: CoordinatorEvent = { kind: 'stored', id: 7 };
  expect(outcomesOf(manual(1), ...collected, stored)).toEqual(['1 completed 7', '2 inProgress']);
});

test('it fails with its checkpoint, or is refused', () => {
  const failed = outcomesOf(manual(2), taken, { kind: 'locationFailed', id: 7 });
  expect(failed).toEqual(['1 inProgress', '2 failed IO_EXCEPTION']);
  const suspended = '2 failed CHECKPOINT_COORDINATOR_SUSPEND';
  const stopped = outcomesOf(manual(1), taken, manual(2), { kind: 'stopped' });
  expect(stopped).toEqual(['1 failed CHECKPOINT_COORDINATOR_SUSPEND', suspended]);
  const chosen = outcomesOf(manual(1), manual(2), { kind: 'stopped' });
  expect(chosen).toEqual(['1 inProgress', suspended]);
  expect(outcomesOf(manual(1), manual(2), { kind: 'stopped' }, taken)).toEqual([
    '1 failed PERIODIC_SCHEDULER_SHUTDOWN',
    suspended,
  ]);
});

test('what the interval asks for is no one of them', () => {
  const others = [{ kind: 'intervalElapsed' } as const, ...collected];
  expect(outcomesOf(...others, { kind: 'stored', id: 7 })).toEqual([
    '1 inProgress',
    '2 inProgress',
  ]);
});
