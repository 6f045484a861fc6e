/**
 * When a source's task tells time, to those below and to its coordinator: every so often, and at
 * the end of its data.
 */
import type { Words } from '../../kernel/actor.js';
import { fieldAt } from '../../job/row.js';
import { sourceTimeOf } from '../connectors/source-time.js';
import { advanceTo, tellAll } from './event-time.js';
import type { Link } from './chain.js';
import type { Task, TaskEnv, TaskTimer } from './task.js';
import { NO_TIME } from '../../job/time-bounds.js';

/** Arms the timer at which the source's task tells time. */
export function armSourceTime(task: Task, env: TaskEnv): void {
  if (task.source?.operator.watermarks === undefined) return;
  const timer: TaskTimer = { kind: 'watermark', subject: task.attempt % 2 ** 20, task };
  env.out.setTimer(env.configuration.watermarkIntervalMicros, timer);
}

/** Arms the timer at which the reader of an aligned source reports how far it is. */
export function armReport(task: Task, env: TaskEnv): void {
  const alignment = task.source?.operator.watermarks?.alignment;
  if (alignment === undefined) return;
  const timer: TaskTimer = { kind: 'report', subject: task.attempt % 2 ** 20, task };
  env.out.setTimer(alignment.updateMicros, timer);
}

/** The source says how far it is, if that is further than it said, or that it is idle. */
export function tellSourceTime(task: Task, env: TaskEnv): void {
  const { source } = task;
  if (source === undefined || source.endReported) return;
  const said = sourceTimeOf(source, env.out.uptime(), task.blocked);
  if (said === undefined) return;
  const idle = said.kind === 'idle';
  if (idle !== task.eventTime.idle) {
    task.eventTime.idle = idle;
    tellAll(task, env, { kind: 'watermarkStatus', idle });
  }
  if (said.kind === 'watermark' && said.watermark > task.watermark)
    advanceTo(task, env, said.watermark);
}

/** The time of a source's row; none before its time field is known. */
export function timeOfRow({ source, chain }: Task, words: Words, from: number): number {
  const field = source?.operator.watermarks?.field;
  if (field === undefined) return NO_TIME;
  return words[fieldAt((chain[0] as Link).declared.output, field, words, from)] as number;
}
