/**
 * Barriers for exactly-once: one handler a subtask, over all its input channels.
 *
 * Aligned: a channel that delivered the barrier stays blocked at its sender until all have; then
 * the subtask takes its snapshot and every channel goes on. Unaligned: a barrier overtakes the
 * records of its channel, and the first to come has the subtask take its snapshot at once; what
 * stands before the barriers on the channels is stored with it, until all have come. Barriers of
 * one checkpoint may come in both ways, as some channels are never overtaken.
 *
 * Whoever gives a checkpoint up says so downstream, so on each channel every checkpoint that goes
 * past the sender has a barrier or a marker; a newer barrier finds an older one pending only where
 * a sender never heard of that.
 *
 * A pure state machine. Source: Flink, SingleCheckpointBarrierHandler with its states.
 */
import { unreachable } from '../../kernel/invariant.js';
import type { Micros } from '../../kernel/time.js';
import type { DeclineReason } from '../protocol.js';
import type { BarrierEffect, BarrierEvent } from './barrier.js';

export type Alignment = Readonly<{
  kind: 'alignment';
  channels: number;
  /** Newest checkpoint heard of; 0 before the first. */
  current: number;
  /** When `current` was asked for, as its barriers say. */
  timestamp: Micros;
  /** Newest checkpoint that is over here; pending means current is newer. */
  over: number;
  /** Those newer than `current` that are cancelled; older ones may still come, and take place. */
  cancelled: ReadonlySet<number>;
  /** Channels whose barrier of `current` has come. */
  aligned: ReadonlySet<number>;
  /** Those of them that wait at their sender. */
  blocked: ReadonlySet<number>;
  /** The snapshot of `current` was taken before all its barriers had come. */
  begun: boolean;
  /** Channels that have ended: nothing comes on them any more. */
  ended: ReadonlySet<number>;
}>;

type AlignmentStep = readonly [Alignment, readonly BarrierEffect[]];

/** No barrier of the current checkpoint has come, or none counts any more. */
const nothingCame: Pick<Alignment, 'aligned' | 'blocked' | 'begun'> = {
  aligned: new Set(),
  blocked: new Set(),
  begun: false,
};

/** A handler of so many channels that has heard nothing. */
export function alignmentOf(channels: number): Alignment {
  const none = { cancelled: new Set<number>(), ended: new Set<number>() };
  return {
    kind: 'alignment',
    channels,
    current: 0,
    timestamp: 0,
    over: 0,
    ...none,
    ...nothingCame,
  };
}

/** One transition. */
export function align(state: Alignment, event: BarrierEvent): AlignmentStep {
  switch (event.kind) {
    case 'barrierReceived':
      return receiveBarrier(state, event);
    case 'markerReceived':
    case 'aborted':
      return cancel(state, event.id);
    case 'channelEnded':
      return endChannel(state, event.channel);
    case 'triggered':
      return trigger(state, event);
    default:
      return unreachable(event);
  }
}

type Barrier = Extract<BarrierEvent, { kind: 'barrierReceived' }>;
type Trigger = Extract<BarrierEvent, { kind: 'triggered' }>;

function receiveBarrier(state: Alignment, barrier: Barrier): AlignmentStep {
  const { id, channel, overtakes } = barrier;
  if (isObsolete(state, id)) return [state, overtakes ? [] : [{ kind: 'resume', channel }]];
  const [known, effects] = id > state.current ? begin(state, barrier) : [state, []];
  const aligned = new Set(known.aligned).add(channel);
  const blocked = overtakes ? known.blocked : new Set(known.blocked).add(channel);
  const begun = known.begun || overtakes;
  const started = begun && !known.begun ? start(known) : [];
  return settle({ ...known, aligned, blocked, begun }, [...effects, ...started]);
}

/** The first barrier of a newer checkpoint; one that was pending is given up. */
function begin(state: Alignment, { id, timestamp }: Barrier): AlignmentStep {
  const effects = giveUpPending(state);
  const next = { ...advance(state, id), timestamp, ...nothingCame };
  return [next, [...effects, { kind: 'startAlignment', id, timestamp }]];
}

function giveUpPending(state: Alignment): BarrierEffect[] {
  if (!isPending(state)) return [];
  return [giveUp(state.current, 'CHECKPOINT_DECLINED_SUBSUMED'), ...resumes(state.blocked)];
}

/** A barrier has overtaken: the snapshot is taken now, and what is on its way is stored. */
function start({ current: id, timestamp }: Alignment): BarrierEffect[] {
  return [
    { kind: 'storeInputs', id, timestamp },
    { kind: 'takeSnapshot', id, timestamp },
  ];
}

/** All barriers are in: the snapshot is whole, and every channel goes on. */
function settle(state: Alignment, effects: readonly BarrierEffect[]): AlignmentStep {
  const { aligned, ended, begun, current: id, timestamp } = state;
  const missing = [...ended].filter((channel) => !aligned.has(channel)).length;
  if (aligned.size + missing < state.channels) return [state, effects];
  const last: BarrierEffect = begun
    ? { kind: 'inputsStored', id }
    : { kind: 'takeSnapshot', id, timestamp };
  return [{ ...state, over: id, ...nothingCame }, [...effects, last, ...resumes(state.blocked)]];
}

/** A channel that has ended holds no checkpoint back. */
function endChannel(state: Alignment, channel: number): AlignmentStep {
  const after = { ...state, ended: new Set(state.ended).add(channel) };
  return isPending(after) ? settle(after, []) : [after, []];
}

/**
 * Nobody is left to send a barrier. What has not ended yet of the channels holds nothing but its
 * end, unless barriers overtake: then what is on them is stored.
 */
function trigger(state: Alignment, { id, timestamp, overtakes }: Trigger): AlignmentStep {
  if (isObsolete(state, id)) return [state, []];
  const effects = giveUpPending(state);
  const after = { ...advance(state, id), over: id, timestamp, ...nothingCame };
  if (!overtakes) return [after, [...effects, { kind: 'takeSnapshot', id, timestamp }]];
  return [after, [...effects, ...start(after), { kind: 'inputsStored', id }]];
}

/** A newer checkpoint is the current one: which older ones were cancelled matters no more. */
function advance(state: Alignment, id: number): Alignment {
  const cancelled = new Set([...state.cancelled].filter((other) => other > id));
  return { ...state, current: id, cancelled };
}

/** Also one that is not heard of yet: the coordinator may abort it before an older one. */
function cancel(state: Alignment, id: number): AlignmentStep {
  if (isObsolete(state, id)) return [state, []];
  const declined = giveUp(id, 'CHECKPOINT_DECLINED_ON_CANCELLATION_BARRIER');
  if (id > state.current)
    return [{ ...state, cancelled: new Set(state.cancelled).add(id) }, [declined]];
  const after = { ...state, over: id, ...nothingCame };
  return [after, [declined, ...resumes(state.blocked)]];
}

function giveUp(id: number, reason: DeclineReason): BarrierEffect {
  return { kind: 'giveUp', id, reason };
}

function resumes(channels: ReadonlySet<number>): BarrierEffect[] {
  return [...channels].map((channel) => ({ kind: 'resume', channel }));
}

function isPending(state: Alignment): boolean {
  return state.current > state.over;
}

function isObsolete(state: Alignment, id: number): boolean {
  const { current, cancelled } = state;
  return id < current || (id === current && !isPending(state)) || cancelled.has(id);
}
