/**
 * Goal: modules of the user are loaded, and what is wrong with one is told with its name.
 * TypeScript is loaded in `test/cli/code`, in a process whose coverage is not taken.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { JobError } from '../../src/job/job-error.js';
import { digestOfCode, loadCode } from '../../src/outside/user-modules.js';

const folder = mkdtempSync(join(tmpdir(), 'flinch-code-'));
const below = join(folder, 'below');
afterAll(() => {
  rmSync(folder, { recursive: true });
});

mkdirSync(below);
writeFileSync(join(folder, 'typed.ts'), 'export const late = (): boolean => true;\n');
writeFileSync(join(folder, 'plain.mjs'), 'export const late = ({ delay }) => delay > 0;\n');
writeFileSync(join(folder, 'broken.mjs'), 'export const = 1;\n');
writeFileSync(join(folder, 'exits.mjs'), 'process.exit(0);\nexport const late = 1;\n');
writeFileSync(join(folder, 'thrown.mjs'), 'throw null;\n');
writeFileSync(join(folder, 'ticking.mjs'), 'setInterval(() => 0, 1);\nexport const late = 1;\n');
writeFileSync(join(folder, 'waiting.mjs'), 'await new Promise((go) => setTimeout(go, 1e9));\n');
writeFileSync(
  join(folder, 'done.mjs'),
  'export let late;\nsetTimeout(() => (late = 7), 1);\nsetInterval(() => 0, 1).unref();\n',
);
writeFileSync(join(folder, 'stranger.mjs'), "import 'no-such-package';\n");

const late = (module: string) => [{ module, export: 'late' }];

test.each([
  ['JavaScript', './plain.mjs', folder],
  ['a folder above', '../plain.mjs', below],
])('%s', async (_name, module, from) => {
  const code = await loadCode(late(module), from);
  const apply = code.get(`${module}#late`) as (row: { delay: number }) => boolean;
  expect([apply({ delay: 1 }), apply({ delay: 0 })]).toEqual([true, false]);
});

test.each([
  ['no path', 'plain.mjs', 'plain.mjs: a module is a path from the scenario'],
  ['no file', './none.mjs', './none.mjs: there is no such file beside the scenario'],
  ['no code', './broken.mjs', './broken.mjs: cannot be loaded: '],
  ['no package', './stranger.mjs', "./stranger.mjs: cannot be loaded: Cannot find package 'no-su"],
  ['an end', './exits.mjs', './exits.mjs: ended the process while it was loaded'],
  ['null', './thrown.mjs', './thrown.mjs: cannot be loaded: null'],
  ['no tsx', './typed.ts', './typed.ts: TypeScript is loaded by tsx, which is not installed here'],
])('%s', async (_name, module, message) => {
  const failure: unknown = await loadCode(late(module), folder).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(JobError);
  expect((failure as JobError).message).toContain(message);
  expect((failure as JobError).message).not.toContain('\n');
});

test.each(['ticking', 'waiting'])('a module that is never done, %s, is told', async (name) => {
  await expect(loadCode(late(`./${name}.mjs`), folder, 50)).rejects.toThrow(
    `./${name}.mjs: was not loaded and done within 0.05 s: does it wait, or leave a timer?`,
  );
});

test('what a module begins ends before it is used', async () => {
  const code = await loadCode(late('./done.mjs'), folder);
  expect(code.get('./done.mjs#late')).toBe(7);
});

test('an export that is not there is told with those that are', async () => {
  const references = [{ module: './plain.mjs', export: 'early' }];
  await expect(loadCode(references, folder)).rejects.toThrow(
    './plain.mjs#early: there is no such export; there are late',
  );
});

test('the digest is that of the files', () => {
  const before = digestOfCode(late('./plain.mjs'), folder);
  expect(before).toMatch(/^[0-9a-f]{64}$/);
  expect(digestOfCode(late('./plain.mjs'), folder)).toBe(before);
  expect(digestOfCode(late('./typed.ts'), folder)).not.toBe(before);
});
