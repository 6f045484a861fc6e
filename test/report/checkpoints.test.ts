/**
 * What REST would tell of checkpoints: what the newest leader reported, as Flink shows it. The
 * figures of its summaries are those that a real cluster computed of the same durations.
 */
import { describe, expect, test } from 'vitest';
import type { CheckpointCounts, CheckpointStats, Entry } from '../../src/history/entry.js';
import { checkpointsDocument } from '../../src/report/report.js';
import { checkpointBegun } from '../fixtures/checkpoint-stats.js';
import { captured, captures, figures } from '../run/captures.js';

const counts: CheckpointCounts = {
  restored: 0,
  total: 1,
  in_progress: 1,
  completed: 0,
  failed: 0,
};

function entry(kind: string, subject: number, detail: unknown, incarnation = 1): Entry {
  return { at: 0, process: 'job-manager-0', incarnation, kind, subject, about: '', detail };
}

const leader = (incarnation = 1) => entry('leader', incarnation, undefined, incarnation);

function reported(checkpoint?: Partial<CheckpointStats>, more: object = {}): Entry {
  const whole = checkpoint && { ...checkpointBegun, id: 1, ...checkpoint };
  const detail = { counts, checkpoint: whole, restored: undefined, ...more };
  return entry('checkpointsReported', whole?.id ?? 0, detail);
}

const completed = (id: number, duration = 20): Entry =>
  reported({ id, status: 'COMPLETED', end_to_end_duration: duration, state_size: 8 });

test('before the first checkpoint there are zeros, and no percentile', () => {
  const empty = { min: 0, max: 0, avg: 0 };
  const none = { p50: 'NaN', p90: 'NaN', p95: 'NaN', p99: 'NaN', p999: 'NaN' };
  expect(checkpointsDocument([leader()], 10)).toEqual({
    counts: { restored: 0, total: 0, in_progress: 0, completed: 0, failed: 0 },
    summary: {
      checkpointed_size: { ...empty, ...none },
      state_size: { ...empty, ...none },
      end_to_end_duration: { ...empty, ...none },
      alignment_buffered: { ...empty, p50: 0, p90: 0, p95: 0, p99: 0, p999: 0 },
      persisted_data: { ...empty, ...none },
    },
    latest: { completed: null, savepoint: null, failed: null, restored: null },
    history: [],
  });
});

test('one that is under way, one that failed, one that completed and was subsumed', () => {
  const failure = { failure_timestamp: 130, failure_message: 'Checkpoint expired.' };
  const restored = { id: 1, restore_timestamp: 140 };
  const { history, latest } = checkpointsDocument(
    [
      ...[leader(), completed(1), completed(2), entry('subsumed', 1, undefined)],
      reported({ id: 3, status: 'FAILED', end_to_end_duration: 30, ...failure }, { restored }),
      reported({ id: 4, latest_ack_timestamp: 150, num_acknowledged_subtasks: 1 }, { restored }),
    ],
    10,
  );
  const common = {
    ...{ is_savepoint: false, savepointFormat: null, alignment_buffered: 0, persisted_data: 0 },
    ...{ checkpoint_type: 'CHECKPOINT', tasks: {}, num_subtasks: 2, trigger_timestamp: 100 },
  };
  const acknowledged = { latest_ack_timestamp: -1, num_acknowledged_subtasks: 0 };
  const sizes = (size: number) => ({ checkpointed_size: size, state_size: size });
  const ended = { status: 'COMPLETED', end_to_end_duration: 20, ...common, ...acknowledged };
  expect(history).toEqual([
    {
      ...{ className: 'in_progress', id: 4, status: 'IN_PROGRESS', end_to_end_duration: -1 },
      ...{ ...common, ...sizes(0), latest_ack_timestamp: 150, num_acknowledged_subtasks: 1 },
    },
    {
      ...{ className: 'failed', id: 3, status: 'FAILED', end_to_end_duration: 30 },
      ...{ ...common, ...acknowledged, ...sizes(0), ...failure },
    },
    { className: 'completed', id: 2, ...ended, ...sizes(8), discarded: false },
    { className: 'completed', id: 1, ...ended, ...sizes(8), discarded: true },
  ]);
  expect(latest).toEqual({
    completed: history[2],
    savepoint: null,
    failed: history[1],
    restored: { ...restored, is_savepoint: false },
  });
});

test('a checkpoint keeps its place while it goes on, and the newest are shown', () => {
  const entries = [
    leader(),
    ...[1, 2, 3].map((id) => reported({ id })),
    ...[completed(2), completed(1)],
  ];
  const idsOf = (size: number) => checkpointsDocument(entries, size).history.map(({ id }) => id);
  expect(idsOf(10)).toEqual([3, 2, 1]);
  expect(idsOf(2)).toEqual([3, 2]);
  expect(idsOf(0)).toEqual([]);
  expect(checkpointsDocument(entries, 0).latest.completed?.id).toBe(1);
});

test('a new leader knows nothing of what the last one counted', () => {
  const entries = [leader(), completed(1), leader(2), completed(2)];
  const document = checkpointsDocument(entries, 10);
  expect(document.history).toEqual([]);
  expect(document.counts.total).toBe(0);
});

describe('a summary', () => {
  test.each(captures)('of the durations of %s is that of the cluster', (name) => {
    const entries = captured(name).checkpoints.flatMap(({ id, duration, end }) =>
      end === 'COMPLETED' ? [completed(id, duration)] : [],
    );
    const { summary } = checkpointsDocument([leader(), ...entries], 0);
    expect(Object.values(summary.end_to_end_duration)).toEqual(figures[name]?.endToEndDuration);
  });

  test('has percentiles of the newest 10,000, and the rest of all', () => {
    const many = Array.from({ length: 10_001 }, (_, index) => completed(index + 1, 10));
    const { end_to_end_duration } = checkpointsDocument(
      [leader(), completed(1, 50), ...many.slice(1)],
      0,
    ).summary;
    expect(end_to_end_duration).toMatchObject({ min: 10, max: 50, avg: 10, p999: 10 });
  });
});
