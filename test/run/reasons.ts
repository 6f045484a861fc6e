/** How runs come to each reason for refusing a request, declining or aborting a checkpoint. */
import type { AbortReason, RefusalReason } from '../../src/engine/checkpoint/reasons.js';
import type { DeclineReason } from '../../src/engine/protocol.js';
import type { Entry } from '../../src/history/entry.js';
import type { Beside } from '../../src/run/run.js';

/** The moment that tells a reason, and the reason. */
export type Told =
  `requestRefused ${RefusalReason}` | `declined ${DeclineReason}` | `aborted ${AbortReason}`;

/**
 * Common: over 3 % of the plans of a small scenario come to it, and truth.test.ts demands it.
 * Aimed: rarer; rare-reasons.test.ts has a scenario that leads there. Never: see below.
 */
type Way = 'common' | 'aimed' | 'never';

/**
 * Three reasons of Flink abort no checkpoint here; a subtask driven by hand gives each of them.
 *
 * Not ready: a task that is over is forgotten in the same step, and no other is triggered before it
 * has said that it is RUNNING. In Flink it is known for a while after it has failed.
 *
 * Overtaken: control messages are in order and lost only with their connection, with which all
 * tasks go. So each sender has a barrier or a marker for every checkpoint up to its newest, behind
 * a barrier it sends nothing until that is aligned, and so it has not FINISHED before. In Flink the
 * tasks outlive a connection on which a trigger was lost.
 *
 * On a marker: the first marker of a checkpoint is sent because the job manager has aborted it, or
 * because it was overtaken. The decline comes too late to be why.
 */
const ways: Readonly<Record<Told, Way>> = {
  'requestRefused CHECKPOINT_COORDINATOR_SHUTDOWN': 'common',
  'requestRefused CHECKPOINT_COORDINATOR_SUSPEND': 'common',
  'requestRefused MINIMUM_TIME_BETWEEN_CHECKPOINTS': 'common',
  'requestRefused NOT_ALL_REQUIRED_TASKS_RUNNING': 'common',
  'requestRefused PERIODIC_SCHEDULER_SHUTDOWN': 'common',
  'requestRefused TOO_MANY_CHECKPOINT_REQUESTS': 'aimed',
  'requestRefused TRIGGER_CHECKPOINT_FAILURE': 'common',
  'declined CHECKPOINT_ASYNC_EXCEPTION': 'common',
  'declined CHECKPOINT_DECLINED_ON_CANCELLATION_BARRIER': 'common',
  'declined CHECKPOINT_DECLINED_SUBSUMED': 'never',
  'declined CHECKPOINT_DECLINED_TASK_CLOSING': 'aimed',
  'declined CHECKPOINT_DECLINED_TASK_NOT_READY': 'never',
  'declined TASK_CHECKPOINT_FAILURE': 'common',
  'aborted CHECKPOINT_ASYNC_EXCEPTION': 'common',
  'aborted CHECKPOINT_COORDINATOR_SHUTDOWN': 'common',
  'aborted CHECKPOINT_COORDINATOR_SUSPEND': 'common',
  'aborted CHECKPOINT_DECLINED_ON_CANCELLATION_BARRIER': 'never',
  'aborted CHECKPOINT_DECLINED_SUBSUMED': 'never',
  'aborted CHECKPOINT_DECLINED_TASK_CLOSING': 'aimed',
  'aborted CHECKPOINT_DECLINED_TASK_NOT_READY': 'never',
  'aborted CHECKPOINT_EXPIRED': 'common',
  'aborted CHECKPOINT_SUBSUMED': 'aimed',
  'aborted FINALIZE_CHECKPOINT_FAILURE': 'common',
  'aborted IO_EXCEPTION': 'aimed',
  'aborted TASK_CHECKPOINT_FAILURE': 'common',
  'aborted TRIGGER_CHECKPOINT_FAILURE': 'aimed',
};

/** Those that runs come to in one way. */
export function toldBy(way: Way): string[] {
  return Object.entries(ways)
    .filter(([, other]) => other === way)
    .map(([told]) => told);
}

/** Notes every reason that is told in a run. */
export function noting(told: Set<string>): Beside {
  const see = ({ kind, detail }: Entry): void => {
    told.add(`${kind} ${String((detail as { reason?: string }).reason)}`);
  };
  return { sees: ['requestRefused', 'declined', 'aborted'], see };
}
