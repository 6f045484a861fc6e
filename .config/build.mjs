/**
 * Builds src/ into dist/, and before that the package within src/ into a dist/ of its own: the rest
 * imports it by its name, types included.
 *
 * The compiler runs incrementally and never removes what it once wrote, so the output of a source
 * file that is gone would still be imported and tested. This script takes such leftovers away. It
 * does not empty dist/ first: a build beside a running test must not pull the code from under it.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

const builds = [join(root, 'src/tla-json-export'), root];
if (builds.every((folder) => build(folder))) chmodSync(join(root, 'dist/cli/flinch.js'), 0o755);
else process.exitCode = 1;

/** @param {string} folder  of a tsconfig.json */
function build(folder) {
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  const { status } = spawnSync(process.execPath, [compiler], { cwd: folder, stdio: 'inherit' });
  removeLeftovers(folder);
  return status === 0;
}

/** @param {string} folder */
function removeLeftovers(folder) {
  const dist = join(folder, 'dist');
  const src = folder === root ? join(root, 'src') : folder;
  for (const name of readdirSync(dist, { recursive: true, encoding: 'utf8' })) {
    const output = /\.(?:d\.ts|js\.map|js)$/;
    if (!output.test(name)) continue;
    if (!existsSync(join(src, name.replace(output, '.ts')))) rmSync(join(dist, name));
  }
}
