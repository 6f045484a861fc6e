/**
 * What the tasks of a checkpoint have come to, as their subtasks acknowledge it, and tell what they
 * know of their parts when it has failed. Those that had finished before count as well.
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

/** How many a task has, and what those came to that have acknowledged or spoken too late. */
type TaskPart = Readonly<{
  subtasks: number;
  acknowledged: ReadonlyMap<string, SubtaskStats>;
  incomplete: ReadonlyMap<string, SubtaskStats>;
}>;

const nobody: TaskPart = { subtasks: 0, acknowledged: new Map(), incomplete: new Map() };

/** By task. */
export type TaskParts = ReadonlyMap<string, TaskPart>;

/** Nobody has acknowledged. */
export function taskPartsOf(subtasks: readonly string[]): TaskParts {
  const parts = new Map<string, TaskPart>();
  for (const name of subtasks) {
    const [task] = placeOfSubtask(name);
    parts.set(task, { ...nobody, subtasks: (parts.get(task)?.subtasks ?? 0) + 1 });
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

/** Of a subtask that had finished. Source: Flink, CheckpointCoordinator, reportFinishedTasks. */
export function finishedStats(trigger: number, now: number): SubtaskStats {
  return {
    ...{ ack_timestamp: now, end_to_end_duration: Math.max(0, now - trigger), state_size: 0 },
    ...{ sync: 0, async: 0, processed: 0, persisted: 0, alignment: 0, start_delay: 0 },
  };
}

/** Whether a subtask has acknowledged, or told of its part too late. */
export function hasSpoken(parts: TaskParts, name: string): boolean {
  const { acknowledged, incomplete } = partOf(parts, name);
  return acknowledged.has(name) || incomplete.has(name);
}

function partOf(parts: TaskParts, name: string): TaskPart {
  return parts.get(placeOfSubtask(name)[0]) ?? nobody;
}

/** One more subtask has acknowledged. */
export function withSubtask(
  parts: TaskParts,
  name: string,
  subtask: SubtaskStats,
  trigger: number,
): readonly [TaskParts, Acknowledgement] {
  const part = partOf(parts, name);
  const acknowledged = new Map(part.acknowledged).set(name, subtask);
  return withPart(parts, name, { subtask, part: { ...part, acknowledged } }, trigger);
}

/** One more subtask has told of its part too late: it counts in all but times and numbers. */
export function withIncomplete(
  parts: TaskParts,
  name: string,
  subtask: SubtaskStats,
  trigger: number,
): readonly [TaskParts, Acknowledgement] {
  const part = partOf(parts, name);
  const incomplete = new Map(part.incomplete).set(name, subtask);
  return withPart(parts, name, { subtask, part: { ...part, incomplete } }, trigger);
}

function withPart(
  parts: TaskParts,
  name: string,
  { subtask, part }: Readonly<{ subtask: SubtaskStats; part: TaskPart }>,
  trigger: number,
): readonly [TaskParts, Acknowledgement] {
  const told = { subtask, task: taskStats(part, trigger) };
  return [new Map(parts).set(placeOfSubtask(name)[0], part), told];
}

function taskStats({ subtasks, acknowledged, incomplete }: TaskPart, trigger: number): TaskStats {
  const come = [...acknowledged.values()];
  const all = [...come, ...incomplete.values()];
  const extent = (measure: keyof SubtaskStats): Extent => extentOf(all.map((one) => one[measure]));
  const latest = come.at(-1)?.ack_timestamp;
  const times = extentOf(come.map((one) => one.ack_timestamp));
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
    latest_ack_timestamp: latest ?? -1,
    end_to_end_duration: latest === undefined ? -1 : since(latest),
    state_size: sumOf(all, 'state_size'),
    processed_data: sumOf(all, 'processed'),
    persisted_data: sumOf(all, 'persisted'),
    num_subtasks: subtasks,
    num_acknowledged_subtasks: come.length,
    summary,
  };
}

function sumOf(all: readonly SubtaskStats[], measure: keyof SubtaskStats): number {
  return all.reduce((sum, one) => sum + Math.max(0, one[measure]), 0);
}

/** What is not known, -1, is left out. Source: Flink, StatsSummary. */
function extentOf(all: readonly number[]): Extent {
  const values = all.filter((value) => value >= 0);
  if (values.length === 0) return { min: 0, max: 0, avg: 0 };
  const sum = values.reduce((total, value) => total + value, 0);
  const avg = Math.floor(sum / values.length);
  return { min: Math.min(...values), max: Math.max(...values), avg };
}
