/**
 * The interval join: each side's records wait by key until nothing of the other side can pair with
 * them any more. Source: Flink, IntervalJoinOperator.
 */
import type { Words } from '../../kernel/actor.js';
import type { IntervalJoinOperator } from '../../job/job-graph.js';
import type { RowType } from '../../job/row.js';
import { putInt, putWords, reading, takeInt, takeWords, writing, written } from '../state/block.js';
import type { KnownKey } from '../state/key-cache.js';
import type { KeyedState } from '../state/keyed-state.js';
import { register, timersOf, type KeyTimer, type Timers } from '../state/timers.js';
import type { Collector } from './collector.js';
import { putKeyed, takeKeyed } from './keyed-copy.js';
import { countInGroup, keyingOf, keyOfRecord, type Keying } from './keying.js';

type Waiting = Readonly<{ time: number; row: Words }>;

/** Records of one key that wait, of the left input and of the right. */
type KeySides = { readonly key: KnownKey; readonly sides: [Waiting[], Waiting[]] };

export type IntervalJoinInstance = {
  readonly kind: 'intervalJoin';
  readonly operator: IntervalJoinOperator;
  readonly keying: Keying;
  /** The hidden entries of the key groups. */
  groups: KeyedState;
  keys: Map<string, KeySides>;
  timers: Timers;
};

export function intervalJoinOf(
  operator: IntervalJoinOperator,
  maxParallelism: number,
  inputs: readonly RowType[],
): IntervalJoinInstance {
  return {
    kind: 'intervalJoin',
    operator,
    keying: keyingOf(maxParallelism, inputs, operator.keyFields),
    groups: [],
    keys: new Map(),
    timers: timersOf(),
  };
}

/** A record of a side (0 left, 1 right) comes in. */
export function joinRecord(
  instance: IntervalJoinInstance,
  out: Collector,
  side: number,
  words: Words,
  from: number,
  to: number,
  time: number,
): void {
  const key = keyOfRecord(instance.keying, side, words, from);
  countInGroup(instance.groups, key.group);
  if (time < out.watermark()) {
    out.late(words, from, to, time);
    return;
  }
  const own = { time, row: words.slice(from, to) };
  const { sides } = sidesOf(instance, key);
  (sides[side] as Waiting[]).push(own);
  const { before, after } = reachOf(instance.operator, side);
  for (const other of sides[1 - side] as Waiting[]) {
    if (other.time < time - before || other.time > time + after) continue;
    pair(out, side === 0 ? own : other, side === 0 ? other : own);
  }
  register(instance.timers, { time: time + Math.max(0, after), key, first: side, second: 0 });
}

/** How far before and after its own time a record of a side finds others. */
function reachOf(
  { lower, upper }: IntervalJoinOperator,
  side: number,
): Readonly<{ before: number; after: number }> {
  return side === 0 ? { before: -lower, after: upper } : { before: upper, after: -lower };
}

function sidesOf({ keys }: IntervalJoinInstance, key: KnownKey): KeySides {
  let known = keys.get(key.key);
  if (known === undefined) keys.set(key.key, (known = { key, sides: [[], []] }));
  return known;
}

function pair(out: Collector, left: Waiting, right: Waiting): void {
  const words = new Int32Array(left.row.length + right.row.length);
  words.set(left.row);
  words.set(right.row, left.row.length);
  out.emit(words, 0, words.length, Math.max(left.time, right.time));
}

/** Records of a side whose time this timer marks pair with nothing any more. */
export function joinTimer(instance: IntervalJoinInstance, { key, time, first }: KeyTimer): void {
  const known = instance.keys.get(key.key);
  if (known === undefined) return;
  const over = time - Math.max(0, reachOf(instance.operator, first).after);
  const { sides } = known;
  sides[first as 0 | 1] = (sides[first] as Waiting[]).filter((waiting) => waiting.time !== over);
  if (sides[0].length === 0 && sides[1].length === 0) instance.keys.delete(key.key);
}

/** Keyed state as bytes: the synchronous copy. */
export function copyOfJoin(instance: IntervalJoinInstance): Words {
  const block = writing();
  putKeyed(block, instance, ({ sides }) => {
    for (const side of sides) {
      putInt(block, side.length);
      for (const { time, row } of side) {
        putInt(block, time);
        putWords(block, row);
      }
    }
  });
  return written(block);
}

/** Takes the keyed state that a snapshot holds. */
export function restoreJoin(instance: IntervalJoinInstance, words: Words): void {
  const block = reading(words);
  const waiting = (): Waiting[] =>
    Array.from({ length: takeInt(block) }, () => ({ time: takeInt(block), row: takeWords(block) }));
  takeKeyed(block, instance, (key) => {
    const left = waiting();
    return { key, sides: [left, waiting()] };
  });
}
