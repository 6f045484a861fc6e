/**
 * A part of a campaign as lines of JSON, for `flinch merge`: an outcome a seed, in the order of the
 * seeds, then one line that says which part of what it is; with several scenarios, one such part
 * behind the other. Several parts are folded as if one process had judged them all.
 */
import * as z from 'zod';
import { lawNames, type LawName } from '../check/suite.js';
import type { SeedOutcome } from '../explore/sweep.js';
import type { Trail } from './documents.js';
import type { Corpus, Reporter, Results } from './reporter.js';

/** One of `of` parts, counted from 1: the seeds of a range whose places leave that rest. */
export type Shard = Readonly<{ index: number; of: number }>;

/** The last line of a part. */
export type ShardEnd = Readonly<{
  schemaVersion: 1;
  shard: Shard;
  /** The whole range. */
  seeds: string;
  scenarioFile: string;
  scenario: Readonly<{ name: string }>;
  engineSha256: string;
  mutant: string | null;
  interrupted: boolean;
  nondeterministic: readonly string[];
  /** Where seeds that failed can be looked at. */
  trails: Readonly<Record<string, Trail>>;
  /** The line of the scenario's file that asks for each law. */
  lines: Readonly<Record<string, number>>;
  /** Only where there is one. */
  corpus?: Corpus | undefined;
}>;

/** The reporter `shard`. */
export function shardReporter(): Reporter {
  return {
    begin: () => ({
      seen: (outcome) => `${JSON.stringify(outcome)}\n`,
      end: (results) => [`${JSON.stringify(endOf(results))}\n`],
    }),
    close: () => [],
  };
}

function endOf(results: Results): ShardEnd {
  const { summary, scenario, part, trailOf, lineOf, corpus } = results;
  const failing = [...new Set(summary.failures.map(({ seed }) => seed))];
  return {
    schemaVersion: 1,
    shard: part.shard,
    seeds: part.seeds,
    scenarioFile: results.file,
    scenario,
    engineSha256: part.engine(),
    mutant: part.mutant,
    interrupted: summary.interrupted,
    nondeterministic: results.nondeterministic,
    trails: Object.fromEntries(failing.map((seed) => [seed, trailOf(seed)])),
    lines: Object.fromEntries(scenario.laws.map((law) => [law, lineOf(law)])),
    corpus,
  };
}

const count = z.int().min(0);
const text = z.string();
const law = z.enum(lawNames as [LawName, ...LawName[]]);
const trail = z.strictObject({ folder: text.nullable(), replay: text });

const samples = z.strictObject({
  complete: z.array(z.array(z.number())),
  unfinished: count,
  dropped: count,
});

const phases = z.strictObject({ recovery: samples, failover: samples, checkpoints: samples });

const outcome = z.strictObject({
  seed: text,
  reason: z.enum(['finished', 'failed', 'stopped', 'budget', 'crashed', 'nondeterministic']),
  fingerprint: z.string().regex(/^([0-9a-f]{16})?$/),
  events: count,
  at: count,
  moments: z.record(text, count),
  faults: count,
  began: count,
  laws: z.array(
    z.strictObject({
      law,
      outcome: z.enum(['holds', 'violated', 'unknown']),
      judged: count,
      index: z.int(),
      message: text,
    }),
  ),
  phases,
  error: text,
});

const plan = z.strictObject({
  plan: text,
  verdict: z.enum(['holds', 'violated', 'inconclusive', 'nondeterministic', 'crashed']),
  laws: z.array(law),
  fingerprint: text,
  faults: count,
  message: text,
  ...trail.shape,
});

const end = z.strictObject({
  schemaVersion: z.literal(1),
  shard: z.strictObject({ index: z.int().min(1), of: z.int().min(1) }),
  seeds: z.string().regex(/^\d+\.\.\d+$/),
  scenarioFile: text,
  scenario: z.looseObject({ name: text }),
  engineSha256: text,
  mutant: text.nullable(),
  interrupted: z.boolean(),
  nondeterministic: z.array(text),
  trails: z.record(text, trail),
  lines: z.record(text, count),
  corpus: z.strictObject({ plans: z.array(plan), stored: z.array(text) }).optional(),
});

/** What a line of a part is; a text that says what is wrong with it, if it is none. */
export function shardLine(
  value: unknown,
): Readonly<{ outcome: SeedOutcome }> | Readonly<{ end: ShardEnd }> | string {
  const isEnd = typeof value === 'object' && value !== null && 'shard' in value;
  if (isEnd) {
    const parsed = end.safeParse(value);
    return parsed.success ? { end: parsed.data } : mistakeIn(parsed.error);
  }
  const parsed = outcome.safeParse(value);
  return parsed.success ? { outcome: parsed.data } : mistakeIn(parsed.error);
}

function mistakeIn({ issues }: z.ZodError): string {
  const [issue] = issues;
  return [issue?.path.join('.'), issue?.message].filter(Boolean).join(': ');
}
