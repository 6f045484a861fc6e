/**
 * How a task begins: its state, then its connector, then its partitions, then its records.
 */
import type { Words } from '../../kernel/actor.js';
import { startSink } from '../connectors/sink.js';
import { endRestoredOutputs, startRunning } from './in-flight.js';
import { registerReader } from './reader.js';
import { restoreTask, restoreWitness } from './restore.js';
import { resumeCalls } from './answers.js';
import { armAlarm } from './event-time.js';
import { armReport, armSourceTime } from './source-time.js';
import { endSource, fetchAhead } from './blocks.js';
import { armFlush, proceed } from './subtask.js';
import type { Task, TaskEnv } from './task.js';

/** Snapshots by name, as the store gave them. */
type Objects = ReadonlyMap<string, Words | undefined>;

/** The task has its state, or needs none: its connector recovers. */
export function taskRestored(task: Task, env: TaskEnv, objects: Objects | undefined): void {
  if (objects === undefined) restoreWitness(task);
  else if (!restoreTask(task, env, objects)) return;
  task.fetched.clear();
  endRestoredOutputs(task, env);
  task.phase = 'recovering';
  for (const { instance, port } of task.sinks)
    if (startSink(instance, port).kind !== 'ready') task.recovering += 1;
  if (task.recovering === 0) runTask(task, env);
}

/** A sink of the task has recovered. */
export function sinkRecovered(task: Task, env: TaskEnv): void {
  task.recovering -= 1;
  if (task.recovering === 0) runTask(task, env);
}

/** Its connectors are recovered: the task runs, and takes first what was on its way to it. */
function runTask(task: Task, env: TaskEnv): void {
  task.phase = 'running';
  if (task.gate.ready.length === 0) startRunning(task, env);
  resumeCalls(task);
  if (task.source !== undefined) {
    registerReader(task, env, task.source);
    fetchAhead(task, env, task.source);
  }
  armFlush(task, env);
  armSourceTime(task, env);
  armReport(task, env);
  armAlarm(task, env);
  if (task.chain.length === 0 && task.gate.channels.length === 0) endSource(task, env);
  proceed(task, env);
}
