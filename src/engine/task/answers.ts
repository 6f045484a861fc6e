/**
 * What leaves asynchronous operators, and the end of a task's data, which waits for it. Source:
 * Flink, AsyncWaitOperator.endInput, StreamTask.endData; FLIP-147.
 */
import { resumeAsync, takeReady } from '../operators/async.js';
import { emitAnswer } from './chain.js';
import { armAlarm, passOn, tellAll } from './event-time.js';
import { causeOf, endTask } from './lifecycle.js';
import type { Task, TaskEnv } from './task.js';

/** Emits one row or watermark that waited for an answer, if there is one that may leave. */
export function emitReady(task: Task, env: TaskEnv): boolean {
  for (const link of task.chain) {
    if (link.instance.kind !== 'async') continue;
    const ready = takeReady(link.instance);
    if (ready === undefined) continue;
    if (ready.kind === 'watermark') passOn(task, env, link, ready.watermark);
    else {
      const cause = causeOf(() => {
        emitAnswer(task, env, link, ready.answer, ready.time);
      });
      if (cause !== undefined) endTask(task, env, 'FAILED', cause);
    }
    tellEnd(task, env);
    return true;
  }
  return false;
}

/** Sends what waited for an answer when the snapshot was taken. */
export function resumeCalls({ chain }: Task): void {
  for (const { instance, port } of chain)
    if (instance.kind === 'async') resumeAsync(instance, port);
}

/** Nothing more comes in: when nothing waits any more, those below hear it and the job manager. */
export function endInput(task: Task, env: TaskEnv): void {
  task.ending = 'draining';
  armAlarm(task, env);
  tellEnd(task, env);
}

function tellEnd(task: Task, env: TaskEnv): void {
  if (task.ending !== 'draining' || task.phase === 'over') return;
  const waits = task.chain.some(
    ({ instance }) => instance.kind === 'async' && instance.queue.length > 0,
  );
  if (waits) return;
  task.ending = 'ended';
  tellAll(task, env, { kind: 'endOfData' });
  env.out.moment('endOfData', 0, task.name, undefined);
  env.report({
    kind: 'endOfDataReached',
    subject: 0,
    about: task.entity,
    attempt: task.attempt,
  });
}
