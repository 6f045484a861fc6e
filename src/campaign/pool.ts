/**
 * A runner over worker threads. With a mutant, each worker is started with the module that swaps
 * it in; this thread stays as it is, so whatever must see the mutant is asked of a worker.
 */
import process from 'node:process';
import { Piscina } from 'piscina';

import { MUTANT_VARIABLE } from '../explore/mutant.js';
import {
  withFailures,
  type Answers,
  type Mutant,
  type Runner,
  type Source,
  type Task,
} from './runner.js';

/** Starts the workers; `close` ends them. */
export function poolRunner(source: Source, workers: number, mutant?: Mutant): Runner {
  const pool = new Piscina<Task, Answers[Task['kind']]>({
    filename: new URL('./worker.js', import.meta.url).href,
    minThreads: workers,
    maxThreads: workers,
    ...(mutant === undefined ? {} : startOf(mutant)),
  });
  // A worker that dies fails its task, which says why; the pool repeats it as an event.
  pool.on('error', () => undefined);
  const ask = <Kind extends Task['kind']>(
    task: Extract<Task, { kind: Kind }>,
    signal: AbortSignal | null = null,
  ): Promise<Answers[Kind]> =>
    // The modules are loaded in this thread, too, and may fail here.
    pool.run(task, { signal }).then(withFailures) as Promise<Answers[Kind]>;
  return {
    width: workers,
    judge: (seeds, signal) => ask<'judge'>({ kind: 'judge', source, seeds }, signal),
    judgePlan: (plan) => ask<'judgePlan'>({ kind: 'judgePlan', source, plan }),
    judgeSteady: (plan, signal) =>
      ask<'judgeSteady'>({ kind: 'judgeSteady', source, plan }, signal),
    record: (plan) => ask<'record'>({ kind: 'record', source, plan }),
    close: () => pool.close({ force: true }),
  };
}

function startOf({ register, data }: Mutant): { execArgv: string[]; env: NodeJS.ProcessEnv } {
  return {
    execArgv: [...process.execArgv, '--import', register],
    env: { ...process.env, [MUTANT_VARIABLE]: data },
  };
}
