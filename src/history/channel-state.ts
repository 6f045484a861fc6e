/**
 * Channel state: what was on its way over a channel when barriers overtook it, as stored bytes say
 * it. The receiver stores what had arrived and had not entered, the sender what had not left. Both
 * are written in this one form, framed, so that a checker finds the records in the bytes that the
 * world saw, without knowing the engine's formats.
 */
import type { Words } from '../kernel/actor.js';
import { readText, textWordsAt, wordsOfText, writeText } from '../kernel/words.js';
import { checksum } from './witness.js';

/** The end of the channel that has stored it. */
export type ChannelSide = 'input' | 'output';

/** What is stored in turn: records, each preceded by its length, or what is told of time. */
export type InFlight =
  | Readonly<{ kind: 'records'; words: Words }>
  | Readonly<{ kind: 'watermark'; watermark: number }>
  | Readonly<{ kind: 'watermarkStatus'; idle: boolean }>;

export type ChannelFrame = Readonly<{
  side: ChannelSide;
  channel: string;
  checkpoint: number;
  inFlight: readonly InFlight[];
}>;

const CHANNEL = 0x43_48_41_4e;
const HEAD = 4;
const sides: readonly ChannelSide[] = ['input', 'output'];
const kinds: readonly InFlight['kind'][] = ['records', 'watermark', 'watermarkStatus'];

/** The frame as bytes. */
export function encodeChannel({ side, channel, checkpoint, inFlight }: ChannelFrame): Words {
  const bodies = inFlight.map(bodyOf);
  const body = bodies.reduce((length, words) => length + 2 + words.length, 0);
  const words = new Int32Array(HEAD + wordsOfText(channel) + body + 1);
  words.set([CHANNEL, words.length, checkpoint, sides.indexOf(side)]);
  let at = writeText(channel, words, HEAD);
  for (const [place, own] of bodies.entries()) {
    words[at] = kinds.indexOf((inFlight[place] as InFlight).kind);
    words[at + 1] = own.length;
    words.set(own, at + 2);
    at += 2 + own.length;
  }
  words[at] = checksum(words, 0, at);
  return words;
}

function bodyOf(one: InFlight): Words {
  if (one.kind === 'records') return one.words;
  return Int32Array.of(one.kind === 'watermark' ? one.watermark : Number(one.idle));
}

/** Every intact frame in the words, in order. */
export function channelsIn(words: Words): ChannelFrame[] {
  const frames: ChannelFrame[] = [];
  for (let at = words.indexOf(CHANNEL); at >= 0; at = words.indexOf(CHANNEL, at + 1)) {
    const frame = frameAt(words, at);
    if (frame !== undefined) frames.push(frame);
  }
  return frames;
}

function frameAt(words: Words, start: number): ChannelFrame | undefined {
  const length = words[start + 1] ?? 0;
  const end = start + length - 1;
  if (length <= HEAD || end >= words.length || checksum(words, start, end) !== words[end])
    return undefined;
  const channel = readText(words, start + HEAD);
  const inFlight: InFlight[] = [];
  for (let at = start + HEAD + textWordsAt(words, start + HEAD); at < end;) {
    const size = words[at + 1] as number;
    inFlight.push(inFlightOf(words[at] as number, words.slice(at + 2, at + 2 + size)));
    at += 2 + size;
  }
  const side = sides[words[start + 3] as number] as ChannelSide;
  return { side, channel, checkpoint: words[start + 2] as number, inFlight };
}

function inFlightOf(kind: number, words: Words): InFlight {
  switch (kinds[kind]) {
    case 'watermark':
      return { kind: 'watermark', watermark: words[0] as number };
    case 'watermarkStatus':
      return { kind: 'watermarkStatus', idle: words[0] === 1 };
    default:
      return { kind: 'records', words };
  }
}

/** Words of the records that are stored. */
export function recordWordsIn(inFlight: readonly InFlight[]): number {
  return inFlight.reduce((sum, one) => sum + (one.kind === 'records' ? one.words.length : 0), 0);
}
