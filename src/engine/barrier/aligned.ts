/**
 * Barrier alignment for exactly-once: one handler a subtask, over all its input channels. A
 * channel that delivered the barrier stays blocked at its sender until all have; then the subtask
 * takes its snapshot and every channel goes on.
 *
 * Whoever gives a checkpoint up says so downstream, so on each channel every checkpoint that goes
 * past the sender has a barrier or a marker; a newer barrier finds an older one pending only where
 * a sender never heard of that.
 *
 * A pure state machine. Source: Flink, SingleCheckpointBarrierHandler with its aligned states.
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
  /** Channels that have ended: nothing comes on them any more. */
  ended: ReadonlySet<number>;
}>;

type AlignmentStep = readonly [Alignment, readonly BarrierEffect[]];

export function alignmentOf(channels: number): Alignment {
  const none = {
    cancelled: new Set<number>(),
    aligned: new Set<number>(),
    ended: new Set<number>(),
  };
  return { kind: 'alignment', channels, current: 0, timestamp: 0, over: 0, ...none };
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
      return trigger(state, event.id, event.timestamp);
    default:
      return unreachable(event);
  }
}

type Barrier = Extract<BarrierEvent, { kind: 'barrierReceived' }>;

function receiveBarrier(state: Alignment, barrier: Barrier): AlignmentStep {
  const { id, channel } = barrier;
  if (isObsolete(state, id)) return [state, [{ kind: 'resume', channel }]];
  if (id > state.current) return begin(state, barrier);
  const aligned = new Set(state.aligned).add(channel);
  return settle({ ...state, aligned }, []);
}

/** The first barrier of a newer checkpoint; one that was pending is given up. */
function begin(state: Alignment, { id, timestamp, channel }: Barrier): AlignmentStep {
  const effects: BarrierEffect[] = isPending(state)
    ? [giveUp(state.current, 'CHECKPOINT_DECLINED_SUBSUMED'), ...resumes(state.aligned)]
    : [];
  const next = { ...advance(state, id), timestamp, aligned: new Set([channel]) };
  return settle(next, [...effects, { kind: 'startAlignment', id, timestamp }]);
}

/** All barriers are in: the snapshot is taken, then every channel goes on. */
function settle(state: Alignment, effects: readonly BarrierEffect[]): AlignmentStep {
  const { aligned, ended } = state;
  const missing = [...ended].filter((channel) => !aligned.has(channel)).length;
  if (aligned.size + missing < state.channels) return [state, effects];
  const { current: id, timestamp } = state;
  const after = { ...state, over: id, aligned: new Set<number>() };
  return [after, [...effects, { kind: 'takeSnapshot', id, timestamp }, ...resumes(state.aligned)]];
}

/** A channel that has ended holds no checkpoint back. */
function endChannel(state: Alignment, channel: number): AlignmentStep {
  const after = { ...state, ended: new Set(state.ended).add(channel) };
  return isPending(after) ? settle(after, []) : [after, []];
}

/** What has not ended yet of the channels holds nothing but its end: the snapshot is taken. */
function trigger(state: Alignment, id: number, timestamp: Micros): AlignmentStep {
  if (isObsolete(state, id)) return [state, []];
  const effects: BarrierEffect[] = isPending(state)
    ? [giveUp(state.current, 'CHECKPOINT_DECLINED_SUBSUMED'), ...resumes(state.aligned)]
    : [];
  const after = { ...advance(state, id), over: id, timestamp, aligned: new Set<number>() };
  return [after, [...effects, { kind: 'takeSnapshot', id, timestamp }]];
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
  const after = { ...state, over: id, aligned: new Set<number>() };
  return [after, [declined, ...resumes(state.aligned)]];
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
