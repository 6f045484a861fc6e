/**
 * Failing seeds, and failing plans of the corpus, are run again, with a recorder, and leave a
 * folder each. The second run must give the fingerprint of the first: where it does not, that is
 * the graver finding.
 */
import { join } from 'node:path';

import { dataOf, sourceOf, type Recording, type Runner, type Source } from '../campaign/runner.js';
import type { Failure, Sweep, SweepVerdict } from '../explore/sweep.js';
import { digestOfCode } from '../outside/user-modules.js';
import { rankOf } from '../report/report.js';
import { planOf, type Plan } from '../run/plan.js';
import { codeOf } from '../run/scenario.js';
import { engineDigest } from './engine-digest.js';
import { folderName, writeFolder, type FolderFacts } from './folder.js';
import type { NamedMutant } from './mutants.js';
import { versionOfPackage } from './version.js';

export type Facts = Readonly<{
  source: Source;
  named: NamedMutant | undefined;
  /** Most failing seeds that leave a folder. */
  failuresMax: number;
  /** Where the folders go. */
  out: string;
}>;

/** What was kept of the failing seeds. */
export type Kept = Readonly<{
  /** Folders by seed. */
  folders: ReadonlyMap<string, string>;
  nondeterministic: readonly string[];
  /** The recording of the last of them; the only one, if one seed was asked for. */
  recording: Recording | undefined;
}>;

/** Nothing, before any seed has failed. */
export const nothingKept: Kept = {
  folders: new Map(),
  nondeterministic: [],
  recording: undefined,
};

/** Runs failing seeds again with a recorder; each leaves a folder, the gravest first. */
export async function keepFailures(
  runner: Pick<Runner, 'record'>,
  { failures }: Pick<Sweep, 'failures'>,
  facts: Facts,
): Promise<Kept> {
  const { failuresMax, out, named, source } = facts;
  const ranked = [...failures].sort((one, other) => rankOf(one) - rankOf(other));
  const bySeed = new Map<string, Failure>();
  for (const failure of ranked)
    if (!bySeed.has(failure.seed) && bySeed.size < failuresMax) bySeed.set(failure.seed, failure);
  const folders = new Map<string, string>();
  const nondeterministic: string[] = [];
  let recording: Recording | undefined;
  for (const [seed, { fingerprint, verdict: said }] of bySeed) {
    const folder = join(out, folderName(source.scenario.name, seed, named?.mutant.id));
    const failing = { plan: planOf(source.scenario, seed), verdict: said, fingerprint, folder };
    const again = await keepPlan(runner, failing, facts);
    ({ recording } = again);
    if (again.verdict !== said) nondeterministic.push(seed);
    folders.set(seed, folder);
  }
  return { folders, nondeterministic, recording };
}

/** A plan that failed, and where it is kept. */
type FailingPlan = Readonly<{
  plan: Plan;
  verdict: SweepVerdict;
  fingerprint: string;
  folder: string;
}>;

/** Runs a plan again with a recorder, into its folder; the verdict is that of both runs. */
export async function keepPlan(
  runner: Pick<Runner, 'record'>,
  { plan, verdict: said, fingerprint, folder }: FailingPlan,
  facts: Facts,
): Promise<Readonly<{ recording: Recording; verdict: SweepVerdict }>> {
  const recording = await runner.record(plan);
  const differs = said === 'violated' && recording.fingerprint !== fingerprint;
  const verdict = differs ? 'nondeterministic' : said;
  const about = aboutOf({ ...facts, source: sourceOf(facts.source, plan) });
  await writeFolder(folder, { recording, verdict, about });
  return { recording, verdict };
}

function codeInFolder({ scenario, codeFolder }: Source): FolderFacts['about']['code'] {
  const references = codeOf(scenario.job);
  if (codeFolder === undefined || references.length === 0) return null;
  return { folder: codeFolder, sha256: digestOfCode(references, codeFolder) };
}

/** By what plans of a source are run, as a plan file says it. */
export function aboutOf({ source, named }: Pick<Facts, 'source' | 'named'>): FolderFacts['about'] {
  return {
    folderVersion: 1,
    flinch: versionOfPackage(),
    engineSha256: engineDigest(),
    mutant: named === undefined ? null : { id: named.mutant.id, sha256: named.sha256 },
    data: { folder: source.dataFolder, sha256: dataOf(source).sha256 },
    code: codeInFolder(source),
  };
}
