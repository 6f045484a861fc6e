/**
 * The fingerprint of a run: a rolling 64-bit hash over every delivered event. Two runs of one plan
 * must end with the same; where they do not, the fingerprints after each event lead to the first
 * event that differs. It is mutable, because it changes with every event (cost: 4 % of a run).
 *
 * Two int32 lanes that do not touch each other: a single differing word changes both for certain,
 * longer differences cancel out with a probability of 2^-64. Guards against accidents, not malice.
 */
import { hexOf } from './ids.js';
import type { Micros } from './time.js';

/** The two lanes, int32 each. */
export type Fingerprint = { high: number; low: number };

const TWO_32 = 4_294_967_296;

/** The fingerprint of a run in which nothing has happened yet. */
export function fingerprint(): Fingerprint {
  return { high: 0x6a09e667, low: 0x3c6ef372 };
}

/** Folds in one int32 word; of a larger number the low 32 bits. Order counts. */
export function mix(fp: Fingerprint, word: number): void {
  fp.high = foldHigh(fp.high, word);
  fp.low = foldLow(fp.low, word);
}

/** Folds in four words, as four calls of `mix` do. */
export function mix4(fp: Fingerprint, a: number, b: number, c: number, d: number): void {
  fp.high = foldHigh(foldHigh(foldHigh(foldHigh(fp.high, a), b), c), d);
  fp.low = foldLow(foldLow(foldLow(foldLow(fp.low, a), b), c), d);
}

/** Folds in a time, or any integer of at most 53 bits, as two words. */
export function mixTime(fp: Fingerprint, at: Micros): void {
  const low = at >>> 0;
  mix(fp, low);
  mix(fp, (at - low) / TWO_32);
}

/**
 * Folds in an event, in three steps a lane: each word changes both lanes, and two words that share
 * a step share it in another way in the other lane.
 */
export function mixEvent(fp: Fingerprint, at: Micros, op: number, a: number, b: number): void {
  const low = at >>> 0;
  const rest = (at - low) / TWO_32;
  const high = foldHigh(foldHigh(fp.high, low), op ^ Math.imul(rest, 0x85ebca6b));
  fp.high = foldHigh(high, a ^ Math.imul(b, 0xc2b2ae35));
  fp.low = foldLow(
    foldLow(foldLow(fp.low, low), rest ^ Math.imul(op, 0x27d4eb2f)),
    b ^ Math.imul(a, 0x165667b1),
  );
}

/** Folds in a block of words, as one word that depends on all of them and their order. */
export function mixWords(fp: Fingerprint, words: Int32Array): void {
  let hash = words.length;
  for (let at = 0; at < words.length; at += 1) {
    hash = Math.imul(hash ^ (words[at] as number), 0x01000193);
    hash ^= hash >>> 15;
  }
  mix(fp, hash);
}

/** The fingerprint as 16 hexadecimal digits. */
export function hexOfFingerprint(fp: Fingerprint): string {
  return hexOf(fp.high, fp.low);
}

function foldHigh(lane: number, word: number): number {
  const h = Math.imul(lane ^ word, 0x9e3779b1);
  return h ^ (h >>> 15);
}

function foldLow(lane: number, word: number): number {
  const h = Math.imul(((lane << 13) | (lane >>> 19)) ^ word, 0x5f356495);
  return h ^ (h >>> 16);
}
