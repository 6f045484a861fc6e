/**
 * Why a checkpoint, or the request for one, failed; what is told of it; and what counts against the
 * tolerable number.
 *
 * Source: Flink 2.x, CheckpointFailureReason, CheckpointFailureManager.
 */
import type { DeclineReason } from '../protocol.js';

/** Why a request is refused before a checkpoint is pending. */
export type RefusalReason =
  | 'CHECKPOINT_COORDINATOR_SHUTDOWN'
  | 'CHECKPOINT_COORDINATOR_SUSPEND'
  | 'MINIMUM_TIME_BETWEEN_CHECKPOINTS'
  | 'NOT_ALL_REQUIRED_TASKS_RUNNING'
  | 'PERIODIC_SCHEDULER_SHUTDOWN'
  | 'TOO_MANY_CHECKPOINT_REQUESTS'
  | 'TRIGGER_CHECKPOINT_FAILURE';

/** Why a pending checkpoint is aborted. */
export type AbortReason =
  | DeclineReason
  | 'CHECKPOINT_COORDINATOR_SHUTDOWN'
  | 'CHECKPOINT_COORDINATOR_SUSPEND'
  | 'CHECKPOINT_EXPIRED'
  | 'CHECKPOINT_SUBSUMED'
  | 'FINALIZE_CHECKPOINT_FAILURE'
  | 'IO_EXCEPTION'
  | 'TRIGGER_CHECKPOINT_FAILURE';

export type FailureReason = RefusalReason | AbortReason;

const texts: Readonly<Record<FailureReason, string>> = {
  CHECKPOINT_ASYNC_EXCEPTION: 'Asynchronous task checkpoint failed.',
  CHECKPOINT_COORDINATOR_SHUTDOWN: 'CheckpointCoordinator shutdown.',
  CHECKPOINT_COORDINATOR_SUSPEND: 'Checkpoint Coordinator is suspending.',
  CHECKPOINT_DECLINED_ON_CANCELLATION_BARRIER: 'Task received cancellation from one of its inputs',
  CHECKPOINT_DECLINED_SUBSUMED:
    'Checkpoint was canceled because a barrier from newer checkpoint was received.',
  CHECKPOINT_DECLINED_TASK_CLOSING: 'Checkpoint was declined (task is closing)',
  CHECKPOINT_DECLINED_TASK_NOT_READY: 'Checkpoint was declined (tasks not ready)',
  CHECKPOINT_EXPIRED: 'Checkpoint expired before completing.',
  CHECKPOINT_SUBSUMED: 'Checkpoint has been subsumed.',
  FINALIZE_CHECKPOINT_FAILURE: 'Failure to finalize checkpoint.',
  IO_EXCEPTION: 'An Exception occurred while triggering the checkpoint. IO-problem detected.',
  MINIMUM_TIME_BETWEEN_CHECKPOINTS:
    'The minimum time between checkpoints is still pending. ' +
    'Checkpoint will be triggered after the minimum time.',
  NOT_ALL_REQUIRED_TASKS_RUNNING: 'Not all required tasks are currently running.',
  PERIODIC_SCHEDULER_SHUTDOWN: 'Periodic checkpoint scheduler is shut down.',
  TASK_CHECKPOINT_FAILURE: 'Task local checkpoint failure.',
  TOO_MANY_CHECKPOINT_REQUESTS: 'The maximum number of queued checkpoint requests exceeded',
  TRIGGER_CHECKPOINT_FAILURE: 'Failure to trigger checkpoint.',
};

/** What Flink says of it, in `failure_message` and in its log. */
export function textOfReason(reason: FailureReason): string {
  return texts[reason];
}

/** Whether it counts against `execution.checkpointing.tolerable-failed-checkpoints`. */
export function countsAsFailure(reason: FailureReason): boolean {
  return (
    reason === 'CHECKPOINT_ASYNC_EXCEPTION' ||
    reason === 'CHECKPOINT_EXPIRED' ||
    reason === 'FINALIZE_CHECKPOINT_FAILURE' ||
    reason === 'IO_EXCEPTION'
  );
}
