/**
 * Writes of a sink that are visible at once: several may be under way, each is made again when it
 * was refused, and a checkpoint waits for all of them. A write that fails, fails the task: what it
 * held must not be missing behind a checkpoint.
 */
import type { Words } from '../../kernel/actor.js';
import {
  GO_ON,
  NOTHING,
  type ConnectorOutcome,
  type ConnectorPort,
  type ConnectorTag,
} from './port.js';

export type Write = Readonly<{ number: number; words: Words }>;

export type Writes = {
  /** Those that are not answered yet, oldest first. */
  readonly waiting: Write[];
  written: number;
  /** Checkpoint that waits for them. */
  preparing: number | undefined;
};

/** Makes a write; its tag comes back with the answer. */
export type Send = (write: Write, tag: ConnectorTag) => void;

/** Writes that may wait for an answer before the sink takes no more rows. */
const WRITES_WAITING = 8;

export function noWrites(): Writes {
  return { waiting: [], written: 0, preparing: undefined };
}

/** Whether another one may be begun. */
export function mayWrite({ waiting }: Writes): boolean {
  return waiting.length < WRITES_WAITING;
}

/** Begins a write. */
export function beginWrite(writes: Writes, words: Words, what: string, send: Send): void {
  writes.written += 1;
  const write = { number: writes.written, words };
  writes.waiting.push(write);
  send(write, { what, number: write.number, name: '', tries: 0 });
}

/** Waits until everything so far is written; done when `prepared` comes out. */
export function awaitWrites(writes: Writes, checkpoint: number): ConnectorOutcome {
  if (writes.waiting.length === 0) return { kind: 'prepared', checkpoint };
  writes.preparing = checkpoint;
  return NOTHING;
}

/** A write was answered, or was not. */
export function writeAnswered(
  writes: Writes,
  port: ConnectorPort,
  tag: ConnectorTag,
  answer: Readonly<{ kind: string }> | undefined,
  send: Send,
): ConnectorOutcome {
  const index = writes.waiting.findIndex(({ number }) => number === tag.number);
  const write = writes.waiting[index];
  if (write === undefined) return NOTHING;
  if (answer === undefined) return { kind: 'failed', cause: 'no answer to ' + tag.what };
  if (answer.kind === 'unavailable') {
    if (tag.tries >= port.triesMax) return { kind: 'failed', cause: 'refused: ' + tag.what };
    send(write, { ...tag, tries: tag.tries + 1 });
    return NOTHING;
  }
  writes.waiting.splice(index, 1);
  if (writes.preparing === undefined || writes.waiting.length > 0) return GO_ON;
  const checkpoint = writes.preparing;
  writes.preparing = undefined;
  return { kind: 'prepared', checkpoint };
}
