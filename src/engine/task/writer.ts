/**
 * A subtask's outputs: per channel one buffer that is being filled, a bounded queue of full ones
 * and events, and the credit that the consumer has given. After a barrier that holds records back a
 * channel stops until its consumer resumes it. Source: Flink, ResultPartition,
 * PipelinedSubpartition.
 */
import type { InFlight } from '../../history/channel-state.js';
import type { Words } from '../../kernel/actor.js';
import type { Entity } from '../../kernel/ids.js';
import { invariant } from '../../kernel/invariant.js';
import type { Micros } from '../../kernel/time.js';
import type { Exchange, OutputName } from '../../job/job-graph.js';
import { keyGroupOf, ownerOf } from '../../job/key-groups.js';
import { fieldAt, type RowType } from '../../job/row.js';
import { textWordsAt } from '../../kernel/words.js';

/**
 * How a barrier goes over a channel: it blocks the channel until the consumer resumes it, or it
 * holds nothing back, or it overtakes what waits to be sent.
 */
export type Passing = 'blocks' | 'holdsNothing' | 'overtakes';

/** What waits to be sent. */
export type Sealed =
  | Readonly<{ kind: 'buffer'; words: Words }>
  | Readonly<{ kind: 'watermark'; watermark: number }>
  | Readonly<{ kind: 'watermarkStatus'; idle: boolean }>
  | Readonly<{ kind: 'endOfData' }>
  | Readonly<{ kind: 'endOfPartition' }>
  | Readonly<{ kind: 'endOfChannelState' }>
  | Readonly<{ kind: 'barrier'; id: number; timestamp: Micros; passing: Passing }>
  | Readonly<{ kind: 'cancelMarker'; id: number }>;

export type OutputChannel = {
  /** Its place among the witness's outputs. */
  readonly index: number;
  readonly entity: Entity;
  readonly attempt: number;
  open: Words;
  openLength: number;
  openRecords: number;
  readonly queue: Sealed[];
  /** Whether a barrier may overtake what waits on it. */
  readonly mayOvertake: boolean;
  /** The consumer's task manager, once it has asked for the partition. */
  consumerManager: string | undefined;
  credit: number;
  /** A barrier was sent and the consumer has not resumed the channel. */
  blocked: boolean;
  /** Number of the next buffer. */
  sequence: number;
};

export type OutputEdge = {
  /** Place of the operator in the chain whose rows go over it, and which of its outputs. */
  readonly operator: number;
  readonly output: OutputName;
  readonly exchange: Exchange;
  readonly type: RowType;
  readonly maxParallelism: number;
  /** Index of the channel of each key group. */
  readonly owners: Uint16Array;
  readonly channels: readonly OutputChannel[];
  /** For an exchange in turn: whose turn it is. */
  turn: number;
};

export type Writer = {
  readonly edges: readonly OutputEdge[];
  readonly channels: readonly OutputChannel[];
  readonly recordsPerBuffer: number;
  readonly queuedMax: number;
};

const RECORD_WORDS_GUESS = 8;

/** No owners: what leaves by no key. */
export const nobody: Uint16Array = new Uint16Array(0);
const ownerTables = new Map<number, Uint16Array>();

/** The owner of each key group, as a table; made once in the life of the program. */
export function ownersOf(maxParallelism: number, parallelism: number): Uint16Array {
  const key = maxParallelism * 65_536 + parallelism;
  let owners = ownerTables.get(key);
  if (owners === undefined) {
    owners = Uint16Array.from({ length: maxParallelism }, (_, group) =>
      ownerOf(group, maxParallelism, parallelism),
    );
    ownerTables.set(key, owners);
  }
  return owners;
}

/** An output channel that holds nothing. */
export function outputChannel(
  index: number,
  entity: Entity,
  attempt: number,
  mayOvertake = false,
): OutputChannel {
  return {
    mayOvertake,
    index,
    entity,
    attempt,
    open: new Int32Array(0),
    openLength: 0,
    openRecords: 0,
    queue: [],
    consumerManager: undefined,
    credit: 0,
    blocked: false,
    sequence: 0,
  };
}

/** The channel that a record goes to. */
export function routeOf(edge: OutputEdge, words: Words, at: number): OutputChannel {
  const { exchange, channels } = edge;
  let target: number;
  if (exchange.kind === 'hash') {
    const from = fieldAt(edge.type, exchange.field, words, at);
    const isInt = edge.type[exchange.field]?.type === 'int';
    const group = keyGroupOf(
      words,
      from,
      from + (isInt ? 1 : textWordsAt(words, from)),
      edge.maxParallelism,
    );
    target = edge.owners[group] ?? 0;
  } else if (exchange.kind === 'forward') {
    target = 0;
  } else {
    target = edge.turn;
    edge.turn = (edge.turn + 1) % channels.length;
  }
  const channel = channels[target];
  invariant(channel !== undefined, 'every record has a channel', target);
  return channel;
}

/** Adds a record to the buffer that is being filled; true when that is full now. */
export function put(
  writer: Writer,
  channel: OutputChannel,
  words: Words,
  from: number,
  length: number,
): boolean {
  const needed = channel.openLength + 1 + length;
  if (channel.open.length < needed) grow(writer, channel, needed);
  const { open } = channel;
  let at = channel.openLength;
  open[at++] = length;
  for (let word = 0; word < length; word += 1) open[at + word] = words[from + word] as number;
  channel.openLength = needed;
  channel.openRecords += 1;
  return channel.openRecords >= writer.recordsPerBuffer;
}

/** Adds a record with its time, the word behind its row; true when the buffer is full now. */
export function putTimed(
  writer: Writer,
  channel: OutputChannel,
  words: Words,
  from: number,
  length: number,
  time: number,
): boolean {
  const at = channel.openLength;
  if (channel.open.length < at + length + 2) grow(writer, channel, at + length + 2);
  put(writer, channel, words, from, length);
  channel.open[at] = length + 1;
  channel.open[channel.openLength++] = time;
  return channel.openRecords >= writer.recordsPerBuffer;
}

function grow(writer: Writer, channel: OutputChannel, needed: number): void {
  const size = Math.max(2 * needed, writer.recordsPerBuffer * RECORD_WORDS_GUESS);
  const larger = new Int32Array(size);
  larger.set(channel.open.subarray(0, channel.openLength));
  channel.open = larger;
}

/** Queues the buffer that is being filled, if it holds anything. */
export function seal(channel: OutputChannel): void {
  if (channel.openRecords === 0) return;
  channel.queue.push({ kind: 'buffer', words: channel.open.slice(0, channel.openLength) });
  channel.openLength = 0;
  channel.openRecords = 0;
}

/** Records that may be written before some buffer is full, whatever their channels. */
export function roomOf(writer: Writer): number {
  let room = writer.recordsPerBuffer;
  for (const channel of writer.channels)
    room = Math.min(room, writer.recordsPerBuffer - channel.openRecords);
  return room;
}

/** Whether every channel can take one more full buffer. */
export function isAvailable(writer: Writer): boolean {
  for (const channel of writer.channels) if (channel.queue.length >= writer.queuedMax) return false;
  return true;
}

/** What may be sent on a channel now, taken from its queue; undefined when nothing may. */
export function takeSendable(channel: OutputChannel): Sealed | undefined {
  const [head] = channel.queue;
  if (head === undefined || channel.consumerManager === undefined || channel.blocked)
    return undefined;
  if (head.kind === 'buffer') {
    if (channel.credit === 0) return undefined;
    channel.credit -= 1;
  }
  channel.queue.shift();
  if (head.kind === 'endOfChannelState') channel.blocked = true;
  if (head.kind === 'barrier' && head.passing === 'blocks') channel.blocked = true;
  return head;
}

/**
 * A barrier overtakes what waits to be sent.
 *
 * @returns what it has overtaken, the buffer that is being filled included
 */
export function overtake(channel: OutputChannel, barrier: Sealed): InFlight[] {
  const stored = channel.queue.flatMap((sealed) => inFlightOf(sealed) ?? []);
  const { open, openLength } = channel;
  if (openLength > 0) stored.push({ kind: 'records', words: open.slice(0, openLength) });
  channel.queue.unshift(barrier);
  return stored;
}

/** What waits, as it is stored; events between records are sent again, and are not. */
function inFlightOf(sealed: Sealed): InFlight | undefined {
  switch (sealed.kind) {
    case 'buffer':
      return { kind: 'records', words: sealed.words };
    case 'watermark':
    case 'watermarkStatus':
      return sealed;
    default:
      return undefined;
  }
}

/** Full buffers that wait behind what was just taken. */
export function backlogOf(channel: OutputChannel): number {
  let backlog = 0;
  for (const sealed of channel.queue) if (sealed.kind === 'buffer') backlog += 1;
  return backlog;
}
