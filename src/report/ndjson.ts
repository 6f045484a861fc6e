/**
 * Lines of JSON, scenario by scenario: one for each plan of the corpus, then one a seed, in the
 * order of the seeds; the lines of a scenario that was interrupted end with one more, which says
 * so. Where a failing seed left its folder is known at the end only, so the lines wait for it: some
 * 500 bytes a seed.
 */
import { verdictOfSeed, type SeedOutcome } from '../explore/sweep.js';
import type { Reporter, Results, Telling } from './reporter.js';

const LINES_PER_BLOCK = 1_000;

export function ndjsonReporter(): Reporter {
  return { begin: tellingOf, close: () => [] };
}

function tellingOf(scenario: string): Telling {
  // A seed that holds is kept as its line.
  const seeds: (string | SeedOutcome)[] = [];
  return {
    seen: (outcome) => {
      seeds.push(verdictOfSeed(outcome) === 'holds' ? lineOf(scenario, outcome) : outcome);
      return '';
    },
    end: (results) => blocksOf(seeds, results),
  };
}

function* blocksOf(seeds: readonly (string | SeedOutcome)[], results: Results): Generator<string> {
  const { interrupted, seeds: counts, verdict, scenario } = results.summary;
  for (const plan of results.corpus?.plans ?? [])
    yield `${JSON.stringify({ schemaVersion: 1, scenario, ...plan })}\n`;
  for (let at = 0; at < seeds.length; at += LINES_PER_BLOCK)
    yield seeds
      .slice(at, at + LINES_PER_BLOCK)
      .map((seed) => (typeof seed === 'string' ? seed : lineOf(scenario, seed, results)))
      .join('');
  if (!interrupted) return;
  const { asked, judged } = counts;
  const mark = { interrupted, verdict, seedsAsked: asked, seedsJudged: judged };
  yield `${JSON.stringify({ schemaVersion: 1, scenario, ...mark })}\n`;
}

/** @param results  needed for a seed that does not hold */
function lineOf(scenario: string, outcome: SeedOutcome, results?: Results): string {
  const { seed, reason, fingerprint, events, at, laws, faults, error } = outcome;
  const failures = (results?.summary.failures ?? [])
    .filter((failure) => failure.seed === seed)
    .map(({ law, message, expected }) => ({ law, message, expected }));
  const differs = results?.nondeterministic.includes(seed) === true;
  const document = {
    schemaVersion: 1,
    scenario,
    seed,
    verdict: differs ? 'nondeterministic' : verdictOfSeed(outcome),
    end: reason,
    fingerprint,
    events,
    simulatedSeconds: at / 1_000_000,
    faults,
    laws: Object.fromEntries(laws.map(({ law, outcome: said }) => [law, said])),
    failures,
    error,
    ...(failures.length === 0 ? { folder: null, replay: null } : results?.trailOf(seed)),
  };
  return `${JSON.stringify(document)}\n`;
}
