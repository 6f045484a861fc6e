/**
 * Snapshots of keyed operators: the hidden entries of the key groups, then what each key has, then
 * the timers of event time.
 */
import {
  putInt,
  putWords,
  takeInt,
  takeWords,
  type Reading,
  type Writing,
} from '../state/block.js';
import type { KnownKey } from '../state/key-cache.js';
import { copyOfState, stateOfCopy, type KeyedState } from '../state/keyed-state.js';
import { putTimers, takeTimers, type Timers } from '../state/timers.js';
import { keyOfWords, type Keying } from './keying.js';

/** What one key has. */
type Entry = Readonly<{ key: KnownKey }>;

/** An operator with keyed state and timers. */
export type Keyed<Own extends Entry> = {
  readonly keying: Keying;
  groups: KeyedState;
  keys: Map<string, Own>;
  timers: Timers;
};

/** Adds what a keyed operator has; `put` adds what one key has. */
export function putKeyed<Own extends Entry>(
  block: Writing,
  { groups, keys, timers }: Keyed<Own>,
  put: (entry: Own) => void,
): void {
  putWords(block, copyOfState(groups));
  putInt(block, keys.size);
  for (const entry of keys.values()) {
    putInt(block, entry.key.group);
    putWords(block, entry.key.words);
    put(entry);
  }
  putTimers(block, timers);
}

/** Takes what was added; `take` takes what one key has. */
export function takeKeyed<Own extends Entry>(
  block: Reading,
  instance: Keyed<Own>,
  take: (key: KnownKey) => Own,
): void {
  const { keying } = instance;
  instance.groups = stateOfCopy(takeWords(block), 0);
  instance.keys = new Map();
  for (let count = takeInt(block); count > 0; count -= 1) {
    takeInt(block);
    const key = keyOfWords(keying, takeWords(block));
    instance.keys.set(key.key, take(key));
  }
  instance.timers = takeTimers(block, (words) => keyOfWords(keying, words));
}
