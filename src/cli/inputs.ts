/** Scenario files: read from disk, and their data found beside them. */
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

import { hasCode, InputError } from '../campaign/input-error.js';
import type { Source } from '../campaign/runner.js';
import { parseScenario, ScenarioError, type Scenario } from '../run/scenario.js';

/**
 * Reads a scenario file.
 *
 * @throws InputError when there is none, or it has mistakes
 */
export function readScenario(file: string): Source {
  const scenario = scenarioOf(readText(file, 'name a scenario file'), file);
  return { scenario, dataFile: resolve(dirname(file), scenario.data.file) };
}

/** The text of a file; `remedy` says what to do when there is none. */
export function readText(file: string, remedy: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR'))
      throw new InputError(`${file}: no such file; ${remedy}`);
    if (hasCode(error, 'EISDIR')) throw new InputError(`${file}: is a folder; ${remedy}`);
    throw new InputError(`${file}: cannot be read: ${(error as Error).message}`);
  }
}

/** The scenario that a text holds; its mistakes are the user's. */
export function scenarioOf(text: string, file: string): Scenario {
  try {
    return parseScenario(text, file);
  } catch (error) {
    if (error instanceof ScenarioError) throw new InputError(error.message);
    throw error;
  }
}
