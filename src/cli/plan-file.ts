/**
 * The plan file of a failure's folder: the plan, and by what it was run. It is read with the same
 * care as a scenario, since a person may have changed it.
 */
import { dirname, join, resolve } from 'node:path';

import { InputError } from '../campaign/input-error.js';
import { faultKinds } from '../faults/fault.js';
import type { Plan } from '../run/plan.js';
import { readText, scenarioOf } from './inputs.js';

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
  const file = join(folder, 'plan.json');
  const planFile = planFileOf(jsonOf(readText(file, remedy), file), file);
  const verdictFile = join(folder, 'verdict.json');
  const verdict = jsonOf(readText(verdictFile, remedy), verdictFile);
  const fingerprint = isRecord(verdict) ? verdict['fingerprint'] : undefined;
  if (typeof fingerprint !== 'string') throw wrong(verdictFile, 'fingerprint', 'a text');
  const at = (path: string): string => resolve(dirname(file), path);
  const codeFolder = planFile.code === null ? undefined : at(planFile.code.folder);
  return { planFile, dataFolder: at(planFile.data.folder), codeFolder, fingerprint };
}

/** The JSON that a text holds. */
export function jsonOf(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new InputError(`${file}: not JSON: ${(error as Error).message}`);
  }
}

/** The name of the scenario in what may be a plan file; undefined if there is none. */
export function scenarioNameIn(value: unknown): string | undefined {
  const plan = isRecord(value) ? value['plan'] : undefined;
  const scenario = isRecord(plan) ? plan['scenario'] : undefined;
  const name = isRecord(scenario) ? scenario['name'] : undefined;
  return typeof name === 'string' ? name : undefined;
}

/** The plan file that JSON holds. */
export function planFileOf(value: unknown, file: string): PlanFile {
  if (!isRecord(value) || value['folderVersion'] !== 1) throw wrong(file, 'folderVersion', '1');
  const { flinch, engineSha256, mutant, data, code, plan } = value;
  if (typeof flinch !== 'string') throw wrong(file, 'flinch', 'a version');
  if (typeof engineSha256 !== 'string') throw wrong(file, 'engineSha256', 'a digest');
  if (mutant !== null && !hasTexts(mutant, 'id', 'sha256'))
    throw wrong(file, 'mutant', 'null, or an id and a sha256');
  if (!hasTexts(data, 'folder', 'sha256')) throw wrong(file, 'data', 'a folder and a sha256');
  if (code !== null && !hasTexts(code, 'folder', 'sha256'))
    throw wrong(file, 'code', 'null, or a folder and a sha256');
  return { ...(value as PlanFile), plan: planIn(plan, file) };
}

function planIn(plan: unknown, file: string): Plan {
  if (!isRecord(plan) || plan['planVersion'] !== 1) throw wrong(file, 'plan.planVersion', '1');
  const { seed, key, faults, deviations } = plan;
  if (typeof seed !== 'string') throw wrong(file, 'plan.seed', 'a text');
  if (!isRecord(key) || !Number.isInteger(key['high']) || !Number.isInteger(key['low']))
    throw wrong(file, 'plan.key', 'two integers, high and low');
  if (!Array.isArray(faults)) throw wrong(file, 'plan.faults', 'a list');
  faults.forEach((fault: unknown, index) => {
    if (!isFault(fault)) throw wrong(file, `plan.faults.${index}`, 'a fault: when and what');
  });
  if (!Array.isArray(deviations)) throw wrong(file, 'plan.deviations', 'a list');
  const scenario = scenarioOf(JSON.stringify(plan['scenario'] ?? null), `${file} (plan.scenario)`);
  return { ...(plan as Plan), scenario };
}

function isFault(fault: unknown): boolean {
  if (!isRecord(fault)) return false;
  const { when, what } = fault;
  if (!isRecord(when) || !isRecord(what)) return false;
  const { at, aim, after } = when;
  const isAimed = isRecord(aim) && typeof aim['moment'] === 'string' && Number.isInteger(after);
  const kinds: readonly unknown[] = faultKinds;
  return kinds.includes(what['kind']) && (Number.isInteger(at) || isAimed);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function hasTexts(value: unknown, ...fields: readonly string[]): boolean {
  return isRecord(value) && fields.every((field) => typeof value[field] === 'string');
}

function wrong(file: string, field: string, needed: string): InputError {
  return new InputError(`${file}: "${field}" must be ${needed}`);
}
