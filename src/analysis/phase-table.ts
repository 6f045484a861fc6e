/**
 * Phases over many runs: the samples of each, merged in the order of the runs, and their
 * quantiles. The p-quantile of n samples is the smallest that at least p n of them do not exceed:
 * the sample of rank ceil(p n), by the nearest rank, never a value between two (definition 1 of
 * Hyndman and Fan, 1996).
 */
import type { Micros } from '../kernel/time.js';
import { phaseNames, type PhaseKind, type Phases } from './phases.js';

/** One phase; the worst is that of the first run that has it. */
export type PhaseRow = Readonly<{
  phase: string;
  samples: number;
  medianMillis: number;
  p95Millis: number;
  p99Millis: number;
  maxMillis: number;
  maxSeed: string;
}>;

/** The phases of one kind. */
export type PhaseTable = Readonly<{
  /** Empty when nothing completed. */
  rows: readonly PhaseRow[];
  unfinished: number;
  /** Completed ones that a run did not give, since it had too many. */
  dropped: number;
}>;

export type PhaseTables = Readonly<Record<PhaseKind, PhaseTable>>;

type Column = { readonly times: Micros[]; max: Micros; seed: string };
type Columns = { readonly columns: readonly Column[]; unfinished: number; dropped: number };

/** The phases of runs that go on; memory: a number for each phase of each sample. */
export type PhaseSums = Readonly<Record<PhaseKind, Columns>>;

/** No runs. */
export function noSums(): PhaseSums {
  const columnsOf = (kind: PhaseKind): Columns => ({
    columns: phaseNames[kind].map(() => ({ times: [], max: -1, seed: '' })),
    unfinished: 0,
    dropped: 0,
  });
  return {
    recovery: columnsOf('recovery'),
    failover: columnsOf('failover'),
    checkpoints: columnsOf('checkpoints'),
  };
}

const kinds = Object.keys(phaseNames) as readonly PhaseKind[];

/** Adds a run; runs come in the order of their seeds. */
export function addPhases(sums: PhaseSums, seed: string, phases: Phases): void {
  for (const kind of kinds) {
    const into = sums[kind];
    const { complete, unfinished, dropped } = phases[kind];
    into.unfinished += unfinished;
    into.dropped += dropped;
    for (const sample of complete)
      sample.forEach((time, index) => addTime(into.columns[index] as Column, time, seed));
  }
}

function addTime(column: Column, time: Micros, seed: string): void {
  column.times.push(time);
  if (time <= column.max) return;
  column.max = time;
  column.seed = seed;
}

/** The tables of all runs. */
export function tablesOf(sums: PhaseSums): PhaseTables {
  const tableOf = (kind: PhaseKind): PhaseTable => {
    const { columns, unfinished, dropped } = sums[kind];
    const rows = columns.flatMap((column, index) =>
      column.times.length === 0 ? [] : [rowOf(phaseNames[kind][index] as string, column)],
    );
    return { rows, unfinished, dropped };
  };
  return {
    recovery: tableOf('recovery'),
    failover: tableOf('failover'),
    checkpoints: tableOf('checkpoints'),
  };
}

function rowOf(phase: string, { times, max, seed }: Column): PhaseRow {
  const sorted = Float64Array.from(times).sort();
  return {
    phase,
    samples: times.length,
    medianMillis: quantileOf(sorted, 50) / 1_000,
    p95Millis: quantileOf(sorted, 95) / 1_000,
    p99Millis: quantileOf(sorted, 99) / 1_000,
    maxMillis: max / 1_000,
    maxSeed: seed,
  };
}

/** The quantile of ascending samples by the nearest rank, at least one of them; percent > 0. */
function quantileOf(sorted: Float64Array, percent: number): Micros {
  return sorted[Math.ceil((percent * sorted.length) / 100) - 1] as Micros;
}
