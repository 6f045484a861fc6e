/**
 * What the job manager tells an outsider of its checkpoints: how many there were, and each as it
 * stands. A fold of the coordinator's effects; it begins anew with each job master.
 *
 * Source: Flink 2.x, CheckpointStatsTracker, `GET /jobs/:jobid/checkpoints`.
 */
import type { CheckpointCounts, CheckpointStats, RestoreStats } from '../../history/entry.js';
import type { Micros } from '../../kernel/time.js';
import type { CoordinatorEffect, Pending } from './coordinator-state.js';
import { textOfReason, type AbortReason, type RefusalReason } from './reasons.js';

export type Statistics = Readonly<{
  counts: CheckpointCounts;
  /** Those in progress, by id. */
  open: ReadonlyMap<number, CheckpointStats>;
  restored: RestoreStats | undefined;
}>;

export const noStatistics: Statistics = {
  counts: { restored: 0, total: 0, in_progress: 0, completed: 0, failed: 0 },
  open: new Map(),
  restored: undefined,
};

/** The statistics, and the checkpoint that changed; undefined where only a count did. */
export type Counted = readonly [Statistics, CheckpointStats | undefined];

/**
 * The statistics after an effect; undefined if it changes none.
 *
 * @param now  the clock on the wall
 */
export function countEffect(
  statistics: Statistics,
  effect: CoordinatorEffect,
  now: Micros,
): Counted | undefined {
  switch (effect.kind) {
    case 'refuse':
      return isTriggerFailure(effect.reason)
        ? [counting(statistics, { total: 1, failed: 1 }), undefined]
        : undefined;
    case 'begin':
      return began(statistics, effect.pending);
    case 'acknowledge':
      return acknowledged(statistics, effect.id, effect.words, now);
    case 'complete':
      return ended(statistics, effect.pending.id, { status: 'COMPLETED' });
    case 'abort':
      return failed(statistics, effect.pending, effect.reason, now);
    default:
      return undefined;
  }
}

/** The job goes on from a checkpoint. */
export function countRestore(statistics: Statistics, id: number, now: Micros): Statistics {
  const restored: RestoreStats = { id, restore_timestamp: millisOf(now) };
  return counting({ ...statistics, restored }, { restored: 1 });
}

/** A request that was chosen and came to nothing; what is refused in the queue counts nowhere. */
function isTriggerFailure(reason: RefusalReason): boolean {
  return (
    reason === 'NOT_ALL_REQUIRED_TASKS_RUNNING' ||
    reason === 'PERIODIC_SCHEDULER_SHUTDOWN' ||
    reason === 'TRIGGER_CHECKPOINT_FAILURE'
  );
}

function began(statistics: Statistics, { id, timestamp, plan }: Pending): Counted {
  const stats: CheckpointStats = {
    id,
    status: 'IN_PROGRESS',
    trigger_timestamp: millisOf(timestamp),
    latest_ack_timestamp: -1,
    end_to_end_duration: -1,
    state_size: 0,
    num_subtasks: plan.waits.length,
    num_acknowledged_subtasks: 0,
    failure_timestamp: null,
    failure_message: null,
  };
  return [opened(counting(statistics, { total: 1, in_progress: 1 }), stats), stats];
}

function acknowledged(
  statistics: Statistics,
  id: number,
  words: number,
  now: Micros,
): Counted | undefined {
  const before = statistics.open.get(id);
  if (before === undefined) return undefined;
  const latest = millisOf(now);
  const stats: CheckpointStats = {
    ...before,
    latest_ack_timestamp: latest,
    end_to_end_duration: Math.max(0, latest - before.trigger_timestamp),
    state_size: before.state_size + 4 * words,
    num_acknowledged_subtasks: before.num_acknowledged_subtasks + 1,
  };
  return [opened(statistics, stats), stats];
}

/** Its duration is the time until it failed, not until its last acknowledgement. */
function failed(
  statistics: Statistics,
  { id, timestamp }: Pending,
  reason: AbortReason,
  now: Micros,
): Counted | undefined {
  const failedAt = millisOf(now);
  return ended(statistics, id, {
    status: 'FAILED',
    end_to_end_duration: Math.max(0, failedAt - millisOf(timestamp)),
    failure_timestamp: failedAt,
    failure_message: textOfReason(reason),
  });
}

function ended(
  statistics: Statistics,
  id: number,
  end: Partial<CheckpointStats> & Readonly<{ status: 'COMPLETED' | 'FAILED' }>,
): Counted | undefined {
  const before = statistics.open.get(id);
  if (before === undefined) return undefined;
  const open = new Map(statistics.open);
  open.delete(id);
  const name = end.status === 'COMPLETED' ? 'completed' : 'failed';
  const after = counting({ ...statistics, open }, { in_progress: -1, [name]: 1 });
  return [after, { ...before, ...end }];
}

function opened(statistics: Statistics, stats: CheckpointStats): Statistics {
  return { ...statistics, open: new Map(statistics.open).set(stats.id, stats) };
}

function counting(statistics: Statistics, change: Partial<CheckpointCounts>): Statistics {
  const { restored, total, in_progress, completed, failed } = statistics.counts;
  const counts: CheckpointCounts = {
    restored: restored + (change.restored ?? 0),
    total: total + (change.total ?? 0),
    in_progress: in_progress + (change.in_progress ?? 0),
    completed: completed + (change.completed ?? 0),
    failed: failed + (change.failed ?? 0),
  };
  return { ...statistics, counts };
}

function millisOf(micros: Micros): number {
  return Math.floor(micros / 1_000);
}
