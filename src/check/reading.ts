/**
 * What the sources of the newest attempt have read, as their moments say it, and what the job
 * manager was told of it; what follows for triggers by data: whether that allows a request, and
 * since when one is due.
 *
 * A job manager knows no more than was read, and every request takes so much from it. Between two
 * requests it was told of so much more. It knows all of it after a while: a word that is on its way
 * for longer than a heartbeat may be is that of a task manager which is given up.
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
  /** What the job manager was told, by subtask. */
  told: Map<string, Told>;
  /** What it knew for certain at the last request. */
  knownThen: number;
  /** Since when a request is due. */
  due: Entry | undefined;
};

/** Words that come while it is paused, or its job is not RUNNING, it may not have heard by now. */
type Told = Readonly<{ certain: number; most: number }>;

/** The records, or bytes, of a split up to an offset. */
type SizeOf = (split: string, offset: number) => number;

/** Nothing is read. */
export function noReading(trigger: DataTrigger, topics: readonly TopicInput[]): Reading {
  const sizeOf: SizeOf = trigger.unit === 'records' ? (_split, offset) => offset : bytesOf(topics);
  return { trigger, sizeOf, ...nothingIn(0) };
}

function nothingIn(attempt: number): Omit<Reading, 'trigger' | 'sizeOf'> {
  const counts = { read: 0, readThen: 0, requests: 0, knownThen: 0 };
  return { attempt, offsets: new Map(), told: new Map(), ...counts, due: undefined };
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
  const { about: split, subject: offset } = entry;
  if (!isOfNewest(reading, detailOf(entry, 'splitRead').attempt)) return;
  const before = reading.offsets.get(split) ?? offset;
  reading.offsets.set(split, offset);
  reading.read += reading.sizeOf(split, offset) - reading.sizeOf(split, before);
  if (isDue(reading)) reading.due ??= entry;
}

/** Whether something is of the newest attempt; one that is newer still begins with nothing. */
function isOfNewest(reading: Reading, attempt: number): boolean {
  if (attempt > reading.attempt) Object.assign(reading, nothingIn(attempt));
  return attempt === reading.attempt;
}

/** The job manager is told how much a subtask has read; `isHeard`: it takes that in at once. */
export function hearTold(reading: Reading, entry: Entry, isHeard: boolean): void {
  const { about: subtask, subject: read } = entry;
  if (!isOfNewest(reading, detailOf(entry, 'delivered').attempt ?? 0)) return;
  const certain = isHeard ? read : (reading.told.get(subtask)?.certain ?? 0);
  reading.told.set(subtask, { certain, most: read });
}

/** A checkpoint is asked for; why that is too early, if it is. */
export function hearRequest(reading: Reading): string | undefined {
  const { trigger, told, read, knownThen } = reading;
  const more = sumOf(told, ({ most }) => most) - knownThen;
  reading.requests += 1;
  reading.readThen = read;
  reading.knownThen = sumOf(told, ({ certain }) => certain);
  reading.due = undefined;
  const each = `; each takes ${String(trigger.every)}`;
  const number = String(reading.requests);
  if (reading.requests * trigger.every > read)
    return (
      `data asks for checkpoint no. ${number} of the attempt after ` +
      amountOf(reading, read) +
      each
    );
  return more < trigger.every
    ? `data asks again when ${amountOf(reading, more)} more are reported${each}`
    : undefined;
}

function sumOf(told: Reading['told'], sizeOf: (one: Told) => number): number {
  return [...told.values()].reduce((sum, one) => sum + sizeOf(one), 0);
}

/** An amount in words. */
export function amountOf({ trigger }: Reading, amount: number): string {
  return `${String(amount)} ${trigger.unit}`;
}

/** The job manager was paused: what is due is due from now on. */
export function hearResumed(reading: Reading, entry: Entry): void {
  reading.due = isDue(reading) ? entry : undefined;
}

function isDue({ read, readThen, trigger }: Reading): boolean {
  return read - readThen >= trigger.every;
}
