import { describe, expect, test } from 'vitest';
import {
  asyncAnswered,
  asyncOf,
  asyncRoom,
  copyOfAsync,
  holdWatermark,
  restoreAsync,
  resumeAsync,
  sendRecord,
  takeReady,
  type AsyncInstance,
} from '../../../src/engine/operators/async.js';
import { portByHand } from '../connectors/hand.js';

type Port = ReturnType<typeof portByHand>;

function operatorOf(ordered: boolean): AsyncInstance {
  const apply = (): void => undefined;
  const made = { name: 'f', rowsMax: 1, apply };
  return asyncOf({ kind: 'async', ordered, capacity: 3, timeoutMicros: 9, function: made });
}

function answer(instance: AsyncInstance, port: Port, number: number, row: number): string {
  const { tag } = port.asked.find((one) => one.tag.number === number) ?? { tag: undefined };
  if (tag === undefined) throw new Error(`nobody asked ${number}`);
  const words = Int32Array.of(row);
  const called = { kind: 'called', subject: number, request: 1, words } as const;
  return asyncAnswered(instance, port, tag, called).kind;
}

function left(instance: AsyncInstance): string[] {
  const lines: string[] = [];
  for (let one = takeReady(instance); one; one = takeReady(instance))
    lines.push(
      one.kind === 'record' ? `${one.answer[0]} at ${one.time}` : `watermark ${one.watermark}`,
    );
  return lines;
}

function send(instance: AsyncInstance, port: Port, rows: readonly number[]): void {
  for (const row of rows) sendRecord(instance, port, Int32Array.of(row), 10 * row);
}

describe('what leaves', () => {
  test('ordered: in the order of the records', () => {
    const [instance, port] = [operatorOf(true), portByHand()];
    send(instance, port, [1, 2]);
    expect(answer(instance, port, 2, 2)).toBe('results');
    expect(left(instance)).toEqual([]);
    answer(instance, port, 1, 1);
    expect(left(instance)).toEqual(['1 at 10', '2 at 20']);
  });

  test('unordered: as answers come, but no record passes a watermark', () => {
    const [instance, port] = [operatorOf(false), portByHand()];
    send(instance, port, [1, 2]);
    expect(holdWatermark(instance, 25)).toBe(true);
    send(instance, port, [3]);
    answer(instance, port, 3, 3);
    answer(instance, port, 2, 2);
    expect(left(instance)).toEqual(['2 at 20']);
    answer(instance, port, 1, 1);
    expect(left(instance)).toEqual(['1 at 10', 'watermark 25', '3 at 30']);
  });

  test('a watermark with nothing before it passes at once', () => {
    expect(holdWatermark(operatorOf(true), 4)).toBe(false);
  });
});

test('what waits fills the operator', () => {
  const [instance, port] = [operatorOf(true), portByHand()];
  send(instance, port, [1, 2, 3]);
  expect(asyncRoom(instance)).toBe(0);
  answer(instance, port, 1, 1);
  left(instance);
  expect(asyncRoom(instance)).toBe(1);
});

test('records that wait are in the snapshot, answered or not, and are sent again', () => {
  const [instance, port] = [operatorOf(false), portByHand()];
  send(instance, port, [1, 2]);
  holdWatermark(instance, 25);
  answer(instance, port, 2, 2);
  const [other, again] = [operatorOf(false), portByHand()];
  restoreAsync(other, copyOfAsync(instance));
  resumeAsync(other, again);
  expect(again.asked.map(({ body }) => body.subject)).toEqual([1, 2]);
  answer(other, again, 1, 1);
  answer(other, again, 2, 2);
  expect(left(other)).toEqual(['1 at 10', '2 at 20', 'watermark 25']);
});

test('a call that is refused goes again a few times; one without an answer fails the task', () => {
  const [instance, port] = [operatorOf(true), portByHand()];
  send(instance, port, [1]);
  const refused = { kind: 'unavailable', subject: 1, request: 1 } as const;
  const outcomes = [0, 1, 2].map(
    (tries) => asyncAnswered(instance, port, { ...tagOf(port), tries }, refused).kind,
  );
  expect(outcomes).toEqual(['nothing', 'nothing', 'failed']);
  expect(port.asked.map(({ tag }) => tag.tries)).toEqual([0, 1, 2]);
  expect(asyncAnswered(instance, port, tagOf(port), undefined).kind).toBe('failed');
});

function tagOf(port: Port): Port['asked'][number]['tag'] {
  const [first] = port.asked;
  if (first === undefined) throw new Error('nothing was asked');
  return first.tag;
}
