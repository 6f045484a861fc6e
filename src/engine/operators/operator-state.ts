/**
 * A function with operator state: lists that belong to the subtask, not to a key. At a restore a
 * subtask takes its own lists, and of a union the lists of all subtasks, from their snapshots.
 * Source: Flink, DefaultOperatorStateBackend, RoundRobinOperatorStateRepartitioner (unchanged
 * parallelism).
 */
import type { Words } from '../../kernel/actor.js';
import { otherName } from '../../kernel/did-you-mean.js';
import { objectOf } from '../../job/functions.js';
import type { OperatorStateOperator } from '../../job/job-graph.js';
import type { ListState, OperatorStateContext } from '../../job/process-function.js';
import type { RowType } from '../../job/row.js';
import { reading, writing, written } from '../state/block.js';
import { emitRow, type Collector } from './collector.js';
import { putStates, stateOf, takeStates, type KeyStates } from './states.js';
import { NO_TIME } from '../../job/time-bounds.js';

export type OperatorStateInstance = {
  readonly kind: 'operatorState';
  readonly operator: OperatorStateOperator;
  readonly input: RowType;
  lists: KeyStates;
  readonly states: ReadonlyMap<string, ListState>;
};

export function operatorStateOf(
  operator: OperatorStateOperator,
  inputs: readonly RowType[],
): OperatorStateInstance {
  const states = new Map<string, ListState>();
  const instance: OperatorStateInstance = {
    ...{ kind: 'operatorState', operator, input: inputs[0] ?? [] },
    ...{ lists: new Map(), states },
  };
  for (const [name, { row }] of Object.entries(operator.function.states))
    states.set(name, stateOf(name, { kind: 'list', row }, () => instance.lists) as ListState);
  return instance;
}

/** A record comes in; `time` is undefined where records have none. */
export function operatorStateRecord(
  instance: OperatorStateInstance,
  out: Collector,
  words: Words,
  at: number,
  time: number | undefined,
): void {
  const { function: made } = instance.operator;
  const context: OperatorStateContext = {
    timestamp: time,
    ...restoredContext(instance, () => out.watermark()),
    emit: (row) => {
      emitRow(out, made.output, row, time);
    },
  };
  made.processElement(objectOf(instance.input, words, at), context);
}

function restoredContext(
  { states }: OperatorStateInstance,
  currentWatermark: () => number,
): Pick<OperatorStateContext, 'state' | 'currentWatermark'> {
  const state = (name: string): ListState => {
    const list = states.get(name);
    if (list !== undefined) return list;
    throw new TypeError(`there is no state ${name}; ${otherName(name, [...states.keys()])}`);
  };
  return { state, currentWatermark };
}

/** The lists are restored: the function may put them in order. */
export function initialize(instance: OperatorStateInstance): void {
  instance.operator.function.restored(restoredContext(instance, () => NO_TIME));
}

/** Operator state as bytes: the synchronous copy. */
export function copyOfLists({ operator, lists }: OperatorStateInstance): Words {
  const block = writing();
  putStates(block, kindsOf(operator), lists);
  return written(block);
}

/** Takes the lists that a snapshot holds. */
export function restoreLists(instance: OperatorStateInstance, words: Words): void {
  instance.lists = takeStates(reading(words), kindsOf(instance.operator));
}

/** Takes, of each union, the lists of all subtasks, from their operator state in their order. */
export function restoreUnions(instance: OperatorStateInstance, all: readonly Words[]): void {
  const { operator, lists } = instance;
  const parts = all.map((words) => takeStates(reading(words), kindsOf(operator)));
  for (const [name, { mode }] of Object.entries(operator.function.states)) {
    if (mode !== 'union') continue;
    const union = parts.flatMap((part) => (part.get(name) as Words[] | undefined) ?? []);
    if (union.length > 0) lists.set(name, union);
    else lists.delete(name);
  }
}

function kindsOf({
  function: made,
}: OperatorStateOperator): Record<string, { kind: 'list'; row: RowType }> {
  return Object.fromEntries(
    Object.entries(made.states).map(([name, { row }]) => [name, { kind: 'list', row }]),
  );
}
