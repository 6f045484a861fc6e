/**
 * Texts of JSON that a person may have written: damage has its place, and a name that one object
 * has twice is damage too, since all but the last would be lost.
 */
import { namedTwice } from 'tla-json-export';

/** The value of a text; or why it is none, or what stands twice, and at which character. */
export type ReadJson =
  | Readonly<{ value: unknown }>
  | Readonly<{ damage: string; at: number | undefined }>
  | Readonly<{ twice: string; at: number }>;

/** Reads a text. */
export function readJson(text: string): ReadJson {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const { message } = error as Error;
    const [, at] = /at position (\d+)/.exec(message) ?? [];
    return { damage: message, at: at === undefined ? undefined : Number(at) };
  }
  const twice = namedTwice(text, value);
  if (twice === undefined) return { value };
  const { name, offset } = twice;
  const shown = JSON.stringify(name.length > 100 ? `${name.slice(0, 100)}...` : name);
  return { twice: `${shown} stands twice in one object; keep one`, at: offset };
}

/** Where a character of a file stands: its line and column. */
export function placeOf(file: string, text: string, at: number): string {
  const lines = text.slice(0, at).split('\n');
  return `${file}:${String(lines.length)}:${String((lines.at(-1)?.length ?? 0) + 1)}`;
}
