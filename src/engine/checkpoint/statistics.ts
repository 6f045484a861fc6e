/**
 * What the job manager tells an outsider of its checkpoints: how many there were, and each as it
 * stands. A fold of the coordinator's effects; it begins anew with each job master.
 *
 * Source: Flink 2.x, CheckpointStatsTracker, `GET /jobs/:jobid/checkpoints`.
 */
import type { Acknowledgement, SubtaskStats } from '../../history/checkpoint-stats.js';
import type { CheckpointCounts, CheckpointStats, RestoreStats } from '../../history/entry.js';
import type { Micros } from '../../kernel/time.js';
import type { CheckpointMetrics } from '../protocol.js';
import type { CoordinatorEffect, Pending } from './coordinator-state.js';
import { textOfReason, type RefusalReason } from './reasons.js';
import {
  finishedStats,
  hasSpoken,
  subtaskStats,
  taskPartsOf,
  withIncomplete,
  withSubtask,
  type TaskParts,
} from './task-statistics.js';

/** A checkpoint, and what its tasks have come to. */
type Known = Readonly<{ stats: CheckpointStats; parts: TaskParts }>;

export type Statistics = Readonly<{
  /** Of the job, in its order: all are part of each checkpoint. */
  subtasks: readonly string[];
  /** How many checkpoints are remembered, and the ids of those, the newest last. */
  history: number;
  recent: readonly number[];
  counts: CheckpointCounts;
  /** Those in progress, by id. */
  open: ReadonlyMap<number, Known>;
  /** Those that have failed and are remembered, with the attempt of their tasks. */
  failed: ReadonlyMap<number, Known & Readonly<{ attempt: number }>>;
  restored: RestoreStats | undefined;
}>;

/**
 * Of a job that has had no checkpoint.
 *
 * @param history  web.checkpoints.history
 */
export function statisticsOf(subtasks: readonly string[], history: number): Statistics {
  return {
    subtasks,
    history,
    recent: [],
    counts: { restored: 0, total: 0, in_progress: 0, completed: 0, failed: 0 },
    open: new Map(),
    failed: new Map(),
    restored: undefined,
  };
}

/** What is told of the checkpoint that changed. */
export type Told = Readonly<{
  checkpoint: CheckpointStats;
  /** Of one that began: who is part of it. */
  subtasks?: readonly string[];
  /** Of one that a subtask tells of: the subtask's name, and what it comes to. */
  by?: string;
  acknowledged?: Acknowledgement;
  incomplete?: Acknowledgement;
}>;

/** The statistics, and the checkpoint that changed; undefined where only a count did. */
export type Counted = readonly [Statistics, Told | undefined];

/**
 * The statistics after an effect, step by step; none if it changes none.
 *
 * @param now  the clock on the wall
 */
export function countEffect(
  statistics: Statistics,
  effect: CoordinatorEffect,
  now: Micros,
): readonly Counted[] {
  switch (effect.kind) {
    case 'refuse':
      return isTriggerFailure(effect.reason)
        ? [[counting(statistics, { total: 1, failed: 1 }), undefined]]
        : [];
    case 'begin':
      return began(statistics, effect.pending, now);
    case 'acknowledge':
      return acknowledged(statistics, effect, now);
    case 'complete':
      return completed(statistics, effect.pending);
    case 'abort':
      return failed(statistics, effect, now);
    default:
      return [];
  }
}

/** What a subtask tells of its part of a checkpoint that is over by now. */
export type LateWord = Readonly<{
  id: number;
  attempt: number;
  subtask: string;
  /** Of the snapshot: none where its upload was cancelled. */
  words: number;
  metrics: CheckpointMetrics;
}>;

/**
 * The statistics after a word that comes too late to be an acknowledgement. It counts if its
 * checkpoint has failed and is remembered. Source: Flink, CheckpointCoordinator,
 * receiveAcknowledgeMessage and reportCheckpointMetrics; CheckpointStatsTracker,
 * reportIncompleteStats.
 */
export function countLate(
  statistics: Statistics,
  { id, attempt, subtask: by, words, metrics }: LateWord,
  now: Micros,
): Counted | undefined {
  const known = statistics.failed.get(id);
  if (known?.attempt !== attempt || hasSpoken(known.parts, by)) return undefined;
  const { stats: before } = known;
  const subtask = subtaskStats(metrics, 4 * words, before.trigger_timestamp, millisOf(now));
  const [parts, incomplete] = withIncomplete(known.parts, by, subtask, before.trigger_timestamp);
  const stats: CheckpointStats = {
    ...before,
    state_size: before.state_size + subtask.state_size,
    processed_data: before.processed_data + Math.max(0, subtask.processed),
    persisted_data: before.persisted_data + Math.max(0, subtask.persisted),
  };
  const all = new Map(statistics.failed).set(id, { attempt, stats, parts });
  return [
    { ...statistics, failed: all },
    { checkpoint: stats, by, incomplete },
  ];
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

/** Those that have finished are acknowledged as soon as it begins. */
function began(statistics: Statistics, { id, timestamp, plan }: Pending, now: Micros): Counted[] {
  const { subtasks, history, recent } = statistics;
  const stats: CheckpointStats = {
    id,
    status: 'IN_PROGRESS',
    trigger_timestamp: millisOf(timestamp),
    latest_ack_timestamp: -1,
    end_to_end_duration: -1,
    state_size: 0,
    processed_data: 0,
    persisted_data: 0,
    num_subtasks: subtasks.length,
    num_acknowledged_subtasks: 0,
    failure_timestamp: null,
    failure_message: null,
  };
  const counted = counting(statistics, { total: 1, in_progress: 1 });
  const kept = remembering(counted, history === 0 ? [] : [...recent, id].slice(-history));
  let after = opened(kept, { stats, parts: taskPartsOf(subtasks) });
  const steps: Counted[] = [[after, { checkpoint: stats, subtasks }]];
  for (const name of plan.finished) {
    const told = taken(after, id, name, finishedStats(millisOf(timestamp), millisOf(now)));
    steps.push(...told);
    for (const [next] of told) after = next;
  }
  return steps;
}

/** Of those that have failed the ones are kept that are remembered. */
function remembering(statistics: Statistics, recent: readonly number[]): Statistics {
  const failed = [...statistics.failed].filter(([id]) => recent.includes(id));
  return { ...statistics, recent, failed: new Map(failed) };
}

type Acknowledge = Extract<CoordinatorEffect, { kind: 'acknowledge' }>;

function acknowledged(
  statistics: Statistics,
  { id, subtask: by, words, metrics }: Acknowledge,
  now: Micros,
): Counted[] {
  const trigger = statistics.open.get(id)?.stats.trigger_timestamp ?? 0;
  return taken(statistics, id, by, subtaskStats(metrics, 4 * words, trigger, millisOf(now)));
}

/** A subtask's part is acknowledged. */
function taken(statistics: Statistics, id: number, by: string, subtask: SubtaskStats): Counted[] {
  const open = statistics.open.get(id);
  if (open === undefined) return [];
  const { stats: before } = open;
  const [parts, acknowledged] = withSubtask(open.parts, by, subtask, before.trigger_timestamp);
  const stats: CheckpointStats = {
    ...before,
    latest_ack_timestamp: subtask.ack_timestamp,
    end_to_end_duration: subtask.end_to_end_duration,
    state_size: before.state_size + subtask.state_size,
    processed_data: before.processed_data + subtask.processed,
    persisted_data: before.persisted_data + subtask.persisted,
    num_acknowledged_subtasks: before.num_acknowledged_subtasks + 1,
  };
  return [[opened(statistics, { stats, parts }), { checkpoint: stats, by, acknowledged }]];
}

function completed(statistics: Statistics, { id }: Pending): Counted[] {
  const known = statistics.open.get(id);
  if (known === undefined) return [];
  const after = counting(closed(statistics, id), { in_progress: -1, completed: 1 });
  return [[after, { checkpoint: { ...known.stats, status: 'COMPLETED' } }]];
}

type Abort = Extract<CoordinatorEffect, { kind: 'abort' }>;

/** Its duration is the time until it failed, not until its last acknowledgement. */
function failed(
  statistics: Statistics,
  { pending: { id, timestamp }, attempt, reason }: Abort,
  now: Micros,
): Counted[] {
  const known = statistics.open.get(id);
  if (known === undefined) return [];
  const failedAt = millisOf(now);
  const stats: CheckpointStats = {
    ...known.stats,
    status: 'FAILED',
    end_to_end_duration: Math.max(0, failedAt - millisOf(timestamp)),
    failure_timestamp: failedAt,
    failure_message: textOfReason(reason),
  };
  const counted = counting(closed(statistics, id), { in_progress: -1, failed: 1 });
  const failed = new Map(counted.failed).set(id, { stats, parts: known.parts, attempt });
  return [[remembering({ ...counted, failed }, counted.recent), { checkpoint: stats }]];
}

function closed(statistics: Statistics, id: number): Statistics {
  const open = new Map(statistics.open);
  open.delete(id);
  return { ...statistics, open };
}

function opened(statistics: Statistics, one: Known): Statistics {
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
