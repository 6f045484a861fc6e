/** One scenario of a run: its corpus and its seeds judged, its failures kept, and what that is. */
import { availableParallelism } from 'node:os';

import { sweepSeeds } from '../campaign/campaign.js';
import { InputError } from '../campaign/input-error.js';
import { localRunner, type Runner } from '../campaign/runner.js';
import {
  openSweep,
  summaryOf,
  textOfError,
  type Finding,
  type Summary,
  type Sweep,
} from '../explore/sweep.js';
import { failureReport, type Results, type Trail } from '../report/report.js';
import { planOf } from '../run/plan.js';
import { codeOf } from '../run/scenario.js';
import { restLine, runLine, type Called } from './command-lines.js';
import {
  corpusOf,
  judgeCorpus,
  keepCorpus,
  openCorpusRun,
  storeFailures,
  type CorpusRun,
  type StoredPlan,
} from './corpus.js';
import { engineDigest } from './engine-digest.js';
import { keepFailures, nothingKept, type Kept } from './failures.js';
import { calledAs, quoted, replayLine, shownPath } from './folder.js';
import { lineOfLaw } from './inputs.js';
import type { NamedMutant } from './mutants.js';
import type { RunOptions } from './options.js';
import type { OneRunFiles } from './one-run.js';
import { hint } from './output.js';
import { progressOf } from './progress.js';
import type { ScenarioReport } from './reports.js';
import type { ScenarioFile } from './scenario-files.js';

/** Below so many seeds, starting workers takes longer than judging without them. */
const SEEDS_FOR_WORKERS = 40;

/** A scenario to judge. */
export type Task = ScenarioFile &
  Readonly<{
    options: RunOptions;
    named: NamedMutant | undefined;
    /** Plans of the corpus. */
    plans: readonly StoredPlan[];
    /** What stands before a line about it: its name, where there are several. */
    prefix: string;
    report: Pick<ScenarioReport, 'seen'>;
    /** Where `--itf` and `--checkpoints` go. */
    oneRun: OneRunFiles;
    /** When no further seed is begun, as `performance.now()` tells it. */
    deadline: number;
    signal: AbortSignal;
    /** Whether an error has ended the run, so that nothing is judged any more. */
    isOver: boolean;
    cpuSeconds(): number;
  }>;

/** What there is of a scenario so far. */
type State = { readonly sweep: Sweep; readonly corpus: CorpusRun; kept: Kept };

/** A scenario that was judged, as far as it went. */
export type Judged = Readonly<{
  results: Results;
  /** What ended it too early. */
  errors: readonly unknown[];
  /** Whether neither a plan nor a seed was judged. */
  isEmpty: boolean;
}>;

/** Judges a scenario; whatever ends it, there are results of what was judged until then. */
export async function judgeScenario(task: Task): Promise<Judged> {
  const { options, source, named, plans, isOver } = task;
  const sweep = openSweep(source.scenario);
  const state: State = { sweep, corpus: openCorpusRun(plans), kept: nothingKept };
  const errors: unknown[] = [];
  const steps = [
    () => judge(task, state),
    // A deliberate bug is no regression of the engine as it is.
    () => named === undefined && storeFailures(options.corpus, state.sweep, state.corpus, source),
  ];
  for (const step of isOver ? [] : steps) {
    try {
      await step();
    } catch (error) {
      errors.push(error);
    }
  }
  const isEmpty = sweep.seeds === 0 && state.corpus.results.size === 0;
  return { results: resultsOf(task, state, errors), errors, isEmpty };
}

async function judge(task: Task, state: State): Promise<void> {
  const { options, source, named, signal } = task;
  const { sweep, corpus } = state;
  if (signal.aborted) return tellRest(task, 0);
  const runner = await runnerOf(task);
  try {
    await judgeCorpus(runner, corpus, signal);
    tellRest(task, await fill(sweep, runner, task));
    const facts = { source, named, ...options };
    await keepCorpus(runner, corpus, facts);
    state.kept = await keepFailures(runner, sweep, facts);
    if (!signal.aborted) await writeOneRun(task, runner, state.kept);
  } finally {
    await runner.close();
  }
}

/** In this thread where that is faster; a mutant lives in workers only. */
async function runnerOf({ source, plans, options, named }: Task): Promise<Runner> {
  const { workers, seeds } = options;
  const count = (seeds.count ?? Infinity) + plans.length;
  const isSmall = count < SEEDS_FOR_WORKERS;
  const wanted = workers ?? (isSmall ? 1 : availableParallelism());
  // A thread that user code holds up cannot be interrupted; a worker can.
  const isOurs = codeOf(source.scenario.job).length === 0;
  if (named === undefined && (wanted === 0 || (wanted === 1 && isSmall && isOurs)))
    return localRunner(source);
  const { poolRunner } = await import('../campaign/pool.js');
  return poolRunner(source, Math.max(1, Math.min(wanted, count)), named?.mutant);
}

/** Judges the seeds into the sweep; gives up to which none is missing. */
async function fill(sweep: Sweep, runner: Runner, task: Task): Promise<number> {
  const { options, prefix, report, deadline, signal } = task;
  const { seeds, detail, reporters } = options;
  const isDotted = reporters.some(({ name, file }) => name === 'dot' && file === undefined);
  const isSilent = isDotted || detail === 'quiet';
  const progress = await progressOf(seeds, { prefix, isSilent });
  try {
    const limits = { deadline, signal, progress: progress.show, seen: report.seen };
    return await sweepSeeds(runner, seeds, sweep, limits);
  } finally {
    progress.stop();
  }
}

/** How to go on with what was not judged. */
function tellRest(task: Task, whole: number): void {
  const rest = restLine(calledFor(task), task.options, whole);
  if (rest !== undefined) hint(`go on with: ${rest}`);
}

function calledFor({ file, source, options }: Task): Called {
  const { mutant, corpus } = options;
  return { file, scenario: source.scenario, mutant, corpus };
}

/** Writes the files of `--itf` and `--checkpoints` from a recorded run of the one seed. */
async function writeOneRun(task: Task, runner: Runner, { recording }: Kept): Promise<void> {
  const { options, source, oneRun } = task;
  const { seeds, mutant, detail } = options;
  if (oneRun.isEmpty) return;
  const recorded = recording ?? (await runner.record(planOf(source.scenario, seeds.at(0))));
  for (const line of oneRun.write(recorded, mutant)) if (detail === 'verbose') hint(line);
}

function resultsOf(task: Task, state: State, errors: readonly unknown[]): Results {
  const { file, source, options, signal, isOver } = task;
  const { sweep, corpus, kept } = state;
  const { scenario } = source;
  const called = calledFor(task);
  const told = options.corpus === undefined ? undefined : corpusOf(corpus, called);
  const summary = summaryOf(sweep, {
    asked: options.seeds.count,
    seedsMin: options.seedsMin,
    interrupted: signal.aborted || isOver || errors.length > 0,
    nondeterministic: kept.nondeterministic,
    isPart: options.shard.of > 1,
    corpus: told?.plans ?? [],
  });
  const trailOf = (seed: string): Trail => {
    const folder = kept.folders.get(seed);
    if (folder === undefined)
      return { folder: null, replay: runLine({ ...called, corpus: undefined }, seed) };
    return { folder: shownPath(folder), replay: replayLine(folder, scenario) };
  };
  return {
    summary: stopped(summary, errors),
    trailOf,
    seeds: seedsText(options, summary),
    nondeterministic: kept.nondeterministic,
    scenario,
    part: {
      shard: options.shard,
      seeds: options.range,
      engine: engineDigest,
      mutant: options.mutant ?? null,
    },
    explain: `${calledAs()} explain configuration ${quoted(file)}`,
    file: shownPath(file),
    lineOf: (law) => lineOfLaw(file, law),
    story: options.seeds.count === 1 ? storyOf(kept, trailOf) : '',
    corpus: told,
    cpuSeconds: task.cpuSeconds(),
  };
}

/** The summary of a run that an error ended; one of ours is its gravest finding. */
function stopped(summary: Summary, errors: readonly unknown[]): Summary {
  const bugs = errors.filter((error) => !(error instanceof InputError));
  if (bugs.length === 0) return summary;
  const found = bugs.map((error): Finding => ({
    verdict: 'crashed',
    message: `ended by ${textOfError(error)}`,
    laws: [],
  }));
  return { ...summary, verdict: 'crashed', findings: [...found, ...summary.findings] };
}

/** The report of the one seed that was run, if it failed. */
function storyOf({ recording }: Kept, trailOf: (seed: string) => Trail): string {
  if (recording === undefined) return '';
  const { plan, verdicts, entries, output } = recording;
  const { expect } = plan.scenario;
  const broken = verdicts.filter(({ outcome }) => outcome === 'violated');
  const verdict = broken.find(({ law }) => expect[law] !== 'violated') ?? broken[0];
  if (verdict === undefined) return '';
  const { replay } = trailOf(plan.seed);
  return failureReport({ plan, verdict, entries, output, replay });
}

/** The seeds as they were asked for; as many as were judged, if as many as fit were. */
function seedsText({ seeds, shard, range }: RunOptions, { seeds: { asked } }: Summary): string {
  if (shard.of > 1) return `${range}, part ${shard.index} of ${shard.of}`;
  const last = (seeds.count ?? asked) - 1;
  return last <= 0 ? seeds.at(0) : `${seeds.at(0)}..${seeds.at(last)}`;
}
