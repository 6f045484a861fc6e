/** `flinch doctor`: an installation that can be relied on, and those that cannot. */
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { afterAll, expect, test } from 'vitest';

import { checkNode, determinismIn, isWithin } from '../../src/cli/doctor.js';
import { root, stage } from './stage.js';

const { folder, flinch, clear } = stage();

afterAll(clear);

/** A copy of the package, as a project has it. */
function installedIn(project: string): string {
  const installed = join(folder, project, 'node_modules', 'flinch');
  mkdirSync(installed, { recursive: true });
  for (const name of ['dist', 'scenarios', 'package.json'])
    cpSync(join(root, name), join(installed, name), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(installed, 'node_modules'));
  return installed;
}

function doctorOf(installed: string, cwd: string) {
  const args = [join(installed, 'dist/cli/flinch.js'), 'doctor', '--json'];
  return spawnSync(process.execPath, args, { cwd, encoding: 'utf8' });
}

test('an installed package finds its own files from any folder, and leaves none behind', () => {
  const installed = installedIn('a project');
  const elsewhere = join(folder, 'elsewhere');
  mkdirSync(elsewhere);
  const { status, stdout, stderr } = doctorOf(installed, elsewhere);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  const document = JSON.parse(stdout);
  const schema = JSON.parse(flinch(['schema', 'doctor']).stdout);
  expect(new Ajv().validate(schema, document)).toBe(true);
  expect(document).toMatchObject({
    schemaVersion: 1,
    flinch: expect.stringMatching(/^\d+\.\d+\.\d+/),
    engineSha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    node: process.versions.node,
    platform: process.platform,
    arch: process.arch,
  });
  type Said = Readonly<{ name: string; ok: boolean }>;
  const said = (document.checks as readonly Said[]).map(({ name, ok }) => `${name} ${String(ok)}`);
  expect(said).toEqual([
    ...['node true', 'tsx true', 'typescript true', 'determinism true', 'output folder true'],
  ]);
  expect(readdirSync(elsewhere)).toEqual([]);
});

test('a worker that gives another fingerprint is exit 3', () => {
  const installed = installedIn('odd');
  const worker = join(installed, 'dist/campaign/worker.js');
  const text = readFileSync(worker, 'utf8');
  const odd = "(await answer(task)).map((it) => ({ ...it, fingerprint: 'another' }))";
  writeFileSync(worker, text.replace('answer(task)', odd));
  const { status, stdout } = doctorOf(installed, folder);
  expect(status).toBe(3);
  expect(stdout).toMatch(/seed 0 of .* here, another in a worker; install flinch anew/);
});

test('a folder that cannot be written is exit 2, with what to do', () => {
  writeFileSync(join(folder, 'a-file'), '');
  const { status, stdout } = flinch(['doctor', '--out', 'a-file/below']);
  expect(status).toBe(2);
  expect(stdout).toMatch(/^FAIL {2}output folder .*name another with --out$/m);
  expect(stdout).toMatch(/^ok {4}determinism/m);
  expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
  expect(existsSync(join(folder, 'flinch-out'))).toBe(false);
});

test('a round that differs is told by its seed, with both fingerprints', () => {
  const rounds = [
    { by: 'here', fingerprints: ['a', 'b', 'c'] },
    { by: 'here again', fingerprints: ['a', 'b', 'c'] },
    { by: 'in a worker', fingerprints: ['a', 'x', 'c'] },
  ];
  expect(determinismIn(rounds.slice(0, 2)).ok).toBe(true);
  const { ok, detail } = determinismIn(rounds);
  expect(ok).toBe(false);
  expect(detail).toContain('seed 1 of scenarios/small.yaml gave b here, x in a worker');
});

test.each([
  ['20.19.0', '>=20.19', true],
  ['20.18.3', '>=20.19', false],
  ['22.1.0', '>=20.19', true],
  ['7.0.0', '>=5.8 <7', false],
  ['6.0.3', '>=5.8 <7', true],
  ['5.8.0-beta', '>=5.8 <7', true],
])('%s within %s: %s', (version, range, expected) => {
  expect(isWithin(version, range)).toBe(expected);
});

test('an old Node is told which one to install', () => {
  expect(checkNode('18.0.0', '>=20.19')).toEqual({
    ...{ name: 'node', ok: false },
    detail: '18.0.0; install Node >=20.19',
  });
});
