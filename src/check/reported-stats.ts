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

/** By what was reported: how the counts change. */
export const changes: Readonly<Record<CheckpointStats['status'], Partial<CheckpointCounts>>> = {
  IN_PROGRESS: { total: 1, in_progress: 1 },
  COMPLETED: { in_progress: -1, completed: 1 },
  FAILED: { in_progress: -1, failed: 1 },
};

/** How they change by a restore, and by a request that was chosen and refused. */
export const restoredOne: Partial<CheckpointCounts> = { restored: 1 };
export const refusedOne: Partial<CheckpointCounts> = { total: 1, failed: 1 };

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

/** Whether two reports are of one beginning. */
export function isSameBeginning(before: CheckpointStats, after: CheckpointStats): boolean {
  return (
    before.trigger_timestamp === after.trigger_timestamp &&
    before.num_subtasks === after.num_subtasks
  );
}

/** What in a report cannot be at once; undefined where there is no such thing. */
export function incoherenceOf(stats: CheckpointStats): string | undefined {
  const { trigger_timestamp: trigger, latest_ack_timestamp: latest } = stats;
  const { end_to_end_duration: duration, num_acknowledged_subtasks: acknowledged } = stats;
  const isNone = acknowledged === 0;
  if (isNone !== (latest === -1))
    return isNone
      ? 'without an acknowledgement, and with its time'
      : 'without the time of the latest';
  const expected = isNone ? -1 : Math.max(0, latest - trigger);
  if (duration !== expected)
    return ['with a duration of', duration, 'ms, where', expected, 'is right'].join(' ');
  const hasFailed = stats.failure_timestamp !== null && stats.failure_message !== null;
  const isWhole = (stats.failure_timestamp === null) === (stats.failure_message === null);
  if (hasFailed === (stats.status === 'FAILED') && isWhole) return undefined;
  return hasFailed ? 'with a failure' : 'without a failure';
}
