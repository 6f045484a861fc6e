/**
 * A process function: its states by key, its timers of event time and of processing time, and the
 * context through which it reaches them. Source: Flink, KeyedProcessOperator,
 * KeyedCoProcessOperator, InternalTimerServiceImpl.
 */
import type { Words } from '../../kernel/actor.js';
import { otherName } from '../../kernel/did-you-mean.js';
import { invariant } from '../../kernel/invariant.js';
import { objectOf } from '../../job/functions.js';
import type { ProcessOperator } from '../../job/job-graph.js';
import type { ProcessContext, State } from '../../job/process-function.js';
import type { RowType } from '../../job/row.js';
import { reading, writing, written } from '../state/block.js';
import type { KnownKey } from '../state/key-cache.js';
import type { KeyedState } from '../state/keyed-state.js';
import {
  putTimers,
  register,
  takeTimers,
  timersOf,
  unregister,
  type KeyTimer,
  type Timers,
} from '../state/timers.js';
import { emitRow, type Collector } from './collector.js';
import { putKeyed, takeKeyed } from './keyed-copy.js';
import {
  countInGroup,
  keyingOf,
  keyOfRecord,
  keyOfWords,
  valueOfKey,
  type Keying,
} from './keying.js';
import { putStates, stateOf, takeStates, type KeyStates } from './states.js';

type KeyEntry = { readonly key: KnownKey; readonly states: KeyStates };

export type ProcessInstance = {
  readonly kind: 'process';
  readonly operator: ProcessOperator;
  readonly keying: Keying;
  /** The hidden entries of the key groups. */
  groups: KeyedState;
  keys: Map<string, KeyEntry>;
  timers: Timers;
  /** Of processing time. */
  alarms: Timers;
  /** What the function works on now; undefined between two calls. */
  current: Readonly<{ entry: KeyEntry; out: Collector }> | undefined;
  readonly states: ReadonlyMap<string, State>;
};

export function processOf(
  operator: ProcessOperator,
  maxParallelism: number,
  inputs: readonly RowType[],
): ProcessInstance {
  const states = new Map<string, State>();
  const instance: ProcessInstance = {
    kind: 'process',
    operator,
    keying: keyingOf(maxParallelism, inputs, operator.keyFields),
    groups: [],
    keys: new Map(),
    timers: timersOf(),
    alarms: timersOf(),
    current: undefined,
    states,
  };
  for (const [name, descriptor] of Object.entries(operator.function.states))
    states.set(
      name,
      stateOf(name, descriptor, () => workedOn(instance).entry.states),
    );
  return instance;
}

function workedOn(instance: ProcessInstance): NonNullable<ProcessInstance['current']> {
  invariant(instance.current !== undefined, 'a function uses its context while it is called');
  return instance.current;
}

/** A record comes in; `time` is undefined where records have none. */
export function processRecord(
  instance: ProcessInstance,
  out: Collector,
  input: number,
  words: Words,
  at: number,
  time: number | undefined,
): void {
  const { operator, keying } = instance;
  const key = keyOfRecord(keying, input, words, at);
  countInGroup(instance.groups, key.group);
  const row = objectOf(keying.inputs[input] as RowType, words, at);
  call(instance, out, key, time, time, (context) => {
    operator.function.processElement(row, context, input);
  });
}

/** A timer of event time has come. */
export function processTimer(instance: ProcessInstance, out: Collector, timer: KeyTimer): void {
  const { time, key } = timer;
  call(instance, out, key, time, time, (context) => {
    instance.operator.function.onTimer(time, context, 'event');
  });
}

/** A timer of processing time has come; what it emits belongs to no time of events. */
export function processAlarm(instance: ProcessInstance, out: Collector, timer: KeyTimer): void {
  const { time, key } = timer;
  call(instance, out, key, time, undefined, (context) => {
    instance.operator.function.onTimer(time, context, 'processing');
  });
}

/** The synchronous part of a snapshot begins; gives the microseconds that the function takes. */
export function processSnapshot(
  { operator }: ProcessInstance,
  checkpointId: number,
  subtask: number,
): number {
  return operator.function.snapshotState({ checkpointId, subtask });
}

function call(
  instance: ProcessInstance,
  out: Collector,
  key: KnownKey,
  timestamp: number | undefined,
  time: number | undefined,
  apply: (context: ProcessContext) => void,
): void {
  const known = instance.keys.get(key.key);
  const entry = known ?? { key, states: new Map() };
  instance.current = { entry, out };
  try {
    apply(contextOf(instance, key, timestamp, time));
  } finally {
    instance.current = undefined;
  }
  if (entry.states.size === 0) instance.keys.delete(key.key);
  else if (known === undefined) instance.keys.set(key.key, entry);
}

function contextOf(
  instance: ProcessInstance,
  key: KnownKey,
  timestamp: number | undefined,
  time: number | undefined,
): ProcessContext {
  const timer = (at: number): KeyTimer => ({ time: checkedTime(at), key, first: 0, second: 0 });
  const { output } = instance.operator.function;
  const outside = (): Collector => workedOn(instance).out;
  return {
    key: valueOfKey(instance.keying, key),
    timestamp,
    currentWatermark: () => outside().watermark(),
    currentProcessingTime: () => outside().clock(),
    registerEventTimeTimer: (at) => {
      register(instance.timers, timer(at));
    },
    deleteEventTimeTimer: (at) => {
      unregister(instance.timers, timer(at));
    },
    registerProcessingTimeTimer: (at) => {
      register(instance.alarms, timer(at));
    },
    deleteProcessingTimeTimer: (at) => {
      unregister(instance.alarms, timer(at));
    },
    state: (name) => stateNamed(instance, name),
    emit: (row) => {
      emitRow(outside(), output, row, time);
    },
  };
}

function checkedTime(time: number): number {
  if (Number.isSafeInteger(time)) return time;
  throw new TypeError(`a timer is set for an integer, not for ${String(time)}`);
}

function stateNamed({ states }: ProcessInstance, name: string): State {
  const state = states.get(name);
  if (state !== undefined) return state;
  throw new TypeError(`there is no state ${name}; ${otherName(name, [...states.keys()])}`);
}

/** Keyed state as bytes: the synchronous copy. */
export function copyOfProcess(instance: ProcessInstance): Words {
  const block = writing();
  putKeyed(block, instance, ({ states }) => {
    putStates(block, instance.operator.function.states, states);
  });
  putTimers(block, instance.alarms);
  return written(block);
}

/** Takes the keyed state that a snapshot holds. */
export function restoreProcess(instance: ProcessInstance, words: Words): void {
  const block = reading(words);
  takeKeyed(block, instance, (key) => {
    return { key, states: takeStates(block, instance.operator.function.states) };
  });
  instance.alarms = takeTimers(block, (key) => keyOfWords(instance.keying, key));
}
