/**
 * How the tests run.
 *
 * A test names a source file, but what it gets is the built one: coverage offsets of code that vite
 * transforms do not fit the original file, and a function that was never called then counts as
 * covered. The built file is loaded by Node itself, and its source map leads back to src/; that of
 * the package within src/ lies in the package. Without `deps.external` vitest would still evaluate
 * that file, wrapped. Only the threads pool writes coverage at all; a forked worker is ended before
 * it does. test/coverage.test.ts watches over it.
 *
 * Test files share two threads, so the product is loaded and compiled twice, not once for each
 * file; some have a thread of their own. Files of the projects before the last come first.
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

/** They change the thread for whoever comes after them. */
const apart = ['test/kernel/guard.test.ts', 'test/load.test.ts'];

/**
 * They run hundreds of plans, by the product or by a second copy of it. No line is reached by them
 * alone, and while lines are counted the engine takes half as long again.
 */
const plenty = [
  'test/determinism/*.test.ts',
  'test/engine/{lazy,operators/meaning,task/chain}.test.ts',
  'test/run/{alignment,truth}.test.ts',
];

export default defineConfig({
  root,
  plugins: [builtCode],
  test: {
    pool: 'threads',
    server: { deps: { external: [/\/dist\/.*\.js$/] } },
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    projects: [
      { extends: true, test: { name: 'apart', include: apart } },
      {
        extends: true,
        test: { name: 'plenty', include: plenty, env: { NODE_V8_COVERAGE: '' } },
      },
      {
        extends: true,
        test: {
          name: 'together',
          include: ['test/**/*.test.ts'],
          exclude: [...apart, ...plenty],
          isolate: false,
        },
      },
    ],
  },
});
