/**
 * The file of `run --itf`: the checkpoint coordinator of one run as an ITF trace. It is written
 * under another name and renamed when it is whole, so nobody meets half of one.
 */
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import process from 'node:process';
import { encodeItfTrace } from 'tla-json-export';

import { InputError } from '../campaign/input-error.js';
import type { Recording } from '../campaign/runner.js';
import { coordinatorTrace } from '../tla/coordinator-trace.js';
import { shownPath } from './folder.js';
import { versionOfPackage } from './version.js';

/**
 * Writes the trace of a recording; gives the number of its states.
 *
 * @param mutant  the bug that was swapped in, if one was
 * @throws InputError when it cannot be written
 */
export async function writeItfFile(
  file: string,
  { plan, fingerprint, entries }: Recording,
  mutant: string | undefined,
): Promise<number> {
  const trace = coordinatorTrace(entries, {
    source: `flinch ${versionOfPackage()}`,
    scenario: plan.scenario.name,
    seed: plan.seed,
    mutant: mutant ?? null,
    fingerprint,
  });
  const text = encodeItfTrace(trace);
  const part = `${file}.${process.pid}.part`;
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(part, text);
    await rename(part, file);
  } catch (error) {
    await rm(part, { force: true }).catch(() => undefined); // what went wrong before counts
    const { message } = error as Error;
    throw new InputError(`${shownPath(file)}: cannot be written: ${message}; see --itf`);
  }
  return trace.states.length;
}
