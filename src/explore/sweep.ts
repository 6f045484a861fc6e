/**
 * A sweep: the outcomes of many seeds, folded in the order of the seeds into one answer. The fold
 * keeps counts, failures and one fingerprint, never the runs, and the same seeds give the same
 * summary whoever judged them and in which order they were done.
 */
import {
  addPhases,
  noSums,
  tablesOf,
  type PhaseSums,
  type PhaseTables,
} from '../analysis/phase-table.js';
import { noPhases, openPhases, type Phases } from '../analysis/phases.js';
import type { Outcome as LawOutcome, RunEnd } from '../check/verdict.js';
import type { LawName } from '../check/suite.js';
import { fingerprint, hexOfFingerprint, mix, type Fingerprint } from '../kernel/trace.js';
import { guarded, NondeterminismError } from '../kernel/guard.js';
import type { Micros } from '../kernel/time.js';
import { noCode, type UserCode } from '../job/user-code.js';
import type { Plan } from '../run/plan.js';
import { judge } from '../run/run.js';
import type { Scenario } from '../run/scenario.js';
import { findingsOf, worstOf, type Finding, type SweepEnd, type SweepVerdict } from './findings.js';

export { isFailing, resultOfPlan, type PlanResult } from './corpus.js';
export { byGravity, worstOf, type Finding, type SweepEnd, type SweepVerdict } from './findings.js';

/** What a sweep keeps of one law's verdict. */
export type LawResult = Readonly<{
  law: LawName;
  outcome: LawOutcome;
  judged: number;
  /** Index of the entry that proved the violation; -1 without one. */
  index: number;
  /** The violation in words, or the note. */
  message: string;
}>;

/** One seed, judged: small enough to be sent from thread to thread. */
export type SeedOutcome = Readonly<{
  seed: string;
  /**
   * `crashed`: an exception ended the run, so no law was judged and there is no fingerprint.
   * `nondeterministic`: the same, since code of the user asked for time or chance, or began what
   * goes on after its step; or the run gave another fingerprint the second time.
   */
  reason: RunEnd['reason'] | 'crashed' | 'nondeterministic';
  fingerprint: string;
  events: number;
  at: Micros;
  moments: Readonly<Record<string, number>>;
  /** Faults of the plan, and how many of them began. */
  faults: number;
  began: number;
  laws: readonly LawResult[];
  /** Its recoveries and checkpoints, phase by phase. */
  phases: Phases;
  /** What was thrown, or how it differed; empty unless it crashed or is nondeterministic. */
  error: string;
}>;

/** The records that a run reads. */
export type Records = Parameters<typeof judge>[1];

/** Judges one plan; what is thrown becomes an outcome. */
export function judgePlan(plan: Plan, data: Records, code: UserCode = noCode): SeedOutcome {
  const { seed } = plan;
  const faults = plan.faults.length;
  try {
    const phases = openPhases(plan, data);
    // The laws call code of the user, too: what is due is computed by it.
    const judged = guarded(() => judge(plan, data, { code }, phases));
    const { reason, fingerprint, events, at, moments, began, verdicts } = judged;
    const laws = verdicts.map(({ law, outcome, judged, violation, note }) => ({
      law,
      outcome,
      judged,
      index: violation?.index ?? -1,
      message: violation?.message ?? note,
    }));
    const count = began.filter((times) => times > 0).length;
    return {
      seed,
      reason,
      fingerprint,
      events,
      at,
      moments,
      faults,
      began: count,
      laws,
      phases: phases.close(),
      error: '',
    };
  } catch (error) {
    const none = { fingerprint: '', events: 0, at: 0, moments: {}, began: 0 };
    const reason =
      error instanceof NondeterminismError && code.size > 0 ? 'nondeterministic' : 'crashed';
    const rest = { faults, laws: [], phases: noPhases };
    return { ...none, ...rest, seed, reason, error: textOfError(error) };
  }
}

/**
 * Judges seeds; with code of the user the first of them twice: a function that keeps something
 * from one call to the next gives it away.
 */
export function judgeSeeds(
  seeds: readonly string[],
  judgeSeed: (seed: string) => SeedOutcome,
  hasCode: boolean,
): SeedOutcome[] {
  const outcomes = seeds.map(judgeSeed);
  const [first] = outcomes;
  if (first === undefined || !hasCode) return outcomes;
  return [steadied(first, judgeSeed(first.seed)), ...outcomes.slice(1)];
}

/** Judges one plan; with code of the user twice. */
export function judgeSteady(plan: Plan, data: Records, code: UserCode): SeedOutcome {
  const outcome = judgePlan(plan, data, code);
  return code.size === 0 ? outcome : steadied(outcome, judgePlan(plan, data, code));
}

/** The outcome of a plan that was judged twice. */
function steadied(outcome: SeedOutcome, again: SeedOutcome): SeedOutcome {
  const { fingerprint } = outcome;
  if (again.fingerprint === fingerprint || outcome.reason === 'nondeterministic') return outcome;
  if (again.reason === 'nondeterministic') return again;
  const error = `run twice, it gave the fingerprints ${fingerprint} and ${again.fingerprint}`;
  return { ...outcome, reason: 'nondeterministic', fingerprint: '', error };
}

/** An exception in one line. */
export function textOfError(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

/** A law that was broken in one seed, or a seed that could not be judged. */
export type Failure = Readonly<{
  seed: string;
  verdict: 'violated' | 'nondeterministic' | 'crashed';
  /** Null unless a law was violated. */
  law: LawName | null;
  fingerprint: string;
  faults: number;
  expected: boolean;
  message: string;
}>;

/** One law over all seeds: `judged` counts conditions, the next three count seeds. */
export type LawTally = Readonly<{
  law: LawName;
  judged: number;
  holds: number;
  violated: number;
  unknown: number;
  vacuous: boolean;
}>;

type Tally = { judged: number; holds: number; violated: number; unknown: number };

/** A sweep that goes on; it changes with every seed. */
export type Sweep = {
  readonly scenario: Scenario;
  readonly tallies: Map<LawName, Tally>;
  readonly failures: Failure[];
  readonly moments: Map<string, number>;
  readonly fingerprint: Fingerprint;
  readonly phases: PhaseSums;
  /** Fingerprint of the last seed. */
  last: string;
  seeds: number;
  crashed: number;
  /** Seeds whose run was not deterministic by the fault of the user's code. */
  unsteady: number;
  partial: number;
  /** Seeds whose simulated time or events were spent before the job ended. */
  unfinished: number;
  events: number;
  micros: number;
};

/** A sweep that has seen no seed. */
export function openSweep(scenario: Scenario): Sweep {
  const none = { judged: 0, holds: 0, violated: 0, unknown: 0 };
  return {
    scenario,
    tallies: new Map(scenario.laws.map((law) => [law, { ...none }])),
    failures: [],
    moments: new Map(),
    fingerprint: fingerprint(),
    phases: noSums(),
    last: '',
    seeds: 0,
    crashed: 0,
    unsteady: 0,
    partial: 0,
    unfinished: 0,
    events: 0,
    micros: 0,
  };
}

/** Adds one seed; seeds come in their order. */
export function foldSeed(sweep: Sweep, outcome: SeedOutcome): void {
  const { seed, reason, fingerprint: hex, faults } = outcome;
  sweep.seeds += 1;
  sweep.last = hex;
  mixHex(sweep.fingerprint, hex);
  if (reason === 'crashed' || reason === 'nondeterministic') {
    if (reason === 'crashed') sweep.crashed += 1;
    else sweep.unsteady += 1;
    const [verdict, message] = [reason, outcome.error];
    const failure = { seed, verdict, law: null, fingerprint: hex, faults, expected: false };
    sweep.failures.push({ ...failure, message });
    return;
  }
  if (reason === 'failed') sweep.partial += 1;
  if (reason === 'budget') sweep.unfinished += 1;
  sweep.events += outcome.events;
  sweep.micros += outcome.at;
  addPhases(sweep.phases, seed, outcome.phases);
  for (const [kind, count] of Object.entries(outcome.moments))
    sweep.moments.set(kind, (sweep.moments.get(kind) ?? 0) + count);
  for (const { law, outcome: said, judged, message } of outcome.laws) {
    const tally = sweep.tallies.get(law);
    if (tally === undefined) continue;
    tally.judged += judged;
    tally[said] += 1;
    if (said !== 'violated') continue;
    const expected = sweep.scenario.expect[law] === 'violated';
    const failure = { seed, verdict: said, law, fingerprint: hex, faults, expected };
    sweep.failures.push({ ...failure, message });
  }
}

/** A crashed seed has no fingerprint and counts as zero. */
function mixHex(into: Fingerprint, hex: string): void {
  mix(into, hex === '' ? 0 : Number.parseInt(hex.slice(0, 8), 16));
  mix(into, hex === '' ? 0 : Number.parseInt(hex.slice(8), 16));
}

/** Exit codes of the verdicts, the worst first. */
export const exitOfVerdict: Readonly<Record<SweepVerdict, number>> = {
  crashed: 70,
  nondeterministic: 3,
  violated: 1,
  inconclusive: 4,
  holds: 0,
};

/** The verdict of one seed alone: expected or not, a violation is one. */
export function verdictOfSeed({ reason, laws }: SeedOutcome): SweepVerdict {
  if (reason === 'crashed' || reason === 'nondeterministic') return reason;
  if (laws.some(({ outcome }) => outcome === 'violated')) return 'violated';
  const isOpen = reason === 'budget' || laws.some(({ outcome }) => outcome === 'unknown');
  return isOpen ? 'inconclusive' : 'holds';
}

export type Summary = Readonly<{
  scenario: string;
  verdict: SweepVerdict;
  interrupted: boolean;
  findings: readonly Finding[];
  seeds: Readonly<{ asked: number; judged: number; partial: number }>;
  /** Of all seeds in their order; of one seed, its own. */
  fingerprint: string;
  laws: readonly LawTally[];
  failures: readonly Failure[];
  moments: Readonly<Record<string, number>>;
  phases: PhaseTables;
  events: number;
  micros: Micros;
}>;

/** The answer of a sweep that is over. */
export function summaryOf(sweep: Sweep, end: SweepEnd): Summary {
  const asked = end.asked ?? sweep.seeds;
  const laws = [...sweep.tallies].map(([law, tally]): LawTally => ({
    law,
    ...tally,
    vacuous: tally.judged === 0 && tally.violated === 0,
  }));
  const judged = sweep.seeds - sweep.crashed - sweep.unsteady;
  const findings = findingsOf(sweep, laws, end, asked);
  const moments = [...sweep.moments].sort(([one], [other]) => (one < other ? -1 : 1));
  return {
    scenario: sweep.scenario.name,
    verdict: worstOf(findings.map(({ verdict }) => verdict)),
    interrupted: end.interrupted,
    findings,
    seeds: { asked, judged, partial: sweep.partial },
    fingerprint: sweep.seeds === 1 ? sweep.last : hexOfFingerprint(sweep.fingerprint),
    laws,
    failures: sweep.failures,
    moments: Object.fromEntries(moments),
    phases: tablesOf(sweep.phases),
    events: sweep.events,
    micros: sweep.micros,
  };
}
