/**
 * A subtask's inputs: channels with credits, and the order in which their elements are taken.
 *
 * Each channel owns a few exclusive buffers and may borrow floating ones of the gate while its
 * sender has a backlog; a sender sends a buffer only with credit, and credit is given for a buffer
 * that is free. What arrives without one has no place to be. A channel that has something is served
 * in turn. Source: Flink's credit-based flow control, SingleInputGate.
 */
import type { InFlight } from '../../history/channel-state.js';
import type { Words } from '../../kernel/actor.js';
import type { Entity } from '../../kernel/ids.js';
import type { Micros } from '../../kernel/time.js';

/** What a channel holds: records (not yet worked from `at`), or an event between them. */
export type Element =
  | {
      readonly kind: 'records';
      readonly words: Words;
      at: number;
      readonly sender: number;
      /** It comes from a snapshot, and takes no buffer of the channel. */
      readonly recovered: boolean;
    }
  | { readonly kind: 'watermark'; readonly watermark: number }
  | { readonly kind: 'watermarkStatus'; readonly idle: boolean }
  | { readonly kind: 'endOfData' }
  | { readonly kind: 'endOfPartition' }
  /** All that the sender has restored for the channel stands before it. */
  | { readonly kind: 'endOfChannelState' }
  | { readonly kind: 'barrier'; readonly id: number; readonly timestamp: Micros }
  | { readonly kind: 'cancelMarker'; readonly id: number };

/** What comes before the barrier of a checkpoint, for its snapshot. */
export type Recording = Readonly<{ checkpoint: number; inFlight: InFlight[] }>;

export type InputChannel = {
  readonly index: number;
  /** Which input of the operator it belongs to, and its place among those of that input. */
  readonly input: number;
  readonly place: number;
  readonly entity: Entity;
  /** Attempt of both ends; what another attempt sends is not for this channel. */
  readonly attempt: number;
  readonly producer: string;
  readonly producerManager: string;
  readonly queue: Element[];
  /** Elements that have come in all. */
  arrived: number;
  /** The newest barrier that has come, and how many elements had come before it. */
  barrier: Readonly<{ id: number; place: number }>;
  /** What comes is kept here, as its barrier is still to come to a checkpoint that has begun. */
  recording: Recording | undefined;
  /** Number that the next buffer must have. */
  expected: number;
  /** Floating buffers that it has borrowed. */
  borrowed: number;
  /** Buffers, its own and borrowed, that hold nothing: the sender has, or will have, credit. */
  free: number;
  backlog: number;
  /** How often it has given credit. */
  grants: number;
  waiting: boolean;
  /** Its producer has finished, and everything it sent was taken. */
  ended: boolean;
};

export type Gate = {
  readonly channels: readonly InputChannel[];
  /** Channels that hold something, in the order in which they are served. */
  readonly ready: InputChannel[];
  floatingFree: number;
};

/** Puts an element at the end of its channel. */
export function enqueue(gate: Gate, channel: InputChannel, element: Element): void {
  channel.queue.push(element);
  channel.arrived += 1;
  const inFlight = channel.recording && inFlightOf(element);
  if (inFlight !== undefined) channel.recording?.inFlight.push(inFlight);
  makeReady(gate, channel);
}

/**
 * The barrier of a checkpoint has come, wherever it stands: what comes later is behind it. One of
 * an older checkpoint, which was given up, says nothing of the newer one.
 */
export function noteBarrierAt(channel: InputChannel, id: number): void {
  channel.barrier = { id, place: channel.arrived };
  if (channel.recording !== undefined && channel.recording.checkpoint <= id)
    channel.recording = undefined;
}

/**
 * What stands on a channel before the barrier of a checkpoint, and is in no state: what waits, and
 * the rest of the buffer that is being worked. If its barrier is still to come, so is more.
 *
 * @param rest  words of the channel's buffer that is being worked, which are still to be worked
 */
export function storeInFlight(
  channel: InputChannel,
  id: number,
  rest: Words | undefined,
): InFlight[] {
  const { queue, arrived, barrier } = channel;
  const before = barrier.id === id ? barrier.place : arrived;
  const own = queue.slice(0, Math.max(0, before - (arrived - queue.length)));
  const stored = own.flatMap((element) => inFlightOf(element) ?? []);
  if (rest !== undefined && rest.length > 0) stored.unshift({ kind: 'records', words: rest });
  if (barrier.id !== id) channel.recording = { checkpoint: id, inFlight: stored };
  return stored;
}

/** An element as it is stored; an event between records is sent again, and is not. */
function inFlightOf(element: Element): InFlight | undefined {
  switch (element.kind) {
    case 'records':
      return { kind: 'records', words: element.words.slice(element.at) };
    case 'watermark':
    case 'watermarkStatus':
      return element;
    default:
      return undefined;
  }
}

/** An element that was stored. */
export function recovered(inFlight: InFlight, sender: number): Element {
  if (inFlight.kind !== 'records') return inFlight;
  return { kind: 'records', words: inFlight.words, at: 0, sender, recovered: true };
}

function makeReady(gate: Gate, channel: InputChannel): void {
  if (channel.waiting) return;
  channel.waiting = true;
  gate.ready.push(channel);
}

/** Takes the next element with its channel; undefined when the gate is empty. */
export function takeNext(
  gate: Gate,
): Readonly<{ channel: InputChannel; element: Element }> | undefined {
  const channel = gate.ready.shift();
  if (channel === undefined) return undefined;
  channel.waiting = false;
  const element = channel.queue.shift();
  if (element === undefined) return undefined;
  if (channel.queue.length > 0) makeReady(gate, channel);
  return { channel, element };
}

/** A buffer takes a free place; false when there is none: it came without credit. */
export function takeFreeBuffer(channel: InputChannel): boolean {
  if (channel.free === 0) return false;
  channel.free -= 1;
  return true;
}

/** A buffer came with its sender's backlog: borrows floating buffers for it; returns new credit. */
export function creditForBacklog(gate: Gate, channel: InputChannel, backlog: number): number {
  channel.backlog = backlog;
  const wanted = Math.max(0, backlog - channel.borrowed);
  const granted = Math.min(wanted, gate.floatingFree);
  gate.floatingFree -= granted;
  channel.borrowed += granted;
  channel.free += granted;
  return granted;
}

/** A buffer of the channel was worked and is free again; returns the credit to give back. */
export function creditForRecycled(gate: Gate, channel: InputChannel): number {
  if (channel.borrowed > 0 && channel.backlog < channel.borrowed) {
    channel.borrowed -= 1;
    gate.floatingFree += 1;
    return 0;
  }
  channel.free += 1;
  return 1;
}
