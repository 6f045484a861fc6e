/** The command as a user meets it: what it prints where, and with which exit code it ends. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

function flinch(...args: string[]) {
  return spawnSync(process.execPath, ['dist/cli/flinch.js', ...args], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, LANG: 'de_DE.UTF-8' },
  });
}

test('--help prints to stdout, in English whatever the locale, within 100 columns', () => {
  const { status, stdout, stderr } = flinch('--help');
  expect(status).toBe(0);
  expect(stderr).toBe('');
  expect(stdout).toContain('Show version number');
  const lines = stdout.split('\n');
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(100);
  // What does not fit is broken within words.
  const listed = lines.slice(lines.indexOf('Commands:') + 1, lines.indexOf('Options:') - 1);
  expect(listed.filter((line) => !line.startsWith('  flinch '))).toEqual([]);
});

test('--version prints the version of the package', () => {
  const { version } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));
  expect(flinch('--version').stdout).toBe(`${version}\n`);
});

test('a mistyped option is a mistake of the user, with a hint on stderr', () => {
  const { status, stdout, stderr } = flinch('--hepl');
  expect(status).toBe(2);
  expect(stdout).toBe('');
  expect(stderr).toContain('Did you mean --help?');
});
