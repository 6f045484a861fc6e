/**
 * What a service answers to a task's connector, and what that means for the task.
 */
import type { LogAnswer, RemoteAnswer } from '../../kernel/protocols.js';
import { unreachable } from '../../kernel/invariant.js';
import { NOTHING, type ConnectorOutcome, type ConnectorTag } from '../connectors/port.js';
import { asyncAnswered } from '../operators/async.js';
import { fetchAnswered } from '../connectors/split-source.js';
import { isSinkInstance, sinkAnswer, type SinkAnswer } from '../connectors/sink.js';
import type { Link } from './chain.js';
import { sinkRecovered } from './deploy.js';
import { endTask } from './lifecycle.js';
import type { LogTag, TaskManager } from './manager.js';
import { sinkCommitted, sinkPrepared } from './snapshots.js';
import { fetchAhead } from './blocks.js';
import { post, proceed } from './subtask.js';
import type { Task, TaskEnv } from './task.js';

/** What the services that connectors ask may say. */
export type ServiceAnswer = SinkAnswer | RemoteAnswer;

/** An answer for the attempt that asked; another attempt of the subtask hears nothing of it. */
export function connectorAnswered(
  manager: TaskManager,
  tag: LogTag,
  answer: ServiceAnswer | undefined,
): void {
  const task = manager.tasks.get(tag.task);
  const { env } = manager;
  if (env === undefined || task?.attempt !== tag.attempt || task.phase === 'over') return;
  const link = task.chain[tag.operator];
  if (link !== undefined) act(task, env, tag.operator, outcomeOf(link, tag.tag, answer));
}

function outcomeOf(
  { instance, port }: Link,
  tag: ConnectorTag,
  answer: ServiceAnswer | undefined,
): ConnectorOutcome {
  if (instance.kind === 'async')
    return asyncAnswered(instance, port, tag, answer as RemoteAnswer | undefined);
  if (instance.kind === 'source')
    return fetchAnswered(instance, tag, answer as LogAnswer | undefined);
  return isSinkInstance(instance)
    ? sinkAnswer(instance, port, tag, answer as SinkAnswer | undefined)
    : NOTHING;
}

function act(task: Task, env: TaskEnv, operator: number, outcome: ConnectorOutcome): void {
  switch (outcome.kind) {
    case 'nothing':
      return;
    case 'goOn':
      if (task.source !== undefined) fetchAhead(task, env, task.source);
      return proceed(task, env);
    case 'results':
      return post(task, env, { kind: 'results' });
    case 'ready':
      return sinkRecovered(task, env);
    case 'prepared':
      return sinkPrepared(task, env, outcome.checkpoint);
    case 'committed':
      return sinkCommitted(task, env, operator, outcome.checkpoint);
    case 'failed':
      return endTask(task, env, 'FAILED', outcome.cause);
    default:
      return unreachable(outcome);
  }
}
