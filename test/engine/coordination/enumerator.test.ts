/**
 * Goal: splits are found, dealt out, given back and ended as sources need it, and no split is in
 * two places or none at a restore. Method: each case by hand, an enumerator of two readers.
 */
import { describe, expect, test } from 'vitest';
import {
  enumerate,
  enumeratorOf,
  type Enumerator,
  type EnumeratorEffect,
  type EnumeratorEvent,
} from '../../../src/engine/coordination/enumerator.js';
import {
  decodeDown,
  encodeUp,
  type EventUp,
} from '../../../src/engine/coordination/source-events.js';
import { custodyIn } from '../../../src/history/custody.js';
import { framesIn } from '../../../src/history/witness.js';
import { edgeOf, type Coordination } from '../../../src/job/coordination.js';
import type { SourceOperator } from '../../../src/job/job-graph.js';

const [one, two] = ['in[0]', 'in[1]'];

/** An enumerator by hand: what it says to readers is kept, in words. */
function hand(more: Partial<SourceOperator> = {}) {
  const operator = { kind: 'source', topic: 't', partitions: 4, watermarks: undefined } as const;
  const edges = [one, two].map((subtask) => edgeOf('in', subtask));
  const coordination: Coordination = {
    ...{ uid: 'in', coordinator: 'in.coordinator', edges },
    operator: { ...operator, ...more },
  };
  let state: Enumerator = enumeratorOf(coordination);
  const give = (event: EnumeratorEvent): readonly EnumeratorEffect[] => {
    const [after, effects] = enumerate(state, event);
    state = after;
    return effects;
  };
  const told = (effects: readonly EnumeratorEffect[]): string[] =>
    effects.flatMap((effect) => {
      if (effect.kind !== 'send') return [];
      const event = decodeDown(effect.words);
      const what = event.kind === 'addSplits' ? event.splits.join(',') : 'no more';
      return [`${effect.subtask}: ${what}`];
    });
  const hear = (subtask: string, event: EventUp, attempt = 7): string[] =>
    told(give({ kind: 'eventHeard', subtask, attempt, words: encodeUp(event) }));
  give({ kind: 'reset', words: undefined });
  return {
    ...{ give, hear },
    places: () => state.splits,
    list: (partitions: number, isComplete = true) =>
      told(give({ kind: 'partitionsListed', partitions, isComplete })),
    register: (subtask: string, ...splits: readonly { split: number; isFinished: boolean }[]) =>
      hear(subtask, { kind: 'readerRegistered', splits }),
    ask: (subtask: string) => hear(subtask, { kind: 'splitRequested' }),
    snapshot: (id: number): Int32Array => {
      const [effect] = give({ kind: 'snapshotAsked', id });
      if (effect?.kind !== 'giveSnapshot') throw new Error('gives no snapshot');
      return effect.words;
    },
    restart: (checkpoint: number, words: Int32Array | undefined): void => {
      for (const subtask of [one, two]) give({ kind: 'subtaskReset', subtask, checkpoint, words });
    },
  };
}

describe('eager', () => {
  test('deals all splits in turn when every reader is there, and says that these are all', () => {
    const { list, register } = hand();
    expect(list(4)).toEqual([]);
    expect(register(one)).toEqual([]);
    expect(register(two)).toEqual(['in[0]: 0,2', 'in[1]: 1,3', 'in[0]: no more', 'in[1]: no more']);
  });

  test('readers that come before the partitions are known wait for them', () => {
    const { list, register } = hand();
    register(one);
    expect(register(two)).toEqual([]);
    expect(list(2)).toEqual(['in[0]: 0', 'in[1]: 1', 'in[0]: no more', 'in[1]: no more']);
  });
});

describe('on request', () => {
  test('gives one split to whoever asks, and tells the end to whoever asks too late', () => {
    const { list, register, ask } = hand({ splitAssignment: 'request' });
    list(3);
    expect(register(two)).toEqual([]);
    expect(ask(two)).toEqual(['in[1]: 0']);
    expect(ask(two)).toEqual(['in[1]: 1']);
    register(one);
    expect(ask(one)).toEqual(['in[0]: 2']);
    expect(ask(one)).toEqual(['in[0]: no more']);
    expect(ask(two)).toEqual(['in[1]: no more']);
  });

  test('who asks while the topic may grow waits, and is given what is discovered', () => {
    const { list, register, ask } = hand({ splitAssignment: 'request', discoveryMicros: 9 });
    list(1, false);
    register(one);
    expect(ask(one)).toEqual(['in[0]: 0']);
    expect(ask(one)).toEqual([]);
    expect(list(2, false)).toEqual(['in[0]: 1']);
    expect(list(2, true)).toEqual([]);
    expect(ask(one)).toEqual(['in[0]: no more']);
  });
});

describe('discovery', () => {
  test('goes on until the topic is complete, where an interval is set', () => {
    const { give } = hand({ discoveryMicros: 9 });
    const listed = { kind: 'partitionsListed', partitions: 1 } as const;
    const armed = { kind: 'armDiscovery', delay: 9 };
    expect(give({ ...listed, isComplete: false })).toEqual([armed]);
    expect(give({ kind: 'discoveryDue' })).toEqual([{ kind: 'listPartitions' }]);
    expect(give({ kind: 'partitionsNotListed' })).toEqual([
      { kind: 'armDiscovery', delay: undefined },
    ]);
    expect(give({ ...listed, isComplete: true })).toEqual([]);
    expect(hand().give({ ...listed, isComplete: false })).toEqual([]);
  });
});

describe('restarts', () => {
  test('a reset takes places and tallies from the state, and asks what there is by now', () => {
    const first = hand({ splitAssignment: 'request' });
    first.list(3);
    first.register(one);
    first.ask(one);
    const words = first.snapshot(5);
    const second = hand({ splitAssignment: 'request' });
    expect(second.give({ kind: 'reset', words })).toEqual([{ kind: 'listPartitions' }]);
    expect(second.places()).toEqual(['assigned', 'unassigned', 'unassigned']);
    const [frame] = framesIn(second.snapshot(6));
    expect(frame?.outputs.map(({ count }) => count)).toEqual([1, 0]);
    expect(frame?.inputs.map(({ count }) => count)).toEqual([2, 0]);
    second.list(3);
    second.register(one, { split: 0, isFinished: false });
    expect(second.ask(one)).toEqual(['in[0]: 1']);
  });

  test('what was assigned after the checkpoint comes back, and is dealt out again', () => {
    const { list, register, ask, snapshot, restart, places } = hand({
      splitAssignment: 'request',
    });
    list(3);
    register(one);
    ask(one);
    const words = snapshot(5);
    ask(one);
    restart(5, words);
    expect(places()).toEqual(['assigned', 'unassigned', 'unassigned']);
    register(one, { split: 0, isFinished: false });
    register(two);
    expect(ask(two)).toEqual(['in[1]: 1']);
    expect(framesIn(snapshot(6))[0]?.outputs.map(({ count }) => count)).toEqual([1, 1]);
  });

  test('what was read to its end after the checkpoint is not so any more', () => {
    const { list, register, ask, hear, snapshot, restart, places } = hand({
      splitAssignment: 'request',
    });
    list(2);
    register(one);
    ask(one);
    const words = snapshot(5);
    hear(one, { kind: 'splitFinished', split: 0 });
    expect(places()).toEqual(['finished', 'unassigned']);
    restart(5, words);
    expect(places()).toEqual(['assigned', 'unassigned']);
    register(one, { split: 0, isFinished: true });
    expect(places()).toEqual(['finished', 'unassigned']);
  });

  test('a reader that has not registered again is given nothing', () => {
    const { list, register, ask, restart } = hand({ splitAssignment: 'request' });
    list(1);
    register(one);
    restart(0, undefined);
    expect(ask(one)).toEqual([]);
  });
});

test('its state says where each split is, for anyone who knows frames', () => {
  const { list, register, ask, snapshot } = hand({ splitAssignment: 'request' });
  list(2);
  register(one);
  ask(one);
  const [custody] = custodyIn(snapshot(5));
  expect(custody).toMatchObject({ holder: 'in.coordinator', checkpoint: 5 });
  expect(custody?.splits.map(({ split, state }) => [split, state])).toEqual([
    [0, 'assigned'],
    [1, 'unassigned'],
  ]);
});
