/**
 * Windows: for each key and window an accumulator, and timers that fire the window and end it. What
 * a record does depends on the watermark alone, never on a clock. Source: Flink, WindowOperator,
 * MergingWindowSet, EventTimeTrigger; KeyedStream.countWindow for windows of counts.
 */
import type { Words } from '../../kernel/actor.js';
import type { Emitter } from '../../job/functions.js';
import type { WindowAssigner, WindowOperator } from '../../job/job-graph.js';
import type { RowType } from '../../job/row.js';
import { putInt, putWords, reading, takeInt, takeWords, writing, written } from '../state/block.js';
import type { KnownKey } from '../state/key-cache.js';
import type { KeyedState } from '../state/keyed-state.js';
import { register, timersOf, unregister, type KeyTimer, type Timers } from '../state/timers.js';
import type { Collector } from './collector.js';
import { putKeyed, takeKeyed } from './keyed-copy.js';
import { countInGroup, keyingOf, keyOfRecord, type Keying } from './keying.js';
import { END_OF_TIME } from '../../job/time-bounds.js';

/** A window of one key; of one of counts, `end` is how many records it has. */
type OpenWindow = { start: number; end: number; kept: Words | undefined };

/** The windows of one key, in the order of their starts. */
type KeyWindows = { readonly key: KnownKey; windows: OpenWindow[] };

export type WindowInstance = {
  readonly kind: 'window';
  readonly operator: WindowOperator;
  readonly keying: Keying;
  readonly emitter: Emitter;
  /** The hidden entries of the key groups. */
  groups: KeyedState;
  keys: Map<string, KeyWindows>;
  timers: Timers;
};

export function windowsOf(
  operator: WindowOperator,
  maxParallelism: number,
  inputs: readonly RowType[],
): WindowInstance {
  return {
    kind: 'window',
    operator,
    keying: keyingOf(maxParallelism, inputs, [operator.keyField]),
    emitter: { words: new Int32Array(32), length: 0 },
    groups: [],
    keys: new Map(),
    timers: timersOf(),
  };
}

/** A record of a time comes in. */
export function addToWindows(
  instance: WindowInstance,
  out: Collector,
  words: Words,
  from: number,
  to: number,
  time: number,
): void {
  const { operator, keying } = instance;
  const key = keyOfRecord(keying, 0, words, from);
  countInGroup(instance.groups, key.group);
  const { assigner } = operator;
  if (assigner.kind === 'count')
    return addToCount(instance, out, key, assigner.size, words, from, to);
  let isLate = true;
  for (const window of windowsFor(instance, out, assigner, key, time)) {
    if (isOver(operator, window, out.watermark())) {
      drop(instance, key, window);
      continue;
    }
    isLate = false;
    window.kept = operator.function.add(window.kept, words, from, to);
    if (lastTickOf(window) <= out.watermark()) fire(instance, out, key, window);
    else register(instance.timers, timerOf(key, window, lastTickOf(window)));
    register(instance.timers, timerOf(key, window, lastTickOf(window) + operator.allowedLateness));
  }
  if (isLate) out.late(words, from, to, time);
}

/** The windows that a record belongs to, those that it begins among them. */
function windowsFor(
  instance: WindowInstance,
  out: Collector,
  assigner: Exclude<WindowAssigner, { kind: 'count' }>,
  key: KnownKey,
  time: number,
): OpenWindow[] {
  switch (assigner.kind) {
    case 'tumbling':
      return [
        windowAt(instance, key, startOf(time, assigner.offset, assigner.size), assigner.size),
      ];
    case 'sliding': {
      const { size, slide, offset } = assigner;
      const windows: OpenWindow[] = [];
      for (let start = startOf(time, offset, slide); start > time - size; start -= slide)
        windows.push(windowAt(instance, key, start, size));
      return windows;
    }
    case 'session':
      return [session(instance, out, key, { start: time, end: time + assigner.gap })];
  }
}

/** Where the window of a time starts. Source: Flink, TimeWindow.getWindowStartWithOffset. */
function startOf(time: number, offset: number, size: number): number {
  const remainder = (time - offset) % size;
  return time - (remainder < 0 ? remainder + size : remainder);
}

function lastTickOf({ end }: OpenWindow): number {
  return end - 1;
}

/** Whether nothing may be added to a window any more. */
function isOver(
  { allowedLateness }: WindowOperator,
  window: OpenWindow,
  watermark: number,
): boolean {
  return lastTickOf(window) + allowedLateness <= watermark;
}

function windowsOfKey(instance: WindowInstance, key: KnownKey): KeyWindows {
  let known = instance.keys.get(key.key);
  if (known === undefined) instance.keys.set(key.key, (known = { key, windows: [] }));
  return known;
}

function windowAt(
  instance: WindowInstance,
  key: KnownKey,
  start: number,
  size: number,
): OpenWindow {
  const { windows } = windowsOfKey(instance, key);
  const known = windows.find((window) => window.start === start);
  if (known !== undefined) return known;
  const window: OpenWindow = { start, end: start + size, kept: undefined };
  insert(windows, window);
  return window;
}

function insert(windows: OpenWindow[], window: OpenWindow): void {
  const place = windows.findIndex(({ start }) => start > window.start);
  windows.splice(place < 0 ? windows.length : place, 0, window);
}

/** The session of a record: those of its key that it touches become one. */
function session(
  instance: WindowInstance,
  out: Collector,
  key: KnownKey,
  { start, end }: Readonly<{ start: number; end: number }>,
): OpenWindow {
  const known = windowsOfKey(instance, key);
  const met = known.windows.filter((window) => window.start <= end && window.end >= start);
  const [only] = met;
  if (met.length === 1 && only !== undefined && only.start <= start && only.end >= end) return only;
  const merged: OpenWindow = { start, end, kept: undefined };
  for (const window of met) {
    merged.start = Math.min(merged.start, window.start);
    merged.end = Math.max(merged.end, window.end);
    merged.kept = keptOfBoth(instance.operator, merged.kept, window.kept);
    drop(instance, key, window);
  }
  insert(windowsOfKey(instance, key).windows, merged);
  const timer = timerOf(key, merged, lastTickOf(merged));
  if (merged.kept !== undefined && timer.time > out.watermark()) register(instance.timers, timer);
  return merged;
}

function keptOfBoth(
  operator: WindowOperator,
  one: Words | undefined,
  other: Words | undefined,
): Words | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return operator.function.merge(one, other);
}

function timerOf(key: KnownKey, { start, end }: OpenWindow, time: number): KeyTimer {
  return { time: Math.min(time, END_OF_TIME), key, first: start, second: end };
}

/** A window is over or became part of another: its state and its timers go. */
function drop(instance: WindowInstance, key: KnownKey, window: OpenWindow): void {
  const { keys, operator, timers } = instance;
  const last = lastTickOf(window);
  unregister(timers, timerOf(key, window, last));
  unregister(timers, timerOf(key, window, last + operator.allowedLateness));
  const known = keys.get(key.key);
  if (known === undefined) return;
  known.windows = known.windows.filter((other) => other !== window);
  if (known.windows.length === 0) keys.delete(key.key);
}

function fire(instance: WindowInstance, out: Collector, key: KnownKey, window: OpenWindow): void {
  if (window.kept === undefined) return;
  const { emitter, operator } = instance;
  operator.function.result(window.kept, key.words, window, emitter);
  out.emit(emitter.words, 0, emitter.length, lastTickOf(window));
}

/** A timer of a window has come: the window fires at its last tick and ends with its lateness. */
export function windowTimer(instance: WindowInstance, out: Collector, timer: KeyTimer): void {
  const { operator, keys } = instance;
  const { key, first, second, time } = timer;
  const window = keys
    .get(key.key)
    ?.windows.find(({ start, end }) => start === first && end === second);
  if (window === undefined) return;
  if (time === Math.min(lastTickOf(window), END_OF_TIME)) fire(instance, out, key, window);
  if (time >= Math.min(lastTickOf(window) + operator.allowedLateness, END_OF_TIME))
    drop(instance, key, window);
}

/** `start` is the number of the window among those of its key. */
function addToCount(
  instance: WindowInstance,
  out: Collector,
  key: KnownKey,
  size: number,
  words: Words,
  from: number,
  to: number,
): void {
  const { emitter, operator } = instance;
  const { windows } = windowsOfKey(instance, key);
  const window = (windows[0] ??= { start: 0, end: 0, kept: undefined });
  window.kept = operator.function.add(window.kept, words, from, to);
  window.end += 1;
  if (window.end < size) return;
  const { start, kept } = window;
  operator.function.result(kept, key.words, { start, end: start }, emitter);
  windows[0] = { start: start + 1, end: 0, kept: undefined };
  out.emit(emitter.words, 0, emitter.length, END_OF_TIME);
}

/** Keyed state as bytes: the synchronous copy. */
export function copyOfWindows(instance: WindowInstance): Words {
  const block = writing();
  putKeyed(block, instance, ({ windows }) => {
    putInt(block, windows.length);
    for (const { start, end, kept } of windows) {
      putInt(block, start);
      putInt(block, end);
      putInt(block, kept === undefined ? 0 : 1);
      if (kept !== undefined) putWords(block, kept);
    }
  });
  return written(block);
}

/** Takes the keyed state that a snapshot holds. */
export function restoreWindows(instance: WindowInstance, words: Words): void {
  const block = reading(words);
  takeKeyed(block, instance, (key) => {
    const windows: OpenWindow[] = [];
    for (let open = takeInt(block); open > 0; open -= 1) {
      const start = takeInt(block);
      const end = takeInt(block);
      windows.push({ start, end, kept: takeInt(block) === 0 ? undefined : takeWords(block) });
    }
    return { key, windows };
  });
}
