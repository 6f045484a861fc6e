/**
 * The command `merge`: the parts of campaigns, from files of `--reporter shard`, as one run. Parts
 * of the same scenario are one campaign.
 */
import { isDeepStrictEqual } from 'node:util';
import process from 'node:process';

import { InputError } from '../campaign/input-error.js';
import { readJson } from '../campaign/json-text.js';
import {
  exitOfVerdict,
  foldSeed,
  openSweep,
  summaryOf,
  worstOf,
  type SeedOutcome,
  type Summary,
} from '../explore/sweep.js';
import {
  shardLine,
  type Corpus,
  type CorpusPlan,
  type Results,
  type ShardEnd,
  type Trail,
} from '../report/report.js';
import { isTooDeep, TOO_DEEP } from '../run/document.js';
import type { Scenario } from '../run/scenario.js';
import { runLine } from './command-lines.js';
import { cpuMeter } from './cpu.js';
import { calledAs, quoted } from './folder.js';
import { scenarioOf } from './inputs.js';
import { readLines } from './line-file.js';
import { rangeOf, tellingOf, type Args } from './options.js';
import { hint } from './output.js';
import { openReports, tellsFindings, type Reports } from './reports.js';

/** What one file holds of one scenario: its outcomes, and the line that ends them. */
type Part = Readonly<{ file: string; outcomes: readonly SeedOutcome[]; end: ShardEnd }>;

type Parts = readonly [Part, ...Part[]];

/** All that is there of one scenario. */
type Campaign = Readonly<{ scenario: Scenario; parts: Parts }>;

const REMEDY = 'name files that `flinch run --reporter shard=FILE` wrote';

/** Runs the command; sets the exit code, as `run` does. */
export async function mergeCommand(args: Args): Promise<void> {
  const { reporters, detail } = tellingOf(args);
  const files = [args['files']].flat().map(String);
  const campaigns = await campaignsIn(files);
  const { GITHUB_STEP_SUMMARY: summaryFile } = process.env;
  const reports = await openReports(reporters, detail, summaryFile || undefined);
  const cpuSeconds = cpuMeter();
  try {
    const all = campaigns.map((campaign) => told(campaign, reports, cpuSeconds));
    for (const { scenario, findings } of tellsFindings(reporters) ? [] : all)
      for (const { verdict, message } of findings)
        hint(`${all.length > 1 ? `${scenario}: ` : ''}${verdict}: ${message}`);
    reports.close();
    process.exitCode = exitOfVerdict[worstOf(all.map(({ verdict }) => verdict))];
  } finally {
    reports.discard();
  }
}

/** Folds the parts of one scenario, and shows them to the reports. */
function told({ parts, scenario }: Campaign, reports: Reports, cpuSeconds: () => number): Summary {
  const seeds = rangeOf(parts[0].end.seeds);
  const { judged, differing } = joined(parts);
  const sweep = openSweep(scenario);
  const report = reports.begin(scenario.name);
  for (let place = 0; place < seeds.count; place += 1) {
    const outcome = judged.get(seeds.at(place));
    if (outcome === undefined) continue;
    foldSeed(sweep, outcome);
    report.seen(outcome);
  }
  const nondeterministic = [...parts.flatMap((part) => part.end.nondeterministic), ...differing];
  const missing = missingText(parts, seeds.count - judged.size);
  const corpus = corpusOf(parts);
  const summary = summaryOf(sweep, {
    asked: seeds.count,
    seedsMin: 1,
    interrupted: false,
    nondeterministic,
    corpus: corpus?.plans ?? [],
    ...(missing === undefined ? {} : { missing }),
  });
  report.end(resultsOf(parts, { summary, scenario, nondeterministic, corpus }, cpuSeconds()));
  return summary;
}

/** The parts in files by their scenario, in the order in which scenarios come first. */
async function campaignsIn(files: readonly string[]): Promise<readonly Campaign[]> {
  const campaigns = new Map<string, [Part, ...Part[]]>();
  for (const file of files)
    for (const part of await partsIn(file)) {
      const { name } = part.end.scenario;
      const others = campaigns.get(name);
      if (others === undefined) campaigns.set(name, [part]);
      else others.push(part);
    }
  return [...campaigns.values()].map((parts) => {
    const [{ file, end }] = parts;
    for (const part of parts) refuseOther(parts[0], part);
    return { parts, scenario: scenarioOf(JSON.stringify(end.scenario), `${file} (scenario)`) };
  });
}

/**
 * Reads the parts in a file.
 *
 * @throws InputError with the line that is none of a part
 */
async function partsIn(file: string): Promise<readonly Part[]> {
  const parts: Part[] = [];
  let outcomes: SeedOutcome[] = [];
  await readLines(file, REMEDY, (text, number) => {
    const wrong = (what: string): InputError => new InputError(`${file}:${number}: ${what}`);
    const line = shardLine(valueOf(text, wrong));
    if (typeof line === 'string') throw wrong(`${line}; ${REMEDY}`);
    if ('outcome' in line) outcomes.push(line.outcome);
    else {
      parts.push({ file, outcomes, end: line.end });
      outcomes = [];
    }
  });
  if (parts.length === 0 || outcomes.length > 0)
    throw new InputError(`${file}: its last line is missing; ${REMEDY}`);
  return parts;
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
function joined(parts: Parts): Readonly<{
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
function missingText(parts: Parts, missing: number): string | undefined {
  if (missing === 0) return undefined;
  const there = new Set(parts.map(({ end }) => end.shard.index));
  const [
    {
      end: {
        shard: { of },
      },
    },
  ] = parts;
  const absent = Array.from({ length: of }, (_, place) => place + 1).filter((n) => !there.has(n));
  const cut = parts.filter(({ end }) => end.interrupted).map(({ file }) => file);
  const why = [
    ...(absent.length === 0 ? [] : [`part ${absent.join(', ')} of ${of} is not here`]),
    ...(cut.length === 0 ? [] : [`${cut.join(', ')} was interrupted`]),
  ];
  return [`${missing} seeds are missing`, ...why].join('; ');
}

/** What the corpus came to in all parts; a plan that came out otherwise is not deterministic. */
function corpusOf(parts: Parts): Corpus | undefined {
  const there = parts.flatMap(({ end }) => end.corpus ?? []);
  if (there.length === 0) return undefined;
  const plans = new Map<string, CorpusPlan>();
  for (const plan of there.flatMap((corpus) => corpus.plans)) {
    const before = plans.get(plan.plan) ?? plan;
    const message = 'it came out otherwise in two files';
    const differs = { ...plan, verdict: 'nondeterministic', laws: [], message } as const;
    plans.set(plan.plan, isDeepStrictEqual(before, plan) ? plan : differs);
  }
  const stored = [...new Set(there.flatMap((corpus) => corpus.stored))].sort();
  return { plans: [...plans.values()], stored };
}

function resultsOf(
  parts: Parts,
  told: Pick<Results, 'summary' | 'scenario' | 'nondeterministic' | 'corpus'>,
  cpuSeconds: number,
): Results {
  const [{ end }] = parts;
  const { scenarioFile: file, seeds, engineSha256, mutant, lines } = end;
  const trails = new Map<string, Trail>(parts.flatMap((part) => Object.entries(part.end.trails)));
  const called = { file, scenario: told.scenario, mutant: mutant ?? undefined };
  return {
    ...told,
    trailOf: (seed) => trails.get(seed) ?? { folder: null, replay: runLine(called, seed) },
    seeds,
    part: { shard: { index: 1, of: 1 }, seeds, engine: () => engineSha256, mutant },
    explain: `${calledAs()} explain configuration ${quoted(file)}`,
    file,
    lineOf: (law) => lines[law] ?? 1,
    story: '',
    cpuSeconds,
  };
}
