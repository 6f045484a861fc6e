/**
 * What a subtask does about barriers on its input channels: one handler a subtask, over all of
 * them. Which it is, the mode of the job's checkpoints says.
 */
import type { CheckpointingMode } from '../../flink/configuration.js';
import { unreachable } from '../../kernel/invariant.js';
import { align, alignmentOf, type Alignment } from './exactly-once.js';
import { track, trackerOf, type Tracker } from './at-least-once.js';
import type { BarrierEffect, BarrierEvent } from './barrier.js';

export type BarrierHandler = Alignment | Tracker;

/** The handler of a subtask with so many channels, none of which has said anything. */
export function handlerOf(mode: CheckpointingMode, channels: number): BarrierHandler {
  return mode === 'EXACTLY_ONCE' ? alignmentOf(channels) : trackerOf(channels);
}

/** One transition. */
export function handleBarrier(
  handler: BarrierHandler,
  event: BarrierEvent,
): readonly [BarrierHandler, readonly BarrierEffect[]] {
  switch (handler.kind) {
    case 'alignment':
      return align(handler, event);
    case 'tracker':
      return track(handler, event);
    default:
      return unreachable(handler);
  }
}
