/**
 * An operator of the engine and its meaning, side by side over one random course: records,
 * watermarks, timers of the clock, snapshots, and restores that take everything since the last
 * snapshot back. Both must give the same rows.
 */
import fc from 'fast-check';
import { expect } from 'vitest';
import { hashRecord } from '../../../src/history/witness.js';
import { wordsOf } from '../../../src/job/meaning/rows.js';
import type { Stage, Take } from '../../../src/job/meaning/stage.js';
import type { Operator, Vertex } from '../../../src/job/job-graph.js';
import { readRow, type FieldValue, type RowType } from '../../../src/job/row.js';
import { broadcastRecord } from '../../../src/engine/operators/broadcast-state.js';
import type { Collector } from '../../../src/engine/operators/collector.js';
import { joinRecord } from '../../../src/engine/operators/interval-join.js';
import { processAlarm, processRecord } from '../../../src/engine/operators/process.js';
import { addToWindows } from '../../../src/engine/operators/window.js';
import { takeDue } from '../../../src/engine/state/timers.js';
import {
  applyKeyed,
  copyOf,
  operatorOf,
  restoreOperator,
  timerCame,
  timersOfInstance,
  type OperatorInstance,
} from '../../../src/engine/task/operators.js';
import { NO_TIME } from '../../../src/job/time-bounds.js';

/** Rows of the courses: a key, a value, and the time. */
export const row: RowType = [
  { name: 'key', type: 'string' },
  { name: 'value', type: 'int' },
];

type Step =
  | Readonly<{ kind: 'record'; input: number; row: readonly FieldValue[]; time: number }>
  | Readonly<{ kind: 'watermark'; by: number }>
  | Readonly<{ kind: 'clock'; by: number }>
  | Readonly<{ kind: 'snapshot' }>
  | Readonly<{ kind: 'restore' }>;

/** A random course for an operator with so many inputs. */
export function courses(inputs: number): fc.Arbitrary<readonly Step[]> {
  const record = fc.record({
    kind: fc.constant('record' as const),
    input: fc.nat(inputs - 1),
    row: fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.integer({ min: -9, max: 9 })),
    time: fc.integer({ min: -10, max: 60 }),
  });
  const by = fc.integer({ min: 1, max: 15 });
  const step = fc.oneof(
    { weight: 8, arbitrary: record },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('watermark' as const), by }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('clock' as const), by }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('snapshot' as const) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('restore' as const) }) },
  );
  return fc.array(step, { maxLength: 60 });
}

export type Subject = Readonly<{
  operator: Operator;
  inputs: readonly RowType[];
  output: RowType;
  stage: (main: Take, late: Take) => Stage;
  /** Whether the operator reads the clock. */
  clocked?: boolean;
}>;

type Engine = {
  instance: OperatorInstance;
  watermark: number;
  rows: string[];
  snapshot: Readonly<{ bytes: readonly [Int32Array, Int32Array]; rows: number; heard: number }>;
};

/** Runs a course through both and compares what they gave. */
export function compare(subject: Subject, course: readonly Step[]): void {
  const heard: ((stage: Stage) => void)[] = [];
  const engine = freshEngine(subject);
  let clock = 1_000;
  for (const step of course) {
    if (step.kind === 'clock') clock += step.by;
    perform(subject, engine, step, heard, clock);
    if (subject.clocked === true) fireAlarms(subject, engine, heard, clock);
  }
  perform(subject, engine, { kind: 'watermark', by: 2 ** 31 - 1 - engine.watermark }, heard, clock);
  const expected: string[] = [];
  const stage = subject.stage(
    (words, from, _to, time) => expected.push(lineOf(subject.output, words, from, time)),
    (words, from, _to, time) => expected.push('late ' + lineOf(row, words, from, time)),
  );
  for (const feed of heard) feed(stage);
  expect([...engine.rows].sort()).toEqual(expected.sort());
}

function lineOf(type: RowType, words: Int32Array, from: number, time: number): string {
  return `${readRow(type, words, from).join(' ')} at ${time}`;
}

function freshEngine(subject: Subject): Engine {
  const instance = instanceOf(subject);
  const snapshot = { bytes: copyOf(instance, 0), rows: 0, heard: 0 };
  return { instance, watermark: NO_TIME, rows: [], snapshot };
}

function instanceOf({ operator, inputs, output }: Subject): OperatorInstance {
  const costs = { serviceMicrosMin: 0, serviceMicrosMax: 0 };
  const declared = { uid: 'o', operator, output, next: [], nextLate: [], ...costs };
  const vertex: Vertex = {
    ...{ id: 'o', parallelism: 1, maxParallelism: 8, slotSharingGroup: 'default' },
    operators: [declared],
  };
  return operatorOf(vertex, declared, inputs, 0, 1);
}

function collectorOf(subject: Subject, engine: Engine, clock: number): Collector {
  return {
    emit: (words, from, _to, time) =>
      void engine.rows.push(lineOf(subject.output, words, from, time)),
    late: (words, from, _to, time) =>
      void engine.rows.push('late ' + lineOf(row, words, from, time)),
    watermark: () => engine.watermark,
    clock: () => clock,
  };
}

function perform(
  subject: Subject,
  engine: Engine,
  step: Step,
  heard: ((stage: Stage) => void)[],
  clock: number,
): void {
  const out = collectorOf(subject, engine, clock);
  switch (step.kind) {
    case 'record': {
      const words = wordsOf(step.row);
      hashRecord(words, 0, words.length);
      give(subject, engine, out, step, words);
      const arrival = { subtask: 0, input: step.input, words, from: 0, to: words.length };
      const now = subject.clocked === true ? clock : undefined;
      heard.push((stage) => {
        stage.record({ ...arrival, time: step.time, now });
      });
      return;
    }
    case 'watermark': {
      const from = Math.max(engine.watermark, -20);
      const watermark = Math.min(2 ** 31 - 1, step.by > 1_000 ? 2 ** 31 - 1 : from + step.by);
      if (watermark <= engine.watermark) return;
      engine.watermark = watermark;
      const timers = timersOfInstance(engine.instance);
      if (timers !== undefined)
        for (let timer = takeDue(timers, watermark); timer; timer = takeDue(timers, watermark))
          timerCame(engine.instance, out, timer);
      heard.push((stage) => {
        stage.watermark(0, watermark, clock);
      });
      return;
    }
    case 'snapshot': {
      const [operator, keyed] = copyOf(engine.instance, 0);
      const bytes = [operator.slice(), keyed.slice()] as const;
      engine.snapshot = { bytes, rows: engine.rows.length, heard: heard.length };
      return;
    }
    case 'restore': {
      const { bytes, rows, heard: before } = engine.snapshot;
      engine.instance = instanceOf(subject);
      restoreOperator(engine.instance, ...bytes);
      engine.rows.length = rows;
      engine.watermark = NO_TIME;
      heard.length = before;
      heard.push((stage) => {
        stage.watermark(0, NO_TIME, clock);
      });
      return;
    }
    default:
      return;
  }
}

function give(
  { output }: Subject,
  engine: Engine,
  out: Collector,
  { input, time }: Extract<Step, { kind: 'record' }>,
  words: Int32Array,
): void {
  const { instance } = engine;
  if (instance.kind === 'window') addToWindows(instance, out, words, 0, words.length, time);
  else if (instance.kind === 'process') processRecord(instance, out, input, words, 0, time);
  else if (instance.kind === 'intervalJoin')
    joinRecord(instance, out, input, words, 0, words.length, time);
  else if (instance.kind === 'broadcastState')
    broadcastRecord(instance, out, input, words, 0, time);
  else if (instance.kind === 'keyed') {
    const made = applyKeyed(instance, words, 0, words.length);
    engine.rows.push(lineOf(output, made.words, 0, time));
  }
}

function fireAlarms(
  subject: Subject,
  engine: Engine,
  heard: ((stage: Stage) => void)[],
  clock: number,
): void {
  const { instance } = engine;
  if (instance.kind !== 'process') return;
  const out = collectorOf(subject, engine, clock);
  for (
    let timer = takeDue(instance.alarms, clock);
    timer;
    timer = takeDue(instance.alarms, clock)
  ) {
    const { time, key } = timer;
    processAlarm(instance, out, timer);
    heard.push((stage) => {
      expect(stage.timer(0, time, key.words, clock)).toBeUndefined();
    });
  }
}
