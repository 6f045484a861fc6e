/** The examples in the help of the quick commands: each does what it says. */
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';

import { root, stage } from './stage.js';

const { folder, flinch, clear } = stage();
symlinkSync(join(root, 'scenarios'), join(folder, 'scenarios'));

afterAll(clear);

test.each(['explain', 'doctor', 'completion', 'init'])('%s --help', (name) => {
  const { stdout } = flinch([name, '--help']);
  const lines = stdout.split('\n');
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(100);
  const examples = lines.filter((line) => line.startsWith(`  flinch ${name}`));
  expect(examples).not.toEqual([]);
  for (const example of examples) {
    const [line = ''] = example.trim().split(/ {2,}/);
    expect(flinch(line.split(' ').slice(1)).status, line).toBe(0);
  }
});
