/**
 * Barriers counted, for at-least-once: no channel is held back, and when the last barrier of a
 * checkpoint has come, the subtask takes its snapshot. What came behind the earlier barriers is in
 * it, and comes again after a restore.
 *
 * A checkpoint whose barriers are all there ends the older ones: theirs may still come, and count
 * for nothing. What the coordinator aborts is found out when the snapshot would begin.
 *
 * A pure state machine. Source: Flink, CheckpointBarrierTracker.
 */
import { unreachable } from '../../kernel/invariant.js';
import type { Micros } from '../../kernel/time.js';
import type { BarrierEffect, BarrierEvent } from './barrier.js';

/** A checkpoint some of whose barriers have come. */
type Count = Readonly<{
  id: number;
  /** When it was asked for, as its barriers say. */
  timestamp: Micros;
  /** Channels on which its barrier or a marker of it has come, or which have ended since. */
  came: ReadonlySet<number>;
  cancelled: boolean;
}>;

export type Tracker = Readonly<{
  kind: 'tracker';
  channels: number;
  /** Those not all of whose barriers have come, the oldest first. */
  pending: readonly Count[];
  /** Newest checkpoint heard of; 0 before the first. */
  newest: number;
  /** Channels that have ended: nothing comes on them any more. */
  ended: ReadonlySet<number>;
}>;

type TrackerStep = readonly [Tracker, readonly BarrierEffect[]];

/** Checkpoints that are remembered; Flink's bound. */
export const PENDING_MAX = 50;

/** A tracker that has heard nothing. */
export function trackerOf(channels: number): Tracker {
  return { kind: 'tracker', channels, pending: [], newest: 0, ended: new Set() };
}

/** One transition. */
export function track(state: Tracker, event: BarrierEvent): TrackerStep {
  switch (event.kind) {
    case 'barrierReceived':
      return receiveBarrier(state, event);
    case 'markerReceived':
      return receiveMarker(state, event);
    case 'aborted':
      return [state, []];
    case 'channelEnded':
      return endChannel(state, event.channel);
    case 'triggered':
      return trigger(state, event.id, event.timestamp);
    default:
      return unreachable(event);
  }
}

type Barrier = Extract<BarrierEvent, { kind: 'barrierReceived' }>;

function receiveBarrier(state: Tracker, { id, timestamp, channel }: Barrier): TrackerStep {
  if (state.pending.some((count) => count.id === id)) return settle(mark(state, id, channel), []);
  if (id <= state.newest) return [state, []];
  const count = { id, timestamp, came: new Set([channel]), cancelled: false };
  const pending = [...state.pending, count].slice(-PENDING_MAX);
  return settle({ ...state, pending, newest: id }, [{ kind: 'startAlignment', id, timestamp }]);
}

type Marker = Extract<BarrierEvent, { kind: 'markerReceived' }>;

/** A checkpoint is cancelled, and with it the older ones; each of them once. */
function receiveMarker(state: Tracker, { id, channel }: Marker): TrackerStep {
  const isNew = id > state.newest;
  const isPending = state.pending.some((count) => count.id === id);
  const given = state.pending.filter((count) => count.id <= id && !count.cancelled);
  const effects = [...given.map((count) => count.id), ...(isNew ? [id] : [])].map(giveUp);
  const left = state.pending.filter((count) => count.id >= id);
  if (isPending) {
    const pending = left.map((count) => (count.id === id ? { ...count, cancelled: true } : count));
    return settle(mark({ ...state, pending }, id, channel), effects);
  }
  if (!isNew) return [{ ...state, pending: left }, effects];
  const count = { id, timestamp: 0, came: new Set([channel]), cancelled: true };
  return settle({ ...state, pending: [...left, count], newest: id }, effects);
}

function giveUp(id: number): BarrierEffect {
  return { kind: 'giveUp', id, reason: 'CHECKPOINT_DECLINED_ON_CANCELLATION_BARRIER' };
}

/** A channel that has ended holds no checkpoint back. */
function endChannel(state: Tracker, channel: number): TrackerStep {
  return settle({ ...state, ended: new Set(state.ended).add(channel) }, []);
}

/** What has not ended yet of the channels holds nothing but its end: the snapshot is taken. */
function trigger(state: Tracker, id: number, timestamp: Micros): TrackerStep {
  if (id <= state.newest && !state.pending.some((count) => count.id === id)) return [state, []];
  const pending = state.pending.filter((count) => count.id > id);
  const newest = Math.max(state.newest, id);
  return [{ ...state, pending, newest }, [{ kind: 'takeSnapshot', id, timestamp }]];
}

function mark(state: Tracker, id: number, channel: number): Tracker {
  const pending = state.pending.map((count) =>
    count.id === id ? { ...count, came: new Set(count.came).add(channel) } : count,
  );
  return { ...state, pending };
}

/** The newest whose barriers are all there ends the older ones. */
function settle(state: Tracker, effects: readonly BarrierEffect[]): TrackerStep {
  const whole = state.pending.findLast(({ came }) => isWhole(state, came));
  if (whole === undefined) return [state, effects];
  const { id, timestamp, cancelled } = whole;
  const after = { ...state, pending: state.pending.filter((count) => count.id > id) };
  return [after, cancelled ? effects : [...effects, { kind: 'takeSnapshot', id, timestamp }]];
}

function isWhole({ channels, ended }: Tracker, came: ReadonlySet<number>): boolean {
  return came.size + [...ended].filter((channel) => !came.has(channel)).length === channels;
}
