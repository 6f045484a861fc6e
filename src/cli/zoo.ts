/** The command `zoo`: hunts every mutant, and asks the unchanged engine for false alarms. */
import { availableParallelism } from 'node:os';
import process from 'node:process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { sweepSeeds } from '../campaign/campaign.js';
import { hunt, type Hunt } from '../campaign/hunt.js';
import { InputError } from '../campaign/input-error.js';
import { poolRunner } from '../campaign/pool.js';
import { dataOf, type Source } from '../campaign/runner.js';
import { firstShareOf, seedsToDetection } from '../explore/detection.js';
import {
  MutantError,
  mutantIds,
  mutantOf,
  readMutant,
  type MutantHeader,
} from '../explore/mutant.js';
import { openSweep } from '../explore/sweep.js';
import { readScenario } from './inputs.js';
import { hint, print } from './output.js';

/** One mutant, judged; the form of a row of `zoo --json`. */
export type ZooRow = Readonly<{
  id: string;
  ticket: string;
  law: string;
  found: boolean;
  /** Laws that were violated first in the first finding seed. */
  foundBy: readonly string[];
  /** Share of the finding seeds, in per cent, in which the declared law was among the first. */
  firstPercent: number;
  faultFree: 'holds' | 'fails';
  seeds: number;
  /** Seeds that were judged until the first one found it. */
  seedsFirst: number | null;
  seedsMedian: number | null;
  seedsP95: number | null;
  cpuSecondsMedian: number | null;
  shrunkFaults: null;
}>;

export type ZooOptions = Readonly<{
  folder: string | undefined;
  from: bigint;
  count: number;
  cpuSecondsMax: number;
  cleanSeeds: number;
  workers: number;
  json: boolean;
}>;

/** The small job, in which seeds are counted. */
const scenarioFile = join(
  dirname(fileURLToPath(import.meta.url)),
  ...['..', '..', 'scenarios', 'small.yaml'],
);

/** Runs the command; sets the exit code: 0 when every mutant is found and no clean seed fails. */
export async function zooCommand(args: Readonly<Record<string, unknown>>): Promise<void> {
  const options = optionsOf(args);
  const source = readScenario(scenarioFile);
  dataOf(source);
  const interrupt = new AbortController();
  const onInterrupt = (): void => interrupt.abort();
  process.once('SIGINT', onInterrupt);
  try {
    const rows: ZooRow[] = [];
    for (const id of idsOf(options))
      rows.push(await judgeMutant(id, source, options, interrupt.signal));
    const falseAlarms = await judgeClean(source, options, interrupt.signal);
    tell(rows, falseAlarms, options);
    const isGood = rows.every(({ found, faultFree }) => found && faultFree === 'holds');
    process.exitCode = isGood && falseAlarms === 0 ? 0 : 1;
  } finally {
    process.removeListener('SIGINT', onInterrupt);
  }
}

function optionsOf(args: Readonly<Record<string, unknown>>): ZooOptions {
  const text = (name: string): string | undefined => {
    const value = args[name];
    return typeof value === 'string' ? value : undefined;
  };
  const number = (name: string, fallback: number): number => {
    const value = text(name);
    if (value === undefined) return fallback;
    if (!/^\d{1,9}$/.test(value)) throw new InputError(`--${name} takes a whole number`);
    return Number(value);
  };
  const range = /^(\d{1,15})\.\.(\d{1,15})$/.exec(text('seeds') ?? '1..200');
  if (range === null) throw new InputError('--seeds takes a range A..B of decimal integers');
  const from = BigInt(range[1] as string);
  const count = Number(BigInt(range[2] as string) - from) + 1;
  if (count < 1) throw new InputError('--seeds: the range is empty');
  return {
    folder: text('mutants'),
    from,
    count,
    cpuSecondsMax: text('budget') === undefined ? Infinity : number('budget', 0),
    cleanSeeds: number('clean', 1_000),
    workers: number('workers', availableParallelism()),
    json: args['json'] === true,
  };
}

function idsOf(options: ZooOptions): string[] {
  return asInput(() => mutantIds(options.folder));
}

/** A mutant that cannot be used is a mistake of whoever wrote it. */
function asInput<Value>(body: () => Value): Value {
  try {
    return body();
  } catch (error) {
    throw error instanceof MutantError ? new InputError(error.message) : error;
  }
}

async function judgeMutant(
  id: string,
  source: Source,
  options: ZooOptions,
  signal: AbortSignal,
): Promise<ZooRow> {
  const { header } = asInput(() => readMutant(id, options.folder));
  const mutant = await mutantOf(id, options.folder).catch((error: unknown) => {
    throw error instanceof MutantError ? new InputError(error.message) : error;
  });
  const { from, count, cpuSecondsMax, workers } = options;
  const range = { from, count, first: false, cpuSecondsMax };
  const result = await hunt(source, mutant, range, workers, signal);
  const row = rowOf(header, result);
  hint(lineOf(row));
  return row;
}

function rowOf(header: MutantHeader, { finds, seeds, cpuSeconds, faultFree }: Hunt): ZooRow {
  const { id, ticket, law } = header;
  const waits = seedsToDetection(finds, seeds);
  const perSeed = cpuSeconds / Math.max(1, seeds);
  return {
    id,
    ticket,
    law,
    found: finds.length > 0,
    foundBy: finds[0]?.first ?? [],
    firstPercent: Math.round(firstShareOf(finds, law)),
    faultFree: faultFree.failed === 0 ? 'holds' : 'fails',
    seeds,
    seedsFirst: finds[0]?.place ?? null,
    seedsMedian: waits?.median ?? null,
    seedsP95: waits?.p95 ?? null,
    cpuSecondsMedian: waits === undefined ? null : Number((waits.median * perSeed).toFixed(3)),
    shrunkFaults: null,
  };
}

function lineOf(row: ZooRow): string {
  const found = row.found
    ? `found by ${row.foundBy.join(', ')} (${row.law} first in ${row.firstPercent} %), ` +
      `median ${row.seedsMedian ?? 0} seeds, p95 ${row.seedsP95 ?? 0}`
    : `NOT FOUND in ${row.seeds} seeds`;
  const calm = row.faultFree === 'holds' ? '' : '; FAILS WITHOUT FAULTS';
  return `${row.id.padEnd(36)} ${found}${calm}`;
}

/** Seeds of the unchanged engine in which some law does not hold. */
async function judgeClean(
  source: Source,
  options: ZooOptions,
  signal: AbortSignal,
): Promise<number> {
  if (options.cleanSeeds === 0) return 0;
  const runner = poolRunner(source, Math.max(1, options.workers));
  const sweep = openSweep(source.scenario);
  try {
    const seeds = { count: options.cleanSeeds, at: (index: number) => String(index) };
    const limits = { deadline: Infinity, signal, progress: () => undefined };
    await sweepSeeds(runner, seeds, sweep, limits);
    return sweep.failures.length;
  } finally {
    await runner.close();
  }
}

function tell(rows: readonly ZooRow[], falseAlarms: number, options: ZooOptions): void {
  const score = rows.filter(({ found }) => found).length / Math.max(1, rows.length);
  const { cleanSeeds } = options;
  if (options.json) {
    const document = { schemaVersion: 1, mutants: rows, score, cleanSeeds, falseAlarms };
    print(`${JSON.stringify(document, null, 2)}\n`);
    return;
  }
  print(rows.map((row) => `${lineOf(row)}\n`).join(''));
  const percent = (100 * score).toFixed(0);
  print(`mutation score ${percent} %, ${falseAlarms} false alarms in ${cleanSeeds} clean seeds\n`);
}
