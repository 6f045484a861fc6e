/**
 * The chain of a task: its operators, each with what it hands its rows to: operators of the chain,
 * called at once, and edges to other tasks. A row goes down the whole chain before the next record
 * begins. Source: Flink, OperatorChain.
 */
import { unreachable } from '../../kernel/invariant.js';
import type { Words } from '../../kernel/actor.js';
import { advance, hashRecord, type Tally } from '../../history/witness.js';
import type { Emit } from '../../job/functions.js';
import type { ChainedOperator, OutputName } from '../../job/job-graph.js';
import type { ConnectorPort } from '../connectors/port.js';
import {
  isSinkInstance,
  roomInSink,
  sinkTakesRows,
  writeRow,
  type SinkInstance,
} from '../connectors/sink.js';
import { asyncRoom, sendRecord, type AsyncInstance } from '../operators/async.js';
import { broadcastRecord } from '../operators/broadcast-state.js';
import type { Collector } from '../operators/collector.js';
import { joinRecord } from '../operators/interval-join.js';
import { operatorStateRecord } from '../operators/operator-state.js';
import { processRecord } from '../operators/process.js';
import { addToWindows } from '../operators/window.js';
import { applyKeyed, type OperatorInstance } from './operators.js';
import type { Task, TaskEnv } from './task.js';
import { sendQueued } from './transfer.js';
import {
  isAvailable,
  put,
  putTimed,
  roomOf,
  routeOf,
  seal,
  type OutputChannel,
  type OutputEdge,
} from './writer.js';

/** One operator of a chain. */
export type Link = {
  readonly declared: ChainedOperator;
  readonly instance: OperatorInstance;
  readonly port: ConnectorPort;
  readonly edges: readonly OutputEdge[];
  readonly lateEdges: readonly OutputEdge[];
  /** Hands rows on; made when the first one comes. */
  emit: Emit | undefined;
  collector: Collector | undefined;
};

/** An asynchronous operator of a chain. */
export type AsyncLink = Link & Readonly<{ instance: AsyncInstance }>;

/** A sink of a chain. */
export type SinkLink = Link & Readonly<{ instance: SinkInstance }>;

/** The asynchronous operators of a chain. */
export function callsOf(chain: readonly Link[]): AsyncLink[] {
  return chain.filter((link): link is AsyncLink => link.instance.kind === 'async');
}

/** The sinks of a chain. */
export function sinksOf(chain: readonly Link[]): SinkLink[] {
  return chain.filter((link): link is SinkLink => isSinkInstance(link.instance));
}

/** Whether one record may give several rows; a batch of such records could not be bounded. */
export function amplifies(chain: readonly Link[]): boolean {
  return chain.some(({ instance }) => rowsMaxOf(instance) > 1);
}

function rowsMaxOf(instance: OperatorInstance): number {
  switch (instance.kind) {
    case 'transform':
    case 'async':
      return instance.operator.function.rowsMax;
    case 'window': {
      const { assigner } = instance.operator;
      return assigner.kind === 'sliding' ? Math.ceil(assigner.size / assigner.slide) : 1;
    }
    case 'process':
    case 'intervalJoin':
    case 'broadcastState':
    case 'operatorState':
      return Infinity;
    default:
      return 1;
  }
}

/** Whether every place that a row may go to can take it. */
export function mayTakeRows({ sinks, writer }: Task): boolean {
  for (const { instance } of sinks) if (!sinkTakesRows(instance)) return false;
  return isAvailable(writer);
}

/** Records that may be put in service before something is full; none while an operator is. */
export function roomInChain(
  { calls, sinks, writer, amplifies: isWide }: Task,
  env: TaskEnv,
): number {
  let room = isWide ? 1 : roomOf(writer);
  for (const { instance } of calls) room = Math.min(room, asyncRoom(instance));
  if (!isWide)
    for (const { instance } of sinks)
      room = Math.min(room, roomInSink(instance, env.configuration.sinkBatchRows));
  return room;
}

/**
 * An operator of the chain takes a row. For the first one of a task the hash of the record stands
 * ready in the register of `history/witness`.
 */
export function enter(
  task: Task,
  env: TaskEnv,
  link: Link,
  words: Words,
  from: number,
  to: number,
): void {
  const { instance, port } = link;
  switch (instance.kind) {
    case 'source':
      return handOn(task, env, link, words, from, to);
    case 'transform':
      link.emit ??= (row, start, end) => {
        if (link.edges.length > 0 && !task.timed) hashRecord(row, start, end);
        handOn(task, env, link, row, start, end);
      };
      return instance.operator.function.apply(words, from, to, link.emit);
    case 'keyed': {
      const row = applyKeyed(instance, words, from, to);
      if (link.edges.length > 0 && !task.timed) hashRecord(row.words, 0, row.length);
      return handOn(task, env, link, row.words, 0, row.length);
    }
    case 'window':
      return addToWindows(instance, collectorOf(task, env, link), words, from, to, task.time);
    case 'process': {
      const out = collectorOf(task, env, link);
      return processRecord(instance, out, task.input, words, from, timeIn(task));
    }
    case 'intervalJoin': {
      const out = collectorOf(task, env, link);
      return joinRecord(instance, out, task.input, words, from, to, task.time);
    }
    case 'async':
      return sendRecord(instance, port, words.slice(from, to), task.time);
    case 'operatorState': {
      const out = collectorOf(task, env, link);
      return operatorStateRecord(instance, out, words, from, timeIn(task));
    }
    case 'broadcastState': {
      const out = collectorOf(task, env, link);
      return broadcastRecord(instance, out, task.input, words, from, timeIn(task));
    }
    case 'twoPhaseSink':
    case 'plainSink':
    case 'fileSink':
    case 'upsertSink':
      return writeRow(instance, port, env.configuration.sinkBatchRows, words, from, to);
    default:
      return unreachable(instance);
  }
}

/** The time of the record that is worked, where records have times. */
function timeIn({ timed, time }: Task): number | undefined {
  return timed ? time : undefined;
}

/**
 * Writes a row into the buffer of a channel. Its hash stands ready, but for a row with a time: that
 * is hashed with it, as it lies in the buffer.
 */
function write(
  task: Task,
  env: TaskEnv,
  channel: OutputChannel,
  words: Words,
  from: number,
  to: number,
): void {
  let isFull: boolean;
  if (task.timed) {
    const at = channel.openLength + 1;
    isFull = putTimed(task.writer, channel, words, from, to - from, task.time);
    hashRecord(channel.open, at, channel.openLength);
  } else isFull = put(task.writer, channel, words, from, to - from);
  advance(task.witness.outputs[channel.index] as Tally);
  if (!isFull) return;
  seal(channel);
  sendQueued(env, channel);
}

/** What an operator that is called with more than one record, or none, may do. */
export function collectorOf(task: Task, env: TaskEnv, link: Link): Collector {
  const leave = (output: OutputName, row: Words, from: number, to: number, time: number): void => {
    const before = task.time;
    task.time = time;
    if (!task.timed) hashRecord(row, from, to);
    handOn(task, env, link, row, from, to, output);
    task.time = before;
  };
  return (link.collector ??= {
    emit: (row, from, to, time) => {
      leave('main', row, from, to, time);
    },
    late: (row, from, to, time) => {
      leave('late', row, from, to, time);
    },
    watermark: () => task.eventTime.watermark,
    clock: () => Math.floor(env.out.now() / 1_000),
  });
}

/** The service has answered for a record: what the function makes of that leaves. */
export function emitAnswer(
  task: Task,
  env: TaskEnv,
  link: AsyncLink,
  answer: Words,
  time: number,
): void {
  const { emit } = collectorOf(task, env, link);
  link.instance.operator.function.apply(answer, 0, answer.length, (row, from, to) => {
    emit(row, from, to, time);
  });
}

/** A row leaves an operator: over its edges, where its hash stands ready, then down the chain. */
function handOn(
  task: Task,
  env: TaskEnv,
  link: Link,
  words: Words,
  from: number,
  to: number,
  output: OutputName = 'main',
): void {
  for (const edge of output === 'main' ? link.edges : link.lateEdges)
    if (edge.exchange.kind === 'broadcast')
      for (const channel of edge.channels) write(task, env, channel, words, from, to);
    else write(task, env, routeOf(edge, words, from), words, from, to);
  const { next, nextLate } = link.declared;
  for (const place of output === 'main' ? next : nextLate)
    enter(task, env, task.chain[place] as Link, words, from, to);
}
