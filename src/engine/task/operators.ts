/**
 * What a subtask does with its records, by class of operator. The instance is the subtask's own:
 * it begins empty or from a snapshot, and its bytes go into the next snapshot.
 */
import type { Words } from '../../kernel/actor.js';
import { unreachable } from '../../kernel/invariant.js';
import { readText, textWordsAt } from '../../kernel/words.js';
import { advanceGroup, emptyGroup } from '../../history/witness.js';
import type { Emitter } from '../../job/functions.js';
import type {
  ChainedOperator,
  KeyedOperator,
  TransformOperator,
  Vertex,
} from '../../job/job-graph.js';
import { groupOfHash, keyHashOf } from '../../job/key-groups.js';
import { fieldAt, type RowType } from '../../job/row.js';
import { plainSinkOf, type PlainSinkInstance } from '../connectors/plain-sink.js';
import {
  restoreSplits,
  sourceOf,
  splitsState,
  type SourceInstance,
} from '../connectors/split-source.js';
import {
  restoreTwoPhaseSink,
  twoPhaseSinkOf,
  twoPhaseSinkState,
  type TwoPhaseSinkInstance,
} from '../connectors/two-phase-sink.js';
import { isKey, keyCache, slotOf, type KeyCache, type KnownKey } from '../state/key-cache.js';
import {
  copyOfState,
  getValue,
  putValue,
  stateOfCopy,
  type KeyedState,
} from '../state/keyed-state.js';

export type KeyedInstance = {
  readonly kind: 'keyed';
  readonly operator: KeyedOperator;
  readonly maxParallelism: number;
  readonly input: RowType;
  readonly keys: KeyCache;
  state: KeyedState;
  readonly emitter: Emitter;
};

/** An operator without state of its own. */
export type TransformInstance = Readonly<{ kind: 'transform'; operator: TransformOperator }>;

export type OperatorInstance =
  SourceInstance | TransformInstance | KeyedInstance | TwoPhaseSinkInstance | PlainSinkInstance;

/** Key of the hidden entry in which a key group counts its records. */
const WITNESS_KEY = '\u0000witness';

const nothing: Words = new Int32Array(0);

/** An instance that has seen nothing. */
export function operatorOf(
  vertex: Vertex,
  { operator, uid }: ChainedOperator,
  input: RowType,
  subtask: number,
  attempt: number,
): OperatorInstance {
  switch (operator.kind) {
    case 'source':
      return sourceOf(operator, subtask, vertex.parallelism);
    case 'transform':
      return { kind: 'transform', operator };
    case 'keyed':
      return {
        kind: 'keyed',
        operator,
        maxParallelism: vertex.maxParallelism,
        input,
        keys: keyCache(),
        state: [],
        emitter: { words: new Int32Array(32), length: 0 },
      };
    case 'twoPhaseSink':
      return twoPhaseSinkOf(operator, uid, subtask, attempt);
    case 'plainSink':
      return plainSinkOf(operator);
    case 'window':
    case 'process':
    case 'intervalJoin':
    case 'broadcastState':
      return unreachable(operator as never);
    default:
      return unreachable(operator);
  }
}

/** Applies one record with the state of its key; the row to emit stands in the emitter. */
export function applyKeyed(
  instance: KeyedInstance,
  words: Words,
  at: number,
  end: number,
): Emitter {
  const { operator, state, emitter, input } = instance;
  const from = fieldAt(input, operator.keyField, words, at);
  const isInt = input[operator.keyField]?.type === 'int';
  const to = from + (isInt ? 1 : textWordsAt(words, from));
  const { key, group } = keyAt(instance, words, from, to, isInt);
  countInGroup(state, group);
  const before = getValue(state, group, key);
  const after = operator.function.apply(before, words, at, end, emitter);
  if (after !== before) putValue(state, group, key, after);
  return emitter;
}

/** A text as a key: none begins as the hidden entries do, and no two become the same. */
function unhidden(text: string): string {
  return text.startsWith('\u0000') ? '\u0000' + text : text;
}

/** The key whose words stand at `from ..< to`, and its group. */
function keyAt(
  { keys, maxParallelism }: KeyedInstance,
  words: Words,
  from: number,
  to: number,
  isInt: boolean,
): KnownKey {
  const hash = keyHashOf(words, from, to);
  const slot = slotOf(hash);
  const known = keys[slot];
  if (known !== undefined && isKey(known, words, from, to)) return known;
  const key = isInt ? String(words[from]) : unhidden(readText(words, from));
  const group = groupOfHash(hash, maxParallelism);
  return (keys[slot] = { words: words.slice(from, to), key, group });
}

/** Adds the record whose hash was just computed to its group's hidden entry. */
function countInGroup(state: KeyedState, group: number): void {
  let entry = getValue(state, group, WITNESS_KEY);
  if (entry === undefined) {
    entry = emptyGroup(group);
    putValue(state, group, WITNESS_KEY, entry);
  }
  advanceGroup(entry);
}

/** Operator state and keyed state as bytes: the synchronous copy. */
export function copyOf(instance: OperatorInstance): readonly [operator: Words, keyed: Words] {
  switch (instance.kind) {
    case 'source':
      return [splitsState(instance), nothing];
    case 'keyed':
      return [nothing, copyOfState(instance.state)];
    case 'twoPhaseSink':
      return [twoPhaseSinkState(instance), nothing];
    case 'transform':
    case 'plainSink':
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
    case 'twoPhaseSink':
      return restoreTwoPhaseSink(instance, operator);
    case 'transform':
    case 'plainSink':
      return;
    default:
      return unreachable(instance);
  }
}
