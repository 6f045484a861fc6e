/**
 * Timers of keyed state: a set of (key, namespace, time), each once, that fires in the order of
 * times. They belong to the keyed state and lie in it by key group. Times are integers: ticks of
 * event time, milliseconds of processing time. Source: Flink, InternalTimerServiceImpl.
 */
import type { Words } from '../../kernel/actor.js';
import type { KnownKey } from './key-cache.js';
import { putInt, putLong, putWords, takeInt, takeLong, takeWords } from './block.js';
import type { Reading, Writing } from './block.js';

/** A timer; its namespace is two integers, of a window its start and end. */
export type KeyTimer = Readonly<{
  time: number;
  key: KnownKey;
  first: number;
  second: number;
}>;

/** By time, then by key and namespace; and the times, ascending. */
export type Timers = {
  readonly byTime: Map<number, Map<string, KeyTimer>>;
  readonly times: number[];
};

export function timersOf(): Timers {
  return { byTime: new Map(), times: [] };
}

function nameOf({ key, first, second }: KeyTimer): string {
  return String(first) + ':' + String(second) + ':' + key.key;
}

/** Sets a timer; nothing happens if it is set already. */
export function register(timers: Timers, timer: KeyTimer): void {
  let at = timers.byTime.get(timer.time);
  if (at === undefined) {
    timers.byTime.set(timer.time, (at = new Map<string, KeyTimer>()));
    timers.times.splice(placeOf(timers.times, timer.time), 0, timer.time);
  }
  const name = nameOf(timer);
  if (!at.has(name)) at.set(name, timer);
}

/** Takes a timer away, if it is set. */
export function unregister(timers: Timers, timer: KeyTimer): void {
  const at = timers.byTime.get(timer.time);
  if (at === undefined || !at.delete(nameOf(timer)) || at.size > 0) return;
  timers.byTime.delete(timer.time);
  timers.times.splice(placeOf(timers.times, timer.time), 1);
}

/** Where a time stands, or would stand, among ascending ones. */
function placeOf(times: readonly number[], time: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] as number) < time) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** When the first timer is due; undefined when none is set. */
export function firstTime({ times }: Timers): number | undefined {
  return times[0];
}

/** Takes the first timer whose time has come; undefined when there is none. */
export function takeDue(timers: Timers, now: number): KeyTimer | undefined {
  const [time] = timers.times;
  if (time === undefined || time > now) return undefined;
  const [timer] = (timers.byTime.get(time) as Map<string, KeyTimer>).values();
  if (timer !== undefined) unregister(timers, timer);
  return timer;
}

/** How many timers are due. */
export function dueCount({ byTime, times }: Timers, now: number): number {
  let count = 0;
  for (const time of times) {
    if (time > now) return count;
    count += byTime.get(time)?.size ?? 0;
  }
  return count;
}

/** Adds every timer to a block. */
export function putTimers(block: Writing, { byTime, times }: Timers): void {
  putInt(block, times.length);
  for (const time of times) {
    const at = byTime.get(time) as Map<string, KeyTimer>;
    putLong(block, time);
    putInt(block, at.size);
    for (const { key, first, second } of at.values()) {
      putInt(block, key.group);
      putWords(block, key.words);
      putInt(block, first);
      putInt(block, second);
    }
  }
}

/** The timers that a block holds. */
export function takeTimers(block: Reading, keyOf: (words: Words) => KnownKey): Timers {
  const timers = timersOf();
  for (let times = takeInt(block); times > 0; times -= 1) {
    const time = takeLong(block);
    for (let count = takeInt(block); count > 0; count -= 1) {
      takeInt(block);
      const key = keyOf(takeWords(block));
      const first = takeInt(block);
      register(timers, { time, key, first, second: takeInt(block) });
    }
  }
  return timers;
}
