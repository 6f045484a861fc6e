/**
 * How a task ends and what it reports of itself.
 */
import { UserFunctionError } from '../../job/user-function-error.js';
import { joined, reframed } from '../../history/frames.js';
import { frameOf } from '../../history/witness.js';
import type { Words } from '../../kernel/actor.js';
import type { TaskState } from '../protocol.js';
import { abandonRows } from '../connectors/sink.js';
import { splitsState } from '../connectors/split-source.js';
import { release } from './processor.js';
import type { Task, TaskEnv } from './task.js';

/**
 * The task is over: its connectors let go, its share of the cores is free, and its task manager
 * forgets it.
 */
export function endTask(task: Task, env: TaskEnv, state: TaskState, cause: string): void {
  if (task.phase === 'over') return;
  task.work = undefined;
  task.phase = 'over';
  release(env.processor, task, env.out.workTime());
  for (const { instance, port } of task.sinks) abandonRows(instance, port);
  reportState(task, env, state, cause);
  env.ended(task);
}

/** A task that finishes is over when its consumers have taken everything from it. */
export function finishWhenTaken(task: Task, env: TaskEnv): void {
  if (task.ending !== 'closed') return;
  if (task.writer.channels.every(({ queue }) => queue.length === 0))
    endTask(task, env, 'FINISHED', '');
}

/** Whether a task begins no checkpoint any more, and takes nothing in. */
export function isFinishing({ ending }: Task): boolean {
  return ending === 'finishing' || ending === 'closed';
}

/** What code of the user has thrown; throws anything else on. */
export function userErrorOf(error: unknown): UserFunctionError {
  if (!(error instanceof UserFunctionError)) throw error;
  return error;
}

/** States and reports a change of the task's execution state. */
export function reportState(task: Task, env: TaskEnv, state: TaskState, cause: string): void {
  task.state = state;
  const { attempt } = task;
  env.out.moment('taskState', 0, task.name, { state, attempt, cause });
  env.report({
    kind: 'taskStateChanged',
    subject: stateOrder.indexOf(state),
    about: task.entity,
    attempt,
    state,
    cause,
    witness: state === 'FINISHED' ? lastWords(task) : undefined,
  });
}

/** The hidden frames that its last snapshot held, as they are now. */
function lastWords({ name, witness, carried, source }: Task): Words {
  const others = source === undefined ? reframed(carried, 0, name) : splitsState(source, 0);
  return joined([frameOf(witness, 0), others]);
}

const stateOrder: readonly TaskState[] = [
  'CREATED',
  'SCHEDULED',
  'DEPLOYING',
  'INITIALIZING',
  'RUNNING',
  'FINISHED',
  'CANCELING',
  'CANCELED',
  'FAILED',
];
