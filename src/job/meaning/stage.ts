/**
 * What an operator with state is to the meaning of a job: it takes what entered, in its order, and
 * gives the rows that must come out. It sees what the engine's operator saw (records, watermarks,
 * timers of processing time) and computes in its own way, with plain maps, from what was declared.
 */
import type { Words } from '../../kernel/actor.js';
import { textWordsAt } from '../../kernel/words.js';
import { fieldAt, type RowType } from '../row.js';
import { UserFunctionError } from '../user-function-error.js';
import { bagOf, put } from './bag.js';

/** Takes a row of a time, whose words stand at `from ..< to`; it reads them before it returns. */
export type Take = (words: Words, from: number, to: number, time: number) => void;

/** Where the rows of an operator go, and its late records. */
export type Outputs = Readonly<{ main: Take; late: Take }>;

/** One record that entered. */
export type Arrival = Readonly<{
  subtask: number;
  /** Which of the operator's inputs it came in on. */
  input: number;
  words: Words;
  from: number;
  to: number;
  time: number;
  /** The clock in milliseconds; undefined where the operator does not read it. */
  now: number | undefined;
}>;

/** An operator with the state of all of its subtasks. */
export type Stage = Readonly<{
  record(arrival: Arrival): void;
  /** The watermark of a subtask is this one; after a restore, that before all. */
  watermark(subtask: number, watermark: number, now: number | undefined): void;
  /** A timer of processing time fired; what is wrong with that, if anything is. */
  timer(subtask: number, time: number, key: Words, now: number | undefined): string | undefined;
  /** Every subtask has restored what it stored. */
  restored?(): void;
}>;

/** What is wrong with a timer of the clock where there are none. */
export const NO_TIMER = 'none is set';

/** Gives each key a number; of the key that was asked for last, `from ..< to` are the words. */
export type Keys = {
  from: number;
  to: number;
  numberOf(words: Words, at: number): number;
  /** Number of a key that is given by its own words. */
  numberOfWords(key: Words): number;
};

/** The keys of an operator that finds them in that field of its records. */
export function keysOf(inputs: readonly RowType[], fields: readonly number[]): Keys[] {
  const bag = bagOf();
  return inputs.map((type, input) => keysOfInput(bag, type, fields[input] as number));
}

function keysOfInput(bag: ReturnType<typeof bagOf>, type: RowType, field: number): Keys {
  const isInt = type[field]?.type === 'int';
  const keys: Keys = {
    from: 0,
    to: 0,
    numberOf: (words, at) => {
      const from = fieldAt(type, field, words, at);
      keys.from = from;
      keys.to = from + (isInt ? 1 : textWordsAt(words, from));
      return put(bag, words, from, keys.to, 0);
    },
    numberOfWords: (key) => put(bag, key, 0, key.length, 0),
  };
  return keys;
}

/** What the user's code threw ends a call; the task of the engine failed on it. */
export function untilThrown(body: () => void): void {
  try {
    body();
  } catch (error) {
    if (!(error instanceof UserFunctionError)) throw error;
  }
}

/** A record enters; if the user's code throws, it is as if it never had. */
export function enter(stage: Stage, arrival: Arrival): void {
  try {
    stage.record(arrival);
  } catch (error) {
    if (!(error instanceof UserFunctionError)) throw error;
  }
}

/** A stage that knows nothing of time. */
export function timeless(record: Stage['record']): Stage {
  return { record, watermark: () => undefined, timer: () => NO_TIMER };
}
