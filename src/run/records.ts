/**
 * The input of a job, laid out in splits: each record is dealt to a split by the hash of its
 * number, and within its split it stands where its time says, moved by noise of its place. The
 * layout depends on the noise key, the split and the position, on nothing else.
 */
import { entityOf } from '../kernel/ids.js';
import { noise, purposeOf, within, type NoiseKey } from '../kernel/noise.js';
import type { Words } from '../kernel/actor.js';
import { wordsOfRow, writeRow } from '../job/row.js';
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

/** The splits of the data under a noise key. */
export function splitsOf(
  records: readonly DataRecord[],
  spec: DataSpec,
  key: NoiseKey,
): SplitRows[] {
  const dealt: number[][] = Array.from({ length: spec.splits }, () => []);
  records.forEach((_record, index) => {
    dealt[splitOf(index, spec.splits)]?.push(index);
  });
  return dealt.map((indices, split) =>
    rowsOf(records, shuffled(records, indices, split, spec, key)),
  );
}

/** The split of a record: a hash of its number. */
function splitOf(index: number, splits: number): number {
  let hash = Math.imul(index + 0x9e3779b9, 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) % splits;
}

function shuffled(
  records: readonly DataRecord[],
  indices: readonly number[],
  split: number,
  spec: DataSpec,
  key: NoiseKey,
): number[] {
  const entity = entityOf('split/' + String(split));
  const times = indices.map((index, position) => {
    const draw = noise(key, SHUFFLE, entity, position, 0);
    return (records[index]?.minute ?? 0) + within(draw, 0, spec.shuffleMinutes);
  });
  const order = indices.map((_index, position) => position);
  order.sort((one, other) => (times[one] ?? 0) - (times[other] ?? 0) || one - other);
  return order.map((position) => indices[position] ?? 0);
}

function rowsOf(records: readonly DataRecord[], order: readonly number[]): SplitRows {
  let length = 0;
  for (const index of order) length += 4 + ((((records[index]?.key.length ?? 0) + 1) >> 1) | 0);
  const words = new Int32Array(length);
  const starts = new Int32Array(order.length);
  let at = 0;
  order.forEach((index, position) => {
    const { key, value } = records[index] as DataRecord;
    const row = [key, index, value];
    starts[position] = at;
    words[at] = wordsOfRow(row);
    at = writeRow(row, words, at + 1);
  });
  return { words: words.subarray(0, at), starts };
}
