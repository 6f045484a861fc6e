/**
 * Samples of phases as a run gives them: a bounded list of those that are complete, and counts of
 * the others.
 */
import type { Micros } from '../kernel/time.js';

/** The samples of one kind in one run. */
export type Samples = Readonly<{
  /** One for each that completed: the time of each phase, in the order of the phases' names. */
  complete: readonly (readonly Micros[])[];
  /** How many began and did not complete; none of their phases is in a sample. */
  unfinished: number;
  /** How many completed beyond the bound. */
  dropped: number;
}>;

/** Samples while their run goes on. */
export type Gathered = {
  readonly complete: (readonly Micros[])[];
  unfinished: number;
  dropped: number;
};

/** Most samples of a kind that one run gives. */
export const SAMPLES_MAX = 256;

export function noSamples(): Gathered {
  return { complete: [], unfinished: 0, dropped: 0 };
}

/** Adds what completed; what comes beyond the bound is counted only. */
export function addSample(gathered: Gathered, sample: readonly Micros[]): void {
  if (gathered.complete.length < SAMPLES_MAX) gathered.complete.push(sample);
  else gathered.dropped += 1;
}
