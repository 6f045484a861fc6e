/**
 * Goal: of tasks and subtasks it is told what a real Flink 2.2.1 told of the same measures. Method:
 * what its subtasks measured goes through the coordinator's effects, as acknowledgements in their
 * order, and the answer is compared whole with that of its REST. Not compared: where it lies, the
 * text of a failure, and whether it was subsumed later.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

import type { CoordinatorEffect, Pending } from '../../src/engine/checkpoint/coordinator-state.js';
import { countEffect, noStatistics } from '../../src/engine/checkpoint/statistics.js';
import type { CheckpointMetrics } from '../../src/engine/protocol.js';
import { checkpointsDocument, checkpointTable } from '../../src/report/report.js';
import type { Entry } from '../../src/history/entry.js';

type Subtask = Readonly<{
  className: string;
  index: number;
  ack_timestamp: number;
  state_size: number;
  checkpoint: Readonly<{ sync: number; async: number }>;
  alignment: Readonly<{ processed: number; persisted: number; duration: number }>;
  start_delay: number;
}>;
type Captured = Readonly<{
  capture: string;
  details: Readonly<{ id: number; status: string; trigger_timestamp: number }> &
    Readonly<{ failure_timestamp?: number }>;
  subtasks: Readonly<Record<string, Readonly<{ subtasks: readonly Subtask[] }>>>;
}>;

const file = new URL('../fixtures/captures/details.json', import.meta.url);
const captures = JSON.parse(readFileSync(file, 'utf8')) as readonly Captured[];

type Step = readonly [millis: number, effect: CoordinatorEffect];

/** The document of what the coordinator does at these times. */
function documentOf(steps: readonly Step[]) {
  const at = (kind: string, subject: number, about: string, detail: unknown): Entry => {
    return { ...{ at: 0, process: 'job-manager-0', incarnation: 1 }, kind, subject, about, detail };
  };
  const entries = [at('leader', 1, '', undefined)];
  let statistics = noStatistics;
  for (const [millis, effect] of steps) {
    const [after, told] = countEffect(statistics, effect, millis * 1_000) ?? [statistics];
    statistics = after;
    const { checkpoint, by = '', ...more } = told ?? {};
    const { counts, restored } = statistics;
    const detail = { counts, restored, checkpoint, ...more };
    entries.push(at('checkpointsReported', checkpoint?.id ?? 0, by, detail));
  }
  return checkpointsDocument(entries, 10);
}

function pendingOf(id: number, millis: number, waits: readonly string[]): Pending {
  const plan = { triggers: [], waits, finished: [] };
  const rest = { parts: new Map(), coordinators: new Map() };
  return { id, phase: 'collecting', timestamp: millis * 1_000, plan, ...rest };
}

function acknowledgement(id: number, name: string, one: Subtask): Step {
  const { checkpoint, alignment, start_delay, state_size } = one;
  const metrics: CheckpointMetrics = {
    startDelayMillis: start_delay,
    alignmentMillis: alignment.duration,
    bytesProcessed: alignment.processed,
    bytesPersisted: alignment.persisted,
    syncMillis: checkpoint.sync,
    asyncMillis: checkpoint.async,
  };
  const part = { subtask: name, last: false, words: state_size / 4, metrics };
  return [one.ack_timestamp, { kind: 'acknowledge', id, ...part }];
}

function stepsOf({ details, subtasks }: Captured): Step[] {
  const { id, trigger_timestamp: trigger, failure_timestamp: failure } = details;
  const all = Object.entries(subtasks).flatMap(([task, { subtasks: own }]) =>
    own.map((one) => ({ name: `${task}[${one.index}]`, one })),
  );
  const pending = pendingOf(
    id,
    trigger,
    all.map(({ name }) => name),
  );
  const come = all.filter(({ one }) => one.className === 'completed');
  const acknowledged = come
    .map(({ name, one }) => acknowledgement(id, name, one))
    .sort(([first], [second]) => first - second);
  const reason = 'CHECKPOINT_COORDINATOR_SUSPEND';
  const end: CoordinatorEffect =
    failure === undefined
      ? { kind: 'complete', pending, attempt: 1 }
      : { kind: 'abort', pending, attempt: 1, reason, latest: 0 };
  return [[trigger, { kind: 'begin', pending, expiry: 1 }], ...acknowledged, [failure ?? 0, end]];
}

describe('a real checkpoint', () => {
  test.each(captures)('of $capture is told as REST told it', (captured) => {
    const { details } = documentOf(stepsOf(captured));
    const [shown] = details.map((one) => {
      const { failure_message: _, ...rest } = { failure_message: '', ...one.details };
      return { details: rest, subtasks: one.subtasks };
    });
    expect(shown).toEqual({ details: captured.details, subtasks: captured.subtasks });
  });
});

const one: Subtask = {
  ...{ className: 'completed', index: 0, ack_timestamp: 140, state_size: 8, start_delay: 6 },
  checkpoint: { sync: 1, async: 20 },
  alignment: { processed: 64, persisted: 0, duration: 9 },
};
const begins: Step = [
  100,
  { kind: 'begin', pending: pendingOf(3, 100, ['a[0]', 'a[1]', 'b[0]']), expiry: 1 },
];

test('a clock that is set back gives no negative duration, and times are averaged', () => {
  const { details } = documentOf([
    begins,
    acknowledgement(3, 'a[0]', one),
    acknowledgement(3, 'a[1]', { ...one, ack_timestamp: 90 }),
  ]);
  const task = details[0]?.subtasks['a'];
  expect(task?.end_to_end_duration).toBe(0);
  expect(task?.summary.end_to_end_duration).toMatchObject({ min: 0, max: 40, avg: 15 });
  expect(task?.subtasks.map((each) => 'ack_timestamp' in each && each.end_to_end_duration)).toEqual(
    [40, 0],
  );
});

test('what is stored of alignments makes a checkpoint unaligned', () => {
  const stored = { ...one, alignment: { processed: 0, persisted: 32, duration: 0 } };
  const { details, history } = documentOf([
    begins,
    acknowledgement(3, 'a[0]', one),
    acknowledgement(3, 'b[0]', stored),
  ]);
  const flagOf = (task: string) => {
    const [subtask] = details[0]?.subtasks[task]?.subtasks ?? [];
    return subtask?.className === 'completed' && subtask.unaligned_checkpoint;
  };
  expect([flagOf('a'), flagOf('b')]).toEqual([false, true]);
  const whole = { processed_data: 64, persisted_data: 32, checkpoint_type: 'UNALIGNED_CHECKPOINT' };
  expect(history[0]).toMatchObject(whole);
  expect(details[0]?.details).toMatchObject(whole);
});

test('a table shows the largest of each task, and who is missing', () => {
  const document = documentOf([
    begins,
    acknowledgement(3, 'a[0]', one),
    acknowledgement(3, 'a[1]', { ...one, ack_timestamp: 150, start_delay: 4 }),
  ]);
  expect(checkpointTable(document)).toMatchInlineSnapshot(`
    "checkpoint 3 IN_PROGRESS, 50 ms    subtasks  start delay  alignment   sync   async  end to end
      a                                     2/2            6          9      1      20          50
      b                                     0/1            -          -      -       -           -"
  `);
  expect(checkpointTable(documentOf([]))).toBe('');
});
