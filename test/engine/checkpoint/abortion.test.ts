/**
 * Goal: a checkpoint is aborted by whatever keeps it from its end, in no other phase, once; and
 * those failures that count fail the job when they are too many. Method: sequences of events and
 * the effects of the last one.
 */
import { describe, expect, test } from 'vitest';
import type { DeclineReason } from '../../../src/engine/protocol.js';
import {
  ATTEMPT,
  acknowledged,
  begun,
  collected,
  completed,
  coordinated,
  coordinatorWith,
  declined,
  elapsed,
  expired,
  finalized,
  locationFailed,
  metadataFailed,
  metadataWritten,
  part,
  play,
  running,
  storeFailed,
  stored,
  told,
  triggered,
  type Step,
} from './hand.js';

const pending: Step[] = [...running, ...triggered(), acknowledged('sink[0]')];
const collectedOne: Step[] = [...running, ...triggered(), ...collected()];

describe('a pending checkpoint is aborted', () => {
  test('with its parts, and with the newest that completed for who has not heard of it', () => {
    const { state, effects } = play([...pending, declined()]);
    const abort = { kind: 'abort', attempt: ATTEMPT, reason: 'CHECKPOINT_ASYNC_EXCEPTION' };
    const parts = new Map([['sink[0]', part('sink[0]')]]);
    expect(effects).toMatchObject([{ ...abort, latest: 0, pending: { id: 1, parts } }]);
    expect(state).toMatchObject({ pending: new Map(), triggering: undefined });
    expect([...state.cleaning]).toEqual([1]);
    const later: Step[] = [...running, ...completed(1), ...completed(2), ...triggered(3)];
    expect(play([...later, declined(3)]).effects).toMatchObject([{ ...abort, latest: 2 }]);
  });

  test.each<DeclineReason>([
    'CHECKPOINT_ASYNC_EXCEPTION',
    'CHECKPOINT_DECLINED_ON_CANCELLATION_BARRIER',
    'CHECKPOINT_DECLINED_SUBSUMED',
    'CHECKPOINT_DECLINED_TASK_CLOSING',
    'CHECKPOINT_DECLINED_TASK_NOT_READY',
    'TASK_CHECKPOINT_FAILURE',
  ])('when a task declines it: %s', (reason) => {
    expect(told([...pending, declined(1, reason)])).toEqual([`abort 1 behind 0: ${reason}`]);
  });

  test('when it expires: while its place, its coordinators or its tasks are waited for', () => {
    const two = coordinatorWith({ coordinators: ['flights'] });
    const aborted = ['abort 1 behind 0: CHECKPOINT_EXPIRED'];
    expect(told([...running, ...begun(), expired()])).toEqual(aborted);
    expect(told([...running, ...triggered(), expired()], two)).toEqual(aborted);
    const asked: Step[] = [...running, ...triggered(), coordinated('flights'), expired()];
    expect(told(asked, two)).toEqual(aborted);
    expect(told([...pending, expired()])).toEqual(aborted);
  });

  test('and then the next request is chosen', () => {
    expect(told([...pending, elapsed, expired()]).at(-1)).toBe('takeId');
    expect(told([...running, ...begun(), elapsed, expired()]).at(-1)).toBe('takeId');
  });

  test('one of several: the others go on', () => {
    const two = coordinatorWith({ concurrent: 2 });
    const both: Step[] = [...running, ...triggered(1), ...triggered(2)];
    const { state } = play([...both, declined(1)], two);
    expect([...state.pending.keys()]).toEqual([2]);
    expect(told([...both, declined(1), ...collected(2), ...finalized(2)], two)).toEqual([
      'complete 2',
    ]);
  });
});

describe('nothing is aborted', () => {
  test.each<[string, readonly Step[]]>([
    ['when nothing is missing any more', [...collectedOne, expired()]],
    ['when its pointer is on its way', [...collectedOne, metadataWritten(), expired()]],
    ['when it has completed', [...collectedOne, ...finalized(), expired()]],
    ['by the time of another one', [...pending, expired(2)]],
    ['by a decline of another one', [...pending, declined(2)]],
    ['by a task of another attempt', [...pending, declined(1, 'TASK_CHECKPOINT_FAILURE', 6)]],
    ['by a decline when nothing is missing', [...collectedOne, declined()]],
    ['twice', [...pending, declined(), expired()]],
  ])('%s', (_when, steps) => {
    expect(told(steps)).toEqual([]);
  });

  test('and what was aborted does not complete', () => {
    const late: Step[] = [...pending, declined(), ...collected(), metadataWritten(), stored()];
    expect(play(late).state.completed).toEqual([]);
  });
});

describe('tolerable failures', () => {
  const failed = (id: number): Step[] => [...triggered(id), declined(id)];
  const last = (steps: readonly Step[]) => told([...running, ...steps]).at(-1);

  test('one more than tolerable in a row fails the job, and they count from 0 again', () => {
    const { state, effects } = play([...running, ...failed(1), ...failed(2)]);
    const reason = 'CHECKPOINT_ASYNC_EXCEPTION';
    expect(effects.at(-1)).toEqual({ kind: 'failJob', reason });
    expect(state.failures.count).toBe(0);
  });

  test('a completed one in between forgives', () => {
    expect(last([...failed(1), ...completed(2), ...failed(3)])).toMatch(/^abort 3/);
    expect(last([...failed(1), ...failed(3)])).toMatch(/^failJob/);
  });

  test.each<[string, readonly Step[]]>([
    ['CHECKPOINT_EXPIRED', [...triggered(2), expired(2)]],
    ['IO_EXCEPTION', [...begun(2), locationFailed(2)]],
    ['FINALIZE_CHECKPOINT_FAILURE', [...triggered(2), ...collected(2), metadataFailed(2)]],
    [
      'FINALIZE_CHECKPOINT_FAILURE',
      [...triggered(2), ...collected(2), metadataWritten(2), storeFailed(2)],
    ],
  ])('%s counts', (reason, steps) => {
    expect(last([...failed(1), ...steps])).toBe(`failJob: ${reason}`);
  });

  test.each<DeclineReason>([
    'CHECKPOINT_DECLINED_ON_CANCELLATION_BARRIER',
    'CHECKPOINT_DECLINED_SUBSUMED',
    'CHECKPOINT_DECLINED_TASK_CLOSING',
    'CHECKPOINT_DECLINED_TASK_NOT_READY',
    'TASK_CHECKPOINT_FAILURE',
  ])('%s does not', (reason) => {
    expect(last([...failed(1), ...triggered(2), declined(2, reason)])).toMatch(/^abort 2/);
  });

  test('the next that lacks nothing is finalized even so', () => {
    const strict = coordinatorWith({ concurrent: 2, tolerableFailures: 0 });
    const both: Step[] = [...running, ...triggered(1), ...triggered(2), ...collected(2)];
    const { effects } = play([...both, ...collected(1), metadataFailed(2)], strict);
    expect(effects).toMatchObject([
      ...[{ kind: 'abort' }, { kind: 'writeMetadata', pending: { id: 1 } }, { kind: 'failJob' }],
    ]);
  });
});
