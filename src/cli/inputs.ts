/** Scenario files: read from disk, and their data found beside them. */
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { isNode, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';

import { firstRowOf } from '../campaign/data.js';
import { hasCode, InputError } from '../campaign/input-error.js';
import { codeOfSource, dataOf, type Source } from '../campaign/runner.js';
import { JobError } from '../job/job-error.js';
import { nameOfCode } from '../job/user-code.js';
import type { FirstRow } from '../run/data.js';
import {
  codeOf,
  jobMistake,
  parseScenario,
  ScenarioError,
  type Scenario,
} from '../run/scenario.js';

/**
 * Reads a scenario file.
 *
 * @param allowCode  whether the user's modules may be loaded
 * @throws InputError when there is none, or it has mistakes
 */
export function readScenario(file: string, allowCode = false): Source {
  const folder = dirname(resolve(file));
  const text = readText(file, 'name a scenario file');
  const scenario = scenarioOf(text, file, (data, format) =>
    firstRowOf(resolve(folder, data), format),
  );
  return { scenario, dataFolder: folder, codeFolder: allowCode ? folder : undefined };
}

/**
 * Reads what a scenario names: its data, and code of the user.
 *
 * @param file  of the scenario, for errors
 * @throws InputError for a mistake in it, and for code that was not allowed
 */
export async function checkSource(source: Source, file: string): Promise<void> {
  const { scenario, codeFolder } = source;
  const [reference] = codeOf(scenario.job);
  if (reference !== undefined && codeFolder === undefined)
    throw new InputError(
      `${file}: names code of the user, ${nameOfCode(reference)}; it is run with --allow-code only`,
    );
  dataOf(source);
  try {
    const mistake = jobMistake(scenario, await codeOfSource(source));
    if (mistake !== undefined) throw mistake;
  } catch (error) {
    if (error instanceof JobError) throw new InputError(`${file}: ${error.message}`);
    throw error;
  }
}

/** The line of a scenario's file that asks for a law; the first, where none does by name. */
export function lineOfLaw(file: string, law: string): number {
  const lines = new LineCounter();
  const document = parseDocument(readText(file, 'it was there'), { lineCounter: lines });
  const asked: unknown = document.get('laws');
  const isNamed = (item: unknown): boolean => isScalar(item) && item.value === law;
  const found = isSeq(asked) ? asked.items.find(isNamed) : undefined;
  const start = isNode(found) ? found.range?.[0] : undefined;
  return start === undefined ? 1 : lines.linePos(start).line;
}

/** The text of a file; `remedy` says what to do when there is none. */
export function readText(file: string, remedy: string): string {
  if (file === '') throw new InputError(`the name of a file is empty; ${remedy}`);
  const bytes = bytesOf(file, remedy);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new InputError(`${file}: is not a text in UTF-8; save it as one`);
  }
}

function bytesOf(file: string, remedy: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR'))
      throw new InputError(`${file}: no such file; ${remedy}`);
    if (hasCode(error, 'EISDIR')) throw new InputError(`${file}: is a folder; ${remedy}`);
    throw new InputError(`${file}: cannot be read: ${(error as Error).message}`);
  }
}

/** The scenario that a text holds; its mistakes are the user's. */
export function scenarioOf(text: string, file: string, firstRow?: FirstRow): Scenario {
  return inputOf(() => parseScenario(text, file, firstRow));
}

/** What is read of a file of the user; its mistakes are theirs. */
export function inputOf<Value>(read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    if (error instanceof ScenarioError) throw new InputError(error.message);
    throw error;
  }
}
