/**
 * Reads the TLA+ text of a value. It knows values and no expressions: what would have to be
 * computed first, as `2..4` or `1 + 1`, is refused with its place.
 *
 * Source: as in tla-text.ts. `[]` is what TLC prints for the record without fields.
 */
import { isName } from './name.js';
import { placeOf, refuse, TlaJsonError, within, type Place } from './refusal.js';
import { escapes, unspeakable } from './tla-text.js';
import { bool, fn, int, model, seq, set, str, type FnEntry, type Value } from './value.js';

/** The text, and how far it is read. */
type Cursor = { readonly text: string; at: number };

/**
 * The value that a text spells; space and line feeds between its parts do not matter.
 *
 * @throws TlaJsonError `syntax` and others, with line and column, both from 1
 */
export function decodeTla(text: string): Value {
  const cursor: Cursor = { text, at: 0 };
  const value = valueAt(cursor, placeOf(''));
  skipSpace(cursor);
  if (cursor.at < text.length) fail(cursor, 'the value ends before this');
  return value;
}

function valueAt(cursor: Cursor, depth: Place): Value {
  skipSpace(cursor);
  const start = cursor.at;
  if (takes(cursor, '<<')) return seq(listAt(cursor, '>>', deeper(cursor, depth)));
  if (takes(cursor, '{')) return set(listAt(cursor, '}', deeper(cursor, depth)));
  if (takes(cursor, '[')) return recordAt(cursor, start, deeper(cursor, depth));
  if (takes(cursor, '(')) return functionAt(cursor, start, deeper(cursor, depth));
  if (takes(cursor, '"')) return placed(cursor, start, () => str(stringAt(cursor, start)));
  return wordAt(cursor);
}

/** Numbers, TRUE, FALSE and model values. */
function wordAt(cursor: Cursor): Value {
  const start = cursor.at;
  const isNegative = takes(cursor, '-');
  if (isNegative) skipSpace(cursor);
  const word = take(cursor, /\w+/y);
  if (/^\d+$/.test(word)) return int(isNegative ? -BigInt(word) : BigInt(word));
  if (!isNegative) {
    if (word === 'TRUE' || word === 'FALSE') return bool(word === 'TRUE');
    if (isName(word)) return model(word);
  }
  cursor.at = start;
  return fail(cursor, 'a value is needed here');
}

function listAt(cursor: Cursor, end: string, depth: Place): Value[] {
  const elements: Value[] = [];
  if (closes(cursor, end)) return elements;
  do elements.push(valueAt(cursor, depth));
  while (closes(cursor, ','));
  expect(cursor, end, `a comma or ${end}`);
  return elements;
}

function recordAt(cursor: Cursor, start: number, depth: Place): Value {
  const entries: FnEntry[] = [];
  if (closes(cursor, ']')) return seq([]);
  do {
    skipSpace(cursor);
    const name = take(cursor, /\w+/y);
    if (!isName(name)) return fail(cursor, 'the name of a field is needed here', name.length);
    expect(cursor, '|->', '|->');
    entries.push([str(name), valueAt(cursor, depth)]);
  } while (closes(cursor, ','));
  expect(cursor, ']', 'a comma or ]');
  return placed(cursor, start, () => fn(entries));
}

function functionAt(cursor: Cursor, start: number, depth: Place): Value {
  const entries: FnEntry[] = [];
  do {
    const key = valueAt(cursor, depth);
    expect(cursor, ':>', ':>');
    entries.push([key, valueAt(cursor, depth)]);
  } while (closes(cursor, '@@'));
  expect(cursor, ')', '@@ or )');
  return placed(cursor, start, () => fn(entries));
}

/** What stands between the quotation marks. */
function stringAt(cursor: Cursor, start: number): string {
  const characters: string[] = [];
  for (;;) {
    const character = cursor.text.charAt(cursor.at);
    if (character === '') {
      cursor.at = start;
      return fail(cursor, 'this string does not end');
    }
    if (unspeakable.test(character)) return fail(cursor, 'no string goes over the end of a line');
    cursor.at += 1;
    if (character === '"') return characters.join('');
    if (character !== '\\') characters.push(character);
    else characters.push(escapeAt(cursor));
  }
}

function escapeAt(cursor: Cursor): string {
  const character = escapes.get(cursor.text.charAt(cursor.at));
  if (character === undefined) return fail(cursor, 'TLA+ has no such escape', 1);
  cursor.at += 1;
  return character;
}

function skipSpace(cursor: Cursor): void {
  take(cursor, /\s*/y);
}

/** What a sticky pattern finds here; empty if it finds nothing. */
function take(cursor: Cursor, pattern: RegExp): string {
  pattern.lastIndex = cursor.at;
  const [found = ''] = pattern.exec(cursor.text) ?? [];
  cursor.at += found.length;
  return found;
}

function takes(cursor: Cursor, token: string): boolean {
  const isThere = cursor.text.startsWith(token, cursor.at);
  if (isThere) cursor.at += token.length;
  return isThere;
}

/** The token, behind any space. */
function closes(cursor: Cursor, token: string): boolean {
  skipSpace(cursor);
  return takes(cursor, token);
}

function expect(cursor: Cursor, token: string, wanted: string): void {
  if (!closes(cursor, token)) fail(cursor, `${wanted} is needed here`);
}

function deeper(cursor: Cursor, depth: Place): Place {
  return placed(cursor, cursor.at, () => within(depth, ''));
}

/** Gives a refusal that knows no place the one where its text begins. */
function placed<T>(cursor: Cursor, start: number, make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof TlaJsonError) || error.place !== '') throw error;
    return refuse(error.code, placeOf(lineAndColumn(cursor.text, start)), error.message);
  }
}

/** Refuses the text at the cursor, or so many characters before it. */
function fail(cursor: Cursor, message: string, back = 0): never {
  const place = lineAndColumn(cursor.text, cursor.at - back);
  return refuse('syntax', placeOf(place), message);
}

function lineAndColumn(text: string, at: number): string {
  const before = text.slice(0, at);
  const line = before.split('\n').length;
  const column = [...before.slice(before.lastIndexOf('\n') + 1)].length + 1;
  return `${line}:${column}`;
}
