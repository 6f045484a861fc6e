/** What would be right instead of a name that does not exist: the hint after a typing mistake. */
import { distance } from 'fastest-levenshtein';

/** The nearest known name, if about a third of its letters differ; the first of several. */
export function nearestOf(name: string, known: readonly string[]): string | undefined {
  const near = known
    .map((candidate) => ({ candidate, away: awayFrom(name, candidate) }))
    .filter(({ candidate, away }) => away <= Math.ceil(candidate.length / 3))
    .sort((a, b) => a.away - b.away);
  return near[0]?.candidate;
}

/** How many letters differ; upper and lower case are no more than one. */
function awayFrom(name: string, candidate: string): number {
  const least = Math.abs(name.length - candidate.length);
  if (least > Math.ceil(candidate.length / 3)) return least;
  const away = distance(name, candidate);
  const caseless = distance(name.toLowerCase(), candidate.toLowerCase());
  // Names of one letter have nothing in common where it differs.
  const isShared = caseless < Math.max(name.length, candidate.length);
  return isShared ? Math.min(away, caseless + 1) : Infinity;
}

/** Most names that a mistake lists. */
const LISTED = 30;

/**
 * The remedy for a name that does not exist: the nearest one, or those that there are.
 *
 * @param orElse  what else may have been meant where none is near
 */
export function otherName(name: string, known: readonly string[], orElse = ''): string {
  const near = nearestOf(name, known);
  if (near !== undefined) return `did you mean ${near}?`;
  const more = known.length - LISTED;
  const names = known.slice(0, LISTED).join(', ') || 'none';
  return `there are ${names}${more > 0 ? ` and ${String(more)} more` : ''}${orElse}`;
}

/**
 * What is wrong with a value that is of no form: the form that its name, or a key of it, may mean,
 * or all that there are.
 */
export function otherForm(value: unknown, known: readonly string[], forms: string): string {
  const names = namesIn(value);
  for (const name of names) {
    const near = nearestOf(name, known);
    if (near !== undefined) return `nothing is called ${name}; did you mean ${near}?`;
  }
  const [first] = names;
  return first === undefined ? forms : `nothing is called ${first}; ${forms}`;
}

/** A text, or the keys of an object. */
function namesIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.keys(value)
    : [];
}
