/**
 * Who judges seeds: this thread, or a pool of workers. Both do the same tasks with the same code;
 * a worker reads the data once and keeps it.
 */
import { setImmediate } from 'node:timers/promises';

import type { Verdict } from '../check/verdict.js';
import { judgePlan, judgeSeed, textOfError, type SeedOutcome } from '../explore/sweep.js';
import type { Entry } from '../history/entry.js';
import { recorder } from '../history/recorder.js';
import { planOf, type Plan } from '../run/plan.js';
import { judge, run } from '../run/run.js';
import type { Scenario } from '../run/scenario.js';
import { readData, type Data } from './data.js';

/** A deliberate bug that is swapped in when a worker starts. */
export type Mutant = Readonly<{
  id: string;
  /** A file: URL of the module that swaps it in; a worker imports it before anything else. */
  register: string;
  /** What that module needs, as JSON; it finds it in the environment. */
  data: string;
}>;

/** A seed that was run twice more: under its laws, and before a recorder. */
export type Recording = Readonly<{
  plan: Plan;
  /** Of the recorded run; empty when it crashed. */
  fingerprint: string;
  verdicts: readonly Verdict[];
  /** What was thrown; empty unless it crashed. */
  error: string;
  entries: readonly Entry[];
}>;

/** What a runner works on: the data file holds the scenario's records. */
export type Source = Readonly<{ scenario: Scenario; dataFile: string }>;

export type Runner = Readonly<{
  /** How many chunks of seeds may be on their way at once. */
  width: number;
  judge(seeds: readonly string[], signal: AbortSignal): Promise<readonly SeedOutcome[]>;
  judgePlan(plan: Plan): Promise<SeedOutcome>;
  record(seed: string): Promise<Recording>;
  close(): Promise<void>;
}>;

export type Task =
  | Readonly<{ kind: 'judge'; source: Source; seeds: readonly string[] }>
  | Readonly<{ kind: 'judgePlan'; source: Source; plan: Plan }>
  | Readonly<{ kind: 'record'; source: Source; seed: string }>;

/** What each kind of task gives. */
export type Answers = {
  judge: readonly SeedOutcome[];
  judgePlan: SeedOutcome;
  record: Recording;
};

let kept: Readonly<{ key: string; data: Data }> | undefined;

/** The data of a source; read once a thread. */
export function dataOf({ scenario, dataFile }: Source): Data {
  const { records } = scenario.data;
  const key = `${records} ${dataFile}`;
  if (kept?.key !== key) kept = { key, data: readData(dataFile, records) };
  return kept.data;
}

/** Does one task. */
export function answer(task: Task): Answers[Task['kind']] {
  const { scenario } = task.source;
  const { records } = dataOf(task.source);
  switch (task.kind) {
    case 'judge':
      return task.seeds.map((seed) => judgeSeed(scenario, seed, records));
    case 'judgePlan':
      return judgePlan(task.plan, records);
    case 'record':
      return recordingOf(planOf(scenario, task.seed), records);
  }
}

function recordingOf(plan: Plan, records: Data['records']): Recording {
  const seen = recorder();
  const { entries } = seen;
  let verdicts: readonly Verdict[] = [];
  try {
    const { fingerprint } = run(plan, records, seen);
    ({ verdicts } = judge(plan, records));
    return { plan, fingerprint, verdicts, error: '', entries };
  } catch (error) {
    return { plan, fingerprint: '', verdicts, error: textOfError(error), entries };
  }
}

/** Judges in this thread; between two chunks the process may hear of Ctrl-C. */
export function localRunner(source: Source): Runner {
  const give = <Kind extends Task['kind']>(task: Extract<Task, { kind: Kind }>): Answers[Kind] =>
    answer(task) as Answers[Kind];
  return {
    width: 1,
    judge: async (seeds, signal) => {
      await setImmediate();
      signal.throwIfAborted();
      return give<'judge'>({ kind: 'judge', source, seeds });
    },
    judgePlan: (plan) => Promise.resolve(give<'judgePlan'>({ kind: 'judgePlan', source, plan })),
    record: (seed) => Promise.resolve(give<'record'>({ kind: 'record', source, seed })),
    close: () => Promise.resolve(),
  };
}
