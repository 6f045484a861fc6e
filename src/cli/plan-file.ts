/**
 * The plan file of a failure's folder: the plan, and by what it was run. It is read with the same
 * care as a scenario, since a person may have changed it.
 */
import { dirname, join, resolve } from 'node:path';

import * as z from 'zod';

import { InputError } from '../campaign/input-error.js';
import { placeOf, readJson } from '../campaign/json-text.js';
import { documentOf, formed, partOf } from '../run/document.js';
import type { Plan } from '../run/plan.js';
import { planIn } from '../run/plan-form.js';
import { codeOf } from '../run/scenario.js';
import { inputOf, readText } from './inputs.js';

export type PlanFile = Readonly<{
  folderVersion: 1;
  /** Version of the package that wrote it. */
  flinch: string;
  /** SHA-256 over the modules that a run is computed by. */
  engineSha256: string;
  mutant: Readonly<{ id: string; sha256: string }> | null;
  /** The data: where its files are, relative to the folder, and a digest of them. */
  data: Readonly<{ folder: string; sha256: string }>;
  /** The user's modules: where they are, relative to the folder, and a digest of their files. */
  code: Readonly<{ folder: string; sha256: string }> | null;
  plan: Plan;
}>;

/** A folder that was read: its plan file, where its data is, and what the run gave. */
export type ReadFolder = Readonly<{
  planFile: PlanFile;
  dataFolder: string;
  codeFolder: string | undefined;
  /** Empty if the run crashed. */
  fingerprint: string;
}>;

/**
 * Reads the folder of a failure.
 *
 * @throws InputError that names the file and the field
 */
export function readFolder(folder: string): ReadFolder {
  const remedy = 'name a folder that a failing seed of `flinch run` left';
  if (folder === '') throw new InputError(`the name of the folder is empty; ${remedy}`);
  const file = join(folder, 'plan.json');
  const planFile = planFileOf(readText(file, remedy), file);
  const verdictFile = join(folder, 'verdict.json');
  const fingerprint = fingerprintOf(readText(verdictFile, remedy), verdictFile);
  const at = (path: string): string => resolve(dirname(file), path);
  const codeFolder = planFile.code === null ? undefined : at(planFile.code.folder);
  return { planFile, dataFolder: at(planFile.data.folder), codeFolder, fingerprint };
}

const digested = z.strictObject({ folder: z.string(), sha256: z.string() });

/** The file but for its plan. */
const form = z.strictObject({
  folderVersion: z.literal(1),
  flinch: z.string(),
  engineSha256: z.string(),
  mutant: z.strictObject({ id: z.string(), sha256: z.string() }).nullable(),
  data: digested,
  code: digested.nullable(),
  plan: z.looseObject({}),
});

/** The name of the scenario in what may be a plan file; undefined if there is none. */
export function scenarioNameIn(value: unknown): string | undefined {
  const name = partOf(value, ['plan', 'scenario', 'name']);
  return typeof name === 'string' ? name : undefined;
}

/**
 * The plan file that a text of JSON holds.
 *
 * @throws InputError with every mistake and its place
 */
export function planFileOf(text: string, file: string): PlanFile {
  const value = jsonOf(text, file);
  return inputOf(() => {
    const document = documentOf(value, text, file);
    const about = formed(document, form);
    const plan = planIn(document, ['plan']);
    if (about.code === null && codeOf(plan.scenario.job).length > 0)
      throw new InputError(`${file}: "code" must say where the code is that the job names`);
    return { ...about, plan };
  });
}

function fingerprintOf(text: string, file: string): string {
  const verdict = (jsonOf(text, file) ?? {}) as Readonly<Record<string, unknown>>;
  const { fingerprint } = verdict;
  if (typeof fingerprint === 'string') return fingerprint;
  throw new InputError(`${file}: "fingerprint" must be a text`);
}

/** The JSON that a text holds. */
export function jsonOf(text: string, file: string): unknown {
  const read = readJson(text);
  if ('twice' in read) throw new InputError(`${placeOf(file, text, read.at)}: ${read.twice}`);
  if ('damage' in read) throw new InputError(`${file}: not JSON: ${read.damage}`);
  return read.value;
}
