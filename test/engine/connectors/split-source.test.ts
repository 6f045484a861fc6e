/** A source reads each of its splits once, in order, from the offset that its state holds. */
import { describe, expect, test } from 'vitest';
import {
  fetchAnswered,
  fetchMore,
  isExhausted,
  restoreSplits,
  sourceOf,
  splitsState,
  type SourceInstance,
} from '../../../src/engine/connectors/split-source.js';
import type { LogAnswer } from '../../../src/kernel/protocols.js';
import { answerOf, portByHand, type Asked } from './hand.js';

const operator = { kind: 'source', topic: 'in', partitions: 5, watermarks: undefined } as const;
const limits = { rowsMin: 1, rowsMax: 10, waitMax: 100 };

function sourceByHand(subtask = 0, parallelism = 5) {
  const port = portByHand();
  const source = sourceOf(operator, subtask, parallelism);
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

test('the splits are dealt in turn, each to one subtask', () => {
  const dealt = [0, 1, 2].map((subtask) => {
    const { source } = sourceByHand(subtask, 3);
    return source.splits.map(({ index }) => index);
  });
  expect(dealt).toEqual([[0, 3], [1, 4], [2]]);
});

describe('fetching', () => {
  test('one request a split at a time, from where the last one ended', () => {
    const { fetch, answer, port, source } = sourceByHand();
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
    const { fetch, answer, port, source } = sourceByHand();
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
    const { fetch, answer, port, source } = sourceByHand();
    for (const [at, reply] of [rows(0, 0), answerOf('unavailable'), rows(9, 2)].entries()) {
      fetch();
      expect(answer(at, reply)).toEqual({ kind: 'goOn' });
    }
    fetch();
    expect(requestsOf(port)).toEqual(Array.from({ length: 4 }, () => [0, 0]));
    expect(source.blocks).toEqual([]);
  });

  test('without an answer the task fails', () => {
    const { fetch, answer } = sourceByHand();
    fetch();
    expect(answer(0, undefined)).toMatchObject({ kind: 'failed' });
  });

  test('at the end of its splits it asks no more; it is exhausted when all was emitted', () => {
    const { fetch, answer, port, source } = sourceByHand();
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
  const { fetch, answer, source } = sourceByHand(1, 3);
  fetch();
  answer(0, rows(0, 4));
  emit(source);
  answer(1, rows(0, 7));
  const state = splitsState(source);
  expect([...state]).toEqual([1, 4, 4, 0]);
  const restored = sourceByHand(1, 3);
  restoreSplits(restored.source, state);
  restored.fetch();
  expect(requestsOf(restored.port)).toEqual([
    [1, 4],
    [4, 0],
  ]);
});
