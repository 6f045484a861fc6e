/**
 * Goal: which failures count against the tolerable number, and what is told of each, is as in
 * Flink. Method: the whole table.
 */
import { expect, test } from 'vitest';
import {
  countsAsFailure,
  textOfReason,
  type FailureReason,
} from '../../../src/engine/checkpoint/reasons.js';

/** What is told of each, and whether it counts. */
const table: Readonly<Record<FailureReason, readonly [text: string, counts: boolean]>> = {
  CHECKPOINT_ASYNC_EXCEPTION: ['Asynchronous task checkpoint failed.', true],
  CHECKPOINT_COORDINATOR_SHUTDOWN: ['CheckpointCoordinator shutdown.', false],
  CHECKPOINT_COORDINATOR_SUSPEND: ['Checkpoint Coordinator is suspending.', false],
  CHECKPOINT_DECLINED_ON_CANCELLATION_BARRIER: [
    'Task received cancellation from one of its inputs',
    false,
  ],
  CHECKPOINT_DECLINED_SUBSUMED: [
    'Checkpoint was canceled because a barrier from newer checkpoint was received.',
    false,
  ],
  CHECKPOINT_DECLINED_TASK_CLOSING: ['Checkpoint was declined (task is closing)', false],
  CHECKPOINT_DECLINED_TASK_NOT_READY: ['Checkpoint was declined (tasks not ready)', false],
  CHECKPOINT_EXPIRED: ['Checkpoint expired before completing.', true],
  CHECKPOINT_SUBSUMED: ['Checkpoint has been subsumed.', false],
  FINALIZE_CHECKPOINT_FAILURE: ['Failure to finalize checkpoint.', true],
  IO_EXCEPTION: [
    'An Exception occurred while triggering the checkpoint. IO-problem detected.',
    true,
  ],
  MINIMUM_TIME_BETWEEN_CHECKPOINTS: [
    'The minimum time between checkpoints is still pending. Checkpoint will be triggered after ' +
      'the minimum time.',
    false,
  ],
  NOT_ALL_REQUIRED_TASKS_RUNNING: ['Not all required tasks are currently running.', false],
  PERIODIC_SCHEDULER_SHUTDOWN: ['Periodic checkpoint scheduler is shut down.', false],
  TASK_CHECKPOINT_FAILURE: ['Task local checkpoint failure.', false],
  TOO_MANY_CHECKPOINT_REQUESTS: [
    'The maximum number of queued checkpoint requests exceeded',
    false,
  ],
  TRIGGER_CHECKPOINT_FAILURE: ['Failure to trigger checkpoint.', false],
};

test.each(Object.entries(table) as [FailureReason, readonly [string, boolean]][])(
  '%s',
  (reason, [text, counts]) => {
    expect(textOfReason(reason)).toBe(text);
    expect(countsAsFailure(reason)).toBe(counts);
  },
);
