/**
 * A sink that writes at once: rows are visible as soon as the log has them. At a snapshot it waits
 * until everything was written, so nothing is lost; after a restore rows are written again. At
 * least once, and it says no more.
 */
import type { Words } from '../../kernel/actor.js';
import type { PlainSink } from '../../job/job-graph.js';
import { named } from '../protocol.js';
import {
  GO_ON,
  NOTHING,
  type ConnectorOutcome,
  type ConnectorPort,
  type ConnectorTag,
  type LogAnswer,
} from './port.js';
import { addRow, rowBatch, takeRows, type RowBatch } from './row-batch.js';

export type PlainSinkInstance = {
  readonly kind: 'plainSink';
  readonly operator: PlainSink;
  readonly batch: RowBatch;
  /** Writes that are not answered yet, oldest first. */
  readonly writes: { readonly number: number; readonly words: Words }[];
  written: number;
  /** Checkpoint that waits for the writes. */
  preparing: number | undefined;
};

/** Writes that may wait for an answer before the sink takes no more rows. */
const WRITES_WAITING = 8;

export function plainSinkOf(operator: PlainSink): PlainSinkInstance {
  return {
    kind: 'plainSink',
    operator,
    batch: rowBatch(),
    writes: [],
    written: 0,
    preparing: undefined,
  };
}

/** Whether the sink takes rows now. */
export function takesPlainRows(sink: PlainSinkInstance): boolean {
  return sink.writes.length < WRITES_WAITING;
}

/** Writes a row. */
export function writePlainRow(
  sink: PlainSinkInstance,
  port: ConnectorPort,
  rowsMax: number,
  words: Words,
  from: number,
  to: number,
): void {
  addRow(sink.batch, words, from, to);
  if (sink.batch.rows >= rowsMax) flushPlainSink(sink, port);
}

/** Writes what was gathered. */
export function flushPlainSink(sink: PlainSinkInstance, port: ConnectorPort): void {
  if (sink.batch.rows === 0) return;
  sink.written += 1;
  const write = { number: sink.written, words: takeRows(sink.batch) };
  sink.writes.push(write);
  send(sink, port, write, 0);
}

function send(
  sink: PlainSinkInstance,
  port: ConnectorPort,
  write: Readonly<{ number: number; words: Words }>,
  tries: number,
): void {
  const body = {
    kind: 'appendRows',
    subject: write.number,
    about: named(port.subtask),
    attempt: port.attempt,
    topic: sink.operator.topic,
    words: write.words,
  };
  port.ask(body, { what: 'append', number: write.number, name: '', tries }, true);
}

/** Waits until everything so far is written; done when `prepared` comes out. */
export function preparePlainSink(
  sink: PlainSinkInstance,
  port: ConnectorPort,
  checkpoint: number,
): ConnectorOutcome {
  flushPlainSink(sink, port);
  if (sink.writes.length === 0) return { kind: 'prepared', checkpoint };
  sink.preparing = checkpoint;
  return NOTHING;
}

/** The broker answered, or did not. */
export function plainSinkAnswered(
  sink: PlainSinkInstance,
  port: ConnectorPort,
  tag: ConnectorTag,
  answer: LogAnswer | undefined,
): ConnectorOutcome {
  const index = sink.writes.findIndex((write) => write.number === tag.number);
  const write = sink.writes[index];
  if (write === undefined) return NOTHING;
  if (answer === undefined) return { kind: 'failed', cause: 'no answer to append' };
  if (answer.kind === 'unavailable') {
    if (tag.tries >= port.triesMax) return { kind: 'failed', cause: 'refused: append' };
    send(sink, port, write, tag.tries + 1);
    return NOTHING;
  }
  sink.writes.splice(index, 1);
  if (sink.preparing === undefined || sink.writes.length > 0) return GO_ON;
  const checkpoint = sink.preparing;
  sink.preparing = undefined;
  return { kind: 'prepared', checkpoint };
}
