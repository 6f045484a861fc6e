/**
 * Asynchronous I/O: each record is sent to a service outside, and what it gives is emitted when the
 * answer has come; meanwhile others go on. Ordered, rows leave in the order of their records;
 * unordered, as answers come, but never across a watermark. Records that wait are state: restored,
 * they are sent again. Source: Flink, AsyncWaitOperator, OrderedStreamElementQueue,
 * UnorderedStreamElementQueue; FLIP-12.
 */
import type { Message, Words } from '../../kernel/actor.js';
import type { AsyncOperator } from '../../job/job-graph.js';
import { named } from '../protocol.js';
import {
  NOTHING,
  RESULTS,
  type ConnectorOutcome,
  type ConnectorPort,
  type ConnectorTag,
  type RemoteAnswer,
} from '../connectors/port.js';
import { putInt, putWords, reading, takeInt, takeWords, writing, written } from '../state/block.js';

/** A record that waits: its row and its time, and what the service answered once it has. */
type Waiting = {
  readonly kind: 'record';
  readonly number: number;
  readonly row: Words;
  readonly time: number;
  answer: Words | undefined;
};

/** A watermark passes no record that came before it. */
type Mark = Readonly<{ kind: 'watermark'; watermark: number }>;

export type AsyncInstance = {
  readonly kind: 'async';
  readonly operator: AsyncOperator;
  queue: (Waiting | Mark)[];
  /** Records sent so far in this life of the task. */
  sent: number;
};

/** What leaves next: the record whose answer has come, or the watermark behind which nothing is. */
export type AsyncReady = Readonly<{ kind: 'record'; answer: Words; time: number }> | Mark;

export function asyncOf(operator: AsyncOperator): AsyncInstance {
  return { kind: 'async', operator, queue: [], sent: 0 };
}

/** Records that may be taken before the operator is full. */
export function asyncRoom({ operator, queue }: AsyncInstance): number {
  return Math.max(0, operator.capacity - queue.length);
}

/** A record comes in, and goes out to the service. */
export function sendRecord(
  instance: AsyncInstance,
  port: ConnectorPort,
  row: Words,
  time: number,
): void {
  instance.sent += 1;
  const waiting: Waiting = {
    ...{ kind: 'record', number: instance.sent },
    ...{ row, time, answer: undefined },
  };
  instance.queue.push(waiting);
  call(instance, port, waiting, 0);
}

function call(
  { operator }: AsyncInstance,
  port: ConnectorPort,
  { number, row: words }: Waiting,
  tries: number,
): void {
  const about = named(port.subtask);
  const body: Message & Readonly<{ words: Words }> = {
    ...{ kind: 'call', subject: number, about, attempt: port.attempt },
    words,
  };
  const tag = { what: 'call', number, name: '', tries };
  port.call(body, tag, operator.timeoutMicros);
}

/** A watermark comes; false when it may pass at once. */
export function holdWatermark({ queue }: AsyncInstance, watermark: number): boolean {
  if (queue.length === 0) return false;
  queue.push({ kind: 'watermark', watermark });
  return true;
}

/** The service answered, or did not in time. */
export function asyncAnswered(
  instance: AsyncInstance,
  port: ConnectorPort,
  tag: ConnectorTag,
  answer: RemoteAnswer | undefined,
): ConnectorOutcome {
  const waiting = instance.queue.find(
    (one): one is Waiting => one.kind === 'record' && one.number === tag.number,
  );
  if (waiting === undefined) return NOTHING;
  if (answer === undefined) return { kind: 'failed', cause: 'an asynchronous call has timed out' };
  if (answer.kind === 'unavailable') {
    if (tag.tries >= port.triesMax) return { kind: 'failed', cause: 'refused: call' };
    call(instance, port, waiting, tag.tries + 1);
    return NOTHING;
  }
  waiting.answer = answer.words;
  return RESULTS;
}

/** Takes what may leave now; undefined when nothing may. */
export function takeReady({ operator, queue }: AsyncInstance): AsyncReady | undefined {
  for (const [place, one] of queue.entries()) {
    if (one.kind === 'watermark') {
      if (place > 0) return undefined;
      queue.shift();
      return one;
    }
    const { answer, time } = one;
    if (answer !== undefined) {
      queue.splice(place, 1);
      return { kind: 'record', answer, time };
    }
    if (operator.ordered) return undefined;
  }
  return undefined;
}

/** Operator state as bytes: every record that waits, answered or not, and watermarks between. */
export function copyOfAsync({ queue }: AsyncInstance): Words {
  const block = writing();
  putInt(block, queue.length);
  for (const one of queue) {
    putInt(block, one.kind === 'record' ? 1 : 0);
    putInt(block, one.kind === 'record' ? one.time : one.watermark);
    if (one.kind === 'record') putWords(block, one.row);
  }
  return written(block);
}

/** Takes the operator state that a snapshot holds: its records wait to be sent again. */
export function restoreAsync(instance: AsyncInstance, words: Words): void {
  const block = reading(words);
  for (let count = takeInt(block); count > 0; count -= 1) {
    const isRecord = takeInt(block) === 1;
    const time = takeInt(block);
    if (!isRecord) instance.queue.push({ kind: 'watermark', watermark: time });
    else {
      instance.sent += 1;
      const row = takeWords(block);
      instance.queue.push({
        ...{ kind: 'record', number: instance.sent },
        ...{ row, time, answer: undefined },
      });
    }
  }
}

/** Sends the records that were restored. */
export function resumeAsync(instance: AsyncInstance, port: ConnectorPort): void {
  for (const one of instance.queue) if (one.kind === 'record') call(instance, port, one, 0);
}
