/** The command `run`: a scenario under one seed or many, judged, reported, failures kept. */
import { availableParallelism } from 'node:os';
import process from 'node:process';

import { sweepSeeds } from '../campaign/campaign.js';
import { InputError } from '../campaign/input-error.js';
import { localRunner, type Mutant, type Runner, type Source } from '../campaign/runner.js';
import {
  exitOfVerdict,
  openSweep,
  summaryOf,
  textOfError,
  type Finding,
  type Summary,
  type Sweep,
} from '../explore/sweep.js';
import { failureReport, type Results, type Trail } from '../report/report.js';
import { codeOf, type Scenario } from '../run/scenario.js';
import { engineDigest } from './engine-digest.js';
import { keepFailures, nothingKept, type Kept } from './failures.js';
import { calledAs, quoted, replayLine, shownPath } from './folder.js';
import { checkSource, lineOfLaw, readScenario } from './inputs.js';
import { itfOf } from './itf.js';
import { mutantNamed, type NamedMutant } from './mutants.js';
import { runOptionsOf, type RunOptions } from './options.js';
import { hint } from './output.js';
import { progressOf } from './progress.js';
import { openReportFile, type ReportFile } from './report-file.js';
import { openReports, tellsFindings, type Reports } from './reports.js';

/** Below so many seeds, starting workers takes longer than judging without them. */
const SEEDS_FOR_WORKERS = 40;

/** Runs the command; sets the exit code. */
export async function runCommand(args: Readonly<Record<string, unknown>>): Promise<void> {
  const start = performance.now();
  const options = runOptionsOf(args, process.env);
  const interrupt = new AbortController();
  const onInterrupt = (): void => interrupt.abort();
  for (const signal of signals) process.once(signal, onInterrupt);
  try {
    process.exitCode = await judged(options, start, interrupt.signal);
  } finally {
    for (const signal of signals) process.removeListener(signal, onInterrupt);
  }
}

/** Ctrl-C, and what a service sends that cancels a job. */
const signals = ['SIGINT', 'SIGTERM'] as const;

/** Judges, keeps, tells; gives the exit code. */
async function judged(options: RunOptions, start: number, signal: AbortSignal): Promise<number> {
  if (options.announcement !== undefined && options.detail !== 'quiet') hint(options.announcement);
  const named = options.mutant === undefined ? undefined : await mutantNamed(options.mutant);
  const source = readScenario(options.scenario, options.allowCode);
  await checkSource(source, options.scenario);
  const { GITHUB_STEP_SUMMARY: summaryFile } = process.env;
  const reports = await openReports(options.reporters, options.detail, summaryFile || undefined);
  let trace: ReportFile | undefined;
  try {
    if (options.itf !== undefined) trace = openReportFile(options.itf, '--itf');
    const runner = await runnerOf(source, options, named?.mutant);
    try {
      return await told({ runner, source, named, options, reports, trace, start, signal });
    } finally {
      await runner.close();
    }
  } finally {
    reports.discard();
    trace?.discard();
  }
}

type Task = Readonly<{
  runner: Runner;
  source: Source;
  named: NamedMutant | undefined;
  options: RunOptions;
  reports: Reports;
  /** Where `--itf` goes. */
  trace: ReportFile | undefined;
  start: number;
  signal: AbortSignal;
}>;

/** Whatever ends the run, what was judged until then is told. */
async function told(task: Task): Promise<number> {
  const { runner, source, named, options, reports, signal } = task;
  const sweep = openSweep(source.scenario);
  const errors: unknown[] = [];
  let kept = nothingKept;
  try {
    const whole = await fill(sweep, task);
    const { count = 0 } = options.seeds;
    if (count > 1 && whole < count) hint(`go on with: ${restLine(options, whole)}`);
    kept = await keepFailures(runner, sweep, { source, named, ...options });
    if (!signal.aborted) await writeTrace(task, kept);
  } catch (error) {
    errors.push(error);
  }
  // A mistake that was found before any seed was judged leaves nothing to tell.
  const isMistake = errors.some((error) => error instanceof InputError);
  if (isMistake && sweep.seeds === 0) throw errors[0];
  const summary = summaryOf(sweep, {
    asked: options.seeds.count,
    seedsMin: options.seedsMin,
    interrupted: signal.aborted || errors.length > 0,
    nondeterministic: kept.nondeterministic,
    isPart: options.shard.of > 1,
  });
  tell(stopped(summary, errors), source.scenario, options, kept, reports);
  if (errors.length > 0) throw errors[0];
  return summary.interrupted ? 130 : exitOfVerdict[summary.verdict];
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

/** In this thread where that is faster; a mutant lives in workers only. */
async function runnerOf(
  source: Source,
  { workers, seeds }: RunOptions,
  mutant: Mutant | undefined,
): Promise<Runner> {
  const count = seeds.count ?? Infinity;
  const isSmall = count < SEEDS_FOR_WORKERS;
  const wanted = workers ?? (isSmall ? 1 : availableParallelism());
  // A thread that user code holds up cannot be interrupted; a worker can.
  const isOurs = codeOf(source.scenario.job).length === 0;
  if (mutant === undefined && (wanted === 0 || (wanted === 1 && isSmall && isOurs)))
    return localRunner(source);
  const { poolRunner } = await import('../campaign/pool.js');
  return poolRunner(source, Math.max(1, Math.min(wanted, count)), mutant);
}

/** Judges the seeds into the sweep; gives up to which none is missing. */
async function fill(
  sweep: Sweep,
  { runner, options, reports, start, signal }: Task,
): Promise<number> {
  const { seeds, budgetMillis, detail, reporters } = options;
  const isDotted = reporters.some(({ name, file }) => name === 'dot' && file === undefined);
  const progress = await progressOf(seeds, isDotted || detail === 'quiet');
  const deadline = start + (budgetMillis ?? Infinity);
  const { seen } = reports;
  try {
    const limits = { deadline, signal, progress: progress.show, seen };
    return await sweepSeeds(runner, seeds, sweep, limits);
  } finally {
    progress.stop();
  }
}

function tell(
  summary: Summary,
  scenario: Scenario,
  options: RunOptions,
  kept: Kept,
  reports: Reports,
): void {
  const trailOf = (seed: string): Trail => {
    const folder = kept.folders.get(seed);
    if (folder !== undefined) return { folder: shownPath(folder), replay: replayLine(folder) };
    return { folder: null, replay: runLine(options, seed) };
  };
  if (!tellsFindings(options.reporters))
    for (const { verdict, message } of summary.findings) hint(`${verdict}: ${message}`);
  const { user, system } = process.cpuUsage();
  const results: Results = {
    summary,
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
    explain: `${calledAs()} explain configuration ${quoted(options.scenario)}`,
    file: shownPath(options.scenario),
    lineOf: (law) => lineOfLaw(options.scenario, law),
    story: options.seeds.count === 1 ? storyOf(kept, trailOf) : '',
    cpuSeconds: (user + system) / 1_000_000,
  };
  reports.write(results);
  const crash = summary.failures.find(({ verdict }) => verdict === 'crashed');
  if (crash === undefined) return;
  const { folder, replay } = trailOf(crash.seed);
  hint(`A bug in flinch: seed ${crash.seed} crashed with ${crash.message}`);
  hint(`Please report it, with ${folder ?? 'this line'}: ${replay}`);
}

/** Writes the file of `--itf` from a recorded run of the one seed. */
async function writeTrace({ runner, options, trace }: Task, { recording }: Kept): Promise<void> {
  const { itf, seeds, mutant, detail } = options;
  if (itf === undefined) return;
  const { text, states } = itfOf(recording ?? (await runner.record(seeds.at(0))), mutant);
  trace?.write([text]);
  if (detail === 'verbose') hint(`trace: ${itf}, ${states} states`);
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

/** The line that judges the seeds of a range that were not judged. */
function restLine({ scenario, mutant, shard, range }: RunOptions, whole: number): string {
  const [first, last] = range.split('..');
  const from = Number(first) + whole * shard.of;
  const part = shard.of === 1 ? '' : ` --shard ${shard.index}/${shard.of}`;
  const bug = mutant === undefined ? '' : ` --mutant ${quoted(mutant)}`;
  return `${calledAs()} run ${quoted(scenario)} --seeds ${from}..${last ?? ''}${part}${bug}`;
}

/** The line that runs one seed again, for a failure that left no folder. */
function runLine({ scenario, mutant }: RunOptions, seed: string): string {
  const suffix = mutant === undefined ? '' : ` --mutant ${quoted(mutant)}`;
  return `${calledAs()} run ${quoted(scenario)} --seed ${quoted(seed)}${suffix}`;
}
