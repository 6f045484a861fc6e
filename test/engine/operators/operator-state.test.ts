/** Lists of subtasks in the engine and in the meaning, over snapshots and restores of them all. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { OperatorStateOperator } from '../../../src/job/job-graph.js';
import { operatorStateStage } from '../../../src/job/meaning/operator-state.js';
import { wordsOf } from '../../../src/job/meaning/rows.js';
import type { Stage } from '../../../src/job/meaning/stage.js';
import { readRow, type RowType } from '../../../src/job/row.js';
import type { Collector } from '../../../src/engine/operators/collector.js';
import {
  copyOfLists,
  initialize,
  operatorStateOf,
  operatorStateRecord,
  restoreLists,
  restoreUnions,
  type OperatorStateInstance,
} from '../../../src/engine/operators/operator-state.js';

const input: RowType = [{ name: 'value', type: 'int' }];
const output: RowType = [...input, { name: 'known', type: 'int' }];

/** Tells how many rows both lists hold; on a restore the newest of the union is taken away. */
const operator: OperatorStateOperator = {
  kind: 'operatorState',
  function: {
    ...{ name: 'lists', input, output },
    states: { own: { mode: 'split', row: input }, all: { mode: 'union', row: input } },
    restored: ({ state }) => {
      state('all').update(state('all').get().slice(0, 40));
    },
    processElement: (row, { state, emit }) => {
      const [own, all] = [state('own'), state('all')];
      own.add(row);
      if (Number(row['value']) % 3 === 0) all.add(row);
      const sum = all.get().reduce((total, one) => total + Number(one['value']), 0);
      emit({ value: Number(row['value']), known: 100 * own.get().length + (sum % 100) });
    },
  },
};

const SUBTASKS = 3;

test('the engine gives what the meaning gives', () => {
  const step = fc.record({
    does: fc.constantFrom('record', 'record', 'record', 'record', 'snapshot', 'restore'),
    subtask: fc.nat(SUBTASKS - 1),
    value: fc.integer({ min: -9, max: 9 }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const rows: string[] = [];
      const line = (words: Int32Array, from: number): string => readRow(output, words, from).join();
      const out: Collector = {
        emit: (words, from) => void rows.push(line(words, from)),
        late: () => undefined,
        watermark: () => 0,
        clock: () => 0,
      };
      let instances = fresh();
      let saved: Int32Array[] | undefined;
      let mark = { heard: 0, rows: 0 };
      const heard: ((stage: Stage) => void)[] = [];
      for (const { does, subtask, value } of steps) {
        if (does === 'record') {
          const words = wordsOf([value]);
          operatorStateRecord(instances[subtask] as OperatorStateInstance, out, words, 0, 5);
          const arrival = { subtask, input: 0, words, from: 0, to: 1, time: 5, now: undefined };
          heard.push((stage) => {
            stage.record(arrival);
          });
        } else if (does === 'snapshot') {
          saved = instances.map((one) => copyOfLists(one).slice());
          mark = { heard: heard.length, rows: rows.length };
        } else {
          instances = restored(saved);
          heard.length = mark.heard;
          rows.length = mark.rows;
          if (saved !== undefined) heard.push((stage) => stage.restored?.());
        }
      }
      const expected: string[] = [];
      const stage = operatorStateStage(operator, SUBTASKS, (words, from) => {
        expected.push(line(words, from));
      });
      for (const feed of heard) feed(stage);
      expect(rows).toEqual(expected);
    }),
    { numRuns: 1_000 },
  );
});

function fresh(): OperatorStateInstance[] {
  return Array.from({ length: SUBTASKS }, () => operatorStateOf(operator, [input]));
}

function restored(saved: readonly Int32Array[] | undefined): OperatorStateInstance[] {
  const instances = fresh();
  if (saved === undefined) return instances;
  instances.forEach((instance, subtask) => {
    restoreLists(instance, saved[subtask] as Int32Array);
    restoreUnions(instance, saved);
    initialize(instance);
  });
  return instances;
}
