/**
 * The broadcast state pattern: every subtask keeps a copy of one map. Records of input 1 come to
 * all of them and change it, records of input 0 read it. Each subtask stores its own copy, since
 * each is told to restore its own. Source: Flink, CoBroadcastWithNonKeyedOperator.
 */
import type { Words } from '../../kernel/actor.js';
import { objectOf } from '../../job/functions.js';
import type { BroadcastOperator } from '../../job/job-graph.js';
import type { BroadcastContext } from '../../job/process-function.js';
import type { FieldValue, RowType } from '../../job/row.js';
import { reading, writing, written } from '../state/block.js';
import { emitRow, type Collector } from './collector.js';
import { mapState, putMap, takeMap } from './states.js';

export type BroadcastInstance = {
  readonly kind: 'broadcastState';
  readonly operator: BroadcastOperator;
  readonly inputs: readonly RowType[];
  map: Map<FieldValue, Words>;
};

export function broadcastStateOf(
  operator: BroadcastOperator,
  inputs: readonly RowType[],
): BroadcastInstance {
  return { kind: 'broadcastState', operator, inputs, map: new Map() };
}

/** A record of an input comes in; `time` is undefined where records have none. */
export function broadcastRecord(
  instance: BroadcastInstance,
  out: Collector,
  input: number,
  words: Words,
  at: number,
  time: number | undefined,
): void {
  const { function: made } = instance.operator;
  const row = objectOf(instance.inputs[input] as RowType, words, at);
  const context = contextOf(instance, out, input, time);
  if (input === 0) made.processElement(row, context);
  else made.processBroadcastElement(row, context);
}

function contextOf(
  instance: BroadcastInstance,
  out: Collector,
  input: number,
  time: number | undefined,
): BroadcastContext {
  const { function: made } = instance.operator;
  const held = (): Map<FieldValue, Words> => instance.map;
  const { get, entries, put, remove } = mapState(made.state, held, held, () => undefined);
  const readOnly = (): never => {
    throw new TypeError('only records of the broadcast input may change the state');
  };
  return {
    timestamp: time,
    currentWatermark: () => out.watermark(),
    state:
      input === 1
        ? { get, entries, put, remove }
        : { get, entries, put: readOnly, remove: readOnly },
    emit: (row) => {
      emitRow(out, made.output, row, time);
    },
  };
}

/** Operator state as bytes: the synchronous copy. */
export function copyOfBroadcast({ map }: BroadcastInstance): Words {
  const block = writing();
  putMap(block, map);
  return written(block);
}

/** Takes the operator state that a snapshot holds. */
export function restoreBroadcast(instance: BroadcastInstance, words: Words): void {
  instance.map = takeMap(reading(words));
}
