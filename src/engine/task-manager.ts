/**
 * The task manager: it registers with the job manager, runs the tasks that it is told to run, and
 * carries their records to other task managers. When it loses the job manager it cancels them.
 */
import type { ConnectionId, Event, Message, Out } from '../kernel/actor.js';
import type { StoreAnswer } from '../kernel/protocols.js';
import { clientStep, concerns, mayConcern } from './ask.js';
import { connectorAnswered, type ServiceAnswer } from './task/connect.js';
import { hearControl, hearLeaderless, joinJobManager, loseJobManager } from './task/control.js';
import { dataConnected, dataLost, drainLocal, hearData } from './task/exchange.js';
import { eventAnswered, hearEvent } from './task/events.js';
import {
  envOf,
  managerOf,
  type LogTag,
  type StoreTag,
  type TaskManager,
  type TaskManagerSetup,
} from './task/manager.js';
import { armProcessor, nextServed, timerElapsed } from './task/processor.js';
import { storeAnswered } from './task/storage.js';
import { flushDue, post, reportDue, served, sourceTimeDue } from './task/subtask.js';
import type { Task, TaskEnv, TaskTimer } from './task/task.js';
import type { EventAnswer, EventToTask, ToTaskManager } from './protocol.js';
import type { Program } from '../kernel/actor.js';

/** The program of one task manager. */
export function taskManager(setup: TaskManagerSetup): Program<TaskManager> {
  return { boot: () => managerOf(setup), step };
}

function step(manager: TaskManager, event: Event, out: Out): void {
  if (manager.env?.out !== out) manager.env = envOf(manager, out);
  finishServed(manager, manager.env);
  work(manager, event, out);
  drainLocal(manager);
  armProcessor(manager.processor, out);
}

/** Finishes all work whose time is over, in the order in which it ended. */
function finishServed(manager: TaskManager, env: TaskEnv): void {
  const { processor } = manager;
  const now = env.out.workTime();
  if (now < processor.due) return;
  for (let task = nextServed(processor, now); task; task = nextServed(processor, now)) {
    served(task, env);
    drainLocal(manager);
  }
}

function work(manager: TaskManager, event: Event, out: Out): void {
  if (mayConcern(event) && hearServices(manager, event, out)) return;
  switch (event.kind) {
    case 'started':
      return joinJobManager(manager, out);
    case 'elapsed':
      return elapsed(manager, event.timer as TaskTimer, out);
    case 'accepted':
      if (event.channel === 'data') manager.incoming.set(event.peer, event.connection);
      return;
    case 'connected':
    case 'disconnected':
    case 'received':
      return connectionEvent(manager, event, out);
    default:
      return;
  }
}

/** What the services answer, and the job manager to events; false if the event is none of that. */
function hearServices(manager: TaskManager, event: Event, out: Out): boolean {
  const { store, services, events } = manager;
  if (concerns(store, event)) {
    for (const { tag, answer } of clientStep<StoreTag, StoreAnswer>(store, event, out))
      storeAnswered(manager, out, tag, answer);
    return true;
  }
  for (const client of services) {
    if (!concerns(client, event)) continue;
    for (const { tag, answer } of clientStep<LogTag, ServiceAnswer>(client, event, out))
      connectorAnswered(manager, tag, answer);
    return true;
  }
  if (!concerns(events, event)) return false;
  for (const { tag, answer } of clientStep<Task, EventAnswer>(events, event, out))
    eventAnswered(manager, tag, answer);
  return true;
}

type ConnectionEvent = Extract<Event, { kind: 'connected' | 'disconnected' | 'received' }>;

function connectionEvent(manager: TaskManager, event: ConnectionEvent, out: Out): void {
  const isControl = event.connection === manager.control.connection;
  switch (event.kind) {
    case 'connected':
      return isControl ? hearLeaderless(manager, out) : dataConnected(manager, event.peer, out);
    case 'disconnected':
      return isControl
        ? loseJobManager(manager, out)
        : dataLost(manager, event.peer, event.connection);
    case 'received':
      return isControl
        ? hearControl(manager, event.message as ToTaskManager, out)
        : hearOther(manager, event.connection, event.message, out);
  }
}

/** Events for tasks and what belongs to channels come from whoever has connected. */
function hearOther(
  manager: TaskManager,
  connection: ConnectionId,
  message: Message,
  out: Out,
): void {
  if (message.kind === 'operatorEvent') hearEvent(manager, out, connection, message as EventToTask);
  else hearData(manager, connection, message);
}

function elapsed(manager: TaskManager, timer: TaskTimer, out: Out): void {
  const { env } = manager;
  if (env === undefined) return;
  switch (timer.kind) {
    case 'served':
      return timerElapsed(manager.processor);
    case 'flush':
      return flushDue(timer.task, env);
    case 'watermark':
      return sourceTimeDue(timer.task, env);
    case 'report':
      return reportDue(timer.task, env);
    case 'alarm':
      return post(timer.task, env, { kind: 'alarm' });
    case 'jobManagerSilent':
      if (manager.control.connection !== undefined) out.close(manager.control.connection);
      return loseJobManager(manager, out);
    case 'register':
      return joinJobManager(manager, out);
    default:
      return;
  }
}
