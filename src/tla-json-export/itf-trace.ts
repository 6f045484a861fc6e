/**
 * Whole traces in the Informal Trace Format: the states of a behaviour, one after the other, each
 * with a value for every variable.
 *
 * The text has a line for each state, so that two traces can be compared line by line; any layout
 * is read.
 *
 * Source: Apalache ADR-015, Informal Trace Format, revision of 2025-11-11.
 */
import { namedTwice } from './json-text.js';
import { decodeAt, encodeAt, type ItfOptions, type Json } from './itf.js';
import { placeOf, refuse, within, type Place } from './refusal.js';
import type { Value } from './value.js';

/** Whatever a writer wants to say besides, as JSON. */
export type Meta = Readonly<{ [name: string]: Json }>;

export type Trace = Readonly<{
  meta: Meta;
  /** Names of constants; states may give them values. */
  params: readonly string[];
  /** Names of variables; each state gives each of them a value. */
  vars: readonly string[];
  states: readonly State[];
  /** The state that follows the last one, if the behaviour goes round in a circle. */
  loop: number | undefined;
}>;

export type State = Readonly<{
  /** Besides `index`, which is the state's place in the trace. */
  meta: Meta;
  values: ReadonlyMap<string, Value>;
}>;

const noModels: ReadonlySet<string> = new Set();

/**
 * A trace as the text of an `.itf.json` file; ends with a line feed.
 *
 * @throws TlaJsonError for a value that ITF cannot hold, and for states that do not fit the names
 */
export function encodeItfTrace(trace: Trace, { models = noModels }: ItfOptions = {}): string {
  const { meta, params, vars, states, loop } = trace;
  checkNames([...params, ...vars], placeOf('vars'));
  checkLoop(loop, states.length, placeOf('loop'));
  const lines = states.map((state, index) => {
    const place = placeOf(`states[${index}]`);
    checkState([...state.values.keys()], trace, place);
    const values = [...state.values].map(([name, value]): [string, Json] => [
      name,
      encodeAt(value, models, within(place, `.${name}`)),
    ]);
    const { index: _, ...stateMeta } = state.meta;
    return JSON.stringify({ '#meta': { index, ...stateMeta }, ...Object.fromEntries(values) });
  });
  const parts = [
    ...(Object.keys(meta).length === 0 ? [] : [`"#meta":${JSON.stringify(meta)}`]),
    ...(params.length === 0 ? [] : [`"params":${JSON.stringify(params)}`]),
    `"vars":${JSON.stringify(vars)}`,
    `"states":[\n${lines.join(',\n')}\n]`,
    ...(loop === undefined ? [] : [`"loop":${loop}`]),
  ];
  return `{${parts.join(',\n')}}\n`;
}

/**
 * The trace in the text of an `.itf.json` file.
 *
 * @throws TlaJsonError  with the place in the tree, for whatever is no trace
 */
export function decodeItfTrace(text: string, { models = noModels }: ItfOptions = {}): Trace {
  const top = placeOf('trace');
  const json = objectOf(parsed(text, top), top);
  const unknown = [...json.keys()].find((name) => !parts.has(name));
  if (unknown !== undefined)
    refuse('bad-form', top, `a trace has no ${JSON.stringify(unknown)} in ITF`);
  const params = namesOf(json.get('params') ?? [], placeOf('params'));
  const vars = namesOf(json.get('vars'), placeOf('vars'));
  checkNames([...params, ...vars], placeOf('vars'));
  const states = json.get('states');
  if (!Array.isArray(states)) return refuse('bad-form', placeOf('states'), 'a list is needed here');
  const loop = json.get('loop');
  checkLoop(loop, states.length, placeOf('loop'));
  return {
    meta: metaOf(json.get('#meta'), placeOf('#meta')),
    ...{ params, vars, loop },
    states: states.map((state: unknown, index) =>
      stateOf(state, { params, vars }, models, placeOf(`states[${index}]`)),
    ),
  };
}

const parts: ReadonlySet<string> = new Set(['#meta', 'params', 'vars', 'states', 'loop']);

type Names = Pick<Trace, 'params' | 'vars'>;

function stateOf(json: unknown, names: Names, models: ReadonlySet<string>, place: Place): State {
  const fields = objectOf(json, place);
  const { index: _, ...meta } = metaOf(fields.get('#meta'), within(place, '.#meta'));
  fields.delete('#meta');
  checkState([...fields.keys()], names, place);
  const values = new Map<string, Value>();
  for (const [name, value] of fields)
    values.set(name, decodeAt(value, models, within(place, `.${name}`)));
  return { meta, values };
}

function parsed(text: string, place: Place): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return refuse('not-json', place, (error as Error).message);
  }
  const twice = namedTwice(text, value);
  if (twice === undefined) return value;
  const { name, path } = twice;
  const where = path === '' ? place : placeOf(path.replace(/^\./, ''));
  return refuse('duplicate', where, `${JSON.stringify(name)} is named twice`);
}

/** The fields of an object; a Map, because no name is special in one. */
function objectOf(json: unknown, place: Place): Map<string, unknown> {
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    return refuse('bad-form', place, 'an object is needed here');
  return new Map<string, unknown>(Object.entries(json));
}

function metaOf(json: unknown, place: Place): Meta {
  return json === undefined ? {} : (Object.fromEntries(objectOf(json, place)) as Meta);
}

function namesOf(json: unknown, place: Place): readonly string[] {
  if (!Array.isArray(json)) return refuse('bad-form', place, 'a list of names is needed here');
  return json.map((name: unknown) =>
    typeof name === 'string' ? name : refuse('bad-form', place, 'a name is a string'),
  );
}

function checkNames(names: readonly string[], place: Place): void {
  const bad = names.find((name) => name === '' || name.startsWith('#'));
  if (bad !== undefined) refuse('bad-name', place, `${JSON.stringify(bad)} names no variable`);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) refuse('duplicate', place, `${JSON.stringify(twice)} is named twice`);
}

function checkState(given: readonly string[], { params, vars }: Names, place: Place): void {
  const missing = vars.find((name) => !given.includes(name));
  if (missing !== undefined) refuse('bad-form', place, `lacks the variable ${missing}`);
  const more = given.find((name) => !vars.includes(name) && !params.includes(name));
  if (more !== undefined)
    refuse('bad-form', place, `${JSON.stringify(more)} is in no list of names`);
}

function checkLoop(
  loop: unknown,
  states: number,
  place: Place,
): asserts loop is number | undefined {
  if (loop === undefined) return;
  const isIndex = typeof loop === 'number' && Number.isInteger(loop) && loop >= 0 && loop < states;
  if (!isIndex) refuse('bad-form', place, `needs the index of one of ${states} states`);
}
