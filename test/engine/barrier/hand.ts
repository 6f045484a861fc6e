/** What reaches the handlers of barriers, and what they have a subtask do, by hand. */
import type { BarrierEffect, BarrierEvent } from '../../../src/engine/barrier/barrier.js';

/** When a checkpoint was asked for, as its barriers say. */
const timestampOf = (id: number): number => 100 * id;

export const barrier = (id: number, channel: number, overtakes = false): BarrierEvent => ({
  ...{ kind: 'barrierReceived', id, timestamp: timestampOf(id), channel, overtakes },
});
export const marker = (id: number, channel: number): BarrierEvent => ({
  ...{ kind: 'markerReceived', id, channel },
});
export const aborted = (id: number): BarrierEvent => ({ kind: 'aborted', id });
export const ended = (channel: number): BarrierEvent => ({ kind: 'channelEnded', channel });
export const triggered = (id: number, overtakes = false): BarrierEvent => ({
  ...{ kind: 'triggered', id, timestamp: timestampOf(id), overtakes },
});

export const startAlignment = (id: number): BarrierEffect => ({
  ...{ kind: 'startAlignment', id, timestamp: timestampOf(id) },
});
export const takeSnapshot = (id: number): BarrierEffect => ({
  ...{ kind: 'takeSnapshot', id, timestamp: timestampOf(id) },
});
export const giveUp = (id: number): BarrierEffect => ({
  ...{ kind: 'giveUp', id, reason: 'CHECKPOINT_DECLINED_ON_CANCELLATION_BARRIER' },
});
