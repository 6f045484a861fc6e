/**
 * What the log broker answers to a task's connector, and what that means for the task.
 */
import type { LogAnswer } from '../../kernel/protocols.js';
import { unreachable } from '../../kernel/invariant.js';
import { plainSinkAnswered } from '../connectors/plain-sink.js';
import { NOTHING, type ConnectorOutcome, type ConnectorTag } from '../connectors/port.js';
import { fetchAnswered } from '../connectors/split-source.js';
import { sinkAnswered } from '../connectors/two-phase-sink.js';
import { runTask } from './deploy.js';
import { endTask } from './lifecycle.js';
import type { LogTag, TaskManager } from './manager.js';
import { copySnapshot, reportCommits } from './snapshots.js';
import { fetchAhead, proceed } from './subtask.js';
import type { Task, TaskEnv } from './task.js';

/** An answer for the attempt that asked; another attempt of the subtask hears nothing of it. */
export function connectorAnswered(
  manager: TaskManager,
  tag: LogTag,
  answer: LogAnswer | undefined,
): void {
  const task = manager.tasks.get(tag.task);
  const { env } = manager;
  if (env === undefined || task?.attempt !== tag.attempt || task.phase === 'over') return;
  act(task, env, outcomeOf(task, tag.tag, answer));
}

function outcomeOf(task: Task, tag: ConnectorTag, answer: LogAnswer | undefined): ConnectorOutcome {
  const { operator, port } = task;
  switch (operator.kind) {
    case 'source':
      return fetchAnswered(operator, tag, answer);
    case 'twoPhaseSink':
      return sinkAnswered(operator, port, tag, answer);
    case 'plainSink':
      return plainSinkAnswered(operator, port, tag, answer);
    default:
      return NOTHING;
  }
}

function act(task: Task, env: TaskEnv, outcome: ConnectorOutcome): void {
  switch (outcome.kind) {
    case 'nothing':
      return;
    case 'goOn':
      if (task.operator.kind === 'source') fetchAhead(task, env, task.operator);
      return proceed(task, env);
    case 'ready':
      return runTask(task, env);
    case 'prepared':
      return copySnapshot(task, env, outcome.checkpoint);
    case 'committed':
      return reportCommits(task, env, outcome.checkpoint);
    case 'failed':
      return endTask(task, env, 'FAILED', outcome.cause);
    default:
      return unreachable(outcome);
  }
}
