/**
 * How soon a mutant is found: which seeds of a range find it, by which law, and from those how
 * many seeds a search needs that begins anywhere in the range.
 */
import type { LawName } from '../check/suite.js';
import type { Scenario } from '../run/scenario.js';
import type { SeedOutcome } from './sweep.js';

/** A seed that found the mutant. */
export type Find = Readonly<{
  seed: string;
  /** Place in the range, from 1. */
  place: number;
  /** The laws that were violated at the earliest entry. */
  first: readonly LawName[];
}>;

/**
 * What a seed says about a mutant: nothing, or which laws it violates first.
 *
 * @param expect  laws that are violated without the mutant, too: these say nothing about it
 */
export function findOf(
  outcome: SeedOutcome,
  place: number,
  expect: Scenario['expect'],
): Find | undefined {
  const violated = outcome.laws.filter(
    ({ law, outcome: word }) => word === 'violated' && expect[law] !== 'violated',
  );
  if (violated.length === 0) return undefined;
  const index = Math.min(...violated.map((result) => result.index));
  const first = violated.filter((result) => result.index === index).map(({ law }) => law);
  return { seed: outcome.seed, place, first };
}

/**
 * Seeds to detection: for a search that begins at each place of the range, how many seeds it judges
 * until one finds. After the last find the range is taken to begin again.
 *
 * @param finds  in the order of their places
 * @param seeds  length of the range
 * @returns      median and 95th percentile; undefined when nothing was found
 */
export function seedsToDetection(
  finds: readonly Find[],
  seeds: number,
): Readonly<{ median: number; p95: number }> | undefined {
  const [earliest] = finds;
  if (earliest === undefined) return undefined;
  const waits: number[] = [];
  let next = 0;
  for (let start = 1; start <= seeds; start += 1) {
    while (next < finds.length && (finds[next] as Find).place < start) next += 1;
    const place = finds[next]?.place ?? seeds + earliest.place;
    waits.push(place - start + 1);
  }
  waits.sort((one, other) => one - other);
  const at = (share: number): number => waits[Math.ceil(share * waits.length) - 1] as number;
  return { median: at(0.5), p95: at(0.95) };
}

/** Share of the finds, in per cent, in which this law was among the first. */
export function firstShareOf(finds: readonly Find[], law: LawName): number {
  if (finds.length === 0) return 0;
  return (100 * finds.filter(({ first }) => first.includes(law)).length) / finds.length;
}
