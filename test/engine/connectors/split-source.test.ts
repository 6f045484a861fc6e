/**
 * A source reads each split that it was given once, in order, from the offset that its state holds,
 * and never forgets one.
 */
import { describe, expect, test } from 'vitest';
import { decodeUp, encodeDown } from '../../../src/engine/coordination/source-events.js';
import { custodyIn } from '../../../src/history/custody.js';
import { framesIn } from '../../../src/history/witness.js';
import { edgeOf } from '../../../src/job/coordination.js';
import {
  fetchAnswered,
  fetchMore,
  finishedSplits,
  hearEnumerator,
  isExhausted,
  registration,
  restoreSplits,
  sayToEnumerator,
  sourceOf,
  splitsState,
  wantsSplit,
  type SourceInstance,
} from '../../../src/engine/connectors/split-source.js';
import type { LogAnswer } from '../../../src/kernel/protocols.js';
import { answerOf, portByHand, type Asked } from './hand.js';

const operator = { kind: 'source', topic: 'in', partitions: 5, watermarks: undefined } as const;
const limits = { rowsMin: 1, rowsMax: 10, waitMax: 100 };

const edge = edgeOf('in', 'in[0]');

/** A source that was given these splits, and no more to come. */
function sourceByHand(...given: number[]) {
  const port = portByHand();
  const source = sourceOf(operator, edge, 7);
  if (given.length > 0) hearEnumerator(source, encodeDown({ kind: 'addSplits', splits: given }));
  hearEnumerator(source, encodeDown({ kind: 'noMoreSplits' }));
  return {
    ...{ source, port },
    fetch: () => fetchMore(source, port, limits),
    answer: (at: number, answer: LogAnswer | undefined) =>
      fetchAnswered(source, (port.asked[at] as Asked).tag, answer),
  };
}

const rows = (offset: number, count: number, ended = false) =>
  answerOf('rowsFetched', { offset, rows: count, ended, words: new Int32Array(count) });

const requestsOf = ({ asked }: { asked: readonly Asked[] }) =>
  asked.map(({ body }) => [body['partition'], body['offset']]);

/** Emits all that was fetched. */
function emit(source: SourceInstance): void {
  for (const { split, rows: count } of source.blocks.splice(0)) {
    split.offset += count;
    split.blocks -= 1;
  }
}

describe('fetching', () => {
  test('one request a split at a time, from where the last one ended', () => {
    const { fetch, answer, port, source } = sourceByHand(0);
    fetch();
    fetch();
    expect(requestsOf(port)).toEqual([[0, 0]]);
    expect(answer(0, rows(0, 3))).toEqual({ kind: 'goOn' });
    fetch();
    expect(requestsOf(port)).toEqual([
      [0, 0],
      [0, 3],
    ]);
    expect(source.blocks).toMatchObject([{ rows: 3 }]);
  });

  test('not more than two blocks ahead', () => {
    const { fetch, answer, port, source } = sourceByHand(0);
    for (const at of [0, 1]) {
      fetch();
      answer(at, rows(at, 1));
    }
    fetch();
    expect(port.asked).toHaveLength(2);
    emit(source);
    fetch();
    expect(requestsOf(port).at(-1)).toEqual([0, 2]);
  });

  test('an empty or refused answer is asked again, one for another offset is not taken', () => {
    const { fetch, answer, port, source } = sourceByHand(0);
    for (const [at, reply] of [rows(0, 0), answerOf('unavailable'), rows(9, 2)].entries()) {
      fetch();
      expect(answer(at, reply)).toEqual({ kind: 'goOn' });
    }
    fetch();
    expect(requestsOf(port)).toEqual(Array.from({ length: 4 }, () => [0, 0]));
    expect(source.blocks).toEqual([]);
  });

  test('without an answer the task fails', () => {
    const { fetch, answer } = sourceByHand(0);
    fetch();
    expect(answer(0, undefined)).toMatchObject({ kind: 'failed' });
  });

  test('at the end of its splits it asks no more; it is exhausted when all was emitted', () => {
    const { fetch, answer, port, source } = sourceByHand(0);
    fetch();
    answer(0, rows(0, 4, true));
    expect(isExhausted(source)).toBe(false);
    emit(source);
    fetch();
    expect(port.asked).toHaveLength(1);
    expect(isExhausted(source)).toBe(true);
  });
});

test('the state is what was emitted, not what was fetched', () => {
  const { fetch, answer, source } = sourceByHand(1, 4);
  fetch();
  answer(0, rows(0, 4));
  emit(source);
  answer(1, rows(0, 7));
  const state = splitsState(source, 3);
  const splits = [
    { split: 1, state: 'held', offset: 4 },
    { split: 4, state: 'held', offset: 0 },
  ];
  expect(custodyIn(state)).toEqual([{ holder: 'in[0].reader', checkpoint: 3, splits }]);
  const restored = sourceByHand();
  restoreSplits(restored.source, state);
  restored.fetch();
  expect(requestsOf(restored.port)).toEqual([
    [1, 4],
    [4, 0],
  ]);
});

describe('what it says to its enumerator', () => {
  /** Reads all of the first split, which has four rows. */
  function readFirst(...given: number[]) {
    const hand = sourceByHand(...given);
    hand.fetch();
    hand.answer(0, rows(0, 4, true));
    emit(hand.source);
    return hand.source;
  }

  test('a split that is at its end is reported once', () => {
    const source = readFirst(2, 3);
    expect(finishedSplits(source)).toEqual([2]);
    expect(finishedSplits(source)).toEqual([]);
  });

  test('it is known for ever, and reported again when the reader registers', () => {
    const restored = sourceOf(operator, edge, 8);
    restoreSplits(restored, splitsState(readFirst(2, 3), 3));
    expect(registration(restored)).toEqual({
      kind: 'readerRegistered',
      splits: [
        { split: 2, isFinished: true },
        { split: 3, isFinished: false },
      ],
    });
    expect(finishedSplits(restored)).toEqual([]);
    expect(isExhausted(restored)).toBe(false);
  });

  test('on request it asks when it has nothing to read and may be given something', () => {
    const source = sourceOf({ ...operator, splitAssignment: 'request' }, edge, 7);
    expect(wantsSplit(source)).toBe(true);
    hearEnumerator(source, encodeDown({ kind: 'addSplits', splits: [0] }));
    expect(wantsSplit(source)).toBe(false);
    const atEnd = sourceOf({ ...operator, splitAssignment: 'request' }, edge, 7);
    hearEnumerator(atEnd, encodeDown({ kind: 'noMoreSplits' }));
    expect(wantsSplit(atEnd)).toBe(false);
    expect(wantsSplit(sourceOf(operator, edge, 7))).toBe(false);
  });

  test('both directions are counted in its state, over restores', () => {
    const { source } = sourceByHand(0);
    const words = sayToEnumerator(source, { kind: 'splitFinished', split: 0 });
    expect(decodeUp(words)).toEqual({ kind: 'splitFinished', split: 0 });
    const restored = sourceOf(operator, edge, 8);
    restoreSplits(restored, splitsState(source, 1));
    hearEnumerator(restored, encodeDown({ kind: 'noMoreSplits' }));
    const [frame] = framesIn(splitsState(restored, 2));
    expect(frame).toMatchObject({ subtask: 'in[0].reader', attempt: 8, checkpoint: 2 });
    expect(frame?.inputs.map(({ channel, count }) => [channel, count])).toEqual([[edge.down, 3]]);
    expect(frame?.outputs.map(({ channel, count }) => [channel, count])).toEqual([[edge.up, 1]]);
  });
});
