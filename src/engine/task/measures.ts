/**
 * What a task measures of a checkpoint. How late its first barrier is it can only tell by the clock
 * on the wall, as that was asked for on another machine; what it does itself it takes by the
 * machine's own clock, which is never set back. Source: Flink, CheckpointBarrierHandler,
 * SubtaskCheckpointCoordinatorImpl, AsyncCheckpointRunnable.
 */
import type { Out } from '../../kernel/actor.js';
import type { Micros } from '../../kernel/time.js';
import type { CheckpointMetrics } from '../protocol.js';

/** An alignment under way. */
export type Aligning = {
  readonly checkpoint: number;
  readonly startDelayMillis: number;
  /** When the first barrier came, by the machine's own clock. */
  readonly since: Micros;
  /** Bytes of the buffers that were taken since. */
  bytesProcessed: number;
};

/** What is known when the snapshot begins. */
export type Aligned = Pick<
  CheckpointMetrics,
  'startDelayMillis' | 'alignmentMillis' | 'bytesProcessed' | 'bytesPersisted'
>;

/** The first barrier of a checkpoint is worked. */
export function alignmentBegins(out: Out, checkpoint: number, timestamp: Micros): Aligning {
  const startDelayMillis = delayMillis(out, timestamp);
  return { checkpoint, startDelayMillis, since: out.uptime(), bytesProcessed: 0 };
}

/** The last barrier is worked: nothing overtakes, so nothing is stored with the snapshot. */
export function alignmentEnds(out: Out, aligning: Aligning): Aligned {
  const { startDelayMillis, since, bytesProcessed } = aligning;
  const alignmentMillis = millisSince(out, since);
  return { startDelayMillis, alignmentMillis, bytesProcessed, bytesPersisted: 0 };
}

/** The coordinator's own word begins the snapshot: there is nothing to align. */
export function withoutAlignment(out: Out, timestamp: Micros): Aligned {
  const startDelayMillis = delayMillis(out, timestamp);
  return { startDelayMillis, alignmentMillis: 0, bytesProcessed: 0, bytesPersisted: 0 };
}

/** Whole milliseconds that have passed on this machine. */
export function millisSince(out: Out, since: Micros): number {
  return Math.floor((out.uptime() - since) / 1_000);
}

/** Since the checkpoint was asked for; none where this clock is behind the one that says so. */
function delayMillis(out: Out, timestamp: Micros): number {
  return Math.max(0, Math.floor(out.now() / 1_000) - Math.floor(timestamp / 1_000));
}
