/**
 * Mistakes in a scenario as a person reads them: what is wrong, then what would be right. The forms
 * are zod's; its own messages speak of types where a person asks what to write.
 */
import type * as z from 'zod';
import { nearestOf, otherName } from '../kernel/did-you-mean.js';

type Issue = z.core.$ZodRawIssue;

/** A key has a line of its own: they stand at different places. */
const BETWEEN_KEYS = '\n';

/** The message of an issue; of unknown keys one each, which `messagesOf` tells apart. */
export function issueText(issue: Issue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined
        ? `is missing; it must be ${typeText(issue.expected)}`
        : `is ${shown(issue.input)}; it must be ${typeText(issue.expected)}`;
    case 'too_small':
      return boundText(issue, 'at least', issue.minimum);
    case 'too_big':
      return boundText(issue, 'at most', issue.maximum);
    case 'invalid_value':
      return valueText(issue.input, issue.values);
    case 'unrecognized_keys':
      return issue.keys.map((key) => keyText(key, fieldsOf(issue.inst))).join(BETWEEN_KEYS);
    case 'invalid_union':
      return valueText(
        (issue.input as Readonly<Record<string, unknown>>)[kindOf(issue)],
        kindsOf(issue),
      );
    default:
      return undefined;
  }
}

type Union = Extract<Issue, { code: 'invalid_union' }>;

/** The field by which the forms of a union are told apart. */
function kindOf({ discriminator }: Union): string {
  return discriminator ?? '';
}

/** What that field may be. */
function kindsOf(issue: Union): unknown[] {
  const { options } = (issue.inst as unknown as { _zod: { def: { options: Form[] } } })._zod.def;
  return options.flatMap(({ _zod }) => [...(_zod.propValues[kindOf(issue)] ?? [])]);
}

/** One form of a union, with what each field that tells them apart may be. */
type Form = Readonly<{ _zod: { propValues: Record<string, ReadonlySet<unknown> | undefined> } }>;

/** The messages of an issue with the paths of what they are about. */
export function messagesOf({ path, message, ...issue }: z.core.$ZodIssue): Told[] {
  if (issue.code !== 'unrecognized_keys') return [{ path, message }];
  const messages = message.split(BETWEEN_KEYS);
  return issue.keys.map((key, index) => ({ path: [...path, key], message: messages[index] ?? '' }));
}

type Told = Readonly<{ path: readonly PropertyKey[]; message: string }>;

function typeText(expected: string): string {
  const texts: Readonly<Record<string, string>> = {
    int: 'an integer',
    number: 'a number',
    string: 'a text',
    boolean: 'true or false',
    array: 'a list',
    object: 'a mapping',
    record: 'a mapping',
    tuple: 'a list',
  };
  return texts[expected] ?? expected;
}

function boundText(
  { origin, input }: Readonly<{ origin: string; input?: unknown }>,
  bound: string,
  limit: number | bigint,
): string {
  if (origin === 'array') return `needs ${bound} ${String(limit)} entries`;
  if (origin === 'string')
    return `is ${shown(input)}; it must have ${bound} ${String(limit)} letters`;
  return `is ${shown(input)}; it must be ${bound} ${String(limit)}`;
}

function valueText(input: unknown, values: readonly unknown[]): string {
  const known = values.map(String);
  const near = typeof input === 'string' ? nearestOf(input, known) : undefined;
  const head = input === undefined ? 'is missing' : `is ${shown(input)}`;
  if (near !== undefined) return `${head}; did you mean ${near}?`;
  return `${head}; it must be ${known.length === 1 ? '' : 'one of '}${known.join(', ')}`;
}

function keyText(key: string, fields: readonly string[]): string {
  return `there is no such field; ${otherName(key, fields)}`;
}

/** The fields of the form that refused a key, or the names that may be its keys. */
function fieldsOf(form: unknown): string[] {
  const { shape, keyType } = (form as Mapping | undefined)?._zod?.def ?? {};
  return shape === undefined ? [...(keyType?._zod.values ?? [])].map(String) : Object.keys(shape);
}

type Mapping = Readonly<{
  _zod?: { def?: { shape?: object; keyType?: { _zod: { values?: ReadonlySet<unknown> } } } };
}>;

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
