/**
 * The broadcast state pattern: each subtask has its own copy of the map, which records of input 1
 * change and records of input 0 read. Source: Flink, BroadcastProcessFunction.
 */
import type { BroadcastContext } from '../process-function.js';
import type { BroadcastOperator } from '../job-graph.js';
import { UserFunctionError } from '../user-function-error.js';
import { called, objectAt, valuesOf, wordsOf } from './rows.js';
import { NO_TIMER, type Stage, type Take } from './stage.js';
import { mapState } from './states.js';
import { NO_TIME } from '../time-bounds.js';

type Map = ReturnType<typeof mapState>;

/** A function with broadcast state over the records that come in. */
export function broadcastStage({ function: user }: BroadcastOperator, main: Take): Stage {
  const maps: Map[] = [];
  const watermarks: number[] = [];
  return {
    record: ({ subtask, input, words, from, time }) => {
      const map = (maps[subtask] ??= mapState(user.state));
      const context: BroadcastContext = {
        timestamp: time === NO_TIME ? undefined : time,
        currentWatermark: () => watermarks[subtask] ?? NO_TIME,
        state: input === 1 ? map : readOnly(map),
        emit: (row) => {
          const out = wordsOf(valuesOf(user.output, row));
          main(out, 0, out.length, time);
        },
      };
      const row = objectAt(user.inputs[input] ?? [], words, from);
      called(user.name, () => {
        if (input === 1) user.processBroadcastElement(row, context);
        else user.processElement(row, context);
      });
    },
    watermark: (subtask, watermark) => {
      watermarks[subtask] = watermark;
    },
    timer: () => NO_TIMER,
  };
}

function readOnly(map: Map): Map {
  const refuse = (): never => {
    throw new UserFunctionError('records of this input only read the state');
  };
  return { ...map, put: refuse, remove: refuse, clear: refuse };
}
