/** The schema of the file of `run --checkpoints`. */
import * as z from 'zod';

const count = z.int().min(0);
const bytes = count.describe('bytes');
const millis = count.describe('milliseconds');
const clock = z.int().describe("milliseconds of the job manager's clock; the run begins at 0");
const ackedAt = z.int().min(-1).describe('as the others; -1 before the first acknowledgement');
const duration = z.int().min(-1).describe('milliseconds; -1 before the first of them');
const percentile = z.union([z.number(), z.literal('NaN')]).describe('NaN of no checkpoint');
const spread = z.object({
  min: count,
  max: count,
  avg: count,
  p50: percentile,
  p90: percentile,
  p95: percentile,
  p99: percentile,
  p999: percentile,
});

/** What a checkpoint has in common with each of its tasks. */
const common = {
  id: count,
  latest_ack_timestamp: ackedAt,
  checkpointed_size: bytes,
  state_size: bytes,
  end_to_end_duration: duration,
  alignment_buffered: z.literal(0),
  processed_data: bytes.describe('bytes of buffers that were worked during alignments'),
  persisted_data: bytes.describe('bytes of buffers that are stored with it'),
  num_subtasks: count,
  num_acknowledged_subtasks: count.describe('with those that had finished when it began'),
};
const whole = {
  ...common,
  is_savepoint: z.literal(false),
  savepointFormat: z.null(),
  trigger_timestamp: clock,
  checkpoint_type: z.enum(['CHECKPOINT', 'UNALIGNED_CHECKPOINT']),
};

/** A checkpoint of any end, with its tasks as they are shown there. */
function endsOf<Tasks extends z.ZodType>(tasks: Tasks) {
  const completed = z.object({
    className: z.literal('completed'),
    status: z.literal('COMPLETED'),
    ...whole,
    tasks,
    discarded: z.boolean(),
  });
  const failed = z.object({
    className: z.literal('failed'),
    status: z.literal('FAILED'),
    ...whole,
    tasks,
    failure_timestamp: clock,
    failure_message: z.string(),
  });
  const inProgress = z.object({
    className: z.literal('in_progress'),
    status: z.literal('IN_PROGRESS'),
    ...whole,
    tasks,
  });
  return {
    completed,
    failed,
    any: z.discriminatedUnion('className', [completed, failed, inProgress]),
  };
}

const status = z.enum(['IN_PROGRESS', 'COMPLETED', 'FAILED']).describe('of the checkpoint');
const task = z.object({ ...common, status });

/** Of the bytes that a subtask has stored, and of the milliseconds that this took. */
const cancelled = '-1 where the abort of the checkpoint has cancelled the upload';

const measures = spread.describe('of the subtasks that are not pending; without percentiles');

const taskWithSubtasks = task.extend({
  summary: z.object({
    checkpointed_size: measures,
    state_size: measures,
    end_to_end_duration: measures,
    checkpoint_duration: z.object({ sync: measures, async: measures }),
    alignment: z.object({
      buffered: measures,
      processed: measures,
      persisted: measures,
      duration: measures,
    }),
    start_delay: measures,
  }),
  subtasks: z.array(
    z.discriminatedUnion('className', [
      z.object({
        className: z.literal('pending'),
        index: count,
        status: z.literal('pending_or_failed'),
      }),
      z.object({
        className: z.literal('completed'),
        index: count,
        status: z.literal('completed'),
        ack_timestamp: clock,
        end_to_end_duration: millis,
        checkpointed_size: bytes,
        state_size: bytes,
        checkpoint: z.object({ sync: millis, async: duration.describe(cancelled) }),
        alignment: z.object({
          buffered: z.literal(0),
          processed: bytes,
          persisted: z.int().min(-1).describe(cancelled),
          duration: millis,
        }),
        start_delay: millis,
        unaligned_checkpoint: z.boolean(),
        aborted: z.boolean().describe('whether it told of its part after that had failed'),
      }),
    ]),
  ),
});

const shown = endsOf(z.object({}));
const detailed = endsOf(z.record(z.string(), task));

/** As Flink's REST has it, but for what the engine does not know. */
export const checkpoints: z.ZodType = z
  .object({
    counts: z.object({
      restored: count,
      total: count,
      in_progress: count,
      completed: count,
      failed: count,
    }),
    summary: z.object({
      checkpointed_size: spread,
      state_size: spread,
      end_to_end_duration: spread,
      alignment_buffered: spread,
      processed_data: spread,
      persisted_data: spread,
    }),
    latest: z.object({
      completed: shown.completed.nullable(),
      savepoint: z.null(),
      failed: shown.failed.nullable(),
      restored: z
        .object({ id: count, restore_timestamp: clock, is_savepoint: z.literal(false) })
        .nullable(),
    }),
    history: z.array(shown.any).describe('the newest first, at most web.checkpoints.history'),
    details: z
      .array(
        z.object({
          details: detailed.any,
          subtasks: z.record(z.string(), taskWithSubtasks).describe('by task'),
        }),
      )
      .describe('of each in history, as /checkpoints/details/:id and its /subtasks/:vertex'),
  })
  .describe('left out: external_path of a checkpoint');
