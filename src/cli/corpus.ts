/**
 * The corpus of `run --corpus`: a folder of plan files, each a failure of an earlier run. They are
 * judged before any seed, as they were stored; what fails in a run becomes part of it.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';

import { judgePlans } from '../campaign/campaign.js';
import { InputError } from '../campaign/input-error.js';
import { dataOf, sourceOf, type Runner, type Source } from '../campaign/runner.js';
import {
  byGravity,
  isFailing,
  resultOfPlan,
  type PlanResult,
  type Sweep,
} from '../explore/sweep.js';
import type { Corpus, CorpusPlan } from '../report/report.js';
import { planOf, type Plan } from '../run/plan.js';
import { runLine, type Called } from './command-lines.js';
import { aboutOf, keepPlan, type Facts } from './failures.js';
import { corpusFolderName, planFileText, replayLine, shownPath } from './folder.js';
import { checkSource, readText } from './inputs.js';
import { noMistakes } from './mistakes.js';
import { jsonOf, planFileOf, scenarioNameIn } from './plan-file.js';
import type { ScenarioFile } from './scenario-files.js';

/** A plan of the corpus. */
export type StoredPlan = Readonly<{
  /** The name of its file. */
  name: string;
  plan: Plan;
}>;

/** Makes the folder, if there is none. */
export function makeCorpus(folder: string): void {
  attempt(folder, () => mkdirSync(folder, { recursive: true }));
}

/**
 * Reads the plans of some scenarios, in the order of their names; those of others are left alone.
 *
 * @returns the plans by the name of their scenario
 * @throws InputError that names every file that cannot be run
 */
export async function readCorpus(
  folder: string,
  scenarios: readonly ScenarioFile[],
): Promise<ReadonlyMap<string, readonly StoredPlan[]>> {
  const plans = new Map<string, StoredPlan[]>();
  const sources = new Map(scenarios.map(({ source }) => [source.scenario.name, source]));
  const mistakes = noMistakes();
  const names = attempt(folder, () => readdirSync(folder));
  for (const name of names.filter((file) => file.endsWith('.json')).sort())
    await mistakes.in(async () => {
      const plan = await planIn(join(folder, name), sources);
      if (plan === undefined) return;
      const { name: scenario } = plan.scenario;
      plans.set(scenario, [...(plans.get(scenario) ?? []), { name, plan }]);
    });
  mistakes.check();
  return plans;
}

/** The plan of a file; undefined if it is one of another scenario. */
async function planIn(
  file: string,
  sources: ReadonlyMap<string, Source>,
): Promise<Plan | undefined> {
  try {
    const text = readText(file, 'it must be a plan file');
    const name = scenarioNameIn(jsonOf(text, file));
    if (name !== undefined && !sources.has(name)) return undefined;
    const { plan, data } = planFileOf(text, file);
    const source = sources.get(plan.scenario.name);
    if (source === undefined) return undefined;
    const own = sourceOf(source, plan);
    await checkSource(own, file);
    if (dataOf(own).sha256 !== data.sha256)
      throw new InputError(`${file}: its data is another since it was stored`);
    return plan;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const message = error.message.startsWith(file) ? error.message : `${file}: ${error.message}`;
    throw new InputError(`${message}; ${REMEDY}`);
  }
}

const REMEDY = 'delete the file, or run it with the version of flinch that wrote it';

/** What the plans of one scenario came to; it changes while they are judged. */
export type CorpusRun = Readonly<{
  plans: readonly StoredPlan[];
  /** By the names of the files, as are the folders. */
  results: Map<string, PlanResult>;
  folders: Map<string, string>;
  /** Names of files that became part of the corpus. */
  stored: string[];
}>;

/** Plans of which none was judged. */
export function openCorpusRun(plans: readonly StoredPlan[]): CorpusRun {
  return { plans, results: new Map(), folders: new Map(), stored: [] };
}

/** Judges the plans, as far as nobody interrupts it. */
export async function judgeCorpus(
  runner: Runner,
  { plans, results }: CorpusRun,
  signal: AbortSignal,
): Promise<void> {
  await judgePlans(runner, plans, signal, ({ name, plan }, outcome) =>
    results.set(name, resultOfPlan(name, plan, outcome)),
  );
}

/** Runs failing plans again with a recorder; each leaves a folder, the gravest first. */
export async function keepCorpus(
  runner: Pick<Runner, 'record'>,
  { plans, results, folders }: CorpusRun,
  facts: Facts,
): Promise<void> {
  const failing = plans
    .flatMap(({ name, plan }) => {
      const result = results.get(name);
      return result !== undefined && isFailing(result) ? [{ plan, result }] : [];
    })
    .sort((one, other) => byGravity(one.result, other.result));
  for (const { plan, result } of failing.slice(0, facts.failuresMax)) {
    const { plan: name, verdict: said, fingerprint } = result;
    const folder = join(facts.out, corpusFolderName(name, facts.named?.mutant.id));
    const { verdict } = await keepPlan(runner, { plan, verdict: said, fingerprint, folder }, facts);
    folders.set(name, folder);
    if (verdict === said) continue;
    const message = 'it gave another fingerprint when it was run again';
    results.set(name, { ...result, verdict, laws: [], message });
  }
}

/** Stores the plans of seeds that failed and were not to; one that is there already stays. */
export function storeFailures(
  folder: string | undefined,
  { scenario, failures }: Sweep,
  { stored }: CorpusRun,
  source: Source,
): void {
  const seeds = failures.filter(({ expected }) => !expected).map(({ seed }) => seed);
  if (folder === undefined || seeds.length === 0) return;
  const about = aboutOf({ source, named: undefined });
  for (const seed of new Set(seeds)) {
    const plan = planOf(scenario, seed);
    const digest = createHash('sha256').update(JSON.stringify(plan)).digest('hex');
    const name = `${scenario.name}-${digest.slice(0, 16)}.json`;
    const file = join(folder, name);
    if (existsSync(file)) continue;
    // Parts of a campaign may share a folder.
    const part = `${file}.${process.pid}.part`;
    attempt(folder, () => {
      writeFileSync(part, planFileText(about, plan, folder));
      renameSync(part, file);
    });
    stored.push(name);
  }
  stored.sort();
}

/** What the plans came to, for reports: as far as they were judged. */
export function corpusOf({ plans, results, folders, stored }: CorpusRun, called: Called): Corpus {
  const judged = plans.flatMap(({ name, plan }): CorpusPlan[] => {
    const result = results.get(name);
    if (result === undefined) return [];
    const folder = folders.get(name);
    if (folder === undefined)
      return [{ ...result, folder: null, replay: runLine(called, plan.seed) }];
    return [{ ...result, folder: shownPath(folder), replay: replayLine(folder, plan.scenario) }];
  });
  return { plans: judged, stored };
}

function attempt<T>(folder: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    const { message } = error as Error;
    throw new InputError(`${shownPath(folder)}: cannot be used: ${message}; see --corpus`);
  }
}
