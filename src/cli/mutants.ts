/** Mutants by name: the one place where a command asks the zoo for a deliberate bug. */
import { createHash } from 'node:crypto';

import { InputError } from '../campaign/input-error.js';
import type { Mutant } from '../campaign/runner.js';

/** A mutant for workers, and the digest of its diff: another under the same name is noticed. */
export type NamedMutant = Readonly<{ mutant: Mutant; sha256: string }>;

/**
 * The mutant of that name.
 *
 * @throws InputError when there is none, with those that there are, or when it cannot be used
 */
export async function mutantNamed(id: string): Promise<NamedMutant> {
  const { MutantError, mutantOf, readMutant } = await import('../explore/mutant.js');
  try {
    const diff = JSON.stringify(readMutant(id).patch.hunks);
    const sha256 = createHash('sha256').update(diff).digest('hex');
    return { mutant: await mutantOf(id), sha256 };
  } catch (error) {
    if (error instanceof MutantError) throw new InputError(`--mutant ${error.message}`);
    throw error;
  }
}
