/**
 * The linter's bans bite where they should, name what to use instead, and leave those rooms alone
 * that may touch the machine.
 */
import { fileURLToPath } from 'node:url';
import { ESLint } from 'eslint';
import tseslint from 'typescript-eslint';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

// The planted code is in no file, so it has no types; the bans of the house need none.
const linter = new ESLint({
  cwd: root,
  overrideConfigFile: `${root}.config/eslint.config.mjs`,
  overrideConfig: [{ files: ['**/*.ts'], ...tseslint.configs.disableTypeChecked }],
});

async function complaintsAbout(code: string, file: string): Promise<string> {
  const [result] = await linter.lintText(`${code}\n`, { filePath: `${root}src/${file}` });
  return (result?.messages ?? []).map(({ message }) => message).join('\n');
}

test.each([
  ['export const at = Date.now();', 'out.now()'],
  ['export const at = globalThis.Date;', 'out.now()'],
  ['export const at = performance.now();', 'out.now()'],
  ["export { performance } from 'node:perf_hooks';", 'out.now()'],
  ['export const draw = Math.random();', 'kernel/noise'],
  ["export { randomInt } from 'crypto';", 'kernel/noise'],
  ['export const id = crypto.randomUUID();', 'kernel/noise'],
  ['setTimeout(run, 1);', 'out.after'],
  ['setImmediate(run);', 'out.after'],
  ['queueMicrotask(run);', 'out.after'],
  ["export { setInterval } from 'node:timers';", 'out.after'],
  ['export async function run() {}', 'out.after'],
  ['export const done = Promise.resolve();', 'out.after'],
  ['export type Done = Promise<void>;', 'out.after'],
  ["export const late = import('./late.js');", 'out.after'],
  ['console.log(1);', 'only cli prints'],
  ['export const arch = process.arch;', 'as an argument'],
  ["export { readFileSync } from 'node:fs';", 'as an argument'],
  ['export const format = new Intl.NumberFormat();', 'plain code'],
  ['for (const key in table) use(key);', 'Map or a Set'],
])('a pure room may not say %s', async (code, remedy) => {
  expect(await complaintsAbout(code, 'engine/planted.ts')).toContain(remedy);
  for (const file of ['cli/planted.ts', 'campaign/planted.ts', 'run/drive.ts', 'kernel/guard.ts']) {
    expect(await complaintsAbout(code, file)).toBe('');
  }
});

test.each([
  ['export enum Kind { A }', 'No enums'],
  ['export class Thing {}', 'No classes'],
  ['export const x: any = 1;', 'any'],
  [`// ${'TO'}${'DO'} later`, 'Unexpected'],
  [`export function long() {\n${'  use(1);\n'.repeat(61)}}`, 'too many lines'],
  ['// a line\n'.repeat(400), 'too many lines'],
])('no room may say %s', async (code, complaint) => {
  expect(await complaintsAbout(code, 'cli/planted.ts')).toContain(complaint);
});

test('an error may be a class, and so may the queue', async () => {
  const error = 'export class InvariantError extends Error {}';
  expect(await complaintsAbout(error, 'engine/planted.ts')).toBe('');
  expect(await complaintsAbout('export class Queue {}', 'kernel/queue.ts')).toBe('');
});

test('noise and the world do without functions whose last bit differs by machine', async () => {
  const code = 'export const y = Math.log(2);';
  expect(await complaintsAbout(code, 'kernel/noise.ts')).toContain('integer table');
  expect(await complaintsAbout(code, 'world/disk.ts')).toContain('integer table');
  expect(await complaintsAbout(code, 'analysis/statistics.ts')).toBe('');
});
