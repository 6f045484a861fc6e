/**
 * The options of `run`, and those that other commands share with it: texts from the command line
 * and the environment, as values. Numbers come as texts, because a parser that guesses turns `007`
 * and `1e3` into other seeds.
 */
import { randomBytes } from 'node:crypto';

import type { Seeds } from '../campaign/campaign.js';
import { InputError } from '../campaign/input-error.js';
import type { Detail, Shard } from '../report/report.js';
import { reporterSpecsOf, type ReporterSpec } from './reporter-specs.js';

export type RunOptions = Readonly<{
  /** Files of scenarios, or folders of them, as they were named. */
  scenarios: readonly string[];
  seeds: Seeds;
  /** The line about the seed that nobody named, if there is one. */
  announcement: string | undefined;
  /** The part of the seeds that is judged here; all of them, unless told. */
  shard: Shard;
  /** The seeds as they were asked for: a range, or one. */
  range: string;
  workers: number | undefined;
  budgetMillis: number | undefined;
  seedsMin: number;
  mutant: string | undefined;
  allowCode: boolean;
  failuresMax: number;
  out: string;
  /** The files that take the run of one seed. */
  oneRun: OneRunOptions;
  /** The folder of failing plans that are run first. */
  corpus: string | undefined;
  reporters: readonly ReporterSpec[];
  detail: Detail;
}>;

/** Files that a run of one seed is written to. */
export type OneRunOptions = Readonly<{
  /** As an ITF trace. */
  itf: string | undefined;
  /** As Flink's REST tells of its checkpoints. */
  checkpoints: string | undefined;
  /** What its restores rolled back. */
  rollbacks: string | undefined;
}>;

/** Arguments as the parser gives them. */
export type Args = Readonly<Record<string, unknown>>;
type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the options of `run`.
 *
 * @throws InputError that names the option
 */
export function runOptionsOf(args: Args, environment: Environment): RunOptions {
  const budget = textOf(args, 'time-budget');
  const budgetMillis = budget === undefined ? undefined : millisOf(budget);
  const chosen = seedsOf(args, environment, budgetMillis !== undefined);
  const isOpen = chosen.seeds.count === undefined;
  if (!isOpen && args['min-seeds'] !== undefined)
    throw new InputError('--min-seeds needs --time-budget without --seed and --seeds');
  const shard = shardOf(textOf(args, 'shard'), textOf(args, 'seeds'));
  return {
    scenarios: listOf(args, 'scenarios'),
    announcement: chosen.announcement,
    seeds: partOf(chosen.seeds, shard),
    shard,
    range: textOf(args, 'seeds') ?? chosen.seeds.at(0),
    workers: workersOf(args, 0),
    budgetMillis,
    seedsMin: countOf(args, 'min-seeds', 1) ?? 100,
    mutant: textOf(args, 'mutant'),
    allowCode: args['allow-code'] === true,
    failuresMax: countOf(args, 'max-failures', 0) ?? 10,
    out: textOf(args, 'out') ?? 'flinch-out',
    oneRun: oneRunOf(args, chosen.seeds),
    corpus: textOf(args, 'corpus'),
    ...tellingOf(args),
  };
}

/** What the options of one run write. */
const oneRunFiles = { itf: 'the trace', checkpoints: 'those', rollbacks: 'those' };

function oneRunOf(args: Args, { count }: Seeds): OneRunOptions {
  const options = new Map<string, keyof OneRunOptions>();
  const fileOf = (option: keyof OneRunOptions): string | undefined => {
    const file = textOf(args, option);
    if (file === undefined) return undefined;
    const what = oneRunFiles[option];
    if (count !== 1)
      throw new InputError(`--${option} writes ${what} of one run; name one seed with --seed`);
    const other = options.get(file);
    if (other !== undefined)
      throw new InputError(`--${other} and --${option} both name ${file}; name two files`);
    options.set(file, option);
    return file;
  };
  return {
    itf: fileOf('itf'),
    checkpoints: fileOf('checkpoints'),
    rollbacks: fileOf('rollbacks'),
  };
}

/** How the answer is told. */
export function tellingOf(args: Args): Pick<RunOptions, 'reporters' | 'detail'> {
  const reporters = reporterSpecsOf(listOf(args, 'reporter'), args['json'] === true);
  return { reporters, detail: detailOf(args) };
}

/** The part that a value of `--shard` names: `2/4`. */
function shardOf(text: string | undefined, range: string | undefined): Shard {
  if (text === undefined) return { index: 1, of: 1 };
  if (range === undefined)
    throw new InputError('--shard is a part of a range; name the whole of it with --seeds A..B');
  const [, index, of] = /^([1-9]\d{0,5})\/([1-9]\d{0,5})$/.exec(text) ?? [];
  if (index === undefined || Number(index) > Number(of))
    throw new InputError(`--shard ${text}: write the part and how many there are, as in 1/4`);
  return { index: Number(index), of: Number(of) };
}

/** Every so-many-th seed: parts of a range whose seeds grow slower take as long as the others. */
function partOf({ count, at }: Seeds, { index, of }: Shard): Seeds {
  if (of === 1 || count === undefined) return { count, at };
  const own = Math.ceil((count - index + 1) / of);
  if (own <= 0)
    throw new InputError(`--shard ${index}/${of}: there are ${count} seeds, so this part is empty`);
  return { count: own, at: (place) => at(place * of + index - 1) };
}

function detailOf({ quiet, verbose }: Args): Detail {
  if (quiet === true && verbose === true)
    throw new InputError('--quiet and --verbose exclude each other; name one of them');
  return quiet === true ? 'quiet' : verbose === true ? 'verbose' : 'normal';
}

type Chosen = Pick<RunOptions, 'seeds' | 'announcement'>;

function seedsOf(args: Args, environment: Environment, hasBudget: boolean): Chosen {
  const seed = textOf(args, 'seed');
  const range = textOf(args, 'seeds');
  if (seed !== undefined && range !== undefined)
    throw new InputError('--seed and --seeds exclude each other; name one of them');
  if (range !== undefined) return { seeds: rangeOf(range), announcement: undefined };
  if (seed !== undefined) return { seeds: one(seed, '--seed'), announcement: undefined };
  const own = environment['SIM_SEED'] ?? '';
  if (hasBudget) {
    const announcement = own === '' ? undefined : 'SIM_SEED is left aside: --time-budget counts';
    return { seeds: { count: undefined, at: String }, announcement };
  }
  if (own !== '')
    return { seeds: one(own, 'SIM_SEED'), announcement: `seed: ${own} (from SIM_SEED)` };
  const drawn = randomBytes(8).toString('hex');
  return { seeds: one(drawn, 'seed'), announcement: `seed: ${drawn} (drawn)` };
}

const SEED_MAX = 64;

function one(seed: string, name: string): Seeds {
  if (seed.length > SEED_MAX)
    throw new InputError(`${name} has ${seed.length} characters; a seed has at most ${SEED_MAX}`);
  return { count: 1, at: () => seed };
}

/** Seeds that are counted. */
export type SeedRange = Seeds & Readonly<{ count: number }>;

/** The seeds of a range A..B. */
export function rangeOf(range: string): SeedRange {
  const [, from, to] = /^(0|[1-9]\d*)\.\.(0|[1-9]\d*)$/.exec(range) ?? [];
  const first = Number(from);
  const last = Number(to);
  if (from === undefined || !Number.isSafeInteger(first) || !Number.isSafeInteger(last))
    throw new InputError(`--seeds ${range}: write two decimal integers, as in 0..99`);
  if (last < first) throw new InputError(`--seeds ${range}: ends before it begins`);
  return { count: last - first + 1, at: (index) => String(first + index) };
}

const units: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** A year. */
const BUDGET_MAX = 8_760 * 3_600_000;

function millisOf(budget: string): number {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(budget) ?? [];
  const millis = Number(amount) * (units[unit ?? ''] ?? Number.NaN);
  if (millis > 0 && millis <= BUDGET_MAX) return millis;
  const bounds = 'a time above zero and at most 8760h';
  throw new InputError(`--time-budget ${budget}: write ${bounds}, as in 500ms, 30s, 5m`);
}

/** How many worker threads; undefined when it is not said. */
export function workersOf(args: Args, least: 0 | 1): number | undefined {
  return countOf(args, 'workers', least, 256);
}

/** The value of an option; an empty one is a mistake. */
export function textOf(args: Args, name: string): string | undefined {
  const value = args[name];
  if (value === undefined) return undefined;
  if (typeof value !== 'string' || value === '') throw new InputError(`--${name} is empty`);
  return value;
}

/** The values of an option that may be said again. */
function listOf(args: Args, name: string): readonly string[] {
  return [args[name]].flat().filter((value) => typeof value === 'string');
}

/** A whole number within bounds; undefined when it is not said. */
export function countOf(
  args: Args,
  name: string,
  least: number,
  most: number = Number.MAX_SAFE_INTEGER,
): number | undefined {
  const text = textOf(args, name);
  if (text === undefined) return undefined;
  const count = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (count >= least && count <= most) return count;
  const upTo = most === Number.MAX_SAFE_INTEGER ? '' : ` and at most ${most}`;
  throw new InputError(`--${name} ${text}: write a whole number, at least ${least}${upTo}`);
}
