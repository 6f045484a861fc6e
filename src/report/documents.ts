/** The JSON documents of the commands. Every key that has a unit names it. */
import type { PhaseTables } from '../analysis/phase-table.js';
import type { Settings } from '../flink/settings.js';
import {
  worstOf,
  type Failure,
  type SeedOutcome,
  type Summary,
  type SweepVerdict,
} from '../explore/sweep.js';
import type { Corpus, CorpusPlan, Results } from './reporter.js';

/** Where a failure can be looked at, and the line that replays it. */
export type Trail = Readonly<{ folder: string | null; replay: string }>;

type RunDocument = Readonly<{
  schemaVersion: 1;
  scenario: string;
  verdict: SweepVerdict;
  seeds: Summary['seeds'];
  fingerprint: string;
  laws: Readonly<Record<string, unknown>>;
  failures: readonly (Omit<Failure, 'message'> & Trail & Readonly<{ shrunkFaults: null }>)[];
  /** Only where there is one. */
  corpus?: Readonly<{ plans: readonly Omit<CorpusPlan, 'message'>[]; stored: Corpus['stored'] }>;
  moments: Summary['moments'];
  events: number;
  simulatedSeconds: number;
  cpuSeconds: number;
  /** The effective configuration, by Flink's keys. */
  configuration: Settings;
  /** Only where it is so. */
  interrupted?: true;
}> &
  PhaseTables;

function documentOf(failure: Failure, trail: Trail): RunDocument['failures'][number] {
  const { seed, verdict, law, fingerprint, faults, expected } = failure;
  return { seed, verdict, law, fingerprint, ...trail, faults, shrunkFaults: null, expected };
}

/** The document of `run` with one scenario. */
export function runDocument(results: Results): RunDocument {
  const { summary, trailOf, corpus, cpuSeconds } = results;
  const { configuration } = results.scenario;
  const { scenario, verdict, seeds, fingerprint, moments, events, micros } = summary;
  return {
    schemaVersion: 1,
    scenario,
    verdict,
    seeds,
    fingerprint,
    laws: Object.fromEntries(summary.laws.map(({ law, ...tally }) => [law, tally])),
    failures: summary.failures.map((failure) => documentOf(failure, trailOf(failure.seed))),
    ...(corpus === undefined ? {} : { corpus: corpusDocument(corpus) }),
    moments,
    events,
    simulatedSeconds: micros / 1_000_000,
    cpuSeconds,
    ...summary.phases,
    configuration,
    ...(summary.interrupted ? { interrupted: true } : {}),
  };
}

function corpusDocument({ plans, stored }: Corpus): NonNullable<RunDocument['corpus']> {
  return { plans: plans.map(({ message: _, ...plan }) => plan), stored };
}

type RunsDocument = Readonly<{
  schemaVersion: 1;
  /** The worst of all. */
  verdict: SweepVerdict;
  /** In the order in which the scenarios were named. */
  runs: readonly RunDocument[];
  interrupted?: true;
}>;

/** The document of `run` with several scenarios. */
export function runsDocument(all: readonly Results[]): RunsDocument {
  return {
    schemaVersion: 1,
    verdict: worstOf(all.map(({ summary }) => summary.verdict)),
    runs: all.map(runDocument),
    ...(all.some(({ summary }) => summary.interrupted) ? { interrupted: true } : {}),
  };
}

type ReplayDocument = Readonly<{
  schemaVersion: 1;
  seed: string;
  verdict: SweepVerdict;
  fingerprint: string;
  /** The fingerprint that the folder holds. */
  expected: string;
  engine: 'same' | 'other';
}>;

/** The document of `replay`. */
export function replayDocument(
  { seed, fingerprint }: SeedOutcome,
  verdict: SweepVerdict,
  expected: string,
  engine: 'same' | 'other',
): ReplayDocument {
  return { schemaVersion: 1, seed, verdict, fingerprint, expected, engine };
}
