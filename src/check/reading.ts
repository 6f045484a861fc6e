/**
 * What the sources of the newest attempt have read, as their moments say it, and what follows for
 * triggers by data: how many requests that allows, and since when one is due.
 *
 * A job manager knows no more than was read, and every request takes so much from it. It knows all
 * of it after a while: a word that is on its way for longer than a heartbeat may be is that of a
 * task manager which is given up.
 */
import type { DataTrigger } from '../flink/configuration.js';
import { detailOf, type Entry } from '../history/entry.js';
import type { TopicInput } from '../job/meaning/input.js';
import { blockOf } from '../job/row.js';

export type Reading = {
  readonly trigger: DataTrigger;
  readonly sizeOf: SizeOf;
  attempt: number;
  /** By split, the offset up to which it is read. */
  offsets: Map<string, number>;
  /** Records, or bytes, read in this attempt; as many as there were at the last request. */
  read: number;
  readThen: number;
  requests: number;
  /** Since when a request is due. */
  due: Entry | undefined;
};

/** The records, or bytes, of a split up to an offset. */
type SizeOf = (split: string, offset: number) => number;

/** Nothing is read. */
export function noReading(trigger: DataTrigger, topics: readonly TopicInput[]): Reading {
  const sizeOf: SizeOf = trigger.unit === 'records' ? (_split, offset) => offset : bytesOf(topics);
  const nothing = { attempt: 0, offsets: new Map<string, number>() };
  return { trigger, sizeOf, ...nothing, read: 0, readThen: 0, requests: 0, due: undefined };
}

function bytesOf(topics: readonly TopicInput[]): SizeOf {
  const bySplit = new Map<string, readonly number[]>();
  for (const { topic, rows, splits = [] } of topics)
    for (const [index, order] of splits.entries()) {
      const sums = [0];
      for (const row of order) sums.push((sums.at(-1) ?? 0) + 4 * blockOf(rows[row] ?? []).length);
      bySplit.set(`${topic}/${String(index)}`, sums);
    }
  return (split, offset) => bySplit.get(split)?.[offset] ?? 0;
}

/** How far a split is read; what an attempt says of it first is where it begins. */
export function hearRead(reading: Reading, entry: Entry): void {
  const { attempt } = detailOf(entry, 'splitRead');
  const { about: split, subject: offset } = entry;
  if (attempt < reading.attempt) return;
  if (attempt > reading.attempt) {
    Object.assign(reading, { attempt, offsets: new Map(), read: 0, readThen: 0, requests: 0 });
    reading.due = undefined;
  }
  const before = reading.offsets.get(split) ?? offset;
  reading.offsets.set(split, offset);
  reading.read += reading.sizeOf(split, offset) - reading.sizeOf(split, before);
  if (isDue(reading)) reading.due ??= entry;
}

/** A checkpoint is asked for; false if less was read than that takes. */
export function hearRequest(reading: Reading): boolean {
  reading.requests += 1;
  reading.readThen = reading.read;
  reading.due = undefined;
  return reading.requests * reading.trigger.every <= reading.read;
}

/** The job manager was paused: what is due is due from now on. */
export function hearResumed(reading: Reading, entry: Entry): void {
  reading.due = isDue(reading) ? entry : undefined;
}

function isDue({ read, readThen, trigger }: Reading): boolean {
  return read - readThen >= trigger.every;
}
