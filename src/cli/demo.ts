/**
 * The command `demo`, which `npm start` runs: the main job over 200 seeds, where every law must
 * hold, then once more with a planted bug, which must be found and is told on one screen.
 */
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

import { sweepSeeds } from '../campaign/campaign.js';
import { poolRunner } from '../campaign/pool.js';
import { dataOf, type Runner, type Source } from '../campaign/runner.js';
import {
  foldSeed,
  openSweep,
  summaryOf,
  type SeedOutcome,
  type Summary,
  type Sweep,
} from '../explore/sweep.js';
import { failureReport, sweepText } from '../report/report.js';
import { keepFailures } from './failures.js';
import { replayLine, shownPath } from './folder.js';
import { readScenario } from './inputs.js';
import { mutantNamed, type NamedMutant } from './mutants.js';
import { workersOf, type Args } from './options.js';
import { hint, print, verdictLine } from './output.js';

const SEEDS = 200;
const MUTANT = 'no-alignment-on-one-input';
const scenarioFile = join(
  dirname(fileURLToPath(import.meta.url)),
  ...['..', '..', 'scenarios', 'flights.yaml'],
);

/** Runs the command; exit 0 exactly when the clean campaign holds and the planted bug is found. */
export async function demoCommand(args: Args): Promise<void> {
  const workers = workersOf(args, 1) ?? availableParallelism();
  const source = readScenario(scenarioFile);
  dataOf(source);
  const interrupt = new AbortController();
  const onInterrupt = (): void => interrupt.abort();
  process.once('SIGINT', onInterrupt);
  try {
    hint(`${source.scenario.name}: ${SEEDS} seeds of faults, every law`);
    const summary = await cleanCampaign(source, workers, interrupt.signal);
    const trail = { folder: null, replay: '' };
    print(verdictLine(summary.verdict, source.scenario.name) + sweepText(summary, () => trail));
    if (!interrupt.signal.aborted) hint(`the same with a planted bug: ${MUTANT}`);
    const isFound = await findPlanted(source, workers, interrupt.signal);
    process.exitCode = summary.verdict === 'holds' && isFound ? 0 : 1;
    if (interrupt.signal.aborted) process.exitCode = 130;
  } finally {
    process.removeListener('SIGINT', onInterrupt);
  }
}

async function cleanCampaign(
  source: Source,
  workers: number,
  signal: AbortSignal,
): Promise<Summary> {
  const runner = poolRunner(source, workers);
  const sweep = openSweep(source.scenario);
  try {
    const seeds = { count: SEEDS, at: String };
    await sweepSeeds(runner, seeds, sweep, {
      deadline: Infinity,
      signal,
      progress: () => undefined,
    });
  } finally {
    await runner.close();
  }
  const interrupted = signal.aborted;
  return summaryOf(sweep, { asked: SEEDS, seedsMin: SEEDS, interrupted, nondeterministic: [] });
}

/** Judges seeds with the bug until one finds it, keeps that one, and tells it. */
async function findPlanted(source: Source, workers: number, signal: AbortSignal): Promise<boolean> {
  const named = await mutantNamed(MUTANT);
  const runner = poolRunner(source, workers, named.mutant);
  try {
    const sweep = openSweep(source.scenario);
    while (sweep.seeds < SEEDS && sweep.failures.length === 0 && !signal.aborted) {
      const chunk = Array.from({ length: 2 * workers }, (_, at) => String(sweep.seeds + at));
      for (const outcome of await judgedUnlessAborted(runner, chunk, signal))
        if (sweep.failures.length === 0) foldSeed(sweep, outcome);
    }
    if (signal.aborted) return false;
    return await tellFound(runner, source, named, sweep);
  } finally {
    await runner.close();
  }
}

/** Nothing after an interrupt. */
async function judgedUnlessAborted(
  runner: Runner,
  seeds: readonly string[],
  signal: AbortSignal,
): Promise<readonly SeedOutcome[]> {
  try {
    return await runner.judge(seeds, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
    return [];
  }
}

async function tellFound(
  runner: Runner,
  source: Source,
  named: NamedMutant,
  sweep: Sweep,
): Promise<boolean> {
  const kept = await keepFailures(runner, sweep, {
    source,
    named,
    failuresMax: 1,
    out: 'flinch-out',
  });
  const broken = kept.recording?.verdicts.filter(({ outcome }) => outcome === 'violated') ?? [];
  const [verdict] = broken.sort(
    (one, other) => (one.violation?.index ?? 0) - (other.violation?.index ?? 0),
  );
  const [folder] = kept.folders.values();
  if (kept.recording === undefined || verdict === undefined || folder === undefined) {
    print(`\n${MUTANT} was not found in ${sweep.seeds} seeds\n`);
    return false;
  }
  const { plan, entries, output } = kept.recording;
  print(`\n${MUTANT}: found in seed ${plan.seed}, kept in ${shownPath(folder)}\n\n`);
  print(
    failureReport({ plan, verdict, entries, output, replay: replayLine(folder, plan.scenario) }),
  );
  return true;
}
