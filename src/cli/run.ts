/** The command `run`: scenarios under one seed or many, judged, reported, failures kept. */
import process from 'node:process';

import { shareOf } from '../campaign/campaign.js';
import { InputError } from '../campaign/input-error.js';
import { exitOfVerdict, worstOf, type Summary } from '../explore/sweep.js';
import type { Results } from '../report/report.js';
import { makeCorpus, readCorpus } from './corpus.js';
import { cpuMeter } from './cpu.js';
import { judgeScenario, type Task } from './judging.js';
import { mutantNamed } from './mutants.js';
import { runOptionsOf, type RunOptions } from './options.js';
import { openOneRun, type OneRunFiles } from './one-run.js';
import { hint } from './output.js';
import { openReports, tellsFindings, type Reports } from './reports.js';
import { readScenarios, type ScenarioFile } from './scenario-files.js';

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
  const scenarios = await readScenarios(options.scenarios, options.allowCode);
  const plans = await plansFor(scenarios, options);
  const { GITHUB_STEP_SUMMARY: summaryFile } = process.env;
  const reports = await openReports(options.reporters, options.detail, summaryFile || undefined);
  let oneRun: OneRunFiles | undefined;
  try {
    oneRun = openOneRun(options.oneRun, scenarios.length);
    const until = start + (options.budgetMillis ?? Infinity);
    const shared = { options, named, oneRun, signal, cpuSeconds: cpuMeter() };
    return await inTurn(scenarios, plans, { ...shared, until, reports });
  } finally {
    reports.discard();
    oneRun?.discard();
  }
}

/** The plans of the corpus that are due, by scenario; only the first part runs them. */
async function plansFor(
  scenarios: readonly ScenarioFile[],
  { corpus, shard }: RunOptions,
): ReturnType<typeof readCorpus> {
  if (corpus === undefined) return new Map();
  makeCorpus(corpus);
  return shard.index === 1 ? readCorpus(corpus, scenarios) : new Map();
}

type Shared = Pick<Task, 'options' | 'named' | 'oneRun' | 'signal' | 'cpuSeconds'> &
  Readonly<{
    /** When the time budget of all scenarios is spent. */
    until: number;
    reports: Reports;
  }>;

/** Judges and tells one scenario after the other; whatever ends the run, all of them are told. */
async function inTurn(
  scenarios: readonly ScenarioFile[],
  plans: Awaited<ReturnType<typeof readCorpus>>,
  shared: Shared,
): Promise<number> {
  const { options, until, reports } = shared;
  const errors: unknown[] = [];
  const summaries: Summary[] = [];
  for (const [index, { file, source }] of scenarios.entries()) {
    const { name } = source.scenario;
    const report = reports.begin(name);
    const deadline = shareOf(until, performance.now(), scenarios.length - index);
    const prefix = scenarios.length > 1 ? `${name}: ` : '';
    const own = { file, source, plans: plans.get(name) ?? [], prefix, report, deadline };
    const judged = await judgeScenario({ ...shared, ...own, isOver: errors.length > 0 });
    errors.push(...judged.errors);
    // A mistake that was found before anything was judged leaves nothing to tell.
    const isFirst = summaries.length === 0 && judged.isEmpty;
    if (isFirst && errors.some((error) => error instanceof InputError)) throw errors[0];
    if (!tellsFindings(options.reporters)) tellFindings(judged.results, prefix);
    report.end(judged.results);
    tellCrash(judged.results);
    summaries.push(judged.results.summary);
  }
  reports.close();
  if (errors.length > 0) throw errors[0];
  if (summaries.some(({ interrupted }) => interrupted)) return 130;
  return exitOfVerdict[worstOf(summaries.map(({ verdict }) => verdict))];
}

function tellFindings({ summary }: Results, prefix: string): void {
  for (const { verdict, message } of summary.findings) hint(`${prefix}${verdict}: ${message}`);
}

function tellCrash({ summary, trailOf, corpus }: Results): void {
  const seed = summary.failures.find(({ verdict }) => verdict === 'crashed');
  const plan = corpus?.plans.find(({ verdict }) => verdict === 'crashed');
  const crash = seed === undefined ? plan : { ...seed, ...trailOf(seed.seed) };
  if (crash === undefined) return;
  const { folder, replay, message } = crash;
  const what = seed === undefined ? `plan ${plan?.plan ?? ''}` : `seed ${seed.seed}`;
  hint(`A bug in flinch: ${what} crashed with ${message}`);
  hint(`Please report it, with ${folder ?? 'this line'}: ${replay}`);
}
