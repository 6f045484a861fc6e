/** The command `replay`: the plan of a failure's folder, run once more and compared. */
import process from 'node:process';

import { InputError } from '../campaign/input-error.js';
import { dataOf, localRunner, type Mutant, type Source } from '../campaign/runner.js';
import { exitOfVerdict, verdictOfSeed, type SeedOutcome } from '../explore/sweep.js';
import { digestOfCode } from '../outside/user-modules.js';
import { replayDocument, replayText } from '../report/report.js';
import { codeOf } from '../run/scenario.js';
import { engineDigest } from './engine-digest.js';
import { checkSource } from './inputs.js';
import { mutantNamed, type NamedMutant } from './mutants.js';
import { hint, print, verdictLine } from './output.js';
import { readFolder, type PlanFile } from './plan-file.js';

/** Runs the command; sets the exit code. */
export async function replayCommand(args: Readonly<Record<string, unknown>>): Promise<void> {
  const folder = String(args['folder']);
  const { planFile, dataFolder, codeFolder, fingerprint: expected } = readFolder(folder);
  const { plan } = planFile;
  const allowed = args['allow-code'] === true ? codeFolder : undefined;
  const source = { scenario: plan.scenario, dataFolder, codeFolder: allowed };
  await checkSource(source, folder);
  if (dataOf(source).sha256 !== planFile.data.sha256)
    throw new InputError(`${dataFolder}: not the data of that run; its SHA-256 is another`);
  const named = planFile.mutant === null ? undefined : await mutantNamed(planFile.mutant.id);
  const changed = changeSince(planFile, named, source);
  const engine = changed === undefined ? 'same' : 'other';
  const outcome = await replayed(source, planFile, named?.mutant);
  const own = verdictOfSeed(outcome);
  const differs = engine === 'same' && outcome.fingerprint !== expected;
  const verdict = differs && own !== 'crashed' ? 'nondeterministic' : own;
  if (changed !== undefined) {
    const by = `flinch ${planFile.flinch}`;
    hint(`The ${changed} is not the one of that run (${by}); the verdict counts.`);
  }
  if (verdict === 'crashed') hint('A bug in flinch; please report it, with this folder.');
  if (args['json'] === true) {
    const document = replayDocument(outcome, verdict, expected, engine);
    print(`${JSON.stringify(document, null, 2)}\n`);
  } else {
    print(verdictLine(verdict, plan.scenario.name) + replayText(outcome, expected));
  }
  process.exitCode = exitOfVerdict[verdict];
}

function isSameEngine({ engineSha256, mutant }: PlanFile, named: NamedMutant | undefined): boolean {
  return engineSha256 === engineDigest() && mutant?.sha256 === named?.sha256;
}

/** What is not as it was in the run of the folder: then its fingerprint need not be the same. */
function changeSince(
  planFile: PlanFile,
  named: NamedMutant | undefined,
  { codeFolder }: Source,
): string | undefined {
  if (!isSameEngine(planFile, named)) return 'engine';
  const { code, plan } = planFile;
  if (code === null || codeFolder === undefined) return undefined;
  const isSame = code.sha256 === digestOfCode(codeOf(plan.scenario.job), codeFolder);
  return isSame ? undefined : 'code of the user';
}

async function replayed(
  source: Source,
  { plan }: PlanFile,
  mutant: Mutant | undefined,
): Promise<SeedOutcome> {
  if (mutant === undefined) return localRunner(source).judgePlan(plan);
  const { poolRunner } = await import('../campaign/pool.js');
  const runner = poolRunner(source, 1, mutant);
  try {
    return await runner.judgePlan(plan);
  } finally {
    await runner.close();
  }
}
