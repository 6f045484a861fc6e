/**
 * The two-phase-commit sink. Its writer puts rows into a transaction and prepares (pre-commits) it
 * at a snapshot, whose state names it as pending for that checkpoint; its committer commits it when
 * the checkpoint has completed, or when it is restored. Every other open one of this producer is
 * aborted at a restore.
 *
 * Requests of the writer go one at a time, in order. Source: Flink, Sink V2 and the Kafka sink's
 * LISTING recovery.
 */
import type { Message, Words } from '../../kernel/actor.js';
import type { OpenTransaction } from '../../kernel/protocols.js';
import { invariant } from '../../kernel/invariant.js';
import { subtaskName, type TwoPhaseSink } from '../../job/job-graph.js';
import { named } from '../protocol.js';
import {
  addCommittable,
  commitAnswered,
  committerOf,
  committerState,
  commitRestored,
  commitUpTo,
  restoreCommitter,
  type AskCommit,
  type CommitState,
  type Committer,
} from './committer.js';
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
  readonly committer: Committer;
  /** Strangers whose abort is not answered yet. */
  aborting: number;
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
    committer: committerOf(),
    aborting: 0,
    steps: [],
  };
}

/** Pending commits as bytes. */
export function twoPhaseSinkState({ committer }: TwoPhaseSinkInstance): Words {
  return committerState(committer);
}

/** Takes the pending commits that a snapshot holds. */
export function restoreTwoPhaseSink({ committer }: TwoPhaseSinkInstance, words: Words): void {
  restoreCommitter(committer, words);
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
export function commitTransactions(
  sink: TwoPhaseSinkInstance,
  port: ConnectorPort,
  checkpoint: number,
): ConnectorOutcome {
  return commitUpTo(sink.committer, port, checkpoint, askCommit(sink, port));
}

function askCommit(sink: TwoPhaseSinkInstance, port: ConnectorPort): AskCommit {
  return ({ checkpoint, name }, tag) => {
    port.ask(bodyOf(sink, 'commitTransaction', checkpoint, name), tag, true);
  };
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
  if (answer?.kind === 'producerFenced') return { kind: 'failed', cause: 'producer fenced' };
  if (tag.what === 'commit') {
    const ask = askCommit(sink, port);
    const outcome = commitAnswered(sink.committer, port, tag, stateOf(answer), ask);
    return outcome.kind === 'ready' ? recovered(sink) : outcome;
  }
  if (answer === undefined) return { kind: 'failed', cause: 'no answer to ' + tag.what };
  if (answer.kind === 'unavailable') return askAgain(sink, port, tag);
  if (answer.kind === 'transactionUnknown' && tag.what !== 'abort')
    return { kind: 'failed', cause: 'transaction unknown at ' + tag.what };
  switch (tag.what) {
    case 'start':
      return recover(sink, port, answer.kind === 'producerStarted' ? answer.open : []);
    case 'abort':
      sink.aborting -= 1;
      return recovered(sink);
    case 'prepare':
      return prepared(sink, port, tag);
    default:
      return stepDone(sink, port);
  }
}

function stateOf(answer: LogAnswer | undefined): CommitState {
  if (answer === undefined || answer.kind === 'unavailable') return 'retry';
  return answer.kind === 'transactionCommitted' ? 'committed' : 'failed';
}

/** What earlier attempts left: pending for a completed checkpoint, or nothing of ours. */
function recover(
  sink: TwoPhaseSinkInstance,
  port: ConnectorPort,
  open: readonly OpenTransaction[],
): ConnectorOutcome {
  const { pending } = sink.committer;
  commitRestored(sink.committer, port, askCommit(sink, port));
  for (const { transaction, checkpoint } of open) {
    if (pending.some(({ name }) => name === transaction)) continue;
    const body = bodyOf(sink, 'abortTransaction', checkpoint, transaction);
    port.ask(body, tagOf('abort', checkpoint, transaction), true);
    sink.aborting += 1;
  }
  return recovered(sink);
}

function recovered({ committer, aborting }: TwoPhaseSinkInstance): ConnectorOutcome {
  return committer.phase === 'recovering' || aborting > 0 ? NOTHING : READY;
}

function prepared(
  sink: TwoPhaseSinkInstance,
  port: ConnectorPort,
  tag: ConnectorTag,
): ConnectorOutcome {
  addCommittable(sink.committer, { checkpoint: tag.number, name: tag.name, size: 0 });
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
