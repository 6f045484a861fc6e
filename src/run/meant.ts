/**
 * Forms of which a value may take one of several.
 */
import * as z from 'zod';
import { issueText, messagesOf } from './mistake.js';

/**
 * Takes the form that a value seems to be meant for, so that a mistake in it is told as one of that
 * form, with its place; a union would only say that no form fits.
 */
export function meant<Value>(
  choose: (value: unknown) => z.ZodType<Value, unknown> | string,
): z.ZodType<Value, unknown> {
  return z.unknown().transform((value, context): Value => {
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
}

/** The one key of an object; undefined for anything else. */
export function onlyKey(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const keys = Object.keys(value);
  return keys.length === 1 ? keys[0] : undefined;
}
