/**
 * The two-phase-commit sink. Rows go into a transaction; at a snapshot the transaction is
 * prepared (pre-committed) and named in the state as pending for that checkpoint; when the
 * checkpoint has completed it is committed. On restore every pending transaction of the state is
 * committed, because restoring from a checkpoint proves that it completed, and every other open
 * one of this producer is aborted.
 *
 * Requests that change one transaction go one at a time, in order. Commits may be asked twice.
 * Source: Flink, TwoPhaseCommitSinkFunction and the Kafka sink's LISTING recovery.
 */
import type { Message, Words } from '../../kernel/actor.js';
import type { OpenTransaction } from '../../kernel/protocols.js';
import { invariant } from '../../kernel/invariant.js';
import { readText, textWordsAt, wordsOfText, writeText } from '../../kernel/words.js';
import { subtaskName, type TwoPhaseSink } from '../../job/job-graph.js';
import { named } from '../protocol.js';
import {
  GO_ON,
  NOTHING,
  READY,
  type ConnectorOutcome,
  type ConnectorPort,
  type ConnectorTag,
  type LogAnswer,
} from './port.js';
import { addRow, rowBatch, takeRows, type RowBatch } from './row-batch.js';

/** A prepared transaction that waits for its checkpoint. */
export type PendingCommit = Readonly<{ checkpoint: number; transaction: string }>;

type Step = Readonly<{ body: Message; tag: ConnectorTag; twice: boolean }>;

export type TwoPhaseSinkInstance = {
  readonly kind: 'twoPhaseSink';
  readonly operator: TwoPhaseSink;
  readonly producer: string;
  readonly attempt: number;
  readonly batch: RowBatch;
  /** Transaction that rows go into; none before the first row. */
  current: string | undefined;
  opened: number;
  pending: readonly PendingCommit[];
  /** Recovery requests that are not answered yet. */
  recovering: number;
  /** Requests on the current transaction, the first one under way. */
  readonly steps: Step[];
};

/** Batches that may wait before the sink takes no more rows. */
const STEPS_WAITING = 8;

export function twoPhaseSinkOf(
  operator: TwoPhaseSink,
  vertex: string,
  subtask: number,
  attempt: number,
): TwoPhaseSinkInstance {
  return {
    kind: 'twoPhaseSink',
    operator,
    producer: subtaskName(vertex, subtask),
    attempt,
    batch: rowBatch(),
    current: undefined,
    opened: 0,
    pending: [],
    recovering: 0,
    steps: [],
  };
}

/** Pending commits as bytes. */
export function twoPhaseSinkState(sink: TwoPhaseSinkInstance): Words {
  let words = 1;
  for (const { transaction } of sink.pending) words += 1 + wordsOfText(transaction);
  const state = new Int32Array(words);
  state[0] = sink.pending.length;
  let at = 1;
  for (const { checkpoint, transaction } of sink.pending) {
    state[at] = checkpoint;
    at = writeText(transaction, state, at + 1);
  }
  return state;
}

/** Takes the pending commits that a snapshot holds. */
export function restoreTwoPhaseSink(sink: TwoPhaseSinkInstance, words: Words): void {
  const pending: PendingCommit[] = [];
  let at = 1;
  for (let index = 0; index < (words[0] ?? 0); index += 1) {
    pending.push({ checkpoint: words[at] as number, transaction: readText(words, at + 1) });
    at += 1 + textWordsAt(words, at + 1);
  }
  sink.pending = pending;
}

/** Fences every earlier attempt and asks what they left open. */
export function startProducer(sink: TwoPhaseSinkInstance, port: ConnectorPort): ConnectorOutcome {
  port.ask(bodyOf(sink, 'startProducer', 0, ''), tagOf('start', 0, ''), true);
  return NOTHING;
}

/** Whether the sink takes rows now. */
export function takesRows(sink: TwoPhaseSinkInstance): boolean {
  return sink.steps.length < STEPS_WAITING;
}

/** Writes a row into the current transaction. */
export function writeToSink(
  sink: TwoPhaseSinkInstance,
  port: ConnectorPort,
  rowsMax: number,
  words: Words,
  from: number,
  to: number,
): void {
  addRow(sink.batch, words, from, to);
  if (sink.batch.rows >= rowsMax) flush(sink, port);
}

function flush(sink: TwoPhaseSinkInstance, port: ConnectorPort): void {
  if (sink.batch.rows === 0) return;
  const transaction = sink.current ?? begin(sink, port);
  const { taken } = sink.batch; // the number of the write within its transaction
  const body = { ...bodyOf(sink, 'writeRows', taken, transaction), words: takeRows(sink.batch) };
  enqueue(sink, port, { body, tag: tagOf('write', 0, transaction), twice: false });
}

function begin(sink: TwoPhaseSinkInstance, port: ConnectorPort): string {
  sink.opened += 1;
  const transaction = sink.producer + '-' + String(sink.attempt) + '-' + String(sink.opened);
  sink.current = transaction;
  sink.batch.taken = 0;
  const { topic } = sink.operator;
  const body = { ...bodyOf(sink, 'beginTransaction', sink.opened, transaction), topic };
  enqueue(sink, port, { body, tag: tagOf('begin', 0, transaction), twice: false });
  return transaction;
}

/** Makes everything written so far safe for a checkpoint; done when `prepared` comes out. */
export function prepareSink(
  sink: TwoPhaseSinkInstance,
  port: ConnectorPort,
  checkpoint: number,
): ConnectorOutcome {
  flush(sink, port);
  if (sink.current === undefined) return { kind: 'prepared', checkpoint };
  const transaction = sink.current;
  const body = {
    ...bodyOf(sink, 'prepareTransaction', checkpoint, transaction),
    checkpoint,
  };
  enqueue(sink, port, { body, tag: tagOf('prepare', checkpoint, transaction), twice: true });
  return NOTHING;
}

/** A checkpoint has completed: everything pending up to it is committed, in order. */
export function commitUpTo(
  sink: TwoPhaseSinkInstance,
  port: ConnectorPort,
  checkpoint: number,
): ConnectorOutcome {
  const due = sink.pending.filter((pending) => pending.checkpoint <= checkpoint);
  for (const { transaction } of due) {
    port.out.moment('commitSent', checkpoint, port.subtask, undefined);
    const body = bodyOf(sink, 'commitTransaction', checkpoint, transaction);
    port.ask(body, tagOf('commit', checkpoint, transaction), true);
  }
  return due.length === 0 ? { kind: 'committed', checkpoint } : NOTHING;
}

/** Gives up what is not prepared; nobody waits for the answer. */
export function abandonSink(sink: TwoPhaseSinkInstance, port: ConnectorPort): void {
  if (sink.current === undefined) return;
  const body = bodyOf(sink, 'abortTransaction', sink.opened, sink.current);
  port.ask(body, tagOf('abandon', 0, sink.current), true);
}

/** The broker answered, or did not. */
export function sinkAnswered(
  sink: TwoPhaseSinkInstance,
  port: ConnectorPort,
  tag: ConnectorTag,
  answer: LogAnswer | undefined,
): ConnectorOutcome {
  if (answer === undefined) return { kind: 'failed', cause: 'no answer to ' + tag.what };
  if (answer.kind === 'producerFenced') return { kind: 'failed', cause: 'producer fenced' };
  if (answer.kind === 'unavailable') return askAgain(sink, port, tag);
  if (answer.kind === 'transactionUnknown' && tag.what !== 'abort')
    return { kind: 'failed', cause: 'transaction unknown at ' + tag.what };
  switch (tag.what) {
    case 'start':
      return recover(sink, port, answer.kind === 'producerStarted' ? answer.open : []);
    case 'recover':
      sink.pending = sink.pending.filter((pending) => pending.transaction !== tag.name);
      return recovered(sink);
    case 'abort':
      return recovered(sink);
    case 'commit':
      return committed(sink, port, tag);
    case 'prepare':
      return prepared(sink, port, tag);
    default:
      return stepDone(sink, port);
  }
}

/** What earlier attempts left: pending for a completed checkpoint, or nothing of ours. */
function recover(
  sink: TwoPhaseSinkInstance,
  port: ConnectorPort,
  open: readonly OpenTransaction[],
): ConnectorOutcome {
  port.out.moment('recovered', sink.pending.length, port.subtask, undefined);
  for (const { transaction, checkpoint } of sink.pending) {
    const body = bodyOf(sink, 'commitTransaction', checkpoint, transaction);
    port.ask(body, tagOf('recover', checkpoint, transaction), true);
    sink.recovering += 1;
  }
  for (const { transaction, checkpoint } of open) {
    if (sink.pending.some((pending) => pending.transaction === transaction)) continue;
    const body = bodyOf(sink, 'abortTransaction', checkpoint, transaction);
    port.ask(body, tagOf('abort', checkpoint, transaction), true);
    sink.recovering += 1;
  }
  return sink.recovering === 0 ? READY : NOTHING;
}

function recovered(sink: TwoPhaseSinkInstance): ConnectorOutcome {
  sink.recovering -= 1;
  return sink.recovering === 0 ? READY : NOTHING;
}

function committed(
  sink: TwoPhaseSinkInstance,
  port: ConnectorPort,
  tag: ConnectorTag,
): ConnectorOutcome {
  sink.pending = sink.pending.filter((pending) => pending.transaction !== tag.name);
  port.out.moment('committed', tag.number, port.subtask, undefined);
  const left = sink.pending.some((pending) => pending.checkpoint <= tag.number);
  return left ? NOTHING : { kind: 'committed', checkpoint: tag.number };
}

function prepared(
  sink: TwoPhaseSinkInstance,
  port: ConnectorPort,
  tag: ConnectorTag,
): ConnectorOutcome {
  sink.pending = [...sink.pending, { checkpoint: tag.number, transaction: tag.name }];
  sink.current = undefined;
  port.out.moment('prepared', tag.number, port.subtask, undefined);
  stepDone(sink, port);
  return { kind: 'prepared', checkpoint: tag.number };
}

function enqueue(sink: TwoPhaseSinkInstance, port: ConnectorPort, step: Step): void {
  sink.steps.push(step);
  if (sink.steps.length === 1) port.ask(step.body, step.tag, step.twice);
}

function stepDone(sink: TwoPhaseSinkInstance, port: ConnectorPort): ConnectorOutcome {
  sink.steps.shift();
  const [next] = sink.steps;
  if (next !== undefined) port.ask(next.body, next.tag, next.twice);
  return GO_ON;
}

/** Nothing of it was done: the same request again, a bounded number of times. */
function askAgain(
  sink: TwoPhaseSinkInstance,
  port: ConnectorPort,
  tag: ConnectorTag,
): ConnectorOutcome {
  if (tag.tries >= port.triesMax) return { kind: 'failed', cause: 'refused: ' + tag.what };
  const again = { ...tag, tries: tag.tries + 1 };
  const [step] = sink.steps;
  switch (tag.what) {
    case 'start':
      port.ask(bodyOf(sink, 'startProducer', 0, ''), again, true);
      return NOTHING;
    case 'recover':
    case 'commit':
      port.ask(bodyOf(sink, 'commitTransaction', tag.number, tag.name), again, true);
      return NOTHING;
    case 'abort':
      port.ask(bodyOf(sink, 'abortTransaction', tag.number, tag.name), again, true);
      return NOTHING;
    default:
      invariant(step !== undefined, 'a step that was refused is the one under way', tag);
      port.ask(step.body, again, step.twice);
      return NOTHING;
  }
}

function bodyOf(
  sink: TwoPhaseSinkInstance,
  kind: string,
  subject: number,
  transaction: string,
): Message & Readonly<{ transaction: string }> {
  const { producer, attempt } = sink;
  const about = named(transaction === '' ? producer : transaction);
  const body = { kind, subject, about, attempt, producer, transaction };
  return body;
}

function tagOf(what: string, number: number, name: string): ConnectorTag {
  return { what, number, name, tries: 0 };
}
