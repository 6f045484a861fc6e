/**
 * How the tests run.
 *
 * A test names a source file, but what it gets is the built one: coverage offsets of code that vite
 * transforms do not fit the original file, and a function that was never called then counts as
 * covered. The built file is loaded by Node itself, and its source map leads back to src/. Without
 * `deps.external` vitest would still evaluate that file, wrapped. Only the threads pool writes
 * coverage at all; a forked worker is ended before it does. test/coverage.test.ts watches over it.
 */
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const root = fileURLToPath(new URL('..', import.meta.url));
const src = join(root, 'src');

/** @type {import('vite').Plugin} */
const builtCode = {
  name: 'flinch-built-code',
  enforce: 'pre',
  resolveId(source, importer) {
    if (importer === undefined || !source.startsWith('.')) return undefined;
    const inside = relative(src, resolve(dirname(importer), source));
    if (inside.startsWith(`..${sep}`)) return undefined;
    return { id: join(root, 'dist', inside.replace(/\.ts$/, '.js')), external: true };
  },
};

export default defineConfig({
  root,
  plugins: [builtCode],
  test: {
    include: ['test/**/*.test.ts', 'src/tla-json-export/**/*.test.ts'],
    pool: 'threads',
    server: { deps: { external: [/\/dist\/.*\.js$/] } },
    maxWorkers: 2,
    testTimeout: 30_000,
  },
});
