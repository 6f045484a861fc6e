/**
 * Every built module can be loaded by itself, and loading it starts nothing.
 *
 * This also makes the coverage true for files that no other test touches: what was loaded is judged
 * line by line, where a file that was not would count as wholly uncovered, types and all.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';

const dist = fileURLToPath(new URL('../dist/', import.meta.url));

// The command itself runs when it is loaded; so does a worker, which asks for its parent's port.
function startsSomething(file: string): boolean {
  return /^#!|parentPort|workerData/m.test(readFileSync(join(dist, file), 'utf8'));
}

const modules = readdirSync(dist, { recursive: true, encoding: 'utf8' }).filter(
  (file) => file.endsWith('.js') && !startsSomething(file),
);

test('each built module can be loaded by itself', async () => {
  for (const file of modules) await import(pathToFileURL(join(dist, file)).href);
  expect(modules).toContain('index.js');
});
