/**
 * The module hook of a worker that runs a mutant: one module comes from memory, every other one
 * from its file.
 */
import type { LoadHook } from 'node:module';

/** Environment variable in which a worker finds the module that it replaces. */
export const MUTANT_VARIABLE = 'FLINCH_MUTANT';

type Replacement = Readonly<{ url: string; source: string }>;

let replacement: Replacement | undefined;

/** Called once, with what was registered. */
export function initialize(data: Replacement): void {
  replacement = data;
}

/** Gives the replaced module its mutated source. */
export const load: LoadHook = (url, context, nextLoad) => {
  if (url !== replacement?.url) return nextLoad(url, context);
  return { format: 'module', source: replacement.source, shortCircuit: true };
};
