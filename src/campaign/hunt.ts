/**
 * Hunting a mutant: seeds of a scenario, judged by workers that have it swapped in.
 */
import { cpuUsage } from 'node:process';

import type { LawName } from '../check/suite.js';
import { findOf, type Find } from '../explore/detection.js';
import type { SeedOutcome } from '../explore/sweep.js';
import { poolRunner } from './pool.js';
import type { Mutant, Runner, Source } from './runner.js';

/** Which seeds, and when to stop. */
export type HuntRange = Readonly<{
  /** First seed, a decimal integer. */
  from: bigint;
  count: number;
  /** Stop at the first seed that finds. */
  first: boolean;
  /** Stop when so much CPU time is spent; Infinity for never. */
  cpuSecondsMax: number;
}>;

export type Hunt = Readonly<{
  seeds: number;
  finds: readonly Find[];
  /** Seeds that ended with an exception: nobody found anything in them. */
  crashed: number;
  cpuSeconds: number;
  /** Verdict of the runs without faults: how many of them violated a law or crashed. */
  faultFree: Readonly<{ seeds: number; failed: number }>;
}>;

const FAULT_FREE_SEEDS = 10;
const CHUNK = 10;

/** Hunts a mutant through a range of seeds, after as many runs without faults. */
export async function hunt(
  source: Source,
  mutant: Mutant,
  range: HuntRange,
  workers: number,
  signal: AbortSignal,
): Promise<Hunt> {
  const faultFree = await withoutFaults(source, mutant, signal);
  const before = cpuSecondsNow();
  const runner = poolRunner(source, Math.max(1, workers), mutant);
  try {
    const { expect } = source.scenario;
    const find = (outcome: SeedOutcome, index: number): Find | undefined =>
      findOf(outcome, index + 1, expect);
    const isLast = (outcome: SeedOutcome): boolean => range.first && find(outcome, 0) !== undefined;
    const isSpent = (): boolean => cpuSecondsNow() - before > range.cpuSecondsMax;
    const outcomes = await search(runner, range, { isLast, isSpent }, signal);
    const finds = outcomes.flatMap((outcome, index) => find(outcome, index) ?? []);
    const crashed = outcomes.filter(({ reason }) => reason === 'crashed').length;
    const cpuSeconds = cpuSecondsNow() - before;
    return { seeds: outcomes.length, finds, crashed, cpuSeconds, faultFree };
  } finally {
    await runner.close();
  }
}

async function withoutFaults(
  { scenario, dataFolder }: Source,
  mutant: Mutant,
  signal: AbortSignal,
): Promise<Hunt['faultFree']> {
  const calm = { ...scenario, faults: { ...scenario.faults, fixed: [], kinds: [] } };
  const runner = poolRunner({ scenario: calm, dataFolder }, 1, mutant);
  try {
    const seeds = Array.from({ length: FAULT_FREE_SEEDS }, (_, index) => String(index + 1));
    const outcomes = await runner.judge(seeds, signal);
    const failed = outcomes.filter((outcome) => !passes(outcome, scenario.expect)).length;
    return { seeds: outcomes.length, failed };
  } finally {
    await runner.close();
  }
}

function passes({ reason, laws }: SeedOutcome, expect: Source['scenario']['expect']): boolean {
  const isFine = (law: LawName, word: string): boolean =>
    word === 'holds' || (word === 'violated' && expect[law] === 'violated');
  return reason === 'finished' && laws.every(({ law, outcome }) => isFine(law, outcome));
}

type Stop = Readonly<{ isLast: (outcome: SeedOutcome) => boolean; isSpent: () => boolean }>;

/** The outcomes in the order of the seeds, up to where the search stopped. */
async function search(
  runner: Runner,
  range: HuntRange,
  { isLast, isSpent }: Stop,
  signal: AbortSignal,
): Promise<SeedOutcome[]> {
  const outcomes: SeedOutcome[] = [];
  for (let done = 0; done < range.count; done += CHUNK * runner.width) {
    const chunks = Array.from({ length: runner.width }, (_, lane) =>
      seedsFrom(range, done + lane * CHUNK),
    ).filter(({ length }) => length > 0);
    const judged = await Promise.all(chunks.map((chunk) => runner.judge(chunk, signal)));
    for (const outcome of judged.flat()) {
      outcomes.push(outcome);
      if (isLast(outcome)) return outcomes;
    }
    if (isSpent()) return outcomes;
  }
  return outcomes;
}

function seedsFrom(range: HuntRange, offset: number): string[] {
  const length = Math.max(0, Math.min(CHUNK, range.count - offset));
  return Array.from({ length }, (_, index) => String(range.from + BigInt(offset + index)));
}

function cpuSecondsNow(): number {
  const { user, system } = cpuUsage();
  return (user + system) / 1_000_000;
}
