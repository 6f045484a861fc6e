/**
 * A source's task and its enumerator: what the task says when it begins, when a split is at its end
 * and when its snapshot is taken, how far it says that it is, and what it hears. Source: Flink,
 * SourceOperator.
 */
import type { Out, Words } from '../../kernel/actor.js';
import { encodeUp, type EventUp } from '../coordination/source-events.js';
import { alignSplits } from '../connectors/source-time.js';
import {
  finishedSplits,
  hearEnumerator,
  isOver,
  registration,
  sayToEnumerator,
  wantsSplit,
  type SourceInstance,
  type Split,
} from '../connectors/split-source.js';
import type { Task, TaskEnv } from './task.js';
import { END_OF_TIME, NO_TIME } from '../../job/time-bounds.js';

/** The reader is there: its enumerator may give it splits from now on. */
export function registerReader(task: Task, env: TaskEnv, source: SourceInstance): void {
  for (const split of source.splits) sayRead(env.out, split, task.attempt);
  say(task, env, source, registration(source));
  if (wantsSplit(source)) say(task, env, source, { kind: 'splitRequested' });
}

/** States how far a split is read: as it was given or restored, and after every block. */
function sayRead(out: Out, { name, offset }: Split, attempt: number): void {
  out.moment('splitRead', offset, name, { attempt });
}

/** A block is emitted; how much that makes in all is reported, where data asks for checkpoints. */
export function blockRead(task: Task, env: TaskEnv, split: Split, words: Words): void {
  const { source, entity: about, attempt } = task;
  sayRead(env.out, split, attempt);
  const { dataTrigger } = env.configuration;
  if (source === undefined || dataTrigger === undefined) return;
  source.read += dataTrigger.unit === 'bytes' ? 4 * words.length : rowsIn(words);
  env.report({ kind: 'dataRead', subject: source.read, about, attempt });
}

function rowsIn(words: Words): number {
  let rows = 0;
  for (let at = 0; at < words.length; at += 1 + (words[at] as number)) rows += 1;
  return rows;
}

/** Tells which splits have ended since, and asks for the next where that is due. */
export function reportFinished(task: Task, env: TaskEnv, source: SourceInstance): void {
  const finished = finishedSplits(source);
  for (const split of finished) say(task, env, source, { kind: 'splitFinished', split });
  if (finished.length > 0 && wantsSplit(source)) say(task, env, source, { kind: 'splitRequested' });
}

/**
 * Reports how far the source is, for its group. One that is idle, has read all that it has or is at
 * its end holds nobody back (FLINK-35157); one that does not know yet says nothing.
 */
export function reportWatermark(task: Task, env: TaskEnv, source: SourceInstance): void {
  if (source.operator.watermarks?.alignment === undefined) return;
  const isFree = task.eventTime.idle || source.splits.every(isOver);
  const watermark = isFree ? END_OF_TIME : task.watermark;
  if (watermark !== NO_TIME) say(task, env, source, { kind: 'watermarkReported', watermark });
}

/** Pauses splits that are too far ahead of their group, and lets those go on that are not. */
export function alignReader(task: Task, env: TaskEnv, source: SourceInstance): void {
  for (const { index, paused } of alignSplits(source))
    env.out.moment(paused ? 'splitPaused' : 'splitResumed', index, task.name, undefined);
}

/** The enumerator says something. */
export function hearCoordinator({ source, attempt }: Task, env: TaskEnv, words: Words): void {
  if (source === undefined) return;
  const known = source.splits.length;
  hearEnumerator(source, words);
  for (const split of source.splits.slice(known)) sayRead(env.out, split, attempt);
}

/** The task's own snapshot is past: it may hear what its coordinator sent behind the cut. */
export function acknowledgeCheckpoint(task: Task, env: TaskEnv, checkpoint: number): void {
  if (task.source === undefined) return;
  env.toCoordinator(task, encodeUp({ kind: 'checkpointAcknowledged', checkpoint }));
}

function say(task: Task, env: TaskEnv, source: SourceInstance, event: EventUp): void {
  env.toCoordinator(task, sayToEnumerator(source, event));
}
