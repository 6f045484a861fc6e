/**
 * The effective configuration: what a scenario sets by Flink's keys, checked, with Flink's defaults
 * for the rest. Nothing that is set is passed over: a key that the engine does not honour is a
 * mistake, unless it is listed as ignored.
 */
import { nearestOf } from '../kernel/did-you-mean.js';
import { invariant } from '../kernel/invariant.js';
import type { Micros } from '../kernel/time.js';
import { durationText, microsOf } from './duration.js';
import { constantOf, isKnownKey, keyNamed, knownKeys, renamedTo } from './key-book.js';
import { optionOf, options, type Option, type OptionForm, type Setting } from './options.js';

/** By key; durations are texts. Ignored keys stand in it as they were given. */
export type Settings = Readonly<Record<string, Setting>>;

/** One key as it was written; `path` leads to it, since groups may be nested. */
export type GivenSetting = Readonly<{ key: string; path: readonly string[]; value: unknown }>;

/** What is wrong with a key. */
export type SettingMistake = Readonly<{ path: readonly string[]; message: string }>;

type Outcome = Readonly<{ settings: Settings; mistakes: readonly SettingMistake[] }>;

/** The keys that a mapping sets, whether it writes them in one piece or nested, as Flink may. */
export function givenSettings(value: unknown): GivenSetting[] {
  return within(value, []);
}

function within(value: unknown, path: readonly string[]): GivenSetting[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return path.length === 0 ? [] : [{ key: path.join('.'), path, value }];
  return Object.entries(value).flatMap(([step, inner]) => within(inner, [...path, step]));
}

/**
 * Checks what is set and fills in the rest.
 *
 * @param ignored  keys that the engine does not honour and that are set nonetheless
 * @returns        the settings, and every mistake; with mistakes the settings are not whole
 */
export function settingsOf(given: readonly GivenSetting[], ignored: readonly string[]): Outcome {
  const settings: Record<string, Setting> = {};
  const mistakes: SettingMistake[] = [];
  for (const { key, path, value } of given) {
    const own = isKnownKey(key) ? key : (renamedTo(key) ?? key);
    const option = optionOf(own);
    const message = Object.hasOwn(settings, own)
      ? `is set twice: ${key === own ? 'a former name of it is set too' : 'it is ' + own + ' now'}`
      : keyMistake(key, own, option, ignored);
    if (message !== undefined) {
      mistakes.push({ path, message });
      continue;
    }
    const read = option === undefined ? asGiven(value) : valueOf(option.form, value);
    if ('wrong' in read) mistakes.push({ path, message: read.wrong });
    else settings[own] = read.value;
  }
  for (const { key, unset, required } of options) {
    if (Object.hasOwn(settings, key)) continue;
    if (unset !== undefined) settings[key] = unset;
    else if (required !== undefined && !mistakes.some(({ path }) => path.join('.') === key))
      mistakes.push({ path: [], message: `${key} must be set: ${required}` });
  }
  return { settings, mistakes };
}

/** What is wrong with a key itself; undefined if nothing is. */
function keyMistake(
  key: string,
  own: string,
  option: Option | undefined,
  ignored: readonly string[],
): string | undefined {
  const isIgnored = ignored.includes(key) || ignored.includes(own);
  if (option !== undefined)
    return isIgnored ? 'the engine honours this key; take it off ignore' : undefined;
  if (!isKnownKey(own)) return unknownKey(key);
  if (isIgnored) return undefined;
  const name = key === own ? 'this key' : `this key (${own} now)`;
  const near = nearestOf(key, ignored);
  const remedy =
    near === undefined
      ? 'take it out or list it under ignore'
      : `ignore lists ${near}; did you mean this key?`;
  return `Flink knows ${name}, the engine does not model it yet; ${remedy}`;
}

function unknownKey(key: string): string {
  const constant = constantOf(key);
  if (constant !== undefined)
    return `is no key since Flink 2.0, where it is fixed: ${constant}; take it out`;
  const named = keyNamed(key);
  if (named !== undefined) return `Flink has no such key; the nearest is ${named}`;
  const honoured = options.map((option) => option.key);
  const near = nearestOf(key, honoured) ?? nearestOf(key, knownKeys()) ?? mostWords(key, honoured);
  return 'Flink has no such key' + (near === undefined ? '' : `; did you mean ${near}?`);
}

/** The key that shares most words with a text, and at least half of them. */
function mostWords(text: string, keys: readonly string[]): string | undefined {
  const words = wordsOf(text);
  let best: Readonly<{ key: string; shared: number }> | undefined;
  for (const key of keys) {
    const own = wordsOf(key);
    const shared = words.filter((word) => own.some((other) => isSameWord(word, other))).length;
    if (2 * shared >= words.length && shared > (best?.shared ?? 0)) best = { key, shared };
  }
  return best?.key;
}

function wordsOf(text: string): string[] {
  const parts = text.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
  return parts.split(/[^a-z]+/).filter((word) => word.length > 2);
}

function isSameWord(one: string, other: string): boolean {
  return one === other || one.startsWith(other) || other.startsWith(one);
}

type Read = Readonly<{ value: Setting }> | Readonly<{ wrong: string }>;

/** A value of a key that is ignored. */
function asGiven(value: unknown): Read {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return { value };
  return { value: JSON.stringify(value) };
}

/** The value of an option, in one spelling. */
function valueOf(form: OptionForm, value: unknown): Read {
  switch (form.kind) {
    case 'duration':
      return durationOf(form, value);
    case 'integer':
      return integerOf(form, value);
    case 'choice':
      return choiceOf(form, value);
  }
}

/** Some 31 years: sums of times stay far below 2^53. */
const DURATION_MAX: Micros = 11_574 * 86_400_000_000;

function durationOf(
  { min, below }: Extract<OptionForm, { kind: 'duration' }>,
  value: unknown,
): Read {
  const micros =
    typeof value === 'string' || typeof value === 'number' ? microsOf(String(value)) : undefined;
  if (micros === undefined)
    return { wrong: `${shown(value)} is no duration; write it as 5s, 170ms, 10min or PT5S` };
  if (micros > DURATION_MAX) return { wrong: `must be at most ${durationText(DURATION_MAX)}` };
  if (micros >= min) return { value: durationText(micros) };
  return {
    wrong: `must be at least ${durationText(min)}${below === undefined ? '' : '; ' + below}`,
  };
}

function integerOf({ min, max }: Extract<OptionForm, { kind: 'integer' }>, value: unknown): Read {
  const isWritten = typeof value === 'string' && /^-?\d+$/.test(value);
  const number = isWritten ? Number(value) : value;
  const bounds = `from ${String(min)} to ${String(max)}`;
  if (typeof number !== 'number' || !Number.isInteger(number))
    return { wrong: `${shown(value)} is no integer; write one ${bounds}` };
  return number >= min && number <= max ? { value: number } : { wrong: `must be ${bounds}` };
}

/** Flink takes the names of choices in upper and lower case. */
function choiceOf(
  { values, others }: Extract<OptionForm, { kind: 'choice' }>,
  value: unknown,
): Read {
  const isSpelled = (one: Setting): boolean =>
    String(one).toLowerCase() === String(value).toLowerCase();
  const known = typeof value === 'object' ? undefined : values.find(isSpelled);
  if (known !== undefined) return { value: known };
  const has = values.map(String).join(' or ');
  if (others.some(isSpelled))
    return { wrong: `the engine does not model ${shown(value)} yet; it has ${has}` };
  const all = [...values, ...others].map(String);
  const near = nearestOf(String(value), all);
  const hint = near === undefined ? `; Flink has ${all.join(', ')}` : `; did you mean ${near}?`;
  return { wrong: `${shown(value)} is no value of it${hint}` };
}

function shown(value: unknown): string {
  return JSON.stringify(value) ?? 'nothing';
}

/** A duration of the effective configuration, in microseconds. */
export function settingMicros(settings: Settings, key: string): Micros {
  const micros = microsOf(String(settings[key]));
  invariant(micros !== undefined, 'an effective configuration has every duration', key);
  return micros;
}

/** A number of the effective configuration. */
export function settingNumber(settings: Settings, key: string): number {
  const number = settings[key];
  invariant(typeof number === 'number', 'an effective configuration has every number', key);
  return number;
}
