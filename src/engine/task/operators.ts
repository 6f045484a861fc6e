/**
 * What a subtask does with its records, by class of operator. The instance is the subtask's own:
 * it begins empty or from a snapshot, and its bytes go into the next snapshot.
 */
import type { Words } from '../../kernel/actor.js';
import { unreachable } from '../../kernel/invariant.js';
import type { Emitter } from '../../job/functions.js';
import { edgeOf } from '../../job/coordination.js';
import {
  subtaskName,
  type ChainedOperator,
  type KeyedOperator,
  type TransformOperator,
  type Vertex,
} from '../../job/job-graph.js';
import type { RowType } from '../../job/row.js';
import {
  restoreSplits,
  sourceOf,
  splitsState,
  type SourceInstance,
} from '../connectors/split-source.js';
import { restoreSink, sinkOf, stateOfSink, type SinkInstance } from '../connectors/sink.js';
import {
  broadcastStateOf,
  copyOfBroadcast,
  restoreBroadcast,
  type BroadcastInstance,
} from '../operators/broadcast-state.js';
import { asyncOf, copyOfAsync, restoreAsync, type AsyncInstance } from '../operators/async.js';
import type { Collector } from '../operators/collector.js';
import {
  copyOfJoin,
  intervalJoinOf,
  joinTimer,
  restoreJoin,
  type IntervalJoinInstance,
} from '../operators/interval-join.js';
import { countInGroup, keyingOf, keyOfRecord, type Keying } from '../operators/keying.js';
import {
  copyOfLists,
  operatorStateOf,
  restoreLists,
  type OperatorStateInstance,
} from '../operators/operator-state.js';
import {
  copyOfProcess,
  processOf,
  processTimer,
  restoreProcess,
  type ProcessInstance,
} from '../operators/process.js';
import {
  copyOfWindows,
  restoreWindows,
  windowsOf,
  windowTimer,
  type WindowInstance,
} from '../operators/window.js';
import {
  copyOfState,
  getValue,
  putValue,
  stateOfCopy,
  type KeyedState,
} from '../state/keyed-state.js';
import type { KeyTimer, Timers } from '../state/timers.js';

export type KeyedInstance = {
  readonly kind: 'keyed';
  readonly operator: KeyedOperator;
  readonly keying: Keying;
  state: KeyedState;
  readonly emitter: Emitter;
};

/** An operator without state of its own. */
export type TransformInstance = Readonly<{ kind: 'transform'; operator: TransformOperator }>;

export type OperatorInstance =
  | SourceInstance
  | TransformInstance
  | KeyedInstance
  | WindowInstance
  | ProcessInstance
  | IntervalJoinInstance
  | BroadcastInstance
  | AsyncInstance
  | OperatorStateInstance
  | SinkInstance;

const nothing: Words = new Int32Array(0);

/** An instance that has seen nothing; `inputs` are the types of its rows, by input. */
export function operatorOf(
  { id, maxParallelism }: Vertex,
  { operator, uid, output }: ChainedOperator,
  inputs: readonly RowType[],
  subtask: number,
  attempt: number,
): OperatorInstance {
  switch (operator.kind) {
    case 'source':
      return sourceOf(operator, edgeOf(uid, subtaskName(id, subtask)), attempt);
    case 'transform':
      return { kind: 'transform', operator };
    case 'keyed':
      return {
        kind: 'keyed',
        operator,
        keying: keyingOf(maxParallelism, inputs, [operator.keyField]),
        state: [],
        emitter: { words: new Int32Array(32), length: 0 },
      };
    case 'window':
      return windowsOf(operator, maxParallelism, inputs);
    case 'process':
      return processOf(operator, maxParallelism, inputs);
    case 'intervalJoin':
      return intervalJoinOf(operator, maxParallelism, inputs);
    case 'broadcastState':
      return broadcastStateOf(operator, inputs);
    case 'async':
      return asyncOf(operator);
    case 'operatorState':
      return operatorStateOf(operator, inputs);
    case 'twoPhaseSink':
    case 'plainSink':
    case 'fileSink':
    case 'upsertSink':
      return sinkOf(operator, output, uid, subtask, attempt);
    default:
      return unreachable(operator);
  }
}

/** Applies one record with the state of its key; the row to emit stands in the emitter. */
export function applyKeyed(
  { operator, state, emitter, keying }: KeyedInstance,
  words: Words,
  at: number,
  end: number,
): Emitter {
  const { key, group } = keyOfRecord(keying, 0, words, at);
  countInGroup(state, group);
  const before = getValue(state, group, key);
  const after = operator.function.apply(before, words, at, end, emitter);
  if (after !== before) putValue(state, group, key, after);
  return emitter;
}

/** Timers of event time that an operator has; undefined where it never has any. */
export function timersOfInstance(instance: OperatorInstance): Timers | undefined {
  return 'timers' in instance ? instance.timers : undefined;
}

/** A timer of event time of an operator has come. */
export function timerCame(instance: OperatorInstance, out: Collector, timer: KeyTimer): void {
  if (instance.kind === 'window') windowTimer(instance, out, timer);
  else if (instance.kind === 'process') processTimer(instance, out, timer);
  else if (instance.kind === 'intervalJoin') joinTimer(instance, timer);
}

/** Operator state and keyed state as bytes: the synchronous copy. */
export function copyOf(
  instance: OperatorInstance,
  checkpoint: number,
): readonly [operator: Words, keyed: Words] {
  switch (instance.kind) {
    case 'source':
      return [splitsState(instance, checkpoint), nothing];
    case 'keyed':
      return [nothing, copyOfState(instance.state)];
    case 'window':
      return [nothing, copyOfWindows(instance)];
    case 'process':
      return [nothing, copyOfProcess(instance)];
    case 'intervalJoin':
      return [nothing, copyOfJoin(instance)];
    case 'broadcastState':
      return [copyOfBroadcast(instance), nothing];
    case 'async':
      return [copyOfAsync(instance), nothing];
    case 'operatorState':
      return [copyOfLists(instance), nothing];
    case 'twoPhaseSink':
    case 'plainSink':
    case 'fileSink':
    case 'upsertSink':
      return [stateOfSink(instance), nothing];
    case 'transform':
      return [nothing, nothing];
    default:
      return unreachable(instance);
  }
}

/** Takes the state that a snapshot holds. */
export function restoreOperator(instance: OperatorInstance, operator: Words, keyed: Words): void {
  switch (instance.kind) {
    case 'source':
      return restoreSplits(instance, operator);
    case 'keyed':
      instance.state = stateOfCopy(keyed, 0);
      return;
    case 'window':
      return restoreWindows(instance, keyed);
    case 'process':
      return restoreProcess(instance, keyed);
    case 'intervalJoin':
      return restoreJoin(instance, keyed);
    case 'broadcastState':
      return restoreBroadcast(instance, operator);
    case 'async':
      return restoreAsync(instance, operator);
    case 'operatorState':
      return restoreLists(instance, operator);
    case 'twoPhaseSink':
    case 'plainSink':
    case 'fileSink':
    case 'upsertSink':
      return restoreSink(instance, operator);
    case 'transform':
      return;
    default:
      return unreachable(instance);
  }
}
