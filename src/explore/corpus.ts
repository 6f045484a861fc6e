/**
 * Plans of a corpus: each failed in an earlier run, was kept, and is judged again as a regression
 * test. They are no seeds of the sweep; what they come to are findings of their own.
 */
import type { LawName } from '../check/suite.js';
import type { Plan } from '../run/plan.js';
import type { Finding, SweepVerdict } from './findings.js';
import type { LawResult, SeedOutcome } from './sweep.js';

/** A plan of the corpus, judged. */
export type PlanResult = Readonly<{
  /** The name of its file. */
  plan: string;
  /** What the plan's scenario expects to be violated makes it no worse. */
  verdict: SweepVerdict;
  /** The laws that are violated or, if it is inconclusive, unknown. */
  laws: readonly LawName[];
  /** Empty if it crashed. */
  fingerprint: string;
  faults: number;
  message: string;
}>;

/** What the outcome of a plan says. */
export function resultOfPlan(name: string, plan: Plan, outcome: SeedOutcome): PlanResult {
  const { reason, fingerprint, faults, error } = outcome;
  const { expect } = plan.scenario;
  const of = (verdict: SweepVerdict, laws: readonly LawResult[], message: string): PlanResult => {
    const names = laws.map(({ law }) => law);
    return { plan: name, verdict, laws: names, fingerprint, faults, message };
  };
  const said = (laws: readonly LawResult[]): string =>
    laws.map(({ law, message }) => `${law}: ${message}`)[0] ?? '';
  if (reason === 'crashed' || reason === 'nondeterministic') return of(reason, [], error);
  const broken = outcome.laws.filter(
    ({ law, outcome: word }) => word === 'violated' && expect[law] !== 'violated',
  );
  if (broken.length > 0) return of('violated', broken, said(broken));
  const unknown = outcome.laws.filter(({ outcome: word }) => word === 'unknown');
  if (unknown.length > 0) return of('inconclusive', unknown, said(unknown));
  const isCut = reason === 'budget';
  return isCut ? of('inconclusive', [], 'spent the budget of the simulation') : of('holds', [], '');
}

/** Whether a plan fails as it once did. */
export function isFailing({ verdict }: PlanResult): boolean {
  return verdict !== 'holds' && verdict !== 'inconclusive';
}

/** What is to be said of the corpus: a finding for each way to fail, whatever the plans. */
export function corpusFindings(results: readonly PlanResult[]): Finding[] {
  const of = (verdict: SweepVerdict): readonly PlanResult[] =>
    results.filter((result) => result.verdict === verdict);
  const found = (verdict: SweepVerdict, what: string): Finding[] => {
    const { length } = of(verdict);
    const message = `${plansText(length)} of the corpus ${what}`;
    return length === 0 ? [] : [{ verdict, message, laws: [], inCorpus: true }];
  };
  const violated = of('violated');
  const broken = [...new Set(violated.flatMap(({ laws }) => laws))].map((law): Finding => {
    const { length } = violated.filter(({ laws }) => laws.includes(law));
    const message = `${law} is violated in ${plansText(length)} of the corpus`;
    return { verdict: 'violated', message, laws: [law], inCorpus: true };
  });
  return [
    ...found('crashed', 'crashed: a bug in flinch'),
    ...found('nondeterministic', 'gave another fingerprint, or asked for time or chance'),
    ...broken,
    ...found('inconclusive', 'could not be judged'),
  ];
}

function plansText(count: number): string {
  return count === 1 ? '1 plan' : `${count} plans`;
}
