/** The JSON documents of the commands. Every key that has a unit names it. */
import type { PhaseTables } from '../analysis/phase-table.js';
import type { Settings } from '../flink/settings.js';
import type { Failure, SeedOutcome, Summary, SweepVerdict } from '../explore/sweep.js';

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

/** The document of `run`. */
export function runDocument(
  summary: Summary,
  configuration: Settings,
  trailOf: (seed: string) => Trail,
  cpuSeconds: number,
): RunDocument {
  const { scenario, verdict, seeds, fingerprint, moments, events, micros } = summary;
  return {
    schemaVersion: 1,
    scenario,
    verdict,
    seeds,
    fingerprint,
    laws: Object.fromEntries(summary.laws.map(({ law, ...tally }) => [law, tally])),
    failures: summary.failures.map((failure) => documentOf(failure, trailOf(failure.seed))),
    moments,
    events,
    simulatedSeconds: micros / 1_000_000,
    cpuSeconds,
    ...summary.phases,
    configuration,
    ...(summary.interrupted ? { interrupted: true } : {}),
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
