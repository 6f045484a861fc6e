/**
 * Noise by place. A latency, a jitter or a service time is never the next number of a sequence: it
 * is a function of where it happens, `noise(key, purpose, entity, n, life)`. So taking a fault out
 * of a plan changes no draw elsewhere, which is what lets plans shrink, corpora last and variants
 * be compared under common random numbers.
 *
 * The hash folds the words into two lanes, each by steps that lose nothing, joins the lanes and
 * ends with the finalizer of MurmurHash3 (Austin Appleby, public domain). It is written out in one
 * piece: as calls V8 would inline only some of them, at four times the cost. `Math.log` and its kin
 * may differ in the last bit from one V8 to the next, so the shapes below use integers and IEEE
 * additions, products and quotients alone.
 */
import type { Lanes } from './ids.js';
import { entityOf } from './ids.js';
import { invariant } from './invariant.js';

/** The key of all noise of a plan; `high` and `low` are int32. */
export type NoiseKey = Readonly<{ high: number; low: number }>;

/** What a draw is for; keeps draws at the same entity apart. int32. */
export type Purpose = number;

const TWO_32 = 4_294_967_296;

/** The purpose of that name; called once per purpose, when a module is loaded. */
export function purposeOf(name: string): Purpose {
  return entityOf(name).low;
}

/**
 * The noise at a place.
 *
 * @param n    the subject (a checkpoint id, a position) or a count since the life began; an integer
 *             of at most 53 bits, all of which count
 * @param life the incarnation or attempt; int32
 * @returns    uint32, uniform in [0, 2^32)
 * @cost       about 5 ns, allocates nothing; 20 ns for n beyond 32 bits
 */
export function noise(
  key: NoiseKey,
  purpose: Purpose,
  entity: Lanes,
  n: number,
  life: number,
): number {
  const nLow = n | 0;
  const nHigh = nLow === n ? nLow >> 31 : Math.floor(n / TWO_32);
  let a = Math.imul(key.high ^ purpose, 0xcc9e2d51);
  a = Math.imul(a ^ (a >>> 15) ^ entity.high, 0x1b873593);
  a = Math.imul(a ^ (a >>> 16) ^ nLow, 0x9e3779b1);
  let b = Math.imul(key.low ^ entity.low, 0x5f356495);
  b = Math.imul(b ^ (b >>> 14) ^ life, 0x7feb352d);
  b = Math.imul(b ^ (b >>> 17) ^ nHigh, 0x846ca68b);
  let h = Math.imul(b ^ (b >>> 15), 0x2c1b3c6d) ^ a; // from here on both lanes are one
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/**
 * An integer of min .. max, both included, from one uint32.
 *
 * Up to 2^32 values all of them occur, each as often as the others within (max - min + 1) / 2^32;
 * of a wider range only 2^32 values that lie evenly spread.
 *
 * @throws InvariantError when min > max
 */
export function within(draw: number, min: number, max: number): number {
  invariant(min <= max, 'an empty range to draw from', min, max);
  return min + Math.floor((draw / TWO_32) * (max - min + 1));
}

/**
 * An integer from the exponential distribution, by the inverse of its distribution function:
 * the quantile at 1 - draw / 2^32, from a table with linear interpolation (off by at most 0.004 %
 * of the mean), rounded to the nearest integer.
 *
 * The tail is capped: no draw gives more than 22.19 means (two draws of 2^32 give that). Rounding
 * lowers the mean of the draws by 4 % at mean 1, by 0.5 % at mean 3, by less than 0.05 % from mean
 * 10 on.
 *
 * @param draw  uint32
 * @param mean  >= 0, in any unit; the result has the same
 * @throws InvariantError when the mean is negative or not a number
 */
export function exponential(draw: number, mean: number): number {
  invariant(mean >= 0, 'a negative mean', mean);
  const word = draw === 0 ? 1 : draw >>> 0;
  const halvings = Math.clz32(word) + 1; // word / 2^32 = m / 2^halvings with m in [1, 2)
  const mantissa = word << Math.clz32(word);
  const step = (mantissa >>> 25) & 63;
  const low = LOGARITHMS[step] as number;
  const high = LOGARITHMS[step + 1] as number;
  const logarithm = low + Math.floor(((high - low) * (mantissa & 0x1ffffff)) / 0x2000000);
  return Math.floor(((halvings * LOGARITHM_OF_2 - logarithm) * mean) / LOGARITHM_UNIT + 0.5);
}

const LOGARITHM_UNIT = 0x1000000;
const LOGARITHM_OF_2 = 11_629_080;

/** round(ln(1 + i / 64) * 2^24) for i = 0 .. 64; written out, so that no engine computes it. */
const LOGARITHMS: readonly number[] = [
  0, 260_117, 516_263, 768_556, 1_017_112, 1_262_040, 1_503_443, 1_741_421, 1_976_071, 2_207_485,
  2_435_750, 2_660_951, 2_883_169, 3_102_482, 3_318_965, 3_532_691, 3_743_728, 3_952_143, 4_158_001,
  4_361_364, 4_562_291, 4_760_840, 4_957_067, 5_151_025, 5_342_767, 5_532_342, 5_719_799, 5_905_184,
  6_088_544, 6_269_921, 6_449_358, 6_626_896, 6_802_576, 6_976_434, 7_148_510, 7_318_838, 7_487_455,
  7_654_394, 7_819_688, 7_983_370, 8_145_469, 8_306_018, 8_465_045, 8_622_579, 8_778_647, 8_933_277,
  9_086_495, 9_238_326, 9_388_795, 9_537_927, 9_685_745, 9_832_271, 9_977_530, 10_121_541,
  10_264_327, 10_405_907, 10_546_303, 10_685_534, 10_823_619, 10_960_577, 11_096_425, 11_231_183,
  11_364_866, 11_497_493, 11_629_080,
];
