/**
 * What a reporter is: one form in which a run is told. It sees each seed of each scenario, in their
 * order, and what each scenario came to; it gives texts and writes none. Equal runs give equal
 * texts: only the document of `--json` holds a figure of the machine, its CPU time.
 */
import type { PlanResult, SeedOutcome, Summary, SweepVerdict } from '../explore/sweep.js';
import type { Scenario } from '../run/scenario.js';
import type { Trail } from './documents.js';
import type { Shard } from './shard.js';

/** A scenario whose run is over, or was interrupted. */
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
  /** What the corpus came to; undefined where there is none. */
  corpus: Corpus | undefined;
  cpuSeconds: number;
}>;

/** The corpus of a run: plans that were judged before the seeds, and those that joined it. */
export type Corpus = Readonly<{
  /** In the order of their names. */
  plans: readonly CorpusPlan[];
  /** Names of the files that failing seeds of this run left in it. */
  stored: readonly string[];
}>;

export type CorpusPlan = PlanResult & Trail;

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
  /** Begins a scenario; scenarios come one after the other. */
  begin(scenario: string): Telling;
  /** Gives what can be told when all are over only, in blocks. */
  close(all: readonly Results[]): Iterable<string>;
}>;

/** One scenario, as it is told. */
export type Telling = Readonly<{
  /** Sees a seed; gives what can be told at once. */
  seen(outcome: SeedOutcome): string;
  /** Gives what can be told when the scenario is over, in blocks. */
  end(results: Results): Iterable<string>;
}>;

/** Begins a report. */
export type OpenReporter = (manner: Manner) => Reporter;

/** A reporter of one document, whatever the number of scenarios. */
export function atEnd(textOf: (all: readonly Results[]) => string): OpenReporter {
  return () => ({
    begin: () => ({ seen: () => '', end: () => [] }),
    close: (all) => [textOf(all)],
  });
}

/** How one scenario is told when it is over, and what several came to. */
export type Texts = Readonly<{
  one(results: Results, manner: Manner): string;
  sum(all: readonly Results[], manner: Manner): string;
}>;

/** A reporter that tells one scenario after the other. */
export function oneByOne({ one, sum }: Texts): OpenReporter {
  return (manner) => {
    const between = gapsOf(manner);
    return {
      begin: () => ({ seen: () => '', end: (results) => [between(), one(results, manner)] }),
      close: (all) => (all.length < 2 ? [] : [between(), sum(all, manner)]),
    };
  };
}

/** What stands before each part of a text: nothing before the first, then an empty line. */
export function gapsOf({ detail }: Manner): () => string {
  let gap = '';
  return () => {
    const own = gap;
    gap = detail === 'quiet' ? '' : '\n';
    return own;
  };
}
