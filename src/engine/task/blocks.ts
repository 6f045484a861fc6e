/**
 * Where a source's task has its records from: blocks of its splits, asked for ahead of need.
 */
import {
  fetchMore,
  isExhausted,
  takeNextBlock,
  type Block,
  type SourceInstance,
} from '../connectors/split-source.js';
import { END_OF_TIME } from '../../job/time-bounds.js';
import { named } from '../protocol.js';
import { endInput } from './answers.js';
import type { Link } from './chain.js';
import { advanceTo } from './event-time.js';
import { alignReader, reportFinished, reportWatermark } from './reader.js';
import type { Task, TaskEnv } from './task.js';

/** Takes the next block; false when there is none. */
export function takeBlock(task: Task, env: TaskEnv, source: SourceInstance): boolean {
  reportFinished(task, env, source);
  alignReader(task, env, source);
  const block: Block | undefined = takeNextBlock(source);
  if (block === undefined) {
    if (!source.endReported && isExhausted(source)) {
      source.endReported = true;
      reportWatermark(task, env, source);
      endSource(task, env);
    }
    return false;
  }
  const { split, words } = block;
  task.current = {
    words,
    at: 0,
    channel: undefined,
    recovered: false,
    sender: task.attempt,
    place: named(split.name),
    split,
    number: split.offset,
  };
  split.blocks -= 1;
  fetchAhead(task, env, source);
  return true;
}

/** A source has no more, or was at its end when it was deployed. */
export function endSource(task: Task, env: TaskEnv): void {
  if (task.timed) advanceTo(task, env, END_OF_TIME);
  endInput(task, env);
}

/** Asks the broker for what the source will need next. */
export function fetchAhead(task: Task, env: TaskEnv, source: SourceInstance): void {
  const { fetchRowsMin, fetchRowsMax, fetchWaitMicros } = env.configuration;
  const limits = { rowsMin: fetchRowsMin, rowsMax: fetchRowsMax, waitMax: fetchWaitMicros };
  fetchMore(source, (task.chain[0] as Link).port, limits);
}
