/**
 * The upsert sink: each row is the new value of its key in a table, visible at once. At a snapshot
 * it waits until everything was written; after a restore rows are written again, over what stands
 * there. At least once, and since a value is the same however often it is put, effectively once; a
 * reader may see values go back while rows are written again.
 *
 * A put carries the version of its values: attempt and number. The store keeps the newest of each
 * key, so a put that was asked again, or comes late, harms nothing. Source: Flink, sinks in upsert
 * mode; Cassandra's write timestamps.
 */
import type { Words } from '../../kernel/actor.js';
import { textWordsAt } from '../../kernel/words.js';
import type { TableAnswer } from '../../kernel/protocols.js';
import { keyIndexesOf, type UpsertSink } from '../../job/job-graph.js';
import { fieldAt, type RowType } from '../../job/row.js';
import { named } from '../protocol.js';
import type { ConnectorOutcome, ConnectorPort, ConnectorTag } from './port.js';
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

export type UpsertSinkInstance = {
  readonly kind: 'upsertSink';
  readonly operator: UpsertSink;
  readonly row: RowType;
  readonly keyFields: readonly number[];
  /** Each entry: the length of the key, the key, and the whole row. */
  readonly batch: RowBatch;
  readonly writes: Writes;
  /** The entry that is put together. */
  entry: Words;
};

export function upsertSinkOf(operator: UpsertSink, row: RowType): UpsertSinkInstance {
  return {
    kind: 'upsertSink',
    operator,
    row,
    keyFields: keyIndexesOf(operator, row),
    batch: rowBatch(),
    writes: noWrites(),
    entry: new Int32Array(64),
  };
}

/** Whether the sink takes rows now. */
export function takesUpserts({ writes }: UpsertSinkInstance): boolean {
  return mayWrite(writes);
}

/** Puts a row under its key. */
export function upsertRow(
  sink: UpsertSinkInstance,
  port: ConnectorPort,
  rowsMax: number,
  words: Words,
  from: number,
  to: number,
): void {
  const needed = 1 + 2 * (to - from);
  if (sink.entry.length < needed) sink.entry = new Int32Array(2 * needed);
  const { entry, row, keyFields } = sink;
  let at = 1;
  for (const field of keyFields) {
    const start = fieldAt(row, field, words, from);
    const end = start + (row[field]?.type === 'int' ? 1 : textWordsAt(words, start));
    for (let word = start; word < end; word += 1) entry[at++] = words[word] as number;
  }
  entry[0] = at - 1;
  for (let word = from; word < to; word += 1) entry[at++] = words[word] as number;
  addRow(sink.batch, entry, 0, at);
  if (sink.batch.rows >= rowsMax) flush(sink, port);
}

function flush(sink: UpsertSinkInstance, port: ConnectorPort): void {
  if (sink.batch.rows === 0) return;
  beginWrite(sink.writes, takeRows(sink.batch), 'put', sendValues(sink, port));
}

function sendValues({ operator: { table } }: UpsertSinkInstance, port: ConnectorPort): Send {
  return ({ number, words }, tag) => {
    const { subtask, attempt } = port;
    const kind = 'putValues';
    const body = { kind, subject: number, about: named(subtask), attempt, table, number, words };
    port.ask(body, tag, true);
  };
}

/** Waits until everything so far is written; done when `prepared` comes out. */
export function prepareUpserts(
  sink: UpsertSinkInstance,
  port: ConnectorPort,
  checkpoint: number,
): ConnectorOutcome {
  flush(sink, port);
  return awaitWrites(sink.writes, checkpoint);
}

/** The table store answered, or did not. */
export function upsertsAnswered(
  sink: UpsertSinkInstance,
  port: ConnectorPort,
  tag: ConnectorTag,
  answer: TableAnswer | undefined,
): ConnectorOutcome {
  return writeAnswered(sink.writes, port, tag, answer, sendValues(sink, port));
}
