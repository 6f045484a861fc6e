/**
 * The input of a job, laid out in splits: each record is dealt to a split by the hash of its
 * number, and within its split it stands where its time says, moved by noise of its place. The
 * layout depends on the noise key, the split and the position, on nothing else.
 */
import { entityOf } from '../kernel/ids.js';
import { noise, purposeOf, within, type NoiseKey } from '../kernel/noise.js';
import type { Words } from '../kernel/actor.js';
import { wordsOfRow, writeRow } from '../job/row.js';
import type { TopicData, TopicSpec } from './data.js';

/** One split: rows that are preceded by their lengths, and where each begins. */
export type SplitRows = Readonly<{ words: Words; starts: Int32Array }>;

const SHUFFLE = purposeOf('shuffle');

/** How records are laid out. */
export type Layout = Pick<TopicSpec, 'topic' | 'splits' | 'shuffleMinutes' | 'shuffleSeconds'>;

/** The numbers of the records of each split under a noise key, in their order. */
export function orderOf(data: TopicData, layout: Layout, key: NoiseKey): Int32Array[] {
  return deal(data.rows.length, layout.splits).map((indices, split) =>
    shuffled(data, indices, split, layout, key),
  );
}

/** The splits of a topic under a noise key. */
export function splitsOf(data: TopicData, layout: Layout, key: NoiseKey): SplitRows[] {
  return orderOf(data, layout, key).map((order) => rowsOf(blocksOf(data), order));
}

/** How many of so many records each split has; the same under every noise key. */
export function sizesOf(records: number, splits: number): number[] {
  return deal(records, splits).map(({ length }) => length);
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
  { minutes }: TopicData,
  indices: Int32Array,
  split: number,
  { topic, shuffleMinutes, shuffleSeconds = 0 }: Layout,
  key: NoiseKey,
): Int32Array {
  const entity = entityOf('split/' + (topic === 'flights' ? '' : topic + '/') + String(split));
  const times = new Float64Array(indices.length);
  const shuffle = Math.max(shuffleMinutes, shuffleSeconds);
  let isInOrder = true;
  for (let position = 0; position < times.length; position += 1) {
    const minute = minutes[indices[position] as number] as number;
    const draw = noise(key, SHUFFLE, entity, position, 0);
    times[position] = minute + within(draw, 0, shuffle);
    if (position > 0 && (times[position - 1] as number) > (times[position] as number))
      isInOrder = false;
  }
  if (isInOrder) return indices;
  const order = Array.from(indices, (_index, position) => position);
  order.sort((one, other) => (times[one] as number) - (times[other] as number) || one - other);
  return Int32Array.from(order, (position) => indices[position] as number);
}

/** The records of a topic in the order of their numbers; made once. */
const blocks = new WeakMap<TopicData, SplitRows>();

function blocksOf(data: TopicData): SplitRows {
  const known = blocks.get(data);
  if (known !== undefined) return known;
  let length = 0;
  for (const row of data.rows) length += 1 + wordsOfRow(row);
  const made = { words: new Int32Array(length), starts: new Int32Array(data.rows.length) };
  let at = 0;
  for (const [index, row] of data.rows.entries()) {
    const end = writeRow(row, made.words, at + 1);
    made.words[at] = end - at - 1;
    made.starts[index] = at;
    at = end;
  }
  blocks.set(data, made);
  return made;
}

function rowsOf(from: SplitRows, order: Int32Array): SplitRows {
  let length = 0;
  for (const index of order) length += 1 + (from.words[from.starts[index] as number] as number);
  const words = new Int32Array(length);
  const starts = new Int32Array(order.length);
  let at = 0;
  for (let position = 0; position < order.length; position += 1) {
    const start = from.starts[order[position] as number] as number;
    const end = start + 1 + (from.words[start] as number);
    starts[position] = at;
    for (let word = start; word < end; word += 1) words[at++] = from.words[word] as number;
  }
  return { words, starts };
}
