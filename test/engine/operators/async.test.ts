import fc from 'fast-check';
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

/** What a model without bytes says must leave, and in which order. */
type Model = { readonly row: number; readonly time: number; answered: boolean } | number;

test('whatever comes, each record leaves once, and none passes a watermark', () => {
  const step = fc.record({
    does: fc.constantFrom('send', 'send', 'answer', 'answer', 'mark', 'snapshot', 'restore'),
    pick: fc.nat(9),
  });
  fc.assert(
    fc.property(fc.boolean(), fc.array(step, { maxLength: 50 }), (ordered, steps) => {
      const course = { instance: operatorOf(ordered), port: portByHand(), rows: [] as string[] };
      let queue: Model[] = [];
      let expected: string[] = [];
      const none = { queue: [] as Model[], rows: 0, expected: [] as string[] };
      let saved = { bytes: copyOfAsync(course.instance), ...none };
      let [sent, marks] = [0, 0];
      const leave = (): void => {
        for (let at = 0; at < queue.length;) {
          const one = queue[at] as Model;
          if (typeof one === 'number' ? at > 0 : !one.answered && ordered) break;
          if (typeof one !== 'number' && !one.answered) at += 1;
          else {
            expected.push(
              typeof one === 'number' ? `watermark ${one}` : `${one.row} at ${one.time}`,
            );
            queue.splice(at, 1);
          }
        }
        course.rows.push(...left(course.instance));
      };
      const answerOne = (pick: number): void => {
        const waiting = queue.filter((one) => typeof one !== 'number' && !one.answered);
        const one = waiting[pick % waiting.length];
        if (one === undefined || typeof one === 'number') return;
        one.answered = true;
        answer(course.instance, course.port, numberOf(course.instance, one.row), one.row);
        leave();
      };
      for (const { does, pick } of steps) {
        if (does === 'send' && asyncRoom(course.instance) > 0) {
          sent += 1;
          send(course.instance, course.port, [sent]);
          queue.push({ row: sent, time: 10 * sent, answered: false });
        } else if (does === 'answer') answerOne(pick);
        else if (does === 'mark') {
          marks += 1;
          if (holdWatermark(course.instance, marks)) queue.push(marks);
        } else if (does === 'snapshot') {
          const bytes = copyOfAsync(course.instance).slice();
          const rows = course.rows.length;
          saved = { bytes, queue: structuredClone(queue), rows, expected: [...expected] };
        } else if (does === 'restore') {
          course.instance = operatorOf(ordered);
          course.port = portByHand();
          restoreAsync(course.instance, saved.bytes);
          resumeAsync(course.instance, course.port);
          course.rows.length = saved.rows;
          expected = [...saved.expected];
          queue = structuredClone(saved.queue).map((one) =>
            typeof one === 'number' ? one : { ...one, answered: false },
          );
        }
      }
      while (queue.some((one) => typeof one !== 'number')) answerOne(0);
      leave();
      expect(course.rows).toEqual(expected);
    }),
    { numRuns: 1_000 },
  );
});

/** The number under which the operator asked for a row. */
function numberOf(instance: AsyncInstance, row: number): number {
  for (const one of instance.queue)
    if (one.kind === 'record' && one.row[0] === row && one.answer === undefined) return one.number;
  throw new Error(`${row} does not wait`);
}
