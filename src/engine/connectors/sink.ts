/**
 * What a task knows of its sinks, whatever their kind: they take rows, make safe what belongs to a
 * checkpoint, and, where they have a committer, make it visible when that has completed.
 */
import type { Words } from '../../kernel/actor.js';
import type { FileAnswer, TableAnswer } from '../../kernel/protocols.js';
import { unreachable } from '../../kernel/invariant.js';
import type { SinkOperator } from '../../job/job-graph.js';
import type { RowType } from '../../job/row.js';
import {
  fileSinkAnswered,
  fileSinkOf,
  fileSinkState,
  finishUpTo,
  prepareFileSink,
  restoreFileSink,
  roomInFile,
  startFileSink,
  takesFileRows,
  writeFileRow,
  type FileSinkInstance,
} from './file-sink.js';
import {
  plainSinkAnswered,
  plainSinkOf,
  preparePlainSink,
  takesPlainRows,
  writePlainRow,
  type PlainSinkInstance,
} from './plain-sink.js';
import {
  READY,
  type ConnectorOutcome,
  type ConnectorPort,
  type ConnectorTag,
  type LogAnswer,
} from './port.js';
import {
  abandonSink,
  commitTransactions,
  prepareSink,
  restoreTwoPhaseSink,
  sinkAnswered,
  startProducer,
  takesRows,
  twoPhaseSinkOf,
  twoPhaseSinkState,
  writeToSink,
  type TwoPhaseSinkInstance,
} from './two-phase-sink.js';
import {
  prepareUpserts,
  takesUpserts,
  upsertRow,
  upsertsAnswered,
  upsertSinkOf,
  type UpsertSinkInstance,
} from './upsert-sink.js';

/** A sink with a committer: what it has prepared waits for its checkpoint. */
export type CommittingSink = TwoPhaseSinkInstance | FileSinkInstance;

export type SinkInstance = CommittingSink | PlainSinkInstance | UpsertSinkInstance;

/** What a sink is told. */
export type SinkAnswer = LogAnswer | FileAnswer | TableAnswer;

/** Whether an operator ends its stream; asked for every batch of records. */
export function isSinkInstance(
  instance: SinkInstance | Readonly<{ kind: string }>,
): instance is SinkInstance {
  const { kind } = instance;
  return kind === 'plainSink' || kind === 'upsertSink' || isCommitting(instance);
}

/** Whether an operator is a sink with a committer. */
export function isCommitting(
  instance: SinkInstance | Readonly<{ kind: string }>,
): instance is CommittingSink {
  return instance.kind === 'twoPhaseSink' || instance.kind === 'fileSink';
}

/** A sink of such rows that has written nothing. */
export function sinkOf(
  operator: SinkOperator,
  row: RowType,
  uid: string,
  subtask: number,
  attempt: number,
): SinkInstance {
  switch (operator.kind) {
    case 'twoPhaseSink':
      return twoPhaseSinkOf(operator, uid, subtask, attempt);
    case 'plainSink':
      return plainSinkOf(operator);
    case 'fileSink':
      return fileSinkOf(operator, uid, subtask, attempt);
    case 'upsertSink':
      return upsertSinkOf(operator, row);
    default:
      return unreachable(operator);
  }
}

const nothing: Words = new Int32Array(0);

/** What it must find again after a restore, as bytes. */
export function stateOfSink(sink: SinkInstance): Words {
  switch (sink.kind) {
    case 'twoPhaseSink':
      return twoPhaseSinkState(sink);
    case 'fileSink':
      return fileSinkState(sink);
    case 'plainSink':
    case 'upsertSink':
      return nothing;
    default:
      return unreachable(sink);
  }
}

/** Takes what a snapshot holds. */
export function restoreSink(sink: SinkInstance, words: Words): void {
  if (sink.kind === 'twoPhaseSink') restoreTwoPhaseSink(sink, words);
  else if (sink.kind === 'fileSink') restoreFileSink(sink, words);
}

/** Brings the outside to where the state is; ready at once, or when `ready` comes out. */
export function startSink(sink: SinkInstance, port: ConnectorPort): ConnectorOutcome {
  switch (sink.kind) {
    case 'twoPhaseSink':
      return startProducer(sink, port);
    case 'fileSink':
      return startFileSink(sink, port);
    case 'plainSink':
    case 'upsertSink':
      return READY;
    default:
      return unreachable(sink);
  }
}

/** Whether it takes rows now. */
export function sinkTakesRows(sink: SinkInstance): boolean {
  switch (sink.kind) {
    case 'twoPhaseSink':
      return takesRows(sink);
    case 'plainSink':
      return takesPlainRows(sink);
    case 'fileSink':
      return takesFileRows(sink);
    case 'upsertSink':
      return takesUpserts(sink);
    default:
      return unreachable(sink);
  }
}

/** Rows that it takes before it asks for something. */
export function roomInSink(sink: SinkInstance, rowsMax: number): number {
  return sink.kind === 'fileSink' ? roomInFile(sink, rowsMax) : rowsMax - sink.batch.rows;
}

/** Takes a row. */
export function writeRow(
  sink: SinkInstance,
  port: ConnectorPort,
  rowsMax: number,
  words: Words,
  from: number,
  to: number,
): void {
  switch (sink.kind) {
    case 'twoPhaseSink':
      return writeToSink(sink, port, rowsMax, words, from, to);
    case 'plainSink':
      return writePlainRow(sink, port, rowsMax, words, from, to);
    case 'fileSink':
      return writeFileRow(sink, port, rowsMax, words, from, to);
    case 'upsertSink':
      return upsertRow(sink, port, rowsMax, words, from, to);
    default:
      return unreachable(sink);
  }
}

/**
 * Makes everything so far safe for a checkpoint; done at once, or when `prepared` comes out.
 *
 * @param isLast  whether the input has ended
 */
export function prepareRows(
  sink: SinkInstance,
  port: ConnectorPort,
  checkpoint: number,
  isLast: boolean,
): ConnectorOutcome {
  switch (sink.kind) {
    case 'twoPhaseSink':
      return prepareSink(sink, port, checkpoint);
    case 'plainSink':
      return preparePlainSink(sink, port, checkpoint);
    case 'fileSink':
      return prepareFileSink(sink, port, checkpoint, isLast);
    case 'upsertSink':
      return prepareUpserts(sink, port, checkpoint);
    default:
      return unreachable(sink);
  }
}

/** A checkpoint has completed: what was prepared up to it becomes visible. */
export function commitRows(
  sink: CommittingSink,
  port: ConnectorPort,
  checkpoint: number,
): ConnectorOutcome {
  return sink.kind === 'twoPhaseSink'
    ? commitTransactions(sink, port, checkpoint)
    : finishUpTo(sink, port, checkpoint);
}

/** The task is over: what is not prepared may be given up. */
export function abandonRows(sink: SinkInstance, port: ConnectorPort): void {
  if (sink.kind === 'twoPhaseSink') abandonSink(sink, port);
}

/** Its service answered, or did not. */
export function sinkAnswer(
  sink: SinkInstance,
  port: ConnectorPort,
  tag: ConnectorTag,
  answer: SinkAnswer | undefined,
): ConnectorOutcome {
  switch (sink.kind) {
    case 'twoPhaseSink':
      return sinkAnswered(sink, port, tag, answer as LogAnswer | undefined);
    case 'plainSink':
      return plainSinkAnswered(sink, port, tag, answer as LogAnswer | undefined);
    case 'fileSink':
      return fileSinkAnswered(sink, port, tag, answer as FileAnswer | undefined);
    case 'upsertSink':
      return upsertsAnswered(sink, port, tag, answer as TableAnswer | undefined);
    default:
      return unreachable(sink);
  }
}
