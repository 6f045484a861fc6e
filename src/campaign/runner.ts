/**
 * Who judges seeds: this thread, or a pool of workers. Both do the same tasks with the same code;
 * a worker reads the data once and keeps it.
 */
import { setImmediate } from 'node:timers/promises';

import type { Verdict } from '../check/verdict.js';
import {
  judgePlan,
  judgeSeeds,
  judgeSteady,
  textOfError,
  type SeedOutcome,
} from '../explore/sweep.js';
import type { Entry } from '../history/entry.js';
import { recorder } from '../history/recorder.js';
import { guarded } from '../kernel/guard.js';
import type { RowType } from '../job/row.js';
import { nameOfCode, noCode, type UserCode } from '../job/user-code.js';
import { begunBy, failuresHeard, type Failure } from '../outside/failures.js';
import { loadCode } from '../outside/user-modules.js';
import { planOf, type Plan } from '../run/plan.js';
import type { Data } from '../run/data.js';
import { contextOf, judge, run } from '../run/run.js';
import { codeOf, type Scenario } from '../run/scenario.js';
import { readData, type ReadData } from './data.js';

/** A deliberate bug that is swapped in when a worker starts. */
export type Mutant = Readonly<{
  id: string;
  /** A file: URL of the module that swaps it in; a worker imports it before anything else. */
  register: string;
  /** What that module needs, as JSON; it finds it in the environment. */
  data: string;
}>;

/** A plan that was run twice more: under its laws, and before a recorder. */
export type Recording = Readonly<{
  plan: Plan;
  /** Of the recorded run; empty when it crashed. */
  fingerprint: string;
  verdicts: readonly Verdict[];
  /** What was thrown; empty unless it crashed. */
  error: string;
  entries: readonly Entry[];
  /** Type of the rows that the job writes. */
  output: RowType;
}>;

/** What a runner works on. */
export type Source = Readonly<{
  scenario: Scenario;
  /** Where the files of the data are: the folder of the scenario. */
  dataFolder: string;
  /** Where the user's modules are; undefined when their code is not allowed. */
  codeFolder?: string | undefined;
}>;

export type Runner = Readonly<{
  /** How many chunks of seeds may be on their way at once. */
  width: number;
  judge(seeds: readonly string[], signal: AbortSignal): Promise<readonly SeedOutcome[]>;
  judgePlan(plan: Plan): Promise<SeedOutcome>;
  /** The same; with code of the user twice. */
  judgeSteady(plan: Plan, signal: AbortSignal): Promise<SeedOutcome>;
  record(plan: Plan): Promise<Recording>;
  close(): Promise<void>;
}>;

export type Task =
  | Readonly<{ kind: 'judge'; source: Source; seeds: readonly string[] }>
  | Readonly<{ kind: 'judgePlan'; source: Source; plan: Plan }>
  | Readonly<{ kind: 'judgeSteady'; source: Source; plan: Plan }>
  | Readonly<{ kind: 'record'; source: Source; plan: Plan }>;

/** What each kind of task gives. */
export type Answers = {
  judge: readonly SeedOutcome[];
  judgePlan: SeedOutcome;
  judgeSteady: SeedOutcome;
  record: Recording;
};

let kept: Readonly<{ key: string; data: ReadData }> | undefined;

/** The data of a source; read once a thread. */
export function dataOf({ scenario, dataFolder }: Source): ReadData {
  const key = `${dataFolder} ${JSON.stringify(scenario.data)}`;
  if (kept?.key !== key) kept = { key, data: readData(scenario.data, dataFolder) };
  return kept.data;
}

let loaded: Readonly<{ key: string; code: UserCode }> | undefined;

/**
 * The user's code in a source; loaded once a thread.
 *
 * @throws JobError for a module that cannot be loaded, or an export that it does not have
 */
export async function codeOfSource({ scenario, codeFolder }: Source): Promise<UserCode> {
  const references = codeOf(scenario.job);
  if (codeFolder === undefined || references.length === 0) return noCode;
  const key = [codeFolder, ...references.map(nameOfCode)].join(' ');
  if (loaded?.key !== key) loaded = { key, code: await loadCode(references, codeFolder) };
  return loaded.code;
}

/** What a plan is run from: its scenario may be older than that of the source. */
export function sourceOf(source: Source, { scenario }: Plan): Source {
  return { ...source, scenario };
}

/** Does one task. */
export async function answer(task: Task): Promise<Answers[Task['kind']]> {
  const source = task.kind === 'judge' ? task.source : sourceOf(task.source, task.plan);
  const { records } = dataOf(source);
  const code = await codeOfSource(source);
  return withFailures(answerWith(task, source.scenario, records, code));
}

function answerWith(
  task: Task,
  scenario: Scenario,
  records: Data,
  code: UserCode,
): Answers[Task['kind']] {
  const hasCode = code.size > 0;
  const inSeed = <T extends SeedOutcome | Recording>(seed: string, body: () => T): T =>
    hasCode ? begunBy(nameOfSeed(seed), body, ({ error }) => error !== '') : body();
  if (task.kind === 'judge')
    return judgeSeeds(
      task.seeds,
      (seed) => inSeed(seed, () => judgePlan(planOf(scenario, seed), records, code)),
      hasCode,
    );
  const { kind, plan } = task;
  return inSeed(plan.seed, () => {
    if (kind === 'record') return recordingOf(plan, records, code);
    return kind === 'judgePlan' ? judgePlan(plan, records, code) : judgeSteady(plan, records, code);
  });
}

function nameOfSeed(seed: string): string {
  return `seed ${seed}`;
}

/**
 * What a task gave; code of the user that failed beside it, in this thread, makes it
 * nondeterministic. It is told of the seed that began it; of the last, where that is not known.
 */
export async function withFailures(given: Answers[Task['kind']]): Promise<Answers[Task['kind']]> {
  const failures = await failuresHeard();
  const [first] = failures;
  if (first === undefined) return given;
  if ('plan' in given) return { ...given, fingerprint: '', error: given.error || textOf(first) };
  if ('seed' in given) return marked(given, first);
  const outcomes = [...given];
  for (const failure of failures) {
    const index = outcomes.findIndex(({ seed }) => nameOfSeed(seed) === failure.by);
    const outcome = outcomes.at(index);
    if (outcome !== undefined) outcomes.splice(index, 1, marked(outcome, failure));
  }
  return outcomes;
}

function marked(outcome: SeedOutcome, failure: Failure): SeedOutcome {
  if (outcome.error !== '') return outcome;
  return { ...outcome, reason: 'nondeterministic', fingerprint: '', error: textOf(failure) };
}

function textOf({ by, text }: Failure): string {
  return `${text}; ${by} began it: code of the user must be done when it returns, or is loaded`;
}

function recordingOf(plan: Plan, records: Data, code: UserCode): Recording {
  const seen = recorder();
  const { entries } = seen;
  let verdicts: readonly Verdict[] = [];
  const { job } = contextOf(plan, new Map(), code);
  const output = job.vertices.at(-1)?.operators.at(-1)?.output ?? [];
  try {
    const { fingerprint } = run(plan, records, seen, { code });
    ({ verdicts } = guarded(() => judge(plan, records, { code })));
    return { plan, fingerprint, verdicts, error: '', entries, output };
  } catch (error) {
    return { plan, fingerprint: '', verdicts, error: textOfError(error), entries, output };
  }
}

/** Judges in this thread; between two chunks the process may hear of Ctrl-C. */
export function localRunner(source: Source): Runner {
  const give = <Kind extends Task['kind']>(
    task: Extract<Task, { kind: Kind }>,
  ): Promise<Answers[Kind]> => answer(task) as Promise<Answers[Kind]>;
  return {
    width: 1,
    judge: async (seeds, signal) => {
      await setImmediate();
      signal.throwIfAborted();
      return give<'judge'>({ kind: 'judge', source, seeds });
    },
    judgePlan: (plan) => give<'judgePlan'>({ kind: 'judgePlan', source, plan }),
    judgeSteady: async (plan, signal) => {
      await setImmediate();
      signal.throwIfAborted();
      return give<'judgeSteady'>({ kind: 'judgeSteady', source, plan });
    },
    record: (plan) => give<'record'>({ kind: 'record', source, plan }),
    close: () => Promise.resolve(),
  };
}
