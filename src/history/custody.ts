/**
 * Custody: who holds which split, as stored bytes say it. The state of an enumerator and that of a
 * reader are written in this one form, framed, so that a checker finds them in the bytes that the
 * world saw, without knowing the engine's formats.
 */
import type { Words } from '../kernel/actor.js';
import { readText, textWordsAt, wordsOfText, writeText } from '../kernel/words.js';
import { checksum } from './witness.js';

/**
 * What a holder says of a split: an enumerator, that it is to be dealt out or that it was; a
 * reader, that it reads it; either of them, that every record of it was read.
 */
export type SplitState = 'unassigned' | 'assigned' | 'held' | 'finished';

/** One split; `offset` is that of the next record to emit. */
export type HeldSplit = Readonly<{ split: number; state: SplitState; offset: number }>;

/** What one holder says at a checkpoint. */
export type CustodyFrame = Readonly<{
  holder: string;
  checkpoint: number;
  splits: readonly HeldSplit[];
}>;

const CUSTODY = 0x43_55_53_54;
const HEAD = 4;
const states: readonly SplitState[] = ['unassigned', 'assigned', 'held', 'finished'];

/** The frame as bytes. */
export function encodeCustody({ holder, checkpoint, splits }: CustodyFrame): Words {
  const words = new Int32Array(HEAD + wordsOfText(holder) + 3 * splits.length + 1);
  words[0] = CUSTODY;
  words[1] = words.length;
  words[2] = checkpoint;
  words[3] = splits.length;
  let at = writeText(holder, words, HEAD);
  for (const { split, state, offset } of splits) {
    words[at] = split;
    words[at + 1] = states.indexOf(state);
    words[at + 2] = offset;
    at += 3;
  }
  words[at] = checksum(words, 0, at);
  return words;
}

/** Every intact frame in the words, in order. */
export function custodyIn(words: Words): CustodyFrame[] {
  const frames: CustodyFrame[] = [];
  for (let at = words.indexOf(CUSTODY); at >= 0; at = words.indexOf(CUSTODY, at + 1)) {
    const frame = frameAt(words, at);
    if (frame !== undefined) frames.push(frame);
  }
  return frames;
}

function frameAt(words: Words, start: number): CustodyFrame | undefined {
  const length = words[start + 1] ?? 0;
  const end = start + length - 1;
  if (length <= HEAD || end >= words.length || checksum(words, start, end) !== words[end])
    return undefined;
  const holder = readText(words, start + HEAD);
  const splits: HeldSplit[] = [];
  for (let at = start + HEAD + textWordsAt(words, start + HEAD); at < end; at += 3) {
    const state = states[words[at + 1] as number] as SplitState;
    splits.push({ split: words[at] as number, state, offset: words[at + 2] as number });
  }
  return { holder, checkpoint: words[start + 2] as number, splits };
}
