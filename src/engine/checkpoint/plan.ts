/**
 * The plan of a checkpoint: which subtasks are told to begin it, whose acknowledgements it waits
 * for, and which had finished before it.
 *
 * Source: Flink 2.x, DefaultCheckpointPlanCalculator (FLIP-147).
 */
import type { Part } from '../protocol.js';

/** What the coordinator knows of a subtask of the attempt. */
export type Standing = 'starting' | 'running' | 'finished';

/** A subtask, and those that send to it; subtasks stand in topological order. */
export type PlannedSubtask = Readonly<{ name: string; upstream: readonly string[] }>;

export type Plan = Readonly<{
  /** Told by message: those that run and have no running producer. */
  triggers: readonly string[];
  /** Waited for, and told of its end: all that run. */
  waits: readonly string[];
  finished: readonly string[];
}>;

/**
 * The plan for the tasks as they stand.
 *
 * @param afterFinish  execution.checkpointing.checkpoints-after-tasks-finish
 * @returns undefined when not all required tasks are running
 */
export function planOf(
  subtasks: readonly PlannedSubtask[],
  standings: ReadonlyMap<string, Standing>,
  afterFinish: boolean,
): Plan | undefined {
  const running = (name: string): boolean => standings.get(name) === 'running';
  const isOver = (name: string): boolean => standings.get(name) === 'finished';
  const names = subtasks.map(({ name }) => name);
  const waits = names.filter(running);
  const finished = names.filter(isOver);
  const isWhole = waits.length + finished.length === names.length;
  if (!isWhole || waits.length === 0 || (finished.length > 0 && !afterFinish)) return undefined;
  const triggers = subtasks.filter(
    ({ name, upstream }) => running(name) && !upstream.some(running),
  );
  return { triggers: triggers.map(({ name }) => name), waits, finished };
}

/** The state of a union is with all subtasks: it would be half of what it was (FLINK-21080). */
export function isHalfFinished(
  union: readonly string[],
  { finished }: Plan,
  parts: ReadonlyMap<string, Part>,
): boolean {
  const over = union.filter((name) => finished.includes(name));
  const ended = union.filter((name) => parts.get(name)?.progress !== 'working');
  return [over, ended].some(({ length }) => length > 0 && length < union.length);
}
