/** Lines that are told for copying into a shell: they run again what was run, or go on with it. */
import { codeOf, type Scenario } from '../run/scenario.js';
import { calledAs, quoted } from './folder.js';
import type { RunOptions } from './options.js';

/** What a line of `run` names besides its seeds. */
export type Called = Readonly<{
  /** The file of the scenario. */
  file: string;
  scenario: Scenario;
  mutant: string | undefined;
  corpus?: string | undefined;
}>;

/** The line that runs one seed again, for a failure that left no folder. */
export function runLine(called: Called, seed: string): string {
  return `${calledAs()} run ${quoted(called.file)} --seed ${quoted(seed)}${flagsOf(called)}`;
}

/**
 * The line that judges the seeds that were not judged; undefined if there are none, or as many were
 * to be judged as fit.
 *
 * @param whole  up to which seed none is missing
 */
export function restLine(
  called: Called,
  { seeds, shard, range }: RunOptions,
  whole: number,
): string | undefined {
  const { count = 0, at } = seeds;
  if (whole >= count) return undefined;
  if (count === 1) return runLine(called, at(0));
  const [first, last] = range.split('..');
  const from = Number(first) + whole * shard.of;
  const part = shard.of === 1 ? '' : ` --shard ${shard.index}/${shard.of}`;
  const left = `--seeds ${from}..${last ?? ''}${part}`;
  return `${calledAs()} run ${quoted(called.file)} ${left}${flagsOf(called)}`;
}

function flagsOf({ scenario, mutant, corpus }: Called): string {
  return [
    codeOf(scenario.job).length === 0 ? '' : ' --allow-code',
    mutant === undefined ? '' : ` --mutant ${quoted(mutant)}`,
    corpus === undefined ? '' : ` --corpus ${quoted(corpus)}`,
  ].join('');
}
