/** The corpus of a run, as the texts for people tell it. */
import { byGravity, type Finding, type SweepVerdict } from '../explore/sweep.js';
import { listOf } from './plain.js';
import type { Corpus, CorpusPlan } from './reporter.js';

/** How many there are of each verdict, the worst first: `violated 1, holds 2`. */
export function countsText(of: readonly Readonly<{ verdict: SweepVerdict }>[]): string {
  const verdicts = [...of].sort(byGravity).map(({ verdict }) => verdict);
  return [...new Set(verdicts)]
    .map((verdict) => `${verdict} ${verdicts.filter((other) => other === verdict).length}`)
    .join(', ');
}

/** The plans that do not hold, the worst first. */
export function troubledIn({ plans }: Corpus): CorpusPlan[] {
  return plans.filter(({ verdict }) => verdict !== 'holds').sort(byGravity);
}

/** What is said of the other plans, in lines: those that hold now, and those that are new. */
export function restOf({ plans, stored }: Corpus): string[] {
  const held = plans.filter(({ verdict }) => verdict === 'holds').map(({ plan }) => plan);
  return [
    ...(held.length === 0 ? [] : [`holds now: ${listOf(held)}`]),
    ...(stored.length === 0 ? [] : [`stored: ${listOf(stored)}`]),
  ];
}

/** The plans that a finding counts. */
export function plansOf({ verdict, laws }: Finding, corpus: Corpus | undefined): CorpusPlan[] {
  const isMeant = (plan: CorpusPlan): boolean =>
    plan.verdict === verdict && laws.every((law) => plan.laws.includes(law));
  return (corpus?.plans ?? []).filter(isMeant);
}
