/**
 * What a reporter is: one form in which a run is told. It sees each seed, in their order, and what
 * the run came to; it gives texts and writes none. Equal runs give equal texts: only the document
 * of `--json` holds a figure of the machine, its CPU time.
 */
import type { SeedOutcome, Summary, SweepVerdict } from '../explore/sweep.js';
import type { Scenario } from '../run/scenario.js';
import type { Trail } from './documents.js';
import type { Shard } from './shard.js';

/** A run that is over, or was interrupted. */
export type Results = Readonly<{
  summary: Summary;
  trailOf(seed: string): Trail;
  /** The seeds as they were asked for: `0..99`. */
  seeds: string;
  /** Seeds that gave another fingerprint when they were run again. */
  nondeterministic: readonly string[];
  scenario: Scenario;
  /** The command that shows its effective configuration. */
  explain: string;
  /** Which part of a campaign this is, and by what it was judged. */
  part: Part;
  /** The file of the scenario, and the line in it that asks for a law. */
  file: string;
  lineOf(law: string): number;
  /** The report of the one seed that was run; empty unless it failed. */
  story: string;
  cpuSeconds: number;
}>;

/** A part of a campaign: all of it, unless `--shard` says otherwise. */
export type Part = Readonly<{
  shard: Shard;
  /** The whole range that was asked for. */
  seeds: string;
  /** Digest of the engine; a folder of files is read for it. */
  engine(): string;
  mutant: string | null;
}>;

/** How much a text for people says. */
export type Detail = 'quiet' | 'normal' | 'verbose';

/** What a reporter takes from where its text goes. */
export type Manner = Readonly<{
  detail: Detail;
  /** The word for a verdict, in colour where a person sees it. */
  paint(verdict: SweepVerdict): string;
}>;

export type Reporter = Readonly<{
  /** Sees a seed; gives what can be told at once. */
  seen(outcome: SeedOutcome): string;
  /** Gives the rest, in blocks. */
  end(results: Results): Iterable<string>;
}>;

/** Begins a report. */
export type OpenReporter = (manner: Manner) => Reporter;

/** A reporter that waits for the end. */
export function atEnd(textOf: (results: Results, manner: Manner) => string): OpenReporter {
  return (manner) => ({ seen: () => '', end: (results) => [textOf(results, manner)] });
}
