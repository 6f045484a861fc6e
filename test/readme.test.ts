/**
 * Goal: the blocks of the README are true. Method: each line of `flinch` is run as it stands, in
 * the order of the text, and ends with the exit code that a comment behind it names (0 if none);
 * what is shown as output is what the line before it prints; pieces of scenarios are parsed in a
 * scenario that has what they leave out; code is compiled as that of a user. The first block holds
 * what CI itself does.
 */
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { afterAll, expect, test } from 'vitest';
import { parse } from 'yaml';

import { stage } from './cli/stage.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const COMMAND = 'node dist/cli/flinch.js';

// A folder that looks like the package from within, and keeps what the lines leave behind.
const { folder, flinch, clear } = stage();
for (const name of ['dist', 'scenarios']) symlinkSync(join(root, name), join(folder, name));
symlinkSync(join(root, 'scenarios', 'data'), join(folder, 'data'));

afterAll(clear);

type Line = Readonly<{ text: string; args: readonly string[]; exit: number }>;

function lineOf(text: string): Line {
  const [line = '', comment = ''] = text.split(/\s+#\s*/);
  const exit = Number(/^exit (\d+)\b/.exec(comment)?.[1] ?? 0);
  return { text, args: line.slice('node '.length).split(/\s+/), exit };
}

const readme = readFileSync(join(root, 'README.md'), 'utf8');
const blocks = [...readme.matchAll(/^```(\w*)\n(.*?)^```$/gms)].map(
  ([, language = '', body = '']) => ({ language, body, lines: body.trimEnd().split('\n') }),
);
const shown = blocks.filter(({ lines }) => lines.some((line) => line.startsWith(COMMAND)));
const lines = shown.flatMap((block) => block.lines).map(lineOf);
const printed = new Map<string, string>();

test('each block is of a kind that is tried', () => {
  const [first, ...others] = blocks;
  expect(first?.lines.map((line) => line.split(/ {2,}/)[0])).toEqual([
    'npm ci && npm start',
    'npm cit',
  ]);
  const kinds = new Set(['text', 'yaml', 'ts']);
  const rest = others.filter((block) => !shown.includes(block));
  expect(rest.filter(({ language }) => !kinds.has(language))).toEqual([]);
});

test('blocks of commands hold nothing else', () => {
  expect(lines.length).toBeGreaterThan(0);
  expect(lines.filter(({ text }) => !text.startsWith(`${COMMAND} `))).toEqual([]);
  expect(lines.filter(({ args }) => args.some((arg) => /["'$|<>;&\\]/.test(arg)))).toEqual([]);
});

test.each(lines)('$text', ({ text, args, exit }) => {
  const { status, stdout, stderr } = flinch(args.slice(1));
  printed.set(text, stdout.replaceAll(/node \S*dist\/cli\/flinch\.js/g, COMMAND));
  expect({ status, stderr }).toEqual({ status: exit, stderr: '' });
});

const outputs = blocks.flatMap((block, at) => {
  const before = blocks[at - 1]?.lines.at(-1) ?? '';
  return block.language === 'text' ? [{ before, body: block.body }] : [];
});

test.each(outputs)('the output of $before', ({ before, body }) => {
  let rest = printed.get(before) ?? '';
  for (const piece of body.split(/^ *\.\.\.\n/m)) {
    expect(rest).toContain(piece);
    rest = rest.slice(rest.indexOf(piece) + piece.length);
  }
});

const pieces = blocks.filter(({ language }) => language === 'yaml');

test.each(pieces)('a piece of a scenario: $body', ({ body }) => {
  const small: unknown = parse(readFileSync(join(root, 'scenarios', 'small.yaml'), 'utf8'));
  const whole = { ...(small as object), ...(parse(body) as object) };
  writeFileSync(join(folder, 'piece.yaml'), JSON.stringify(whole));
  const { status, stderr } = flinch(['explain', 'configuration', 'piece.yaml']);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
});

test('code compiles as that of a user', () => {
  const files = blocks
    .filter(({ language }) => language === 'ts')
    .map(({ body }, place) => {
      const file = join(folder, `block-${String(place)}.mts`);
      writeFileSync(file, body);
      return file;
    });
  const home = join(folder, 'node_modules', 'flinch');
  mkdirSync(dirname(home), { recursive: true });
  symlinkSync(root, home);
  const program = ts.createProgram(files, {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: [],
    target: ts.ScriptTarget.ES2023,
    module: ts.ModuleKind.NodeNext,
  });
  const wrong = ts.getPreEmitDiagnostics(program).map(({ messageText }) => messageText);
  expect(files).toHaveLength(2);
  expect(wrong).toEqual([]);
});
