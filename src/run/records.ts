/**
 * The input of a job, laid out in splits: each record is dealt to a split by the hash of its
 * number, and within its split it stands where its time says, moved by noise of its place. The
 * layout depends on the noise key, the split and the position, on nothing else.
 */
import { invariant } from '../kernel/invariant.js';
import { entityOf } from '../kernel/ids.js';
import { noise, purposeOf, within, type NoiseKey } from '../kernel/noise.js';
import type { Words } from '../kernel/actor.js';
import { wordsOfText, writeText } from '../kernel/words.js';
import type { DataSpec } from './scenario.js';

/** One record of the data: its number is its index. */
export type DataRecord = Readonly<{ key: string; value: number; minute: number }>;

/** One split: rows that are preceded by their lengths, and where each begins. */
export type SplitRows = Readonly<{ words: Words; starts: Int32Array }>;

const SHUFFLE = purposeOf('shuffle');

/** Minutes since 2000 of a time written `2001/01/13 14:56`. */
export function minuteOf(date: string): number {
  const [year, month, day, hour, minute] = date.split(/[/ :-]/).map(Number);
  const days = daysBefore(year ?? 2000, month ?? 1) + (day ?? 1) - 1;
  return (days * 24 + (hour ?? 0)) * 60 + (minute ?? 0);
}

const monthDays = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];

function daysBefore(year: number, month: number): number {
  const leaps = Math.floor((year - 1997) / 4);
  const isLeap = year % 4 === 0 && month > 2;
  return (year - 2000) * 365 + leaps + (monthDays[month - 1] ?? 0) + (isLeap ? 1 : 0);
}

/** The numbers of the records of each split under a noise key, in their order. */
export function orderOf(
  records: readonly DataRecord[],
  spec: DataSpec,
  key: NoiseKey,
): Int32Array[] {
  return deal(records.length, spec.splits).map((indices, split) =>
    shuffled(records, indices, split, spec, key),
  );
}

/** The splits of the data under a noise key. */
export function splitsOf(
  records: readonly DataRecord[],
  spec: DataSpec,
  key: NoiseKey,
): SplitRows[] {
  return orderOf(records, spec, key).map((order) => rowsOf(records, order));
}

/** The numbers of the records of each split, ascending. */
function deal(records: number, splits: number): Int32Array[] {
  const splitOfRecord = new Int32Array(records);
  const counts = new Int32Array(splits);
  for (let index = 0; index < records; index += 1) {
    const split = splitOf(index, splits);
    splitOfRecord[index] = split;
    counts[split] = (counts[split] as number) + 1;
  }
  const dealt = Array.from(counts, (count) => new Int32Array(count));
  counts.fill(0);
  for (let index = 0; index < records; index += 1) {
    const split = splitOfRecord[index] as number;
    const position = counts[split] as number;
    (dealt[split] as Int32Array)[position] = index;
    counts[split] = position + 1;
  }
  return dealt;
}

/** The split of a record: a hash of its number. */
function splitOf(index: number, splits: number): number {
  let hash = Math.imul(index + 0x9e3779b9, 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) % splits;
}

/** The numbers of the records of one split in the order of their shuffled times. */
function shuffled(
  records: readonly DataRecord[],
  indices: Int32Array,
  split: number,
  spec: DataSpec,
  key: NoiseKey,
): Int32Array {
  const entity = entityOf('split/' + String(split));
  const times = new Float64Array(indices.length);
  let isInOrder = true;
  for (let position = 0; position < times.length; position += 1) {
    const { minute } = records[indices[position] as number] as DataRecord;
    const draw = noise(key, SHUFFLE, entity, position, 0);
    times[position] = minute + within(draw, 0, spec.shuffleMinutes);
    if (position > 0 && (times[position - 1] as number) > (times[position] as number))
      isInOrder = false;
  }
  if (isInOrder) return indices;
  const order = Array.from(indices, (_index, position) => position);
  order.sort((one, other) => (times[one] as number) - (times[other] as number) || one - other);
  return Int32Array.from(order, (position) => indices[position] as number);
}

function rowsOf(records: readonly DataRecord[], order: Int32Array): SplitRows {
  let length = 0;
  for (const index of order) length += 3 + wordsOfText((records[index] as DataRecord).key);
  const words = new Int32Array(length);
  const starts = new Int32Array(order.length);
  let at = 0;
  for (let position = 0; position < order.length; position += 1) {
    const index = order[position] as number;
    const { key, value } = records[index] as DataRecord;
    invariant(value === (value | 0), 'a record holds 32-bit integers', index, value);
    starts[position] = at;
    const next = writeText(key, words, at + 1);
    words[next] = index;
    words[next + 1] = value;
    words[at] = next + 1 - at;
    at = next + 2;
  }
  return { words, starts };
}
