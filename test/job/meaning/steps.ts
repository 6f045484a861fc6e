/**
 * What the tests of the meaning share: a stage is fed with steps, and what it gives is told as
 * text, `late` before a row that came too late and the time behind each row that has one.
 */
import { enter, type Outputs, type Stage, type Take } from '../../../src/job/meaning/stage.js';
import { wordsOf } from '../../../src/job/meaning/rows.js';
import { readRow, type FieldValue, type RowType } from '../../../src/job/row.js';
import { NO_TIME } from '../../../src/job/time-bounds.js';

/** Rows of a key and a value. */
export const keyed: RowType = [
  { name: 'key', type: 'string' },
  { name: 'value', type: 'int' },
];

/** A field of each name: `key` is a text, every other an integer. */
export function fields(...names: string[]): RowType {
  return names.map((name) => ({ name, type: name === 'key' ? 'string' : 'int' }));
}

type Step = (stage: Stage) => void;

type Where = Readonly<{ subtask?: number; input?: number; now?: number }>;

/** A record enters. */
export function row(values: readonly FieldValue[], time = NO_TIME, where: Where = {}): Step {
  const words = wordsOf(values);
  const { subtask = 0, input = 0, now } = where;
  return (stage) => {
    enter(stage, { subtask, input, words, from: 0, to: words.length, time, now });
  };
}

/** The watermark of a subtask. */
export function watermark(time: number, subtask = 0): Step {
  return (stage) => {
    stage.watermark(subtask, time, undefined);
  };
}

/** A timer of processing time fires; the test fails where none is set. */
export function alarm(time: number, key: FieldValue, now = time): Step {
  return (stage) => {
    const fault = stage.timer(0, time, wordsOf([key]), now);
    if (fault !== undefined) throw new Error(fault);
  };
}

/** What a stage gives for the steps, in its order. */
export function given(
  open: (outputs: Outputs) => Stage,
  types: Readonly<{ main: RowType; late?: RowType }>,
  steps: readonly Step[],
): string[] {
  const told: string[] = [];
  const take =
    (type: RowType, prefix: string): Take =>
    (words, from, _to, time) => {
      const text = readRow(type, words, from).join(' ');
      told.push(prefix + text + (time === NO_TIME ? '' : ` @${time}`));
    };
  const outputs = { main: take(types.main, ''), late: take(types.late ?? types.main, 'late ') };
  const stage = open(outputs);
  for (const step of steps) step(stage);
  return told;
}
