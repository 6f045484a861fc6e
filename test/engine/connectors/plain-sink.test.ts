/** The plain sink loses no row before a checkpoint, and fails when it cannot write. */
import { describe, expect, test } from 'vitest';
import {
  flushPlainSink,
  plainSinkAnswered,
  plainSinkOf,
  preparePlainSink,
  takesPlainRows,
  writePlainRow,
} from '../../../src/engine/connectors/plain-sink.js';
import { blockOf, readRow } from '../../../src/job/row.js';
import { answerOf, linesOf, portByHand, type Asked } from './hand.js';

const ROWS = 2;

function sinkByHand() {
  const port = portByHand();
  const sink = plainSinkOf({ kind: 'plainSink', topic: 'out' });
  return {
    ...{ sink, port },
    write: (...values: number[]) => {
      for (const value of values) {
        const words = blockOf([value]);
        writePlainRow(sink, port, ROWS, words, 1, words.length);
      }
    },
    answer: (at: number, kind: 'rowsAppended' | 'unavailable' | undefined) => {
      const { tag } = port.asked[at] as Asked;
      return plainSinkAnswered(sink, port, tag, kind && answerOf(kind));
    },
  };
}

test('rows are written so many at a time, in order', () => {
  const { write, port, sink } = sinkByHand();
  write(1, 2, 3);
  flushPlainSink(sink, port);
  flushPlainSink(sink, port);
  expect(linesOf(port.asked)).toEqual(['appendRows', 'appendRows']);
  const blocks = port.asked.map(({ body }) => body['words'] as Int32Array);
  const int = [{ name: 'value', type: 'int' }] as const;
  expect(blocks.map((words) => readRow(int, words, 1))).toEqual([[1], [3]]);
  expect(blocks.map(({ length }) => length)).toEqual([4, 2]);
});

describe('a checkpoint', () => {
  test('waits for every write', () => {
    const { write, answer, port, sink } = sinkByHand();
    write(1, 2, 3);
    expect(preparePlainSink(sink, port, 7)).toEqual({ kind: 'nothing' });
    expect(answer(1, 'rowsAppended')).toEqual({ kind: 'goOn' });
    expect(answer(0, 'rowsAppended')).toEqual({ kind: 'prepared', checkpoint: 7 });
  });

  test('with nothing written need not wait', () => {
    const { port, sink } = sinkByHand();
    expect(preparePlainSink(sink, port, 7)).toEqual({ kind: 'prepared', checkpoint: 7 });
  });
});

test('a refused write is made again, so many times and no more', () => {
  const { write, answer, port } = sinkByHand();
  write(1, 2);
  expect(answer(0, 'unavailable')).toEqual({ kind: 'nothing' });
  expect(answer(1, 'unavailable')).toEqual({ kind: 'nothing' });
  expect(answer(2, 'unavailable')).toEqual({ kind: 'failed', cause: 'refused: append' });
  expect(port.asked.map(({ body }) => body['words'])).toEqual(
    Array.from({ length: 3 }, () => port.asked[0]?.body['words']),
  );
});

test('no answer fails the task, and one that comes twice is nothing', () => {
  const { write, answer } = sinkByHand();
  write(1, 2);
  expect(answer(0, undefined)).toEqual({ kind: 'failed', cause: 'no answer to append' });
  expect(answer(0, 'rowsAppended')).toEqual({ kind: 'goOn' });
  expect(answer(0, 'rowsAppended')).toEqual({ kind: 'nothing' });
});

test('with many writes under way it takes no more rows', () => {
  const { write, sink } = sinkByHand();
  write(...Array.from({ length: 7 * ROWS }, (_, value) => value));
  expect(takesPlainRows(sink)).toBe(true);
  write(1, 2);
  expect(takesPlainRows(sink)).toBe(false);
});
