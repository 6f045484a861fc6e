/**
 * A function with operator state: each subtask has its lists; at a restore a union becomes that of
 * all subtasks. Source: Flink, OperatorStateStore.getUnionListState.
 */
import type { OperatorStateOperator } from '../job-graph.js';
import type { OperatorStateContext } from '../process-function.js';
import { called, objectAt, valuesOf, wordsOf } from './rows.js';
import { NO_TIMER, untilThrown, type Stage, type Take } from './stage.js';
import { listState } from './states.js';
import { NO_TIME } from '../time-bounds.js';

type Lists = Map<string, ReturnType<typeof listState>>;

/** A function with operator state over the records that come in. */
export function operatorStateStage(
  { function: user }: OperatorStateOperator,
  subtasks: number,
  main: Take,
): Stage {
  const fresh = (): Lists =>
    new Map(Object.entries(user.states).map(([name, { row }]) => [name, listState(row)]));
  const lists = Array.from({ length: subtasks }, fresh);
  const watermarks: number[] = [];
  const known = (subtask: number): Pick<OperatorStateContext, 'state' | 'currentWatermark'> => ({
    state: (name) => {
      const list = lists[subtask]?.get(name);
      if (list === undefined) throw new TypeError(`there is no state ${name}`);
      return list;
    },
    currentWatermark: () => watermarks[subtask] ?? NO_TIME,
  });
  return {
    record: ({ subtask, words, from, time }) => {
      const context: OperatorStateContext = {
        timestamp: time === NO_TIME ? undefined : time,
        ...known(subtask),
        emit: (row) => {
          const out = wordsOf(valuesOf(user.output, row));
          main(out, 0, out.length, time);
        },
      };
      called(user.name, () => {
        user.processElement(objectAt(user.input, words, from), context);
      });
    },
    watermark: (subtask, watermark) => {
      watermarks[subtask] = watermark;
    },
    timer: () => NO_TIMER,
    restored: () => {
      for (const [name, { mode }] of Object.entries(user.states)) {
        if (mode !== 'union') continue;
        const union = lists.flatMap((own) => own.get(name)?.get() ?? []);
        for (const own of lists) own.get(name)?.update(union);
      }
      lists.forEach((_own, subtask) => {
        untilThrown(() => {
          called(user.name, () => {
            user.restored(known(subtask));
          });
        });
      });
    },
  };
}
