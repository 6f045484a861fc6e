/**
 * Goal: of tasks and subtasks it is told what a real Flink 2.2.1 told of the same measures. Method:
 * what its subtasks measured goes through the coordinator's effects, as acknowledgements in their
 * order, or after the end as late words, and the answer is compared whole with that of its REST.
 * Not compared: where it lies, the text of a failure, and whether it was subsumed later.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

import type { CoordinatorEffect, Pending } from '../../src/engine/checkpoint/coordinator-state.js';
import {
  countEffect,
  countLate,
  statisticsOf,
  type LateWord,
} from '../../src/engine/checkpoint/statistics.js';
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
  aborted?: boolean;
}>;
type Captured = Readonly<{
  capture: string;
  details: Readonly<{ id: number; status: string; trigger_timestamp: number }> &
    Readonly<{ failure_timestamp?: number }>;
  subtasks: Readonly<Record<string, Readonly<{ subtasks: readonly Subtask[] }>>>;
}>;

const file = new URL('../fixtures/captures/details.json', import.meta.url);
const captures = JSON.parse(readFileSync(file, 'utf8')) as readonly Captured[];

type Step = readonly [millis: number, what: CoordinatorEffect | LateWord];

/** The document of what the coordinator does and hears at these times. */
function documentOf(steps: readonly Step[], subtasks = small, history = 10) {
  const at = (kind: string, subject: number, about: string, detail: unknown): Entry => {
    return { ...{ at: 0, process: 'job-manager-0', incarnation: 1 }, kind, subject, about, detail };
  };
  const entries = [at('leader', 1, '', undefined)];
  let statistics = statisticsOf(subtasks, history);
  for (const [millis, what] of steps) {
    const now = millis * 1_000;
    const late = 'kind' in what ? undefined : countLate(statistics, what, now);
    const all = 'kind' in what ? countEffect(statistics, what, now) : late ? [late] : [];
    for (const [after, told] of all) {
      statistics = after;
      const { checkpoint, by = '', ...more } = told ?? {};
      const { counts, restored } = statistics;
      const detail = { counts, restored, checkpoint, ...more };
      entries.push(at('checkpointsReported', checkpoint?.id ?? 0, by, detail));
    }
  }
  return checkpointsDocument(entries, 10);
}

function pendingOf(
  id: number,
  millis: number,
  waits: readonly string[],
  finished: readonly string[] = [],
): Pending {
  const plan = { triggers: [], waits, finished };
  const rest = { parts: new Map(), coordinators: new Map() };
  return { id, phase: 'collecting', timestamp: millis * 1_000, plan, ...rest };
}

function metricsOf(one: Subtask): CheckpointMetrics {
  const { checkpoint, alignment, start_delay } = one;
  return {
    startDelayMillis: start_delay,
    alignmentMillis: alignment.duration,
    bytesProcessed: alignment.processed,
    bytesPersisted: alignment.persisted,
    syncMillis: checkpoint.sync,
    asyncMillis: checkpoint.async,
  };
}

function acknowledgement(id: number, subtask: string, one: Subtask): Step {
  const part = { subtask, last: false, words: one.state_size / 4, metrics: metricsOf(one) };
  return [one.ack_timestamp, { kind: 'acknowledge', id, ...part }];
}

/** A subtask tells of its part when the checkpoint has failed. */
function lateWord(id: number, subtask: string, one: Subtask, attempt = 1): Step {
  const part = { subtask, words: one.state_size / 4, metrics: metricsOf(one) };
  return [one.ack_timestamp, { id, attempt, ...part }];
}

function abort(pending: Pending): CoordinatorEffect {
  const reason = 'CHECKPOINT_COORDINATOR_SUSPEND';
  return { kind: 'abort', pending, attempt: 1, reason, latest: 0 };
}

function namesOf({ subtasks }: Captured): string[] {
  return Object.entries(subtasks).flatMap(([task, { subtasks: own }]) =>
    own.map(({ index }) => `${task}[${index}]`),
  );
}

function stepsOf(captured: Captured): Step[] {
  const { details, subtasks } = captured;
  const { id, trigger_timestamp: trigger, failure_timestamp: failure } = details;
  const all = Object.entries(subtasks).flatMap(([task, { subtasks: own }]) =>
    own.map((one) => ({ name: `${task}[${one.index}]`, one })),
  );
  const pending = pendingOf(id, trigger, namesOf(captured));
  const come = all.filter(({ one }) => one.className === 'completed');
  const told = (isLate: boolean): Step[] =>
    come
      .filter(({ one }) => one.aborted === isLate)
      .map(({ name, one }) => (isLate ? lateWord : acknowledgement)(id, name, one))
      .sort(([first], [second]) => first - second);
  const end: CoordinatorEffect =
    failure === undefined ? { kind: 'complete', pending, attempt: 1 } : abort(pending);
  const begin: Step = [trigger, { kind: 'begin', pending, expiry: 1 }];
  return [begin, ...told(false), [failure ?? 0, end], ...told(true)];
}

describe('a real checkpoint', () => {
  test.each(captures)('of $capture is told as REST told it', (captured) => {
    const { details } = documentOf(stepsOf(captured), namesOf(captured));
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
const small = ['a[0]', 'a[1]', 'b[0]'];
const begun = (id: number, finished: readonly string[] = [], millis = 100): Step => {
  const waits = small.filter((name) => !finished.includes(name));
  return [millis, { kind: 'begin', pending: pendingOf(id, 100, waits, finished), expiry: 1 }];
};
const begins = begun(3);
const failsAt = (millis: number, id = 3): Step => [millis, abort(pendingOf(id, 100, small))];

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

describe('a subtask that had finished', () => {
  test('counts, and is acknowledged at once with zeros', () => {
    const { details } = documentOf([begun(3, ['a[1]'], 107)]);
    expect(details[0]?.details).toMatchObject({
      ...{ num_subtasks: 3, num_acknowledged_subtasks: 1 },
      ...{ latest_ack_timestamp: 107, end_to_end_duration: 7, state_size: 0 },
    });
    const [first, second] = details[0]?.subtasks['a']?.subtasks ?? [];
    expect(first).toMatchObject({ index: 0, className: 'pending' });
    expect(second).toMatchObject({
      ...{ index: 1, ack_timestamp: 107, end_to_end_duration: 7, state_size: 0, start_delay: 0 },
      ...{ checkpoint: { sync: 0, async: 0 }, aborted: false },
    });
  });

  test('lets its whole task stand in its place', () => {
    const { details } = documentOf([begun(3, ['a[0]', 'a[1]'])]);
    expect(Object.keys(details[0]?.subtasks ?? {})).toEqual(['a', 'b']);
    expect(details[0]?.subtasks['a']).toMatchObject({
      ...{ num_subtasks: 2, num_acknowledged_subtasks: 2 },
    });
  });
});

describe('what is told of a checkpoint that has failed', () => {
  const late = { ...one, ack_timestamp: 190, state_size: 0, checkpoint: { sync: 5, async: -1 } };
  const cancelled = { ...late, alignment: { processed: 32, persisted: -1, duration: 9 } };
  const steps = [begins, acknowledgement(3, 'a[0]', one), failsAt(180)];

  test('by an upload that was cancelled: what is not known is -1, and left out of sums', () => {
    const { details, history } = documentOf([...steps, lateWord(3, 'a[1]', cancelled)]);
    expect(history[0]).toMatchObject({
      ...{ num_acknowledged_subtasks: 1, latest_ack_timestamp: 140, end_to_end_duration: 80 },
      ...{ state_size: 8, processed_data: 96, persisted_data: 0, checkpoint_type: 'CHECKPOINT' },
    });
    const task = details[0]?.subtasks['a'];
    expect(task?.subtasks[1]).toMatchObject({
      ...{ aborted: true, ack_timestamp: 190, end_to_end_duration: 90, state_size: 0 },
      ...{ checkpoint: { sync: 5, async: -1 }, unaligned_checkpoint: false },
      alignment: { persisted: -1, processed: 32, duration: 9 },
    });
    expect(task?.summary).toMatchObject({
      checkpoint_duration: { sync: { min: 1, max: 5 }, async: { min: 20, max: 20, avg: 20 } },
      end_to_end_duration: { min: 40, max: 40, avg: 40 },
      state_size: { min: 0, max: 8, avg: 4 },
    });
  });

  test('counts once, of one that is known, and of the attempt of its tasks', () => {
    const known = documentOf(steps);
    for (const word of [
      lateWord(3, 'a[0]', late),
      lateWord(4, 'a[1]', late),
      lateWord(3, 'a[1]', late, 2),
    ])
      expect(documentOf([...steps, word])).toEqual(known);
    const first = documentOf([...steps, lateWord(3, 'a[1]', late)]);
    expect(first).not.toEqual(known);
    const again = lateWord(3, 'a[1]', { ...late, ack_timestamp: 199 });
    expect(documentOf([...steps, lateWord(3, 'a[1]', late), again])).toEqual(first);
    const early = documentOf([begins, lateWord(3, 'a[1]', late)]);
    expect(early).toEqual(documentOf([begins]));
  });

  test('changes nothing of one that is no longer remembered', () => {
    const newer = [...steps, begun(4), failsAt(190, 4)];
    const word = lateWord(3, 'a[1]', late);
    expect(documentOf([...newer, word], small, 1)).toEqual(documentOf(newer, small, 1));
    expect(documentOf([...newer, word], small, 0)).toEqual(documentOf(newer, small, 0));
    const two = documentOf([...newer, word], small, 2);
    expect(two.history.map(({ id, processed_data: bytes }) => [id, bytes])).toEqual([
      [4, 0],
      [3, 128],
    ]);
    expect(two.latest.failed?.id).toBe(4);
  });
});
