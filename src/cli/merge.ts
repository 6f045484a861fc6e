/** The command `merge`: the parts of a campaign, each a file of `--reporter shard`, as one run. */
import { isDeepStrictEqual } from 'node:util';
import process from 'node:process';

import { InputError } from '../campaign/input-error.js';
import { readJson } from '../campaign/json-text.js';
import {
  exitOfVerdict,
  foldSeed,
  openSweep,
  summaryOf,
  type SeedOutcome,
} from '../explore/sweep.js';
import { isTooDeep, TOO_DEEP } from '../run/document.js';
import { shardLine, type Results, type ShardEnd, type Trail } from '../report/report.js';
import { calledAs, quoted } from './folder.js';
import { scenarioOf } from './inputs.js';
import { readLines } from './line-file.js';
import { rangeOf, tellingOf, type Args } from './options.js';
import { hint } from './output.js';
import { openReports, tellsFindings } from './reports.js';

/** One file: its outcomes, and its last line. */
type Part = Readonly<{ file: string; outcomes: readonly SeedOutcome[]; end: ShardEnd }>;

const REMEDY = 'name files that `flinch run --reporter shard=FILE` wrote';

/** Runs the command; sets the exit code, as `run` does. */
export async function mergeCommand(args: Args): Promise<void> {
  const { reporters, detail } = tellingOf(args);
  const parts: Part[] = [];
  for (const file of [args['files']].flat()) parts.push(await partIn(String(file)));
  const [first] = parts;
  if (first === undefined) throw new InputError(`no file is named; ${REMEDY}`);
  for (const part of parts) refuseOther(first, part);
  const { end, file } = first;
  const scenario = scenarioOf(JSON.stringify(end.scenario), `${file} (scenario)`);
  const seeds = rangeOf(end.seeds);
  const { judged, differing } = joined(parts);
  const sweep = openSweep(scenario);
  const { GITHUB_STEP_SUMMARY: summaryFile } = process.env;
  const reports = await openReports(reporters, detail, summaryFile || undefined);
  try {
    for (let place = 0; place < seeds.count; place += 1) {
      const outcome = judged.get(seeds.at(place));
      if (outcome === undefined) continue;
      foldSeed(sweep, outcome);
      reports.seen(outcome);
    }
    const nondeterministic = [...parts.flatMap((part) => part.end.nondeterministic), ...differing];
    const missing = missingText(parts, seeds.count - judged.size);
    const summary = summaryOf(sweep, {
      asked: seeds.count,
      seedsMin: 1,
      interrupted: false,
      nondeterministic,
      ...(missing === undefined ? {} : { missing }),
    });
    if (!tellsFindings(reporters))
      for (const { verdict, message } of summary.findings) hint(`${verdict}: ${message}`);
    reports.write(resultsOf(parts, { summary, scenario, nondeterministic }));
    process.exitCode = exitOfVerdict[summary.verdict];
  } finally {
    reports.discard();
  }
}

/**
 * Reads a part.
 *
 * @throws InputError with the line that is none of a part
 */
async function partIn(file: string): Promise<Part> {
  const outcomes: SeedOutcome[] = [];
  let end: ShardEnd | undefined;
  await readLines(file, REMEDY, (text, number) => {
    const wrong = (what: string): InputError => new InputError(`${file}:${number}: ${what}`);
    if (end !== undefined) throw wrong('stands behind the end of the part; take it out');
    const line = shardLine(valueOf(text, wrong));
    if (typeof line === 'string') throw wrong(`${line}; ${REMEDY}`);
    if ('end' in line) end = line.end;
    else outcomes.push(line.outcome);
  });
  if (end === undefined) throw new InputError(`${file}: its last line is missing; ${REMEDY}`);
  return { file, outcomes, end };
}

function valueOf(text: string, wrong: (what: string) => InputError): unknown {
  const read = readJson(text);
  if ('twice' in read) throw wrong(read.twice);
  if ('damage' in read) throw wrong(`not JSON: ${read.damage}; ${REMEDY}`);
  if (isTooDeep(read.value)) throw wrong(`${TOO_DEEP}; ${REMEDY}`);
  return read.value;
}

/** Parts of one campaign agree on everything but which part they are. */
function refuseOther({ file, end }: Part, other: Part): void {
  const facts: readonly (readonly [what: string, of: (end: ShardEnd) => unknown])[] = [
    ['scenario', ({ scenario }) => scenario],
    ['engine', ({ engineSha256 }) => engineSha256],
    ['mutant', ({ mutant }) => mutant],
    ['range of seeds', ({ seeds }) => seeds],
    ['number of parts', ({ shard }) => shard.of],
  ];
  for (const [what, of] of facts)
    if (!isDeepStrictEqual(of(end), of(other.end)))
      throw new InputError(`${other.file}: has another ${what} than ${file}; merge one campaign`);
  const { index, of } = other.end.shard;
  const { count, at } = rangeOf(other.end.seeds);
  const own = new Set<string>();
  for (let place = index - 1; place < count; place += of) own.add(at(place));
  const stray = other.outcomes.find(({ seed }) => !own.has(seed));
  if (stray !== undefined)
    throw new InputError(`${other.file}: seed ${stray.seed} is none of part ${index} of ${of}`);
}

/** The outcomes by seed, each once; a seed that was judged twice must have come out the same. */
function joined(parts: readonly Part[]): Readonly<{
  judged: ReadonlyMap<string, SeedOutcome>;
  differing: readonly string[];
}> {
  const judged = new Map<string, SeedOutcome>();
  const differing = new Set<string>();
  for (const outcome of parts.flatMap(({ outcomes }) => outcomes)) {
    const before = judged.get(outcome.seed);
    if (before === undefined) judged.set(outcome.seed, outcome);
    else if (!isDeepStrictEqual(before, outcome)) differing.add(outcome.seed);
  }
  return { judged, differing: [...differing] };
}

/** Why seeds are missing; undefined if none is. */
function missingText(parts: readonly Part[], missing: number): string | undefined {
  if (missing === 0) return undefined;
  const there = new Set(parts.map(({ end }) => end.shard.index));
  const of = parts[0]?.end.shard.of ?? 1;
  const absent = Array.from({ length: of }, (_, place) => place + 1).filter((n) => !there.has(n));
  const cut = parts.filter(({ end }) => end.interrupted).map(({ file }) => file);
  const why = [
    ...(absent.length === 0 ? [] : [`part ${absent.join(', ')} of ${of} is not here`]),
    ...(cut.length === 0 ? [] : [`${cut.join(', ')} was interrupted`]),
  ];
  return [`${missing} seeds are missing`, ...why].join('; ');
}

function resultsOf(
  parts: readonly Part[],
  told: Pick<Results, 'summary' | 'scenario' | 'nondeterministic'>,
): Results {
  const [{ end }] = parts as readonly [Part, ...Part[]];
  const { scenarioFile: file, seeds, engineSha256, mutant, lines } = end;
  const trails = new Map<string, Trail>(parts.flatMap((part) => Object.entries(part.end.trails)));
  const again = (seed: string): string =>
    `${calledAs()} run ${quoted(file)} --seed ${quoted(seed)}` +
    (mutant === null ? '' : ` --mutant ${quoted(mutant)}`);
  const { user, system } = process.cpuUsage();
  return {
    ...told,
    trailOf: (seed) => trails.get(seed) ?? { folder: null, replay: again(seed) },
    seeds,
    part: { shard: { index: 1, of: 1 }, seeds, engine: () => engineSha256, mutant },
    explain: `${calledAs()} explain configuration ${quoted(file)}`,
    file,
    lineOf: (law) => lines[law] ?? 1,
    story: '',
    cpuSeconds: (user + system) / 1_000_000,
  };
}
