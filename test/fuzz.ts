/**
 * How much is fuzzed: as much as a test says; `npm run nightly` asks for a multiple of it from
 * another seed by FLINCH_FUZZ=TIMES:SEED.
 */
import process from 'node:process';

const [times = 1, seed] = (process.env['FLINCH_FUZZ'] ?? '1').split(':').map(Number);

/** Parameters of fast-check: so many runs, or a multiple; from the seed, if one is named. */
export function fuzz(numRuns: number, own?: number): { numRuns: number; seed?: number } {
  const start = seed ?? own;
  return { numRuns: numRuns * times, ...(start === undefined ? {} : { seed: start }) };
}
