/** `flinch completion`: bash, with the script in force, completes what a user has typed so far. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import process from 'node:process';
import { afterAll, expect, test } from 'vitest';

import { command, stage } from './stage.js';

const { folder, flinch, clear } = stage();
mkdirSync(join(folder, 'bin'));
symlinkSync(command, join(folder, 'bin', 'flinch'));
mkdirSync(join(folder, 'scenarios'));
for (const name of ['my job.yaml', 'mine.txt', 'other.yml'])
  writeFileSync(join(folder, 'scenarios', name), '');

afterAll(clear);

/** What bash offers for the last of these words, sorted; the login shell is another one. */
function completed(...words: readonly string[]): readonly string[] {
  const script = [
    'set -u; source <(flinch completion bash)',
    `COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')})`,
    `COMP_CWORD=${words.length - 1}`,
    '_flinch_completion',
    'printf "%s\\n" "${COMPREPLY[@]+"${COMPREPLY[@]}"}"',
  ].join('\n');
  const path = `${join(folder, 'bin')}${delimiter}${process.env['PATH'] ?? ''}`;
  const { status, stdout, stderr, error } = spawnSync('bash', ['--norc', '-c', script], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, PATH: path, SHELL: '/bin/zsh' },
  });
  expect({ error, status, stderr }).toEqual({ error: undefined, status: 0, stderr: '' });
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .sort();
}

test('a command is completed', () => {
  expect(completed('flinch', 're')).toContain('replay');
  expect(completed('flinch', 're')).not.toContain('run');
  expect(completed('flinch', 'comp')).toEqual(['completion']);
});

test('an option of a command is completed, by the command as it was typed', () => {
  expect(completed('flinch', 'run', '--see')).toEqual(['--seed', '--seeds']);
  expect(completed('flinch', 'run', 'a.yaml', 'b.yaml', '--cor')).toEqual(['--corpus']);
  expect(completed('bin/flinch', 'run', 'a.yaml', '--see')).toEqual(['--seed', '--seeds']);
  expect(completed('flinch', 'run', '--seed', '1', '--seed')).toContain('--seeds');
});

test('where a scenario may stand, scenario files are offered; elsewhere the shell decides', () => {
  expect(completed('flinch', 'run', 'scenarios/m')).toEqual(['scenarios/my job.yaml']);
  expect(completed('flinch', 'run', 'a.yaml', 'scenarios/m')).toEqual(['scenarios/my job.yaml']);
  expect(completed('flinch', 'run', '--corpus', 'scen')).toEqual(['scenarios']);
  expect(completed('flinch', 'explain', 'exactly-once', 'scenarios/')).toEqual([
    'scenarios/my job.yaml',
    'scenarios/other.yml',
  ]);
  expect(completed('flinch', 'check', 'scenarios/m')).toEqual([]);
});

test('the script for zsh names the same commands; another shell is a mistake', () => {
  const { status, stdout } = flinch(['completion'], { SHELL: '/usr/bin/zsh' });
  expect(status).toBe(0);
  expect(stdout).toMatch(/^#compdef flinch\n/);
  expect(stdout).toContain('" run explain "');
  expect(flinch(['completion', 'zsh']).stdout).toBe(stdout);
  expect(flinch(['completion', 'fish'])).toMatchObject({
    ...{ status: 2, stdout: '' },
    stderr: 'fish: there are scripts for bash and zsh\n',
  });
});
