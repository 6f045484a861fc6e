/** The command `zoo`: hunts every mutant, and asks the unchanged engine for false alarms. */
import { statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

import { sweepSeeds } from '../campaign/campaign.js';
import { hunt, type Hunt } from '../campaign/hunt.js';
import { InputError } from '../campaign/input-error.js';
import { poolRunner } from '../campaign/pool.js';
import type { Source } from '../campaign/runner.js';
import { firstShareOf, seedsToDetection } from '../explore/detection.js';
import {
  MutantError,
  mutantIds,
  mutantOf,
  readMutant,
  type LoadedMutant,
  type MutantHeader,
} from '../explore/mutant.js';
import { openSweep } from '../explore/sweep.js';
import { checkSource, readScenario } from './inputs.js';
import { countOf, rangeOf, textOf, workersOf, type Args } from './options.js';
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

/** A scenario of the package, by its name. */
async function shipped(name: string): Promise<Source> {
  const file = fileURLToPath(new URL(`../../scenarios/${name}.yaml`, import.meta.url));
  const source = readScenario(file);
  await checkSource(source, file);
  return source;
}

/** What was judged; less than was asked for after an interrupt. */
type Judged = { readonly rows: ZooRow[]; cleanSeeds: number; falseAlarms: number };

/** Runs the command; sets the exit code: 0 when every mutant is found and no clean seed fails. */
export async function zooCommand(args: Args): Promise<void> {
  const options = optionsOf(args);
  const mutants = await mutantsOf(options);
  const interrupt = new AbortController();
  const onInterrupt = (): void => interrupt.abort();
  process.once('SIGINT', onInterrupt);
  const judged: Judged = { rows: [], cleanSeeds: 0, falseAlarms: 0 };
  try {
    for (const ready of mutants)
      judged.rows.push(await judgeMutant(ready, options, interrupt.signal));
    await judgeClean(await shipped('small'), options, interrupt.signal, judged);
  } catch (error) {
    if (!interrupt.signal.aborted) throw error;
  } finally {
    process.removeListener('SIGINT', onInterrupt);
  }
  tell(judged, options);
  process.exitCode = interrupt.signal.aborted ? 130 : exitOf(judged);
}

function exitOf({ rows, falseAlarms }: Judged): number {
  const isGood = rows.every(({ found, faultFree }) => found && faultFree === 'holds');
  return isGood && falseAlarms === 0 ? 0 : 1;
}

function optionsOf(args: Args): ZooOptions {
  const seeds = rangeOf(textOf(args, 'seeds') ?? '1..200');
  return {
    folder: textOf(args, 'mutants'),
    from: BigInt(seeds.at(0)),
    count: seeds.count,
    cpuSecondsMax: countOf(args, 'budget', 1) ?? Infinity,
    cleanSeeds: countOf(args, 'clean', 0) ?? 1_000,
    workers: workersOf(args, 1) ?? availableParallelism(),
    json: args['json'] === true,
  };
}

type Ready = Readonly<{ header: MutantHeader; mutant: LoadedMutant }>;

/** Every mutant, ready before the first is hunted: a bad one is told at once. */
async function mutantsOf({ folder }: ZooOptions): Promise<Ready[]> {
  if (folder !== undefined && !isFolder(folder))
    throw new InputError(`--mutants ${folder}: no such folder of mutants`);
  const ids = mutantIds(folder);
  if (ids.length === 0)
    throw new InputError(`--mutants ${folder ?? 'src/zoo'}: holds no mutant (ID.patch)`);
  const ready: Ready[] = [];
  for (const id of ids) ready.push(await mutantOfFile(id, folder));
  return ready;
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false; // whatever the reason, no mutant can be read there
  }
}

/** A mutant that cannot be used is a mistake of whoever wrote it. */
async function mutantOfFile(id: string, folder: string | undefined): Promise<Ready> {
  const { header } = readable(id, folder);
  try {
    return { header, mutant: await mutantOf(id, folder) };
  } catch (error) {
    throw error instanceof MutantError ? new InputError(error.message) : error;
  }
}

/** Reading asks nothing but the file, so whatever goes wrong there is wrong with the file. */
function readable(id: string, folder: string | undefined): ReturnType<typeof readMutant> {
  try {
    return readMutant(id, folder);
  } catch (error) {
    const { message } = error as Error;
    throw new InputError(error instanceof MutantError ? message : `${id}.patch: ${message}`);
  }
}

async function judgeMutant(
  { header, mutant }: Ready,
  options: ZooOptions,
  signal: AbortSignal,
): Promise<ZooRow> {
  const { from, count, cpuSecondsMax, workers } = options;
  const range = { from, count, first: false, cpuSecondsMax };
  const result = await hunt(await shipped(header.scenario), mutant, range, workers, signal);
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

/** Counts the seeds of the unchanged engine in which some law does not hold. */
async function judgeClean(
  source: Source,
  { cleanSeeds, workers }: ZooOptions,
  signal: AbortSignal,
  judged: Judged,
): Promise<void> {
  if (cleanSeeds === 0) return;
  const runner = poolRunner(source, workers);
  const sweep = openSweep(source.scenario);
  try {
    const seeds = { count: cleanSeeds, at: String };
    const limits = { deadline: Infinity, signal, progress: () => undefined };
    await sweepSeeds(runner, seeds, sweep, limits);
  } finally {
    judged.cleanSeeds = sweep.seeds;
    judged.falseAlarms = new Set(sweep.failures.map(({ seed }) => seed)).size;
    await runner.close();
  }
}

function tell({ rows, cleanSeeds, falseAlarms }: Judged, { json }: ZooOptions): void {
  const score = rows.filter(({ found }) => found).length / Math.max(1, rows.length);
  if (json) {
    const document = { schemaVersion: 1, mutants: rows, score, cleanSeeds, falseAlarms };
    print(`${JSON.stringify(document, null, 2)}\n`);
    return;
  }
  print(rows.map((row) => `${lineOf(row)}\n`).join(''));
  const percent = (100 * score).toFixed(0);
  print(`mutation score ${percent} %, ${falseAlarms} false alarms in ${cleanSeeds} clean seeds\n`);
}
