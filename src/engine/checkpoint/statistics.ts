/**
 * What the job manager tells an outsider of its checkpoints: how many there were, and each as it
 * stands. A fold of the coordinator's effects; it begins anew with each job master.
 *
 * Source: Flink 2.x, CheckpointStatsTracker, `GET /jobs/:jobid/checkpoints`.
 */
import type { Acknowledgement } from '../../history/checkpoint-stats.js';
import type { CheckpointCounts, CheckpointStats, RestoreStats } from '../../history/entry.js';
import type { Micros } from '../../kernel/time.js';
import type { CoordinatorEffect, Pending } from './coordinator-state.js';
import { textOfReason, type AbortReason, type RefusalReason } from './reasons.js';
import { subtaskStats, taskPartsOf, withSubtask, type TaskParts } from './task-statistics.js';

/** A checkpoint in progress, and what its tasks have come to. */
type Open = Readonly<{ stats: CheckpointStats; parts: TaskParts }>;

export type Statistics = Readonly<{
  counts: CheckpointCounts;
  /** Those in progress, by id. */
  open: ReadonlyMap<number, Open>;
  restored: RestoreStats | undefined;
}>;

export const noStatistics: Statistics = {
  counts: { restored: 0, total: 0, in_progress: 0, completed: 0, failed: 0 },
  open: new Map(),
  restored: undefined,
};

/** What is told of the checkpoint that changed. */
export type Told = Readonly<{
  checkpoint: CheckpointStats;
  /** Of one that began: who takes part. */
  subtasks?: readonly string[];
  /** Of one that a subtask has acknowledged: the subtask's name, and what it comes to. */
  by?: string;
  acknowledged?: Acknowledgement;
}>;

/** The statistics, and the checkpoint that changed; undefined where only a count did. */
export type Counted = readonly [Statistics, Told | undefined];

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
      return acknowledged(statistics, effect, now);
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
    processed_data: 0,
    persisted_data: 0,
    num_subtasks: plan.waits.length,
    num_acknowledged_subtasks: 0,
    failure_timestamp: null,
    failure_message: null,
  };
  const parts = taskPartsOf(plan.waits);
  const counted = counting(statistics, { total: 1, in_progress: 1 });
  return [opened(counted, { stats, parts }), { checkpoint: stats, subtasks: plan.waits }];
}

type Acknowledge = Extract<CoordinatorEffect, { kind: 'acknowledge' }>;

function acknowledged(
  statistics: Statistics,
  { id, subtask: by, words, metrics }: Acknowledge,
  now: Micros,
): Counted | undefined {
  const open = statistics.open.get(id);
  if (open === undefined) return undefined;
  const { stats: before } = open;
  const { trigger_timestamp: trigger } = before;
  const subtask = subtaskStats(metrics, 4 * words, trigger, millisOf(now));
  const [parts, acknowledged] = withSubtask(open.parts, by, subtask, trigger);
  const stats: CheckpointStats = {
    ...before,
    latest_ack_timestamp: subtask.ack_timestamp,
    end_to_end_duration: subtask.end_to_end_duration,
    state_size: before.state_size + subtask.state_size,
    processed_data: before.processed_data + subtask.processed,
    persisted_data: before.persisted_data + subtask.persisted,
    num_acknowledged_subtasks: before.num_acknowledged_subtasks + 1,
  };
  return [opened(statistics, { stats, parts }), { checkpoint: stats, by, acknowledged }];
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
  const before = statistics.open.get(id)?.stats;
  if (before === undefined) return undefined;
  const open = new Map(statistics.open);
  open.delete(id);
  const name = end.status === 'COMPLETED' ? 'completed' : 'failed';
  const after = counting({ ...statistics, open }, { in_progress: -1, [name]: 1 });
  return [after, { checkpoint: { ...before, ...end } }];
}

function opened(statistics: Statistics, one: Open): Statistics {
  return { ...statistics, open: new Map(statistics.open).set(one.stats.id, one) };
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
