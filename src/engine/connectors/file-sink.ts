/**
 * The file sink. Rows go into a file that is in progress and hidden; it is closed when it has so
 * many rows, at a checkpoint if that is asked for, and at the end of the input. Files that were
 * closed are pending: the next snapshot names them, and when its checkpoint has completed the
 * committer finishes them, which makes their rows visible.
 *
 * A file that is still in progress at a snapshot stands in the state with its length. A restore
 * cuts what came behind that and goes on in the same file; what lost attempts began stays hidden
 * for ever, and their names are not used again: `part-<subtask>-<attempt>-<counter>`.
 *
 * Requests go one at a time, in order. Source: Flink, FileSink: FileWriterBucket, FileCommitter,
 * RecoverableWriter.
 */
import type { Message, Words } from '../../kernel/actor.js';
import { invariant } from '../../kernel/invariant.js';
import type { FileAnswer } from '../../kernel/protocols.js';
import { readText, textBlock } from '../../kernel/words.js';
import { subtaskName, type FileSink } from '../../job/job-graph.js';
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
} from './port.js';
import { addRow, rowBatch, takeRows, type RowBatch } from './row-batch.js';

/** A file that is in progress: words and rows that were handed to it. */
type OpenFile = { readonly name: string; length: number; rows: number };

type ClosedFile = Readonly<{ name: string; size: number }>;

type Step = Readonly<{ body: Message; tag: ConnectorTag }>;

export type FileSinkInstance = {
  readonly kind: 'fileSink';
  readonly operator: FileSink;
  readonly writer: string;
  readonly attempt: number;
  readonly batch: RowBatch;
  /** The file in progress; none before the first row. */
  current: OpenFile | undefined;
  opened: number;
  /** Files that were closed since the last snapshot. */
  closed: readonly ClosedFile[];
  readonly committer: Committer;
  /** Whether the file in progress is being cut and opened again. */
  reopening: boolean;
  /** Requests of the writer, the first one under way. */
  readonly steps: Step[];
  /** Checkpoint that waits for them. */
  preparing: number | undefined;
};

/** Requests that may wait before the sink takes no more rows. */
const STEPS_WAITING = 8;

export function fileSinkOf(
  operator: FileSink,
  uid: string,
  subtask: number,
  attempt: number,
): FileSinkInstance {
  return {
    kind: 'fileSink',
    operator,
    writer: subtaskName(uid, subtask),
    attempt,
    batch: rowBatch(),
    current: undefined,
    opened: 0,
    closed: [],
    committer: committerOf(),
    reopening: false,
    steps: [],
    preparing: undefined,
  };
}

/** Pending files and the one in progress as bytes. */
export function fileSinkState({ committer, current }: FileSinkInstance): Words {
  const pending = committerState(committer);
  if (current === undefined) return pending;
  const name = textBlock(current.name);
  const state = new Int32Array(pending.length + 2 + name.length);
  state.set(pending);
  state[pending.length] = current.length;
  state[pending.length + 1] = current.rows;
  state.set(name, pending.length + 2);
  return state;
}

/** Takes what a snapshot holds. */
export function restoreFileSink(sink: FileSinkInstance, words: Words): void {
  const at = restoreCommitter(sink.committer, words);
  if (at >= words.length) return;
  const [length, rows] = [words[at] as number, words[at + 1] as number];
  sink.current = { name: readText(words, at + 2), length, rows };
}

/** Finishes the pending files of the state, and opens the one in progress at its length. */
export function startFileSink(sink: FileSinkInstance, port: ConnectorPort): ConnectorOutcome {
  const commits = commitRestored(sink.committer, port, askFinish(sink, port));
  if (sink.current !== undefined) {
    const { name, length } = sink.current;
    sink.reopening = true;
    enqueue(sink, port, 'reopen', bodyOf(sink, 'reopenFile', length, name, { length }));
  }
  return commits || sink.reopening ? NOTHING : READY;
}

/** Whether the sink takes rows now. */
export function takesFileRows(sink: FileSinkInstance): boolean {
  return sink.steps.length < STEPS_WAITING;
}

/** Rows that it takes before it writes or closes. */
export function roomInFile(
  { batch, current, operator }: FileSinkInstance,
  rowsMax: number,
): number {
  const { rollRows = Infinity } = operator;
  return Math.min(rowsMax, rollRows - (current?.rows ?? 0)) - batch.rows;
}

/** Writes a row into the file in progress. */
export function writeFileRow(
  sink: FileSinkInstance,
  port: ConnectorPort,
  rowsMax: number,
  words: Words,
  from: number,
  to: number,
): void {
  addRow(sink.batch, words, from, to);
  if (roomInFile(sink, rowsMax) > 0) return;
  flush(sink, port);
  const { rollRows = Infinity } = sink.operator;
  if ((sink.current?.rows ?? 0) >= rollRows) roll(sink, port);
}

function flush(sink: FileSinkInstance, port: ConnectorPort): void {
  const { rows } = sink.batch;
  if (rows === 0) return;
  const file = (sink.current ??= begin(sink));
  const words = takeRows(sink.batch);
  const offset = file.length;
  file.length += words.length;
  file.rows += rows;
  const body = bodyOf(sink, 'appendToFile', offset, file.name, { offset, words });
  enqueue(sink, port, 'append', body);
}

function begin(sink: FileSinkInstance): OpenFile {
  sink.opened += 1;
  const name = ['part', sink.writer, String(sink.attempt), String(sink.opened)].join('-');
  return { name, length: 0, rows: 0 };
}

/** Closes the file in progress: it is pending from now on. */
function roll(sink: FileSinkInstance, port: ConnectorPort): void {
  if (sink.current === undefined) return;
  const { name, length } = sink.current;
  sink.current = undefined;
  sink.closed = [...sink.closed, { name, size: length }];
  enqueue(sink, port, 'close', bodyOf(sink, 'closeFile', length, name, { length }));
}

/**
 * Makes everything written so far safe for a checkpoint; done when `prepared` comes out.
 *
 * @param isLast  whether the input has ended: nothing stays in progress
 */
export function prepareFileSink(
  sink: FileSinkInstance,
  port: ConnectorPort,
  checkpoint: number,
  isLast: boolean,
): ConnectorOutcome {
  flush(sink, port);
  if (sink.operator.rollOnCheckpoint || isLast) roll(sink, port);
  sink.preparing = checkpoint;
  return prepared(sink, port);
}

function prepared(sink: FileSinkInstance, port: ConnectorPort): ConnectorOutcome {
  const { preparing: checkpoint } = sink;
  if (checkpoint === undefined || sink.steps.length > 0) return GO_ON;
  sink.preparing = undefined;
  for (const file of sink.closed) addCommittable(sink.committer, { checkpoint, ...file });
  sink.closed = [];
  port.out.moment('prepared', checkpoint, port.subtask, undefined);
  return { kind: 'prepared', checkpoint };
}

/** A checkpoint has completed: what is pending up to it is finished. */
export function finishUpTo(
  sink: FileSinkInstance,
  port: ConnectorPort,
  checkpoint: number,
): ConnectorOutcome {
  return commitUpTo(sink.committer, port, checkpoint, askFinish(sink, port));
}

function askFinish(sink: FileSinkInstance, port: ConnectorPort): AskCommit {
  return ({ checkpoint, name, size }, tag) => {
    port.ask(bodyOf(sink, 'finishFile', checkpoint, name, { length: size }), tag, true);
  };
}

/** The file system answered, or did not. */
export function fileSinkAnswered(
  sink: FileSinkInstance,
  port: ConnectorPort,
  tag: ConnectorTag,
  answer: FileAnswer | undefined,
): ConnectorOutcome {
  if (tag.what === 'commit') {
    const ask = askFinish(sink, port);
    const outcome = commitAnswered(sink.committer, port, tag, stateOf(answer), ask);
    return outcome.kind === 'ready' && sink.reopening ? NOTHING : outcome;
  }
  if (answer === undefined) return { kind: 'failed', cause: 'no answer to ' + tag.what };
  if (answer.kind === 'unavailable') return askAgain(sink, port, tag);
  if (answer.kind === 'fileFenced' || answer.kind === 'fileUnknown')
    return { kind: 'failed', cause: answer.kind + ' at ' + tag.what };
  sink.steps.shift();
  const [next] = sink.steps;
  if (next !== undefined) port.ask(next.body, next.tag, true);
  if (!sink.reopening) return prepared(sink, port);
  sink.reopening = false;
  return sink.committer.phase === 'recovering' ? NOTHING : READY;
}

function stateOf(answer: FileAnswer | undefined): CommitState {
  if (answer === undefined || answer.kind === 'unavailable') return 'retry';
  return answer.kind === 'fileFinished' ? 'committed' : 'failed';
}

function enqueue(sink: FileSinkInstance, port: ConnectorPort, what: string, body: FileBody): void {
  const step = { body, tag: { what, number: body.subject, name: body.name, tries: 0 } };
  sink.steps.push(step);
  if (sink.steps.length === 1) port.ask(step.body, step.tag, true);
}

/** Nothing of it was done: the same request again, a bounded number of times. */
function askAgain(
  sink: FileSinkInstance,
  port: ConnectorPort,
  tag: ConnectorTag,
): ConnectorOutcome {
  if (tag.tries >= port.triesMax) return { kind: 'failed', cause: 'refused: ' + tag.what };
  const [step] = sink.steps;
  invariant(step !== undefined, 'a step that was refused is the one under way', tag);
  port.ask(step.body, { ...tag, tries: tag.tries + 1 }, true);
  return NOTHING;
}

type FileBody = Message &
  Readonly<{ name: string; length?: number; offset?: number; words?: Words }>;

/** A request about a file, with what its kind has besides. */
function bodyOf(
  { attempt, writer, operator: { directory } }: FileSinkInstance,
  kind: string,
  subject: number,
  name: string,
  rest: Pick<FileBody, 'length' | 'offset' | 'words'>,
): FileBody {
  const body = { kind, subject, about: named(name), attempt, directory, name, writer, ...rest };
  return body;
}
