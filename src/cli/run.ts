/** The command `run`: a scenario under one seed or many, judged, reported, failures kept. */
import { availableParallelism } from 'node:os';
import process from 'node:process';

import { sweepSeeds } from '../campaign/campaign.js';
import { localRunner, type Mutant, type Runner, type Source } from '../campaign/runner.js';
import { exitOfVerdict, openSweep, summaryOf, type Summary, type Sweep } from '../explore/sweep.js';
import { failureReport, phasesText, runDocument, sweepText, type Trail } from '../report/report.js';
import { codeOf } from '../run/scenario.js';
import { keepFailures, type Kept } from './failures.js';
import { calledAs, quoted, replayLine, shownPath } from './folder.js';
import { checkSource, readScenario } from './inputs.js';
import { mutantNamed } from './mutants.js';
import { runOptionsOf, type RunOptions } from './options.js';
import { hint, print, verdictLine } from './output.js';
import { progressOf } from './progress.js';

/** Below so many seeds, starting workers takes longer than judging without them. */
const SEEDS_FOR_WORKERS = 40;

/** Runs the command; sets the exit code. */
export async function runCommand(args: Readonly<Record<string, unknown>>): Promise<void> {
  const start = performance.now();
  const options = runOptionsOf(args, process.env);
  const interrupt = new AbortController();
  const onInterrupt = (): void => interrupt.abort();
  process.once('SIGINT', onInterrupt);
  try {
    process.exitCode = await judged(options, start, interrupt.signal);
  } finally {
    process.removeListener('SIGINT', onInterrupt);
  }
}

/** Judges, keeps, tells; gives the exit code. */
async function judged(options: RunOptions, start: number, signal: AbortSignal): Promise<number> {
  if (options.announcement !== undefined) hint(options.announcement);
  const named = options.mutant === undefined ? undefined : await mutantNamed(options.mutant);
  const source = readScenario(options.scenario, options.allowCode);
  await checkSource(source, options.scenario);
  const runner = await runnerOf(source, options, named?.mutant);
  try {
    const sweep = await sweepOf(runner, source, options, start, signal);
    const kept = await keepFailures(runner, sweep, { source, named, ...options });
    const summary = summaryOf(sweep, {
      asked: options.seeds.count,
      seedsMin: options.seedsMin,
      interrupted: signal.aborted,
      nondeterministic: kept.nondeterministic,
    });
    tell(summary, options, kept);
    return summary.interrupted ? 130 : exitOfVerdict[summary.verdict];
  } finally {
    await runner.close();
  }
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

async function sweepOf(
  runner: Runner,
  { scenario }: Source,
  { seeds, budgetMillis }: RunOptions,
  start: number,
  signal: AbortSignal,
): Promise<Sweep> {
  const sweep = openSweep(scenario);
  const progress = await progressOf(seeds);
  const deadline = start + (budgetMillis ?? Infinity);
  try {
    await sweepSeeds(runner, seeds, sweep, { deadline, signal, progress: progress.show });
  } finally {
    progress.stop();
  }
  return sweep;
}

function tell(summary: Summary, options: RunOptions, kept: Kept): void {
  const trailOf = (seed: string): Trail => {
    const folder = kept.folders.get(seed);
    if (folder !== undefined) return { folder: shownPath(folder), replay: replayLine(folder) };
    return { folder: null, replay: runLine(options, seed) };
  };
  if (options.json) {
    for (const { verdict, message } of summary.findings) hint(`${verdict}: ${message}`);
    const { user, system } = process.cpuUsage();
    const document = runDocument(summary, trailOf, (user + system) / 1_000_000);
    print(`${JSON.stringify(document, null, 2)}\n`);
  } else {
    print(verdictLine(summary.verdict, summary.scenario) + sweepText(summary, trailOf));
    print(phasesText(summary.phases, (seed) => trailOf(seed).replay));
    if (options.seeds.count === 1) print(storyOf(kept, trailOf));
  }
  const crash = summary.failures.find(({ verdict }) => verdict === 'crashed');
  if (crash === undefined) return;
  const { folder, replay } = trailOf(crash.seed);
  hint(`A bug in flinch: seed ${crash.seed} crashed with ${crash.message}`);
  hint(`Please report it, with ${folder ?? 'this line'}: ${replay}`);
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
  return `\n${failureReport({ plan, verdict, entries, output, replay })}`;
}

/** The line that runs one seed again, for a failure that left no folder. */
function runLine({ scenario, mutant }: RunOptions, seed: string): string {
  const suffix = mutant === undefined ? '' : ` --mutant ${quoted(mutant)}`;
  return `${calledAs()} run ${quoted(scenario)} --seed ${quoted(seed)}${suffix}`;
}
