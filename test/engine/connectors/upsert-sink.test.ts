/**
 * Goal: each row is put under its key, and no checkpoint is ahead of the table. Method: the sink by
 * hand; and, as a property, against a table in small under failures and restores.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  prepareUpserts,
  takesUpserts,
  upsertRow,
  upsertsAnswered,
  upsertSinkOf,
} from '../../../src/engine/connectors/upsert-sink.js';
import { blockOf, readRow, type RowType } from '../../../src/job/row.js';
import type { Words } from '../../../src/kernel/actor.js';
import type { TableAnswer } from '../../../src/kernel/protocols.js';
import { portByHand, type Asked } from './hand.js';

const row: RowType = [
  { name: 'value', type: 'int' },
  { name: 'name', type: 'string' },
  { name: 'start', type: 'int' },
];
const key: RowType = [
  { name: 'name', type: 'string' },
  { name: 'start', type: 'int' },
];
const ROWS = 2;

function sinkByHand(attempt = 5) {
  const port = portByHand(attempt);
  const sink = upsertSinkOf({ kind: 'upsertSink', table: 'out', key: ['name', 'start'] }, row);
  return {
    ...{ sink, port },
    write: (value: number, name: string, start = 0) => {
      const words = blockOf([value, name, start]);
      upsertRow(sink, port, ROWS, words, 1, words.length);
    },
    answer: (at: number, kind: TableAnswer['kind'] | undefined) => {
      const { tag } = port.asked[at] as Asked;
      const answer = { kind, subject: 0, request: 1 } as TableAnswer;
      return upsertsAnswered(sink, port, tag, kind && answer);
    },
  };
}

/** Keys and rows of a put. */
function entriesOf({ body }: Asked) {
  const words = body['words'] as Words;
  const entries = [];
  for (let at = 0; at < words.length; at += 1 + (words[at] as number)) {
    const length = words[at + 1] as number;
    entries.push([readRow(key, words, at + 2), readRow(row, words, at + 2 + length)]);
  }
  return entries;
}

test('rows are put so many at a time, each under its key, with a version', () => {
  const { write, port, sink } = sinkByHand();
  write(1, 'a', 4);
  write(2, 'bcd', 8);
  write(3, 'a', 4);
  prepareUpserts(sink, port, 1);
  expect(port.asked.map(entriesOf)).toEqual([
    [
      [
        ['a', 4],
        [1, 'a', 4],
      ],
      [
        ['bcd', 8],
        [2, 'bcd', 8],
      ],
    ],
    [
      [
        ['a', 4],
        [3, 'a', 4],
      ],
    ],
  ]);
  const versions = port.asked.map(({ body }) => [body['table'], body.attempt, body['number']]);
  expect(versions).toEqual([
    ['out', 5, 1],
    ['out', 5, 2],
  ]);
});

test('a checkpoint waits for every put', () => {
  const { write, answer, port, sink } = sinkByHand();
  for (const value of [1, 2, 3]) write(value, 'a');
  expect(prepareUpserts(sink, port, 7)).toEqual({ kind: 'nothing' });
  expect(answer(1, 'valuesPut')).toEqual({ kind: 'goOn' });
  expect(answer(0, 'valuesPut')).toEqual({ kind: 'prepared', checkpoint: 7 });
  expect(prepareUpserts(sink, port, 8)).toEqual({ kind: 'prepared', checkpoint: 8 });
});

test('a put that is refused is made again with its version; one that fails, fails the task', () => {
  const { write, answer, port } = sinkByHand();
  write(1, 'a');
  write(2, 'b');
  expect(answer(0, 'unavailable')).toEqual({ kind: 'nothing' });
  expect(port.asked[1]?.body).toEqual(port.asked[0]?.body);
  expect(answer(1, 'unavailable')).toEqual({ kind: 'nothing' });
  expect(answer(2, 'unavailable')).toEqual({ kind: 'failed', cause: 'refused: put' });
  expect(answer(2, undefined)).toEqual({ kind: 'failed', cause: 'no answer to put' });
});

test('with many puts under way it takes no more rows', () => {
  const { write, sink } = sinkByHand();
  for (let value = 0; value < 7 * ROWS; value += 1) write(value, 'a');
  expect(takesUpserts(sink)).toBe(true);
  for (let value = 0; value < ROWS; value += 1) write(value, 'a');
  expect(takesUpserts(sink)).toBe(false);
});

const doings = fc.array(
  fc.record({
    rows: fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 6 }),
    then: fc.constantFrom('complete', 'fail', 'nothing'),
    /** In which order the puts under way are done; some twice. */
    order: fc.array(fc.nat(7), { maxLength: 12 }),
  }),
  { maxLength: 20 },
);

test('whatever is lost, late or done twice, each key has its last value in the end', () => {
  fc.assert(
    fc.property(doings, (steps) => {
      const table = new Map<string, { attempt: number; number: number; value: number }>();
      const put = (asked: Asked) => {
        const attempt = asked.body.attempt as number;
        const number = asked.body['number'] as number;
        for (const [[name], [value]] of entriesOf(asked) as [[string], [number]][]) {
          const there = table.get(name);
          const version = (there?.attempt ?? 0) * 1_000 + (there?.number ?? 0);
          if (attempt * 1_000 + number >= version) table.set(name, { attempt, number, value });
        }
      };
      const input: string[] = [];
      const late: Asked[] = [];
      let [attempt, at, checkpoint] = [1, 0, 0];
      let hand = sinkByHand(attempt);
      const writeOn = () => {
        for (; at < input.length; at += 1) hand.write(at, input[at] as string);
      };
      const completed = () => {
        writeOn();
        prepareUpserts(hand.sink, hand.port, 1);
        hand.port.asked.forEach((asked, place) => {
          put(asked);
          hand.answer(place, 'valuesPut');
        });
        late.push(...hand.port.asked);
        checkpoint = at;
      };
      for (const { rows, then, order } of steps) {
        input.push(...rows);
        writeOn();
        const under = [...late, ...hand.port.asked];
        for (const which of order) if (under[which] !== undefined) put(under[which]);
        if (then === 'complete') completed();
        if (then === 'fail') {
          late.push(...hand.port.asked);
          hand = sinkByHand((attempt += 1));
          at = checkpoint;
        }
      }
      completed();
      for (const asked of late) put(asked);
      const last = new Map(input.map((name, value) => [name, value]));
      expect(new Map([...table].map(([name, { value }]) => [name, value]))).toEqual(last);
    }),
  );
});
