/**
 * Fields that no row holds: keys of which some come more often than others, integers of a range,
 * steps of time. A value is noise at its topic, field and record under a key of its own, never that
 * of a plan: every seed of a scenario reads the same records.
 *
 * Keys are skewed as by Zipf's law (G. K. Zipf, 1949): the key of rank r comes r^skew times less
 * often than the first. The weights are exact integer roots, so that no engine's `Math.pow` is in a
 * draw.
 */
import { entityOf } from '../kernel/ids.js';
import { noise, purposeOf, within } from '../kernel/noise.js';
import type { FieldValue } from '../job/row.js';

/** A field that is drawn, or counted. */
export type Drawn =
  /** A text, `k1` to `kN`; `skew` in tenths of 0 to 3, and 0 makes all alike. */
  | Readonly<{ keys: number; skew: number }>
  /** An integer, first and last included. */
  | Readonly<{ uniform: readonly [number, number] }>
  /** So much more with each record, from 0. */
  | Readonly<{ every: number }>;

const DRAWN = purposeOf('drawn');
const KEY = entityOf('records');

/** Gives the value of a field for the number of a record. */
export function drawerOf(
  drawn: Drawn,
  topic: string,
  field: string,
): (record: number) => FieldValue {
  if ('every' in drawn) return (record) => record * drawn.every;
  const entity = entityOf(`field/${topic}/${field}`);
  const draw = (record: number): number => noise(KEY, DRAWN, entity, record, 0);
  if ('uniform' in drawn) {
    const [first, last] = drawn.uniform;
    return (record) => within(draw(record), first, last);
  }
  const ends = endsOf(weightsOf(drawn.keys, drawn.skew));
  const names = Array.from(ends, (_end, index) => `k${String(index + 1)}`);
  const all = ends.at(-1) ?? 0;
  return (record) => names[indexOf(ends, within(draw(record), 0, all - 1))] as string;
}

const TENTHS = 10;
const UNIT = 32n;

/** How much each key weighs, by rank: 2^32 for the first. */
export function weightsOf(keys: number, skew: number): number[] {
  const power = BigInt(Math.round(skew * TENTHS));
  const weights: number[] = [];
  for (let rank = 1; rank <= keys; rank += 1) {
    const bound = 2n ** (UNIT * BigInt(TENTHS)) / BigInt(rank) ** power;
    weights.push(Math.max(1, rootOf(bound, weights.at(-1) ?? 2 ** Number(UNIT))));
  }
  return weights;
}

/** The largest integer, at most `most`, whose tenth power is within the bound. */
function rootOf(bound: bigint, most: number): number {
  let [low, high] = [0, most];
  while (low < high) {
    const middle = low + Math.ceil((high - low) / 2);
    if (BigInt(middle) ** BigInt(TENTHS) <= bound) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** The sums of the weights so far. */
function endsOf(weights: readonly number[]): Float64Array {
  const ends = new Float64Array(weights.length);
  let end = 0;
  for (const [index, weight] of weights.entries()) ends[index] = end += weight;
  return ends;
}

/** The first whose end lies behind the place. */
function indexOf(ends: Float64Array, place: number): number {
  let [low, high] = [0, ends.length - 1];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if ((ends[middle] as number) > place) high = middle;
    else low = middle + 1;
  }
  return low;
}
