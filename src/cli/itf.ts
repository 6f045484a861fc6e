/** The text of `run --itf`: the checkpoint coordinator of one run as an ITF trace. */
import { encodeItfTrace } from 'tla-json-export';

import type { Recording } from '../campaign/runner.js';
import { coordinatorTrace } from '../tla/coordinator-trace.js';
import { versionOfPackage } from './version.js';

/**
 * The trace of a recording, and the number of its states.
 *
 * @param mutant  the bug that was swapped in, if one was
 */
export function itfOf(
  { plan, fingerprint, entries }: Recording,
  mutant: string | undefined,
): Readonly<{ text: string; states: number }> {
  const trace = coordinatorTrace(entries, {
    source: `flinch ${versionOfPackage()}`,
    scenario: plan.scenario.name,
    seed: plan.seed,
    mutant: mutant ?? null,
    fingerprint,
  });
  return { text: encodeItfTrace(trace), states: trace.states.length };
}
