/**
 * The rows of the log broker's topics. An input topic has its content from the beginning of the
 * run, and its rows become available one by one as the broker's clock goes on; an output topic has
 * one partition and holds the rows that are visible (committed, or appended outside transactions).
 */
import type { Words } from '../kernel/actor.js';
import type { LogAnswer } from '../kernel/protocols.js';
import type { Micros } from '../kernel/time.js';

/**
 * A partition whose rows are laid out in time; its row p is available from
 * `from + (p + 1) * micros` on the broker's clock, or from `from + comes[p]`.
 */
export type LogPartition = Readonly<{
  /** When it comes into being; those of a topic do so in their order. */
  from?: Micros;
  /** The rows, each preceded by its length in words. */
  words: Words;
  /** Where each row begins, at its length word. */
  starts: Int32Array;
  /** Time between two rows; 0: all are there from the beginning. */
  micros: Micros;
  /** When each row comes, ascending; undefined: one every `micros`. */
  comes?: Float64Array;
}>;

export type LogTopic = Readonly<{
  name: string;
  partitions: readonly LogPartition[];
  /** After its last rows there may always be others: readers go on asking. */
  unbounded?: boolean;
}>;

/** The input topics. */
export type LogTopics = readonly LogTopic[];

/** Rows that are visible in an output topic; `words` has room for more. */
export type Output = {
  /** Blocks that nobody has read yet: they are laid out for reading when somebody does. */
  readonly fresh: Words[];
  words: Words;
  /** Where each row begins, and at last where the next one will. */
  readonly starts: number[];
};

/** The rows of a partition as a reader finds them. */
export type Shelf = Readonly<{
  words: Words;
  starts: ArrayLike<number>;
  rows: number;
  /** No rows will be added to these. */
  bounded: boolean;
  /** Its rows are known, and readers never learn that they are all. */
  endless: boolean;
  micros: Micros;
  from: Micros;
  comes: Float64Array | undefined;
}>;

type Fetched = Pick<
  Extract<LogAnswer, { kind: 'rowsFetched' }>,
  'kind' | 'offset' | 'words' | 'rows' | 'ended'
>;

const noWords: Words = new Int32Array(0);
const atOnce = { endless: false, micros: 0, from: 0, comes: undefined };
const nowhere: Shelf = { words: noWords, starts: [], rows: 0, bounded: true, ...atOnce };
const unwritten: Shelf = { ...nowhere, bounded: false };

/** The rows of a partition; a partition that does not exist is empty and ended. */
export function shelfOf(
  topics: LogTopics,
  outputs: ReadonlyMap<string, Output>,
  name: string,
  partition: number,
): Shelf {
  const topic = topics.find((input) => input.name === name);
  if (topic !== undefined) {
    const input = topic.partitions[partition];
    if (input === undefined) return nowhere;
    const { words, starts, micros, from = 0, comes } = input;
    const endless = topic.unbounded === true;
    return { words, starts, micros, from, comes, rows: starts.length, bounded: true, endless };
  }
  if (partition !== 0) return nowhere;
  const output = outputs.get(name);
  if (output === undefined) return unwritten;
  layOut(output);
  const { words, starts } = output;
  return { words, starts, rows: starts.length - 1, bounded: false, ...atOnce };
}

/**
 * The partitions of an input topic that are there by now, and whether these are all. Those of the
 * beginning are there whatever the clock says.
 */
export function partitionsOf(
  topics: LogTopics,
  name: string,
  now: Micros,
): Readonly<{ kind: 'partitionsListed'; partitions: number; complete: boolean }> {
  const topic = topics.find((candidate) => candidate.name === name);
  const all = topic?.partitions ?? [];
  const isUnbounded = topic?.unbounded === true;
  const there = all.filter(({ from = 0 }) => from <= Math.max(0, now)).length;
  return {
    kind: 'partitionsListed',
    partitions: there,
    complete: there === all.length && !isUnbounded,
  };
}

/**
 * How long until a reader at `offset` finds `rowsMin` rows, or the last of a bounded partition.
 *
 * @returns 0 when they are there; undefined when that depends on a writer
 */
export function untilReady(
  shelf: Shelf,
  offset: number,
  rowsMin: number,
  now: Micros,
): Micros | undefined {
  if (shelf.endless && offset >= shelf.rows) return undefined;
  const wanted = shelf.bounded ? Math.min(offset + rowsMin, shelf.rows) : offset + rowsMin;
  if (availableOn(shelf, now) >= wanted) return 0;
  if (!shelf.bounded) return undefined;
  const age = shelf.comes?.[wanted - 1] ?? wanted * shelf.micros;
  return Math.ceil(shelf.from + age - now);
}

/** At most `rowsMax` of the rows that are available from `offset` on; maybe none. */
export function fetch(shelf: Shelf, offset: number, rowsMax: number, now: Micros): Fetched {
  const rows = Math.max(0, Math.min(rowsMax, availableOn(shelf, now) - offset));
  const words =
    rows === 0 ? noWords : shelf.words.subarray(at(shelf, offset), at(shelf, offset + rows));
  return {
    kind: 'rowsFetched',
    offset,
    words,
    rows,
    ended: shelf.bounded && !shelf.endless && offset + rows >= shelf.rows,
  };
}

/** Makes rows visible in an output topic, made where it does not exist. */
export function publish(outputs: Map<string, Output>, topic: string, rows: Words): void {
  const output = outputs.get(topic);
  if (output === undefined) outputs.set(topic, { fresh: [rows], words: noWords, starts: [0] });
  else output.fresh.push(rows);
}

/** Puts the fresh blocks behind the rows that readers know. */
function layOut(output: Output): void {
  for (const rows of output.fresh.splice(0)) {
    const used = output.starts.pop() as number;
    const end = used + rows.length;
    if (end > output.words.length) {
      // Readers may hold views of the old words: those stay as they are.
      const larger = new Int32Array(Math.max(1024, end, 2 * output.words.length));
      larger.set(output.words.subarray(0, used));
      output.words = larger;
    }
    output.words.set(rows, used);
    for (let at = 0; at < rows.length; at += 1 + (rows[at] as number))
      output.starts.push(used + at);
    output.starts.push(end);
  }
}

function availableOn(shelf: Shelf, now: Micros): number {
  const age = now - shelf.from;
  if (shelf.comes !== undefined) return comeBy(shelf.comes, age);
  if (shelf.micros <= 0) return age < 0 ? 0 : shelf.rows;
  return Math.max(0, Math.min(shelf.rows, Math.floor(age / shelf.micros)));
}

/** How many rows have come at that age of their partition. */
function comeBy(comes: Float64Array, age: Micros): number {
  let [low, high] = [0, comes.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((comes[middle] as number) <= age) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Where a row begins; that of the row after the last one is the end. */
function at(shelf: Shelf, row: number): number {
  return shelf.starts[row] ?? shelf.words.length;
}
