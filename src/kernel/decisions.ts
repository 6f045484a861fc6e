/**
 * Draws for decisions: topology, knobs, faults, all that a plan holds. Unlike noise these come from
 * a sequence, because a plan is drawn once and afterwards only read. Each concern takes a stream of
 * its own, so that one more draw in one concern moves nothing in another.
 *
 * Behind it stands seedrandom (ARC4, its default); nothing outside this file knows that.
 */
import seedrandom from 'seedrandom';
import { invariant } from './invariant.js';
import type { NoiseKey } from './noise.js';

/** One stream of draws. */
export type Decisions = Readonly<{
  /** Uniform in [0, 2^32). */
  uint32(): number;
  /** An integer of min .. max, both included, without bias; at most 2^53 - 1 values. */
  within(min: number, max: number): number;
  /** True in `numerator` of `denominator` cases. */
  chance(numerator: number, denominator: number): boolean;
  /** One of the items; throws InvariantError when there is none. */
  pick<T>(items: readonly T[]): T;
  /** A copy of the items in random order. */
  shuffled<T>(items: readonly T[]): T[];
}>;

const TWO_32 = 4_294_967_296;

/**
 * A stream of draws: the same seed and stream give the same draws, on every machine.
 *
 * @param stream names the concern; it should hold no '/', which parts it from the seed
 */
export function decisionsOf(seed: string, stream: string): Decisions {
  const generator = seedrandom(`${seed}/${stream}`);
  const uint32 = (): number => generator.int32() >>> 0;
  const below = (count: number): number => drawBelow(uint32, count);

  return {
    uint32,
    within(min, max) {
      invariant(Number.isInteger(min) && Number.isInteger(max), 'not integers', min, max);
      invariant(min <= max, 'an empty range to draw from', min, max);
      return min + below(max - min + 1);
    },
    chance(numerator, denominator) {
      invariant(numerator >= 0 && numerator <= denominator, 'no chance', numerator, denominator);
      return below(denominator) < numerator;
    },
    pick<T>(items: readonly T[]): T {
      invariant(items.length > 0, 'nothing to pick from');
      return items[below(items.length)] as T;
    },
    shuffled<T>(items: readonly T[]): T[] {
      const copy = [...items];
      for (let last = copy.length - 1; last > 0; last -= 1) {
        const other = below(last + 1);
        const item = copy[last] as T;
        copy[last] = copy[other] as T;
        copy[other] = item;
      }
      return copy;
    },
  };
}

/** The key of the noise that belongs to a seed. */
export function noiseKeyOf(seed: string): NoiseKey {
  const draws = decisionsOf(seed, 'noise');
  return { high: draws.uint32() | 0, low: draws.uint32() | 0 };
}

/** An integer in [0, count): draws again from the rest that would favour the small numbers. */
function drawBelow(uint32: () => number, count: number): number {
  invariant(Number.isSafeInteger(count) && count > 0, 'cannot draw below', count);
  const wide = count > TWO_32;
  const values = wide ? 2 ** 53 : TWO_32;
  const fair = values - (values % count);
  for (;;) {
    const draw = wide ? (uint32() >>> 11) * TWO_32 + uint32() : uint32();
    if (draw < fair) return draw % count;
  }
}
