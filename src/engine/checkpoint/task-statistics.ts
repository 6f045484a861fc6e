/**
 * What the tasks of a checkpoint in progress have come to, as their subtasks acknowledge it. Those
 * that had finished before take no part and are not counted; Flink counts them as acknowledged at
 * the trigger, with zeros.
 *
 * Source: Flink 2.x, PendingCheckpointStats, TaskStateStats, TaskStateStatsSummary.
 */
import {
  placeOfSubtask,
  type Acknowledgement,
  type Extent,
  type SubtaskMeasure,
  type SubtaskStats,
  type TaskStats,
} from '../../history/checkpoint-stats.js';
import type { CheckpointMetrics } from '../protocol.js';

/** Those of a task that take part, and what those of them that have acknowledged came to. */
type TaskPart = Readonly<{ subtasks: number; acknowledged: readonly SubtaskStats[] }>;

/** By task. */
export type TaskParts = ReadonlyMap<string, TaskPart>;

/** Nobody has acknowledged. */
export function taskPartsOf(subtasks: readonly string[]): TaskParts {
  const parts = new Map<string, TaskPart>();
  for (const name of subtasks) {
    const [task] = placeOfSubtask(name);
    parts.set(task, { subtasks: (parts.get(task)?.subtasks ?? 0) + 1, acknowledged: [] });
  }
  return parts;
}

/** What a subtask's part came to. */
export function subtaskStats(
  metrics: CheckpointMetrics,
  bytes: number,
  trigger: number,
  acknowledged: number,
): SubtaskStats {
  return {
    ack_timestamp: acknowledged,
    end_to_end_duration: Math.max(0, acknowledged - trigger),
    state_size: bytes,
    sync: metrics.syncMillis,
    async: metrics.asyncMillis,
    processed: metrics.bytesProcessed,
    persisted: metrics.bytesPersisted,
    alignment: metrics.alignmentMillis,
    start_delay: metrics.startDelayMillis,
  };
}

/** One more subtask has acknowledged. */
export function withSubtask(
  parts: TaskParts,
  name: string,
  subtask: SubtaskStats,
  trigger: number,
): readonly [TaskParts, Acknowledgement] {
  const [task] = placeOfSubtask(name);
  const { subtasks, acknowledged } = parts.get(task) ?? { subtasks: 0, acknowledged: [] };
  const part: TaskPart = { subtasks, acknowledged: [...acknowledged, subtask] };
  const told = { subtask, task: taskStats(part, trigger) };
  return [new Map(parts).set(task, part), told];
}

function taskStats({ subtasks, acknowledged }: TaskPart, trigger: number): TaskStats {
  const extent = (measure: keyof SubtaskStats): Extent =>
    extentOf(acknowledged.map((one) => one[measure]));
  const latest = acknowledged.at(-1)?.ack_timestamp ?? -1;
  const times = extent('ack_timestamp');
  const since = (time: number): number => Math.max(0, time - trigger);
  const summary: Readonly<Record<SubtaskMeasure, Extent>> = {
    // Of the times of the acknowledgements, as Flink has it: only then is the trigger taken off.
    end_to_end_duration: { min: since(times.min), max: since(times.max), avg: since(times.avg) },
    state_size: extent('state_size'),
    sync: extent('sync'),
    async: extent('async'),
    processed: extent('processed'),
    persisted: extent('persisted'),
    alignment: extent('alignment'),
    start_delay: extent('start_delay'),
  };
  return {
    latest_ack_timestamp: latest,
    end_to_end_duration: since(latest),
    state_size: sumOf(acknowledged, 'state_size'),
    processed_data: sumOf(acknowledged, 'processed'),
    persisted_data: sumOf(acknowledged, 'persisted'),
    num_subtasks: subtasks,
    num_acknowledged_subtasks: acknowledged.length,
    summary,
  };
}

function sumOf(all: readonly SubtaskStats[], measure: keyof SubtaskStats): number {
  return all.reduce((sum, one) => sum + one[measure], 0);
}

function extentOf(values: readonly number[]): Extent {
  const sum = values.reduce((total, value) => total + value, 0);
  const avg = Math.floor(sum / values.length);
  return { min: Math.min(...values), max: Math.max(...values), avg };
}
