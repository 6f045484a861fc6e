/**
 * What `GET /jobs/:jobid/checkpoints/details/:checkpointid` of Flink would answer of the tasks of a
 * checkpoint, and `.../subtasks/:vertexid` of the subtasks of each. A task has its name for its id.
 * `aborted` is a subtask that told of its part after the checkpoint had failed.
 *
 * Source: Flink 2.x, TaskCheckpointStatistics, TaskCheckpointStatisticsWithSubtaskDetails.
 */
import {
  placeOfSubtask,
  type Acknowledgement,
  type Extent,
  type SubtaskMeasure,
  type SubtaskStats,
  type TaskStats,
} from '../history/checkpoint-stats.js';
import type { CheckpointStats } from '../history/entry.js';

/** A summary without percentiles, of which REST has none here. */
type Summary = Extent & Readonly<Record<'p50' | 'p90' | 'p95' | 'p99' | 'p999', 'NaN' | 0>>;

type Task = Omit<TaskStats, 'summary'> &
  Pick<CheckpointStats, 'id' | 'status'> &
  Readonly<{ checkpointed_size: number; alignment_buffered: 0 }>;

/** The measures of subtasks in the groups that REST has. */
type Grouped<Value, Buffered> = Readonly<{
  checkpointed_size: Value;
  state_size: Value;
  end_to_end_duration: Value;
  alignment: Readonly<{ buffered: Buffered; processed: Value; persisted: Value; duration: Value }>;
  start_delay: Value;
}>;

type Durations<Value> = Readonly<{ sync: Value; async: Value }>;

type Subtask =
  | Readonly<{ className: 'pending'; index: number; status: 'pending_or_failed' }>
  | (Grouped<number, 0> &
      Readonly<{
        className: 'completed';
        index: number;
        ack_timestamp: number;
        checkpoint: Durations<number>;
        unaligned_checkpoint: boolean;
        aborted: boolean;
        status: 'completed';
      }>);

type TaskWithSubtasks = Task &
  Readonly<{
    summary: Grouped<Summary, Summary> & Readonly<{ checkpoint_duration: Durations<Summary> }>;
    subtasks: readonly Subtask[];
  }>;

/** By task, in the order of the job. */
export type CheckpointTasks = Readonly<{
  tasks: Readonly<Record<string, Task>>;
  subtasks: Readonly<Record<string, TaskWithSubtasks>>;
}>;

/** What one subtask came to; undefined before that. */
type Come = Readonly<{ stats: SubtaskStats; aborted: boolean }> | undefined;

/** What was reported of one task, and by index of its subtasks. */
type Part = {
  stats: TaskStats | undefined;
  readonly subtasks: Map<number, Come>;
};

/** What was reported of the tasks of a checkpoint, by task. */
export type ReportedTasks = ReadonlyMap<string, Part>;

/** A checkpoint begins, of which these subtasks are part. */
export function reportedTasksOf(subtasks: readonly string[]): ReportedTasks {
  const parts = new Map<string, Part>();
  for (const name of subtasks) {
    const [task, index] = placeOfSubtask(name);
    const part: Part = parts.get(task) ?? { stats: undefined, subtasks: new Map() };
    part.subtasks.set(index, undefined);
    parts.set(task, part);
  }
  return parts;
}

/** A subtask has acknowledged, or spoken too late. */
export function takePart(
  parts: ReportedTasks,
  name: string,
  { subtask, task }: Acknowledgement,
  aborted: boolean,
): void {
  const [of, index] = placeOfSubtask(name);
  const part = parts.get(of);
  if (part === undefined) return;
  part.stats = task;
  part.subtasks.set(index, { stats: subtask, aborted });
}

/** The tasks of a checkpoint. */
export function tasksOf(
  { id, status }: Pick<CheckpointStats, 'id' | 'status'>,
  parts: ReportedTasks,
): CheckpointTasks {
  const all = [...parts].map(([name, { stats, subtasks }]) => {
    const { summary, ...rest } = stats ?? nothingOf(subtasks.size);
    const sizes = { checkpointed_size: rest.state_size, alignment_buffered: 0 } as const;
    const task: Task = { id, status, ...rest, ...sizes };
    const shown = [...subtasks].map(([index, one]) => subtaskOf(index, one));
    return { name, task, withSubtasks: { ...task, summary: summaryOf(summary), subtasks: shown } };
  });
  return {
    tasks: Object.fromEntries(all.map(({ name, task }) => [name, task])),
    subtasks: Object.fromEntries(all.map(({ name, withSubtasks }) => [name, withSubtasks])),
  };
}

const zeros: Extent = { min: 0, max: 0, avg: 0 };

/** Of a task of which no subtask has acknowledged. */
function nothingOf(subtasks: number): TaskStats {
  return {
    latest_ack_timestamp: -1,
    end_to_end_duration: -1,
    state_size: 0,
    processed_data: 0,
    persisted_data: 0,
    num_subtasks: subtasks,
    num_acknowledged_subtasks: 0,
    summary: {
      end_to_end_duration: zeros,
      state_size: zeros,
      sync: zeros,
      async: zeros,
      processed: zeros,
      persisted: zeros,
      alignment: zeros,
      start_delay: zeros,
    },
  };
}

function subtaskOf(index: number, come: Come): Subtask {
  if (come === undefined) return { className: 'pending', index, status: 'pending_or_failed' };
  const { stats, aborted } = come;
  const { sync, async, ack_timestamp, persisted } = stats;
  return {
    className: 'completed',
    index,
    ack_timestamp,
    ...grouped(stats, 0),
    checkpoint: { sync, async },
    unaligned_checkpoint: persisted > 0,
    aborted,
    status: 'completed',
  };
}

/** Flink counts no buffered bytes any more, and gives the percentiles of zeros. */
const noBuffered: Summary = { ...zeros, p50: 0, p90: 0, p95: 0, p99: 0, p999: 0 };

function summaryOf(summary: TaskStats['summary']): TaskWithSubtasks['summary'] {
  const spread = (measure: SubtaskMeasure): Summary => ({
    ...summary[measure],
    ...{ p50: 'NaN', p90: 'NaN', p95: 'NaN', p99: 'NaN', p999: 'NaN' },
  });
  const all = {
    end_to_end_duration: spread('end_to_end_duration'),
    state_size: spread('state_size'),
    processed: spread('processed'),
    persisted: spread('persisted'),
    alignment: spread('alignment'),
    start_delay: spread('start_delay'),
  };
  const checkpoint_duration = { sync: spread('sync'), async: spread('async') };
  return { ...grouped(all, noBuffered), checkpoint_duration };
}

function grouped<Value, Buffered>(
  stats: Readonly<Record<Exclude<SubtaskMeasure, 'sync' | 'async'>, Value>>,
  buffered: Buffered,
): Grouped<Value, Buffered> {
  const { state_size, end_to_end_duration, processed, persisted, alignment, start_delay } = stats;
  return {
    checkpointed_size: state_size,
    state_size,
    end_to_end_duration,
    alignment: { buffered, processed, persisted, duration: alignment },
    start_delay,
  };
}
