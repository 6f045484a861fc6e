/**
 * What the log broker answers to a task's connector, and what that means for the task.
 */
import type { LogAnswer, RemoteAnswer } from '../../kernel/protocols.js';
import { unreachable } from '../../kernel/invariant.js';
import { plainSinkAnswered } from '../connectors/plain-sink.js';
import { NOTHING, type ConnectorOutcome, type ConnectorTag } from '../connectors/port.js';
import { asyncAnswered } from '../operators/async.js';
import { fetchAnswered } from '../connectors/split-source.js';
import { sinkAnswered } from '../connectors/two-phase-sink.js';
import type { Link } from './chain.js';
import { sinkRecovered } from './deploy.js';
import { endTask } from './lifecycle.js';
import type { LogTag, TaskManager } from './manager.js';
import { sinkCommitted, sinkPrepared } from './snapshots.js';
import { fetchAhead, post, proceed } from './subtask.js';
import type { Task, TaskEnv } from './task.js';

/** An answer for the attempt that asked; another attempt of the subtask hears nothing of it. */
export function connectorAnswered(
  manager: TaskManager,
  tag: LogTag,
  answer: LogAnswer | RemoteAnswer | undefined,
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
  given: LogAnswer | RemoteAnswer | undefined,
): ConnectorOutcome {
  if (instance.kind === 'async')
    return asyncAnswered(instance, port, tag, given as RemoteAnswer | undefined);
  const answer = given as LogAnswer | undefined;
  switch (instance.kind) {
    case 'source':
      return fetchAnswered(instance, tag, answer);
    case 'twoPhaseSink':
      return sinkAnswered(instance, port, tag, answer);
    case 'plainSink':
      return plainSinkAnswered(instance, port, tag, answer);
    default:
      return NOTHING;
  }
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
