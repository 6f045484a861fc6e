/**
 * The packed package, installed: it holds the package that it depends on and that no registry has,
 * and the installed command gives what the built one gives.
 */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { flinch, root } from './runner.mjs';

const runFile = promisify(execFile);
const quiet = ['--ignore-scripts', '--no-audit', '--no-fund'];

/** Packs, installs into an empty folder, and runs a shipped scenario there. */
export async function packedAndInstalled() {
  const scratch = mkdtempSync(join(tmpdir(), 'flinch-installed-'));
  try {
    return await installedIn(scratch);
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

/** @param {string} scratch  an empty folder */
async function installedIn(scratch) {
  const folder = join(scratch, 'user');
  mkdirSync(folder);
  await npm(root, 'pack', ...quiet, '--pack-destination', scratch);
  const [tarball = ''] = readdirSync(scratch).filter((name) => name.endsWith('.tgz'));
  await npm(folder, 'install', ...quiet, '--prefix', folder, join(scratch, tarball));

  const command = join(folder, 'node_modules/.bin/flinch');
  /** @param {...string} args */
  const installed = async (...args) => (await runFile(command, args, { cwd: folder })).stdout;
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const said = (await installed('--version')).trim();
  if (said !== version) throw new Error(`--version says ${said}, not ${version}`);

  const scenario = 'scenarios/small.yaml';
  const shipped = join('node_modules/flinch', scenario);
  const there = JSON.parse(await installed('run', shipped, '--seeds', '0..4', '--json'));
  const here = JSON.parse((await flinch('run', scenario, '--seeds', '0..4', '--json')).stdout);
  if (there.verdict !== 'holds' || there.fingerprint !== here.fingerprint)
    throw new Error(`${there.verdict}, ${there.fingerprint} instead of ${here.fingerprint}`);

  await installed('run', shipped, '--seed', '7', '--itf', 'small.itf.json');
  const { states } = JSON.parse(readFileSync(join(folder, 'small.itf.json'), 'utf8'));
  return { tarball, fingerprint: there.fingerprint, states: states.length };
}

/**
 * @param {string} cwd
 * @param {...string} args
 */
function npm(cwd, ...args) {
  return runFile('npm', args, { cwd, maxBuffer: 2 ** 24 });
}
