/**
 * Goal: a checkpoint is finalized one at a time, durable before it is told; only so many are
 * retained; lower pending ones are subsumed; a union that is half finished is no state. Method:
 * sequences of events and the effects of the last one.
 */
import { describe, expect, test } from 'vitest';
import type { Completed } from '../../../src/engine/checkpoint/coordinator.js';
import type { Progress } from '../../../src/engine/protocol.js';
import {
  ATTEMPT,
  acknowledged,
  cleaned,
  collected,
  completed,
  coordinatorWith,
  declined,
  elapsed,
  finalized,
  handle,
  metadataFailed,
  metadataWritten,
  part,
  play,
  running,
  settings,
  standing,
  storeFailed,
  stored,
  told,
  triggered,
  type Step,
} from './hand.js';

const collectedOne: Step[] = [...running, ...triggered(), ...collected()];

describe('finalization', () => {
  test('metadata first, then the pointer, then the notices', () => {
    expect(told([...collectedOne, metadataWritten()])).toEqual(['storePointer 1']);
    const { state, effects } = play([...collectedOne, metadataWritten(), [9_000, stored()]]);
    expect(effects).toMatchObject([{ kind: 'complete', pending: { id: 1 }, attempt: ATTEMPT }]);
    const handles = new Map(settings.subtasks.map(({ name }) => [name, handle(name)]));
    expect(state).toMatchObject({
      pending: new Map(),
      finalizing: [],
      completed: [{ id: 1, handles }],
      lastCompletionAt: 9_000,
      failures: { lastSuccess: 1 },
    });
  });

  test.each<[string, Step]>([
    ['metadata before the last acknowledgement', metadataWritten()],
    ['a pointer before the metadata', stored()],
    ['metadata that failed before it was written', metadataFailed()],
    ['a pointer that failed before it was stored', storeFailed()],
  ])('%s changes nothing', (_what, word) => {
    expect(told([...running, ...triggered(), word])).toEqual([]);
  });

  test('neither does a word of another checkpoint, or a second one', () => {
    for (const word of [metadataWritten(2), metadataFailed(2), stored(), storeFailed()])
      expect(told([...collectedOne, word])).toEqual([]);
    for (const word of [metadataWritten(), metadataFailed(), stored(2), storeFailed(2)])
      expect(told([...collectedOne, metadataWritten(), word])).toEqual([]);
    expect(told([...collectedOne, ...finalized(), stored()])).toEqual([]);
  });

  test('what fails aborts it, with all that was collected', () => {
    const reason = 'FINALIZE_CHECKPOINT_FAILURE';
    const parts = new Map(settings.subtasks.map(({ name }) => [name, part(name)]));
    for (const steps of [
      [...collectedOne, metadataFailed()],
      [...collectedOne, metadataWritten(), storeFailed()],
    ])
      expect(play(steps).effects).toMatchObject([
        { kind: 'abort', pending: { id: 1, parts }, reason },
      ]);
  });
});

describe('several pending', () => {
  const three = coordinatorWith({ concurrent: 3, retained: 2 });
  const both: Step[] = [...running, ...triggered(1), ...triggered(2)];

  test('one is finalized at a time, in the order in which they lacked nothing', () => {
    const ready: Step[] = [...both, ...collected(1)];
    expect(told([...ready, ...collected(2)], three)).toEqual(['acknowledge 2 sink[0], the last']);
    const waiting: Step[] = [...ready, ...collected(2)];
    expect(play(waiting, three).state).toMatchObject({ finalizing: [1, 2] });
    expect(told([...waiting, metadataWritten(1)], three)).toEqual(['storePointer 1']);
    expect(told([...waiting, metadataWritten(2)], three)).toEqual([]);
    const first: Step[] = [...waiting, ...finalized(1)];
    expect(told(first, three)).toEqual(['complete 1', 'writeMetadata 2']);
    expect(told([...first, ...finalized(2)], three)).toEqual(['complete 2']);
  });

  test('one that fails makes way for the next', () => {
    const waiting: Step[] = [...both, ...collected(1), ...collected(2)];
    const reason = 'FINALIZE_CHECKPOINT_FAILURE';
    expect(told([...waiting, metadataFailed(1)], three)).toEqual([
      ...[`abort 1 behind 0: ${reason}`, 'writeMetadata 2'],
    ]);
    expect(told([...waiting, metadataWritten(1), storeFailed(1)], three)).toContain(
      'writeMetadata 2',
    );
  });

  test('a higher one that completes subsumes the lower, before the notices', () => {
    const all: Step[] = [...both, ...triggered(3), acknowledged('sink[0]', 1), ...collected(2)];
    const { state, effects } = play([...all, ...finalized(2)], three);
    expect(effects).toMatchObject([
      {
        ...{ kind: 'abort', attempt: ATTEMPT, reason: 'CHECKPOINT_SUBSUMED', latest: 2 },
        pending: { id: 1, parts: new Map([['sink[0]', part('sink[0]')]]) },
      },
      { kind: 'complete', pending: { id: 2 } },
    ]);
    expect([...state.pending.keys()]).toEqual([3]);
    expect([...state.cleaning]).toEqual([1]);
    expect(state.failures.count).toBe(0);
  });

  test('also one that lacks nothing but was not first', () => {
    const waiting: Step[] = [...both, ...collected(2), ...collected(1)];
    expect(play(waiting, three).state).toMatchObject({ finalizing: [2, 1] });
    const { state } = play([...waiting, ...finalized(2)], three);
    expect(state).toMatchObject({ finalizing: [], pending: new Map() });
    expect(state.completed.map(({ id }) => id)).toEqual([2]);
  });

  test('an aborted one that waited is finalized no more', () => {
    const waiting: Step[] = [...both, ...collected(1), ...collected(2), declined(2)];
    expect(told(waiting, three)).toEqual([]); // nothing of it is still to come
    expect(told([...waiting, ...finalized(1)], three)).toContain('writeMetadata 2');
  });
});

describe('retention', () => {
  test('only so many are retained: notices before the oldest is subsumed', () => {
    const { state, effects } = play([...running, ...[1, 2, 3].flatMap(completed)]);
    expect(effects).toMatchObject([
      { kind: 'complete' },
      { kind: 'subsume', checkpoint: { id: 1 } },
    ]);
    expect(state.completed.map(({ id }) => id)).toEqual([2, 3]);
    expect([...state.cleaning]).toEqual([1]);
  });

  test('those recovered count among the retained', () => {
    const old: Completed[] = [2, 3, 4].map((id) => ({ id, handles: new Map() }));
    const steps: Step[] = [{ kind: 'recovered', completed: old }, ...running, ...completed(5)];
    expect(told(steps)).toEqual(['complete 5', 'subsume 2', 'subsume 3']);
    expect(told([...steps, cleaned(2), ...triggered(6), declined(6)])[0]).toMatch(
      /^abort 6 behind 5:/,
    );
    const { state } = play(steps.slice(0, 1));
    expect(state.completed).toEqual(old);
  });

  test('the next request is chosen when one is complete', () => {
    const steps: Step[] = [...collectedOne, elapsed, ...finalized()];
    expect(told(steps)).toEqual(['complete 1', 'takeId']);
  });
});

describe('a state of unions', () => {
  const union = coordinatorWith({ unions: [['source[0]', 'source[1]']] });
  const closing = 'CHECKPOINT_DECLINED_TASK_CLOSING';
  const parts = (one: Progress, other: Progress) => [
    acknowledged('sink[0]'),
    acknowledged('source[0]', 1, { part: part('source[0]', 1, one) }),
    acknowledged('source[1]', 1, { part: part('source[1]', 1, other) }),
  ];
  const refused = ['acknowledge 1 source[1], the last', `abort 1 behind 0: ${closing}`];
  const taken = ['acknowledge 1 source[1], the last', 'writeMetadata 1'];

  test.each<[Progress, Progress, readonly string[]]>([
    ['working', 'working', taken],
    ['ended', 'ended', taken],
    ['idle', 'idle', taken],
    ['ended', 'working', refused],
    ['working', 'ended', refused],
    ['working', 'idle', refused],
  ])('whose subtasks are %s and %s', (one, other, effects) => {
    expect(told([...running, ...triggered(), ...parts(one, other)], union)).toEqual(effects);
  });

  test('of which one subtask has finished is half of what it was', () => {
    const half: Step[] = [...running, standing('source[0]', 'finished'), ...triggered()];
    const rest = (progress: Progress) => parts('ended', progress).filter((_, at) => at !== 1);
    expect(told([...half, ...rest('working')], union)).toEqual(refused);
    expect(told([...half, ...rest('ended')], union)).toEqual(refused);
  });

  test('is whole again when all have finished', () => {
    const over = ['source[0]', 'source[1]'].map((name) => standing(name, 'finished'));
    const steps: Step[] = [...running, ...over, ...triggered(), acknowledged('sink[0]')];
    expect(told(steps, union)).toEqual(['acknowledge 1 sink[0], the last', 'writeMetadata 1']);
  });

  test('does not count against the job, and the next request is chosen', () => {
    const steps: Step[] = [...running, ...triggered(), elapsed, ...parts('ended', 'working')];
    const { state } = play(steps, union);
    expect(state.failures.count).toBe(0);
    expect(told(steps, union).at(-1)).toBe('takeId');
  });

  test('of another vertex says nothing of this one', () => {
    const other = coordinatorWith({ unions: [['sink[0]'], ['source[0]', 'source[1]']] });
    const steps: Step[] = [...running, ...triggered(), ...parts('ended', 'ended')];
    expect(told(steps, other)).toEqual(taken);
  });
});
