/**
 * What this package throws, and nothing else does: a value or a text that it will not take, with a
 * code for programs, a place for people, and words that say what would be taken.
 */

/** Why something is refused. */
export type RefusalCode =
  /** The text is no JSON. */
  | 'not-json'
  /** JSON that is not of the form that ITF has there. */
  | 'bad-form'
  /** A JSON number with a fraction, or beyond 2^53: what was meant is lost already. */
  | 'unsafe-integer'
  /** `#unserializable`: a value that its writer could not write. */
  | 'unserializable'
  /** A record with the fields `tag` and `value` alone: readers of ITF take it for a variant. */
  | 'variant'
  /** A record whose field begins with `#` or `_`: readers of ITF keep such names for themselves. */
  | 'reserved-field'
  /** A model value where only strings can be written, or a string that would be read as one. */
  | 'model-value'
  /** A function that maps one key to two values, or a name that stands twice in a list. */
  | 'duplicate'
  /** No name of TLA+, where one is needed. */
  | 'bad-name'
  /** A string with half a character, or one that TLA+ text cannot spell. */
  | 'bad-string'
  /** Text that is no TLA+ value. */
  | 'syntax'
  /** Values nested deeper than `DEPTH_MAX`. */
  | 'too-deep';

/** A refusal; `place` is a path in JSON or `line:column` in text, empty where there is none. */
export class TlaJsonError extends Error {
  override readonly name: string = 'TlaJsonError';
  readonly code: RefusalCode;
  readonly place: string;

  constructor(code: RefusalCode, place: string, message: string) {
    super(place === '' ? message : `${place}: ${message}`);
    this.code = code;
    this.place = place;
  }
}

/** How deep values may lie within values, in what is read and what is written. */
export const DEPTH_MAX = 200;

/** Where in a tree of values we are; written out when something is refused there, not before. */
export type Place = Readonly<{ up: Place | undefined; step: string; depth: number }>;

/** The place that a path begins with. */
export function placeOf(step: string): Place {
  return { up: undefined, step, depth: 0 };
}

/**
 * The place of a value within a value.
 *
 * @throws TlaJsonError `too-deep` below `DEPTH_MAX`
 */
export function within(place: Place, step: string): Place {
  const depth = place.depth + 1;
  if (depth > DEPTH_MAX) return refuse('too-deep', place, `more than ${DEPTH_MAX} values nested`);
  return { up: place, step, depth };
}

/** Throws the refusal of what stands at a place. */
export function refuse(code: RefusalCode, place: Place, message: string): never {
  throw new TlaJsonError(code, pathOf(place), message);
}

function pathOf(place: Place): string {
  const steps: string[] = [];
  for (let at: Place | undefined = place; at !== undefined; at = at.up) steps.unshift(at.step);
  return steps.join('');
}
