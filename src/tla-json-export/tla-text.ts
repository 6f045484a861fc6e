/**
 * Values as TLA+ text, as TLC prints them: `-7`, `TRUE`, `"a\"b"`, `{1, 2}`, `<<1, 2>>`,
 * `[f |-> 1]`, `(0 :> 1 @@ 2 :> 3)` and model values by their names.
 *
 * Of strings TLA+ text spells what can stand on a line, besides the six escapes; others are
 * refused. A record with a field that is no name of TLA+ is written as the function that it is.
 *
 * Source: L. Lamport, Specifying Systems, section 15.1 (strings) and the module TLC (`:>`, `@@`).
 */
import { isName } from './name.js';
import { placeOf, refuse, within, type Place } from './refusal.js';
import type { Rec, Value } from './value.js';

/** Characters that are written behind a backslash, by the letter that stands there. */
export const escapes: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ['\\', '\\'],
  ['t', '\t'],
  ['n', '\n'],
  ['f', '\f'],
  ['r', '\r'],
]);

const escaped: ReadonlyMap<string, string> = new Map(
  [...escapes].map(([letter, character]) => [character, `\\${letter}`]),
);

/** Characters that no string of TLA+ text holds as they are. */
export const unspeakable: RegExp = /[\p{Cc}\u2028\u2029]/u;

/**
 * A value as TLA+ text, on one line.
 *
 * @throws TlaJsonError `bad-string` for a string that TLA+ cannot spell, `too-deep`
 * @example encodeTla(fn([[int(0), bool(true)]])) // '(0 :> TRUE)'
 */
export function encodeTla(value: Value): string {
  return textAt(value, placeOf('value'));
}

function textAt(value: Value, place: Place): string {
  const inner = (content: Value, step: string): string => textAt(content, within(place, step));
  const listed = (elements: readonly Value[]): string =>
    elements.map((element, index) => inner(element, `[${index}]`)).join(', ');
  switch (value.kind) {
    case 'bool':
      return value.value ? 'TRUE' : 'FALSE';
    case 'int':
      return String(value.value);
    case 'str':
      return quoted(value.value, place);
    case 'model':
      return value.name;
    case 'set':
      return `{${listed(value.elements)}}`;
    case 'seq':
      return `<<${listed(value.elements)}>>`;
    case 'rec':
      return recordText(value, place);
    case 'fn': {
      const entries = value.entries.map(
        ([key, content], index) =>
          `${inner(key, `(key ${index})`)} :> ${inner(content, `(${index})`)}`,
      );
      return `(${entries.join(' @@ ')})`;
    }
  }
}

function recordText({ fields }: Rec, place: Place): string {
  const isPlain = fields.every(([name]) => isName(name));
  const parts = fields.map(([name, content]) => {
    const text = textAt(content, within(place, `.${name}`));
    return isPlain ? `${name} |-> ${text}` : `${quoted(name, place)} :> ${text}`;
  });
  return isPlain ? `[${parts.join(', ')}]` : `(${parts.join(' @@ ')})`;
}

function quoted(text: string, place: Place): string {
  const characters = [...text].map((character) => {
    const escape = escaped.get(character);
    if (escape === undefined && unspeakable.test(character))
      return refuse('bad-string', place, `TLA+ text cannot spell ${JSON.stringify(text)}`);
    return escape ?? character;
  });
  return `"${characters.join('')}"`;
}
