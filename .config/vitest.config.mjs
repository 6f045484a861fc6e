/**
 * How the tests run.
 *
 * A test names a source file, but what it gets is the built one: coverage offsets of code that vite
 * transforms do not fit the original file, and a function that was never called then counts as
 * covered. The built file is loaded by Node itself, and its source map leads back to src/; that of
 * the package within src/ lies in the package. Without `deps.external` vitest would still evaluate
 * that file, wrapped. Only the threads pool writes coverage at all; a forked worker is ended before
 * it does. test/coverage.test.ts watches over it.
 */
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const root = fileURLToPath(new URL('..', import.meta.url));
const src = join(root, 'src');
const ownPackage = `tla-json-export${sep}`;

/** @type {import('vite').Plugin} */
const builtCode = {
  name: 'flinch-built-code',
  enforce: 'pre',
  resolveId(source, importer) {
    if (importer === undefined || !source.startsWith('.')) return undefined;
    const inside = relative(src, resolve(dirname(importer), source));
    if (inside.startsWith(`..${sep}`)) return undefined;
    const built = inside.startsWith(ownPackage)
      ? join(src, ownPackage, 'dist', inside.slice(ownPackage.length))
      : join(root, 'dist', inside);
    return { id: built.replace(/\.ts$/, '.js'), external: true };
  },
};

export default defineConfig({
  root,
  plugins: [builtCode],
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'threads',
    server: { deps: { external: [/\/dist\/.*\.js$/] } },
    maxWorkers: 2,
    testTimeout: 30_000,
  },
});
