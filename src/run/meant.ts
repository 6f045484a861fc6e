/**
 * Forms of which a value may take one of several.
 */
import * as z from 'zod';
import { issueText, messagesOf } from './mistake.js';

/**
 * Takes the form that a value seems to be meant for, so that a mistake in it is told as one of that
 * form, with its place; a union would only say that no form fits.
 *
 * @param name   of the choice, in the JSON Schema
 * @param forms  all that a value may take, for the JSON Schema
 */
export function meant<Value>(
  name: string,
  forms: () => readonly z.ZodType[],
  choose: (value: unknown) => z.ZodType<Value, unknown> | string,
): z.ZodType<Value, unknown> {
  const schema = z.unknown().transform((value, context): Value => {
    const form = choose(value);
    const wrong = (message: string, path: readonly PropertyKey[]): number =>
      context.issues.push({ code: 'custom', message, path: [...path], input: value });
    if (typeof form === 'string') {
      wrong(form, []);
      return z.NEVER;
    }
    const parsed = form.safeParse(value, { error: issueText });
    if (parsed.success) return parsed.data;
    for (const { message, path } of parsed.error.issues.flatMap(messagesOf)) wrong(message, path);
    return z.NEVER;
  });
  choices.set(schema, { name, forms });
  return schema;
}

/** The name of a choice, and the forms that a value may take. */
export type Choice = Readonly<{ name: string; forms: () => readonly z.ZodType[] }>;

const choices = new WeakMap<object, Choice>();

/** The choice that a form is; undefined if it is none. */
export function choiceIn(schema: object): Choice | undefined {
  return choices.get(schema);
}

/** The one key of an object; undefined for anything else. */
export function onlyKey(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const keys = Object.keys(value);
  return keys.length === 1 ? keys[0] : undefined;
}
