/**
 * The statistics of checkpoints as a job manager reports them: what makes them sound in themselves.
 */
import type { CheckpointCounts, CheckpointStats } from '../history/entry.js';

/** The counts with which a job manager begins. */
export const noCounts: CheckpointCounts = {
  restored: 0,
  total: 0,
  in_progress: 0,
  completed: 0,
  failed: 0,
};

/** Refusals of requests that were chosen; what is refused in the queue counts nowhere. */
export const counted: ReadonlySet<string> = new Set([
  'NOT_ALL_REQUIRED_TASKS_RUNNING',
  'PERIODIC_SCHEDULER_SHUTDOWN',
  'TRIGGER_CHECKPOINT_FAILURE',
]);

/** By what was reported: how the counts change. */
export const changes: Readonly<Record<CheckpointStats['status'], Partial<CheckpointCounts>>> = {
  IN_PROGRESS: { total: 1, in_progress: 1 },
  COMPLETED: { in_progress: -1, completed: 1 },
  FAILED: { in_progress: -1, failed: 1 },
};

/** How they change by an acknowledgement: not at all. */
export const noChange: Partial<CheckpointCounts> = {};

/** How they change by a restore, and by a request that was chosen and refused. */
export const restoredOne: Partial<CheckpointCounts> = { restored: 1 };
export const refusedOne: Partial<CheckpointCounts> = { total: 1, failed: 1 };

/** Whether a report tells that somebody has acknowledged: it is neither a beginning nor an end. */
export function isAcknowledgement(stats: CheckpointStats): boolean {
  return stats.status === 'IN_PROGRESS' && stats.num_acknowledged_subtasks > 0;
}

/** Counts in words. */
export function textOfCounts(counts: CheckpointCounts): string {
  const { restored, total, in_progress: open, completed, failed } = counts;
  return (
    [total, 'in all,', open, 'in progress,', completed, 'completed,', failed].join(' ') +
    [' failed,', restored, 'restored'].join(' ')
  );
}

/** Every checkpoint is in progress, or has completed, or has failed. */
export function isSum({ total, in_progress: open, completed, failed }: CheckpointCounts): boolean {
  return total === open + completed + failed;
}

/** Whether counts have changed by this and by nothing else. */
export function isChangedBy(
  before: CheckpointCounts,
  after: CheckpointCounts,
  change: Partial<CheckpointCounts>,
): boolean {
  return (
    after.restored === before.restored + (change.restored ?? 0) &&
    after.total === before.total + (change.total ?? 0) &&
    after.in_progress === before.in_progress + (change.in_progress ?? 0) &&
    after.completed === before.completed + (change.completed ?? 0) &&
    after.failed === before.failed + (change.failed ?? 0)
  );
}

/**
 * What cannot follow on the report before of the same checkpoint: an acknowledgement adds one, and
 * its state; an end changes neither. Undefined where it can.
 */
export function mistakeSince(before: CheckpointStats, after: CheckpointStats): string | undefined {
  const isSameBeginning =
    before.trigger_timestamp === after.trigger_timestamp &&
    before.num_subtasks === after.num_subtasks;
  if (!isSameBeginning) return 'with another beginning';
  const isOver = after.status !== 'IN_PROGRESS';
  const { num_acknowledged_subtasks: acknowledged, state_size: size } = after;
  const expected = before.num_acknowledged_subtasks + (isOver ? 0 : 1);
  if (acknowledged !== expected)
    return `with ${String(acknowledged)} acknowledgements, where ${String(expected)} is right`;
  if (isOver && before.latest_ack_timestamp !== after.latest_ack_timestamp)
    return 'with another time of the latest acknowledgement';
  if (isOver ? size !== before.state_size : size < before.state_size)
    return `with ${String(size)} bytes after ${String(before.state_size)}`;
  const isSameData =
    before.processed_data === after.processed_data &&
    before.persisted_data === after.persisted_data;
  return isOver && !isSameData ? 'with other bytes of its alignments' : undefined;
}

/**
 * What in a report cannot be at once; undefined where there is no such thing.
 *
 * @param isLate  a subtask has told of its part of it after it had failed
 */
export function incoherenceOf(stats: CheckpointStats, isLate: boolean): string | undefined {
  const { latest_ack_timestamp: latest, end_to_end_duration: duration } = stats;
  const isNone = stats.num_acknowledged_subtasks === 0;
  if (isNone !== (latest === -1))
    return isNone
      ? 'without an acknowledgement, and with its time'
      : 'without the time of the latest';
  const { state_size: size, processed_data: processed, persisted_data: persisted } = stats;
  if (isNone && !isLate && (size !== 0 || processed !== 0 || persisted !== 0))
    return 'without an acknowledgement, and with state';
  const hasFailed = stats.failure_timestamp !== null && stats.failure_message !== null;
  const isWhole = (stats.failure_timestamp === null) === (stats.failure_message === null);
  if (hasFailed !== (stats.status === 'FAILED') || !isWhole)
    return hasFailed ? 'with a failure' : 'without a failure';
  const expected = durationOf(stats);
  if (duration === expected) return undefined;
  return `with a duration of ${String(duration)} ms, where ${String(expected)} is right`;
}

/** From the trigger to the failure, or else to the latest acknowledgement; -1 before any. */
function durationOf({
  trigger_timestamp: trigger,
  latest_ack_timestamp: latest,
  failure_timestamp: failure,
}: CheckpointStats): number {
  const end = failure ?? latest;
  return end === -1 ? -1 : Math.max(0, end - trigger);
}
