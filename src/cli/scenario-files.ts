/** The scenarios of one run: each file is read and checked before any seed is judged. */
import { existsSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { InputError } from '../campaign/input-error.js';
import type { Source } from '../campaign/runner.js';
import { checkSource, readScenario } from './inputs.js';
import { noMistakes } from './mistakes.js';

/** A scenario, and the file that it was read from. */
export type ScenarioFile = Readonly<{ file: string; source: Source }>;

/**
 * Reads scenarios.
 *
 * @param names      of files, and of folders: each stands for the YAML files in it
 * @param allowCode  whether the user's modules may be loaded
 * @throws InputError that tells the mistakes of all files
 */
export async function readScenarios(
  names: readonly string[],
  allowCode: boolean,
): Promise<readonly ScenarioFile[]> {
  const mistakes = noMistakes();
  const paths = new Set<string>();
  const fileByName = new Map<string, string>();
  const scenarios: ScenarioFile[] = [];
  const read = async (file: string): Promise<void> => {
    const path = existsSync(file) ? realpathSync(file) : file;
    if (paths.has(path)) throw new InputError(`${file}: is named twice; name it once`);
    paths.add(path);
    const source = readScenario(file, allowCode);
    const { name } = source.scenario;
    const other = fileByName.get(name);
    if (other !== undefined)
      throw new InputError(`${file}: its name is ${name}, as that of ${other}; rename one`);
    fileByName.set(name, file);
    await checkSource(source, file);
    scenarios.push({ file, source });
  };
  for (const name of names)
    for (const file of (await mistakes.in(() => filesOf(name))) ?? [])
      await mistakes.in(() => read(file));
  mistakes.check();
  return scenarios;
}

/** The files that a name stands for. */
function filesOf(name: string): readonly string[] {
  if (!existsSync(name) || !statSync(name).isDirectory()) return [name];
  const files = readdirSync(name).filter((file) => /\.ya?ml$/.test(file));
  if (files.length === 0)
    throw new InputError(`${name}: is a folder without *.yaml; name a scenario file`);
  return files.sort().map((file) => join(name, file));
}
