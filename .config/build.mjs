/**
 * Builds src/ into dist/.
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
const dist = join(root, 'dist');

const compiler = spawnSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc')], {
  cwd: root,
  stdio: 'inherit',
});
removeLeftovers();
chmodSync(join(dist, 'cli/flinch.js'), 0o755);
process.exitCode = compiler.status ?? 1;

function removeLeftovers() {
  for (const name of readdirSync(dist, { recursive: true, encoding: 'utf8' })) {
    const output = /\.(?:d\.ts|js\.map|js)$/;
    if (!output.test(name)) continue;
    if (!existsSync(join(root, 'src', name.replace(output, '.ts')))) rmSync(join(dist, name));
  }
}
