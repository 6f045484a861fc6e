/**
 * The README's lines of `flinch` do what they say: each is run as it stands, in the order of the
 * text, and ends with the exit code that a comment behind it names (0 without one).
 */
import { readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';

import { stage } from './cli/stage.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const COMMAND = 'node dist/cli/flinch.js';

// A folder that looks like the package from within, and keeps what the lines leave behind.
const { folder, flinch, clear } = stage();
for (const name of ['dist', 'scenarios']) symlinkSync(join(root, name), join(folder, name));

afterAll(clear);

type Line = Readonly<{ text: string; args: readonly string[]; exit: number }>;

function lineOf(text: string): Line {
  const [line = '', comment = ''] = text.split(/\s+#\s*/);
  const exit = Number(/^exit (\d+)\b/.exec(comment)?.[1] ?? 0);
  return { text, args: line.slice('node '.length).split(/\s+/), exit };
}

const readme = readFileSync(join(root, 'README.md'), 'utf8');
const blocks = [...readme.matchAll(/^```\w*\n(.*?)^```$/gms)].map(([, body = '']) =>
  body.trimEnd().split('\n'),
);
const shown = blocks.filter((lines) => lines.some((line) => line.startsWith(COMMAND)));
const lines = shown.flat().map(lineOf);

test('blocks of commands hold nothing else', () => {
  expect(lines.length).toBeGreaterThan(0);
  expect(lines.filter(({ text }) => !text.startsWith(`${COMMAND} `))).toEqual([]);
  expect(lines.filter(({ args }) => args.some((arg) => /["'$|<>;&\\]/.test(arg)))).toEqual([]);
});

test.each(lines)('$text', ({ args, exit }) => {
  const { status, stderr } = flinch(args.slice(1));
  expect({ status, stderr }).toEqual({ status: exit, stderr: '' });
});
