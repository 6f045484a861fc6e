/**
 * The witness: the hidden state from which a checker proves a cut.
 *
 * Each subtask keeps, per input channel, how many records entered user code and a running hash of
 * their bytes in order, and per output channel the same for records handed to the writer. Barriers
 * and other events are not counted. The witness is restored with the state and goes on from there,
 * so it counts over the surviving history. It is written framed into the snapshot, so that a
 * checker finds it in the bytes that the world saw, without knowing the engine's formats.
 *
 * For keyed state one hidden entry per key group, written through the backend's own put, holds
 * the number of records applied to the group and the sum of their hashes.
 */
import type { Out, Words } from '../kernel/actor.js';
import { readText, textWordsAt, wordsOfText, writeText } from '../kernel/words.js';

/** Counts and hashes of one channel, on one side. */
export type Tally = {
  /** Name of the channel, the same on both sides: `source[0]->sum[1]`. */
  readonly channel: string;
  count: number;
  /** Running hash in order: two lanes. */
  high: number;
  low: number;
  /** Sum of the records' hashes: two lanes, order forgotten. */
  sumHigh: number;
  sumLow: number;
};

/** A count of records and the sum of their hashes, two lanes; order forgotten. */
export type Sum = Readonly<{ count: number; sumHigh: number; sumLow: number }>;

export type Witness = {
  readonly subtask: string;
  readonly attempt: number;
  readonly inputs: readonly Tally[];
  readonly outputs: readonly Tally[];
  /**
   * Where barriers do not hold records back: what an input had come to at its barrier, by
   * checkpoint and input. A restore counts on from there, and the rest comes again.
   */
  readonly marks: Map<number, Map<number, Tally>>;
  /** What came behind such barriers in snapshots that were restored: it is in the state twice. */
  ahead: Sum;
};

/** A witness as found in stored bytes. */
export type WitnessFrame = Readonly<{
  subtask: string;
  attempt: number;
  checkpoint: number;
  inputs: readonly Tally[];
  outputs: readonly Tally[];
}>;

/** The hidden entry of one key group as found in stored bytes. */
export type GroupFrame = Readonly<{
  group: number;
  count: number;
  sumHigh: number;
  sumLow: number;
}>;

const FRAME = 0x57_49_54_4e;
const GROUP = 0x57_47_52_50;
const AHEAD = 0x57_41_48_44;
const LOW_BASE = 2 ** 26;
const GROUP_WORDS = 6;
const AHEAD_WORDS = 5;

/** Result registers of `hashRecord`; read them before the next call. */
export const recordHash = { high: 0, low: 0 };

/** Hash of the words `from ..< to`, two lanes, into `recordHash`. */
export function hashRecord(words: Words, from: number, to: number): void {
  let high = 0x9e3779b9 ^ (to - from);
  let low = 0x85ebca6b;
  for (let at = from; at < to; at += 1) {
    const word = words[at] as number;
    high = Math.imul(high ^ word, 0x01000193);
    high ^= high >>> 15;
    low = Math.imul((low << 5) ^ (low >>> 27) ^ word, 0x5bd1e995);
  }
  recordHash.high = high | 0;
  recordHash.low = (low ^ (low >>> 13)) | 0;
}

/** A tally that has seen nothing. */
export function tallyOf(channel: string): Tally {
  return { channel, count: 0, high: 0, low: 0, sumHigh: 0, sumLow: 0 };
}

/** Adds the record whose hash stands in `recordHash`. */
export function advance(tally: Tally): void {
  tally.count += 1;
  tally.high = (Math.imul(tally.high ^ recordHash.high, 0x2c1b3c6d) + 0x297a2d39) | 0;
  tally.low = Math.imul((tally.low << 7) ^ (tally.low >>> 25) ^ recordHash.low, 0x165667b1) | 0;
  tally.sumHigh = (tally.sumHigh + recordHash.high) | 0;
  tally.sumLow = (tally.sumLow + recordHash.low) | 0;
}

/**
 * Adds every record of a block (each preceded by its length) to a tally.
 *
 * @returns the number of records
 */
export function advanceBlock(tally: Tally, words: Words, from: number, to: number): number {
  let records = 0;
  for (let at = from; at < to; at += 1 + (words[at] as number)) {
    hashRecord(words, at + 1, at + 1 + (words[at] as number));
    advance(tally);
    records += 1;
  }
  return records;
}

/** The tally with one more record, the words of an event. */
export function withEvent(tally: Tally, words: Words): Tally {
  const after = { ...tally };
  hashRecord(words, 0, words.length);
  advance(after);
  return after;
}

/** States that records of an input channel entered user code; one entry for all worked at once. */
export function noteEntered(
  out: Out,
  witness: Witness,
  input: number,
  records: number,
  sender: number,
  words: Words,
  now: number | undefined,
): void {
  const tally = witness.inputs[input] as Tally;
  const { channel, count } = tally;
  const { attempt } = witness;
  out.moment('entered', records, witness.subtask, { channel, count, sender, attempt, words, now });
}

/** States the watermark that a subtask has now. */
export function noteWatermark(
  out: Out,
  witness: Witness,
  watermark: number,
  now: number | undefined,
): void {
  out.moment('watermark', watermark, witness.subtask, { attempt: witness.attempt, now });
}

/** States that a timer of processing time fires, for the key whose words are given. */
export function noteTimer(out: Out, witness: Witness, time: number, key: Words, now: number): void {
  out.moment('timerFired', time, witness.subtask, { attempt: witness.attempt, key, now });
}

/** States that a barrier was handed to every output channel, behind the records counted so far. */
export function noteBarrier(out: Out, witness: Witness, checkpoint: number): void {
  const { attempt } = witness;
  for (const { channel, count } of witness.outputs)
    out.moment('barrierHandedOver', checkpoint, witness.subtask, { channel, count, attempt });
}

/** States that a subtask has finished: nothing more enters it or is handed to a channel. */
export function closeWitness(out: Out, { subtask, attempt, outputs }: Witness): void {
  const sent = outputs.map(({ channel, count }) => ({ channel, count }));
  out.moment('witnessClosed', 0, subtask, { attempt, sent });
}

/** A barrier that holds no record back has come on an input: it is counted from there again. */
export function markInput({ marks, inputs }: Witness, input: number, checkpoint: number): void {
  const own = marks.get(checkpoint) ?? new Map<number, Tally>();
  marks.set(checkpoint, own.set(input, { ...(inputs[input] as Tally) }));
}

/** The framed witness, to be stored in the snapshot of a checkpoint; states that it was taken. */
export function takeWitness(out: Out, witness: Witness, checkpoint: number): Words {
  const { subtask, attempt, marks, inputs } = witness;
  out.moment('witnessTaken', checkpoint, subtask, { attempt });
  const marked = marks.get(checkpoint);
  for (const other of marks.keys()) if (other <= checkpoint) marks.delete(other);
  if (marked === undefined) return frameOf(witness, checkpoint);
  const then = inputs.map((input, index) => marked.get(index) ?? input);
  const ahead = sumOf([witness.ahead, ...inputs], then);
  const frame = frameOf({ ...witness, inputs: then }, checkpoint);
  return Int32Array.from([...frame, ...aheadFrame(ahead)]);
}

/** Sums of counts and hashes, less others; each in 32 bits, as they are stored. */
export function sumOf(list: readonly Sum[], less: readonly Sum[] = []): Sum {
  let [count, sumHigh, sumLow] = [0, 0, 0];
  for (const one of list) {
    count = (count + one.count) | 0;
    sumHigh = (sumHigh + one.sumHigh) | 0;
    sumLow = (sumLow + one.sumLow) | 0;
  }
  for (const one of less) {
    count = (count - one.count) | 0;
    sumHigh = (sumHigh - one.sumHigh) | 0;
    sumLow = (sumLow - one.sumLow) | 0;
  }
  return { count, sumHigh, sumLow };
}

function aheadFrame({ count, sumHigh, sumLow }: Sum): Words {
  const words = Int32Array.from([AHEAD, count, sumHigh, sumLow, 0]);
  words[4] = checksum(words, 0, 4);
  return words;
}

/** What a snapshot holds twice, as found in its bytes; nothing, if they do not say. */
export function aheadIn(words: Words): Sum {
  for (let at = words.indexOf(AHEAD); at >= 0; at = words.indexOf(AHEAD, at + 1)) {
    if (at + AHEAD_WORDS > words.length || checksum(words, at, at + 4) !== words[at + 4]) continue;
    const [count, sumHigh, sumLow] = words.subarray(at + 1, at + 4);
    return { count, sumHigh, sumLow } as Sum;
  }
  return nothing;
}

const nothing: Sum = { count: 0, sumHigh: 0, sumLow: 0 };

/** A witness that goes on from tallies. */
export function witnessOf(
  subtask: string,
  attempt: number,
  { inputs, outputs }: Pick<Witness, 'inputs' | 'outputs'>,
  ahead: Sum = nothing,
): Witness {
  return { subtask, attempt, inputs, outputs, marks: new Map(), ahead };
}

/** The framed witness of a checkpoint. */
export function frameOf(
  witness: Pick<Witness, 'subtask' | 'attempt' | 'inputs' | 'outputs'>,
  checkpoint: number,
): Words {
  const tallies = [...witness.inputs, ...witness.outputs];
  let names = wordsOfText(witness.subtask);
  for (const tally of tallies) names += wordsOfText(tally.channel);
  const words = new Int32Array(8 + names + 6 * tallies.length);
  words[0] = FRAME;
  words[1] = words.length;
  words[2] = checkpoint;
  words[3] = Math.floor(witness.attempt / LOW_BASE);
  words[4] = witness.attempt % LOW_BASE;
  words[5] = witness.inputs.length;
  words[6] = witness.outputs.length;
  let at = writeText(witness.subtask, words, 7);
  for (const tally of tallies) at = writeTally(tally, words, at);
  words[at] = checksum(words, 0, at);
  return words;
}

/** Every intact witness frame in the words, in order. */
export function framesIn(words: Words): WitnessFrame[] {
  const frames: WitnessFrame[] = [];
  for (let at = words.indexOf(FRAME); at >= 0; at = words.indexOf(FRAME, at + 1)) {
    const frame = frameAt(words, at);
    if (frame !== undefined) frames.push(frame);
  }
  return frames;
}

function frameAt(words: Words, start: number): WitnessFrame | undefined {
  const length = words[start + 1] ?? 0;
  const end = start + length - 1;
  if (length < 9 || end >= words.length || checksum(words, start, end) !== words[end])
    return undefined;
  let at = start + 7;
  const subtask = readText(words, at);
  at += textWordsAt(words, at);
  const tallies: Tally[] = [];
  while (at < end) {
    const channel = readText(words, at);
    at += textWordsAt(words, at);
    tallies.push(readTally(channel, words, at));
    at += 6;
  }
  return {
    subtask,
    attempt: (words[start + 3] as number) * LOW_BASE + (words[start + 4] as number),
    checkpoint: words[start + 2] as number,
    inputs: tallies.slice(0, words[start + 5]),
    outputs: tallies.slice(words[start + 5]),
  };
}

function writeTally(tally: Tally, into: Words, at: number): number {
  const next = writeText(tally.channel, into, at);
  into[next] = Math.floor(tally.count / LOW_BASE);
  into[next + 1] = tally.count % LOW_BASE;
  into[next + 2] = tally.high;
  into[next + 3] = tally.low;
  into[next + 4] = tally.sumHigh;
  into[next + 5] = tally.sumLow;
  return next + 6;
}

function readTally(channel: string, from: Words, at: number): Tally {
  return {
    channel,
    count: (from[at] as number) * LOW_BASE + (from[at + 1] as number),
    high: from[at + 2] as number,
    low: from[at + 3] as number,
    sumHigh: from[at + 4] as number,
    sumLow: from[at + 5] as number,
  };
}

/** The hidden entry of a key group that has seen nothing. */
export function emptyGroup(group: number): Words {
  const words = new Int32Array(GROUP_WORDS);
  words[0] = GROUP;
  words[1] = group;
  words[5] = checksum(words, 0, 5);
  return words;
}

/** Adds the record whose hash stands in `recordHash` to the hidden entry, in place. */
export function advanceGroup(entry: Words): void {
  entry[2] = (entry[2] as number) + 1;
  entry[3] = (entry[3] as number) + recordHash.high;
  entry[4] = (entry[4] as number) + recordHash.low;
  entry[5] = checksum(entry, 0, 5);
}

/** Every intact group frame in the words, in order. */
export function groupsIn(words: Words): GroupFrame[] {
  const groups: GroupFrame[] = [];
  for (let at = words.indexOf(GROUP); at >= 0; at = words.indexOf(GROUP, at + 1)) {
    if (at + GROUP_WORDS > words.length || checksum(words, at, at + 5) !== words[at + 5]) continue;
    const [group, count, sumHigh, sumLow] = words.subarray(at + 1, at + 5);
    groups.push({ group, count, sumHigh, sumLow } as GroupFrame);
  }
  return groups;
}

/** What the last word of a frame is, by the words before it. */
export function checksum(words: Words, from: number, to: number): number {
  let sum = 0x1b873593;
  for (let at = from; at < to; at += 1) {
    sum = Math.imul(sum ^ (words[at] as number), 0x01000193);
    sum ^= sum >>> 15;
  }
  return sum | 0;
}
