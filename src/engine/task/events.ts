/**
 * The events between the tasks of a task manager and their coordinators. One that is not answered
 * in time, or is refused, fails the task that it is about: neither side could know otherwise what
 * the other has heard. Source: Flink, TaskExecutor.sendOperatorEventToTask,
 * RpcTaskOperatorEventGateway.
 */
import type { ConnectionId, Out, Words } from '../../kernel/actor.js';
import { ask } from '../ask.js';
import type { EventAnswer, EventToTask } from '../protocol.js';
import { endTask } from './lifecycle.js';
import type { TaskManager } from './manager.js';
import { post } from './subtask.js';
import type { Task } from './task.js';

/** Sends an event to the coordinator of a task. */
export function sendToCoordinator(manager: TaskManager, out: Out, task: Task, words: Words): void {
  const { requestTimeoutMicros: timeoutMicros } = manager.setup.configuration;
  const { entity: about, attempt } = task;
  const body = { kind: 'coordinatorEvent', subject: -1, about, attempt, words };
  ask(manager.events, out, body, task, { timeoutMicros, attempts: 1 });
}

/** The job manager answered an event, or did not. */
export function eventAnswered(
  { env }: TaskManager,
  task: Task,
  answer: EventAnswer | undefined,
): void {
  if (env === undefined || answer?.kind === 'eventTaken') return;
  endTask(task, env, 'FAILED', 'an event for its coordinator is lost');
}

/** An event for a task: it goes into its mailbox, if the task runs here. */
export function hearEvent(
  manager: TaskManager,
  out: Out,
  connection: ConnectionId,
  { subject, about, attempt, request, words }: EventToTask,
): void {
  const task = manager.tasks.get(about.name);
  const isHere = task?.attempt === attempt && task.state === 'RUNNING';
  const kind = isHere ? 'eventTaken' : 'eventRefused';
  out.send(connection, { kind, subject, about, attempt, ...{ request } });
  if (isHere && manager.env !== undefined)
    post(task, manager.env, { kind: 'operatorEvent', words });
}
