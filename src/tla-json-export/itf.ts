/**
 * Values in the Informal Trace Format, both ways: what is written is read back as the same value,
 * and what would be read back as another, or by other tools as another, is refused.
 *
 * Source: Apalache ADR-015, Informal Trace Format, revision of 2025-11-11. Integers are written as
 * `{"#bigint":"-7"}`; JSON numbers, which older files hold, are read where they are exact. A
 * sequence is written as a list; `#tup` is read as the same.
 */
import { placeOf, refuse, TlaJsonError, within, type Place } from './refusal.js';
import { bool, fn, int, model, seq, set, str, type FnEntry, type Value } from './value.js';

/** What JSON holds. */
export type Json =
  null | boolean | number | string | readonly Json[] | Readonly<{ [name: string]: Json }>;

export type ItfOptions = Readonly<{
  /**
   * Names of model values. ITF writes them as strings, so only the reader knows: a string of that
   * name is read as the model value, and a string that would be taken for one is not written.
   */
  models?: ReadonlySet<string>;
}>;

const noModels: ReadonlySet<string> = new Set();

/**
 * A value as ITF.
 *
 * @throws TlaJsonError `variant`, `reserved-field`, `model-value` or `too-deep`
 * @example encodeItf(set([int(1)])) // { '#set': [{ '#bigint': '1' }] }
 */
export function encodeItf(value: Value, { models = noModels }: ItfOptions = {}): Json {
  return encodeAt(value, models, placeOf('value'));
}

/** The same, for a value that stands somewhere. */
export function encodeAt(value: Value, models: ReadonlySet<string>, place: Place): Json {
  const inner = (content: Value, step: string): Json =>
    encodeAt(content, models, within(place, step));
  switch (value.kind) {
    case 'bool':
      return value.value;
    case 'int':
      return { '#bigint': String(value.value) };
    case 'str':
      if (models.has(value.value))
        return refuse('model-value', place, `${quoted(value.value)} would be read as model value`);
      return value.value;
    case 'model':
      if (!models.has(value.name))
        return refuse('model-value', place, `name the model value ${value.name} in \`models\``);
      return value.name;
    case 'set':
      return { '#set': value.elements.map((element, index) => inner(element, `{${index}}`)) };
    case 'seq':
      return value.elements.map((element, index) => inner(element, `[${index}]`));
    case 'rec': {
      const names = value.fields.map(([name]) => name);
      checkFields(names, place);
      return Object.fromEntries(
        value.fields.map(([name, content]) => [name, inner(content, `.${name}`)]),
      );
    }
    case 'fn': {
      const pairs = value.entries.map(([key, content], index) => [
        inner(key, `(key ${index})`),
        inner(content, `(${index})`),
      ]);
      return { '#map': pairs };
    }
  }
}

/**
 * The value that ITF says.
 *
 * @param json  as `JSON.parse` gives it; anything is taken, and what is no ITF is refused
 * @throws TlaJsonError  with the place in the tree
 */
export function decodeItf(json: unknown, { models = noModels }: ItfOptions = {}): Value {
  return decodeAt(json, models, placeOf('value'));
}

/** The same, for a value that stands somewhere. */
export function decodeAt(json: unknown, models: ReadonlySet<string>, place: Place): Value {
  switch (typeof json) {
    case 'boolean':
      return bool(json);
    case 'number':
      return at(place, () => int(json));
    case 'string':
      return at(place, () => (models.has(json) ? model(json) : str(json)));
    case 'object':
      if (Array.isArray(json)) return seq(decodeList(json, models, place));
      if (json !== null) return decodeObject(json, models, place);
      break;
    default:
  }
  return refuse('bad-form', place, 'a value is a boolean, a string, a list or an object');
}

function decodeObject(json: object, models: ReadonlySet<string>, place: Place): Value {
  const fields: [string, unknown][] = Object.entries(json);
  const [first] = fields;
  if (fields.length !== 1 || first === undefined || !first[0].startsWith('#')) {
    const names = fields.map(([name]) => name);
    checkFields(names, place);
    return at(place, () =>
      fn(fields.map(([name, field]) => [str(name), decodeIn(field, models, place, `.${name}`)])),
    );
  }
  const [name, content] = first;
  switch (name) {
    case '#bigint':
      return decodeInteger(content, place);
    case '#set':
      return set(decodeList(content, models, place));
    case '#tup':
      return seq(decodeList(content, models, place));
    case '#map':
      return decodeMap(content, models, place);
    case '#unserializable':
      return refuse('unserializable', place, 'its writer could not write this value');
    default:
      return refuse('bad-form', place, `ITF has no ${quoted(name)}`);
  }
}

function decodeInteger(content: unknown, place: Place): Value {
  if (typeof content === 'string' && /^-?\d+$/.test(content)) return int(BigInt(content));
  return refuse('bad-form', place, '#bigint holds the decimal digits of an integer, as a string');
}

function decodeList(content: unknown, models: ReadonlySet<string>, place: Place): Value[] {
  if (!Array.isArray(content)) return refuse('bad-form', place, 'a list is needed here');
  // A list with holes, which no JSON has, has values that are none.
  return Array.from(content, (element, index) => decodeIn(element, models, place, `[${index}]`));
}

function decodeMap(content: unknown, models: ReadonlySet<string>, place: Place): Value {
  if (!Array.isArray(content)) return refuse('bad-form', place, '#map holds a list of pairs');
  const entries = Array.from(content, (pair: unknown, index): FnEntry => {
    if (!Array.isArray(pair) || pair.length !== 2)
      return refuse('bad-form', place, `pair ${index} of #map is no list of two`);
    const [key, value] = pair as unknown[];
    return [
      decodeIn(key, models, place, `(key ${index})`),
      decodeIn(value, models, place, `(${index})`),
    ];
  });
  return at(place, () => fn(entries));
}

function decodeIn(json: unknown, models: ReadonlySet<string>, up: Place, step: string): Value {
  return decodeAt(json, models, within(up, step));
}

/** Field names that readers of ITF do not take for a record's, in either direction. */
function checkFields(names: readonly string[], place: Place): void {
  const bad = names.find((name) => name.startsWith('#') || name.startsWith('_'));
  if (bad !== undefined)
    refuse('reserved-field', place, `${quoted(bad)}: no field begins with # or _ in ITF`);
  if (names.length === 2 && names.includes('tag') && names.includes('value'))
    refuse('variant', place, 'a record of tag and value alone is read as a variant');
}

/** Gives a refusal of `value.ts`, which knows no place, the one where it happened. */
function at<T>(place: Place, make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof TlaJsonError) || error.place !== '') throw error;
    return refuse(error.code, place, error.message);
  }
}

function quoted(text: string): string {
  return JSON.stringify(text);
}
