/**
 * What leaves asynchronous operators, and the end of a task's data, which waits for it. Source:
 * Flink, AsyncWaitOperator.endInput, StreamTask.endData; FLIP-147.
 */
import { resumeAsync, takeReady, type AsyncReady } from '../operators/async.js';
import { emitAnswer, type AsyncLink } from './chain.js';
import { armAlarm, passOn, tellAll } from './event-time.js';
import { endTask, userErrorOf } from './lifecycle.js';
import type { Task, TaskEnv } from './task.js';

/** Emits one row or watermark that waited for an answer, if there is one that may leave. */
export function emitReady(task: Task, env: TaskEnv): boolean {
  for (const link of task.calls) {
    const ready = takeReady(link.instance);
    if (ready === undefined) continue;
    if (ready.kind === 'watermark') passOn(task, env, link, ready.watermark);
    else leave(task, env, link, ready);
    tellEnd(task, env);
    return true;
  }
  return false;
}

type ReadyAnswer = Extract<AsyncReady, { kind: 'record' }>;

/** What the function makes of an answer leaves. */
function leave(task: Task, env: TaskEnv, link: AsyncLink, { answer, time }: ReadyAnswer): void {
  try {
    emitAnswer(task, env, link, answer, time);
  } catch (error) {
    endTask(task, env, 'FAILED', userErrorOf(error).message);
  }
}

/** Sends what waited for an answer when the snapshot was taken. */
export function resumeCalls({ calls }: Task): void {
  for (const { instance, port } of calls) resumeAsync(instance, port);
}

/** Nothing more comes in: when nothing waits any more, those below hear it and the job manager. */
export function endInput(task: Task, env: TaskEnv): void {
  task.ending = 'draining';
  armAlarm(task, env);
  tellEnd(task, env);
}

function tellEnd(task: Task, env: TaskEnv): void {
  if (task.ending !== 'draining' || task.phase === 'over') return;
  if (task.calls.some(({ instance }) => instance.queue.length > 0)) return;
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
