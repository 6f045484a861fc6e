/** The nearest known name to one that does not exist, for the hint after a typing mistake. */
import { distance } from 'fastest-levenshtein';

/** The nearest known name, if about a third of its letters differ; the first of several. */
export function nearestOf(name: string, known: readonly string[]): string | undefined {
  const near = known
    .map((candidate) => ({ candidate, away: distance(name, candidate) }))
    .filter(({ candidate, away }) => away <= Math.ceil(candidate.length / 3))
    .sort((a, b) => a.away - b.away);
  return near[0]?.candidate;
}
