/**
 * A sink that writes at once: rows are visible as soon as the log has them. At a snapshot it waits
 * until everything was written, so nothing is lost; after a restore rows are written again. At
 * least once, and it says no more.
 */
import type { Words } from '../../kernel/actor.js';
import type { PlainSink } from '../../job/job-graph.js';
import { named } from '../protocol.js';
import type { ConnectorOutcome, ConnectorPort, ConnectorTag, LogAnswer } from './port.js';
import { addRow, rowBatch, takeRows, type RowBatch } from './row-batch.js';
import {
  awaitWrites,
  beginWrite,
  mayWrite,
  noWrites,
  writeAnswered,
  type Send,
  type Writes,
} from './writes.js';

export type PlainSinkInstance = Readonly<{
  kind: 'plainSink';
  operator: PlainSink;
  batch: RowBatch;
  writes: Writes;
}>;

export function plainSinkOf(operator: PlainSink): PlainSinkInstance {
  return { kind: 'plainSink', operator, batch: rowBatch(), writes: noWrites() };
}

/** Whether the sink takes rows now. */
export function takesPlainRows({ writes }: PlainSinkInstance): boolean {
  return mayWrite(writes);
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
  beginWrite(sink.writes, takeRows(sink.batch), 'append', sendRows(sink, port));
}

function sendRows({ operator: { topic } }: PlainSinkInstance, port: ConnectorPort): Send {
  return ({ number, words }, tag) => {
    const { subtask, attempt } = port;
    const kind = 'appendRows';
    const body = { kind, subject: number, about: named(subtask), attempt, topic, words };
    port.ask(body, tag, true);
  };
}

/** Waits until everything so far is written; done when `prepared` comes out. */
export function preparePlainSink(
  sink: PlainSinkInstance,
  port: ConnectorPort,
  checkpoint: number,
): ConnectorOutcome {
  flushPlainSink(sink, port);
  return awaitWrites(sink.writes, checkpoint);
}

/** The broker answered, or did not. */
export function plainSinkAnswered(
  sink: PlainSinkInstance,
  port: ConnectorPort,
  tag: ConnectorTag,
  answer: LogAnswer | undefined,
): ConnectorOutcome {
  return writeAnswered(sink.writes, port, tag, answer, sendRows(sink, port));
}
