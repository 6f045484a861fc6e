/**
 * What a job manager tells of the tasks and subtasks of a checkpoint: durations in milliseconds,
 * sizes in bytes, times in milliseconds of the job manager's clock. The measures of a subtask are
 * flat here, under the names that REST gives them or the groups that they stand in.
 *
 * Source: Flink 2.x, SubtaskStateStats, TaskStateStats, TaskStateStatsSummary.
 */

/** What one subtask's part of a checkpoint came to; -1 where its upload was cancelled before. */
export type SubtaskStats = Readonly<{
  ack_timestamp: number;
  end_to_end_duration: number;
  state_size: number;
  /** The parts of `checkpoint`. */
  sync: number;
  async: number;
  /** Those of `alignment`, and its `duration`. */
  processed: number;
  persisted: number;
  alignment: number;
  start_delay: number;
}>;

/** What is summed up of the subtasks of a task. */
export type SubtaskMeasure = Exclude<keyof SubtaskStats, 'ack_timestamp'>;

/** Of the values so far; zeros before the first. */
export type Extent = Readonly<{ min: number; max: number; avg: number }>;

/**
 * A task's part of a checkpoint: of the subtasks that have acknowledged it so far, and but for
 * times and numbers of those that have told of their parts too late.
 */
export type TaskStats = Readonly<{
  latest_ack_timestamp: number;
  end_to_end_duration: number;
  state_size: number;
  processed_data: number;
  persisted_data: number;
  num_subtasks: number;
  num_acknowledged_subtasks: number;
  summary: Readonly<Record<SubtaskMeasure, Extent>>;
}>;

/** A subtask has acknowledged or spoken too late: its part, and what its task's has become. */
export type Acknowledgement = Readonly<{ subtask: SubtaskStats; task: TaskStats }>;

/** The task and the index of a subtask, by its name. */
export function placeOfSubtask(name: string): readonly [task: string, index: number] {
  const at = name.lastIndexOf('[');
  return [name.slice(0, at), Number(name.slice(at + 1, -1))];
}
