/**
 * Pairs of records of one key whose times lie within bounds of each other. Each record is kept
 * until no record that is on time can pair with it. Source: Flink, IntervalJoinOperator.
 */
import type { Words } from '../../kernel/actor.js';
import type { IntervalJoinOperator } from '../job-graph.js';
import type { RowType } from '../row.js';
import { agendaOf, nextDue, note, type Agenda } from './agenda.js';
import { keysOf, NO_TIMER, type Keys, type Outputs, type Stage } from './stage.js';
import { NO_TIME } from '../time-bounds.js';

type Kept = { readonly words: Words; readonly time: number; gone: boolean };

/** The records of one key that may still find a partner. */
type Sides = readonly [left: Kept[], right: Kept[]];

/** An interval join over the records that come in. */
export function intervalJoinStage(
  { keyFields, lower, upper }: IntervalJoinOperator,
  inputs: readonly RowType[],
  outputs: Outputs,
): Stage {
  const keys = keysOf(inputs, keyFields);
  const byKey = new Map<number, Sides>();
  const watermarks: number[] = [];
  const agendas: Agenda<Kept>[] = [];
  return {
    record: ({ subtask, input, words, from, to, time }) => {
      if (time < (watermarks[subtask] ?? NO_TIME)) {
        outputs.late(words, from, to, time);
        return;
      }
      const key = (keys[input] as Keys).numberOf(words, from);
      let sides = byKey.get(key);
      if (sides === undefined) byKey.set(key, (sides = [[], []]));
      const kept: Kept = { words: words.slice(from, to), time, gone: false };
      const [left, right] = sides;
      for (const other of input === 0 ? right : left) {
        if (other.gone) continue;
        const [one, two] = input === 0 ? [kept, other] : [other, kept];
        const apart = two.time - one.time;
        if (apart >= lower && apart <= upper) emitPair(outputs, one, two);
      }
      (input === 0 ? left : right).push(kept);
      const wait = Math.max(0, input === 0 ? upper : -lower);
      note((agendas[subtask] ??= agendaOf()), time + wait, kept);
    },
    watermark: (subtask, watermark) => {
      watermarks[subtask] = watermark;
      const agenda = (agendas[subtask] ??= agendaOf());
      let due = nextDue(agenda, watermark);
      for (; due !== undefined; due = nextDue(agenda, watermark)) due.item.gone = true;
    },
    timer: () => NO_TIMER,
  };
}

function emitPair({ main }: Outputs, left: Kept, right: Kept): void {
  const row = Int32Array.from([...left.words, ...right.words]);
  main(row, 0, row.length, Math.max(left.time, right.time));
}
