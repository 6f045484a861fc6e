/**
 * The proofs that are campaigns: clean seeds, mutants, and the scenario that must be violated. Each
 * runs the built command as a user would and judges its JSON document.
 */
import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';

import { flinch, root } from './runner.mjs';

/**
 * @typedef {object} ZooRow
 * @property {string} id
 * @property {boolean} found
 * @property {number} firstPercent
 * @property {'holds' | 'fails'} faultFree
 * @property {number | null} seedsFirst
 * @property {number | null} seedsMedian
 * @property {number | null} seedsP95
 * @property {number | null} cpuSecondsMedian
 */

/**
 * Every law holds, and is judged, over a range of seeds of a shipped scenario.
 *
 * @param {string} name
 * @param {number} from
 * @param {number} to
 */
export async function cleanSeeds(name, from, to) {
  const range = `${from}..${to}`;
  const scenario = `scenarios/${name}.yaml`;
  const { stdout } = await flinch('run', scenario, '--seeds', range, '--allow-code', '--json');
  const { verdict, seeds, fingerprint, laws, cpuSeconds } = JSON.parse(stdout);
  if (verdict !== 'holds') throw new Error(`verdict ${verdict}`);
  return { seeds, fingerprint, laws, cpuSeconds };
}

/** The small scenarios, each for some operators or connectors. @type {readonly string[]} */
export const smallScenarios = [
  'word-count',
  'windows',
  'operators',
  'timers',
  'splits',
  'files',
  'upserts',
  'unbounded',
  'alignment',
  'bursts',
  'first-job',
  'concurrent',
  'min-pause',
  'triggers',
  'job-end',
  'at-least-once',
  'unaligned',
];

/**
 * The sink that writes at once breaks exactly-once, as expected, and nothing else, within 20 seeds.
 */
export async function plainSink() {
  const { stdout } = await flinch(
    ...[
      'run',
      'scenarios/flights-plain-sink.yaml',
      '--seeds',
      '0..19',
      '--max-failures',
      '0',
      '--json',
    ],
  );
  const { verdict, laws } = JSON.parse(stdout);
  if (verdict !== 'holds') throw new Error(`verdict ${verdict}`);
  return { exactlyOnceViolated: laws['exactly-once'].violated };
}

/**
 * Hunts every mutant through 200 seeds.
 *
 * @param {bigint} base
 * @returns {Promise<ZooRow[]>}
 */
async function zooAt(base) {
  const range = `${base}..${base + 199n}`;
  const { stdout } = await flinch('zoo', '--seeds', range, '--clean', '0', '--json').catch(
    (/** @type {{ stdout: string, code: number }} */ error) => {
      if (error.code !== 1) throw error;
      return error; // some mutant was not found: the rows say which
    },
  );
  /** @type {{ mutants: ZooRow[] }} */
  const { mutants } = JSON.parse(stdout);
  return mutants;
}

/** Each mutant is found within the seeds written beside it, and passes without faults. */
export async function zooWithinSeeds() {
  const rows = await zooAt(1n);
  const bad = rows.filter(
    ({ id, found, faultFree, firstPercent, seedsFirst }) =>
      !found || faultFree !== 'holds' || firstPercent < 80 || (seedsFirst ?? 0) > seedsBeside(id),
  );
  if (bad.length > 0) throw new Error(JSON.stringify(bad));
  return rows.map(({ id, seedsFirst }) => ({ id, seedsFirst, within: seedsBeside(id) }));
}

/** @param {string} id */
function seedsBeside(id) {
  const text = readFileSync(join(root, 'src/zoo', `${id}.patch`), 'utf8');
  return Number(/^seeds: (\d+)$/m.exec(text)?.[1]);
}

/**
 * Every pair of mutant and base together: at least 95 % are found within 200 seeds, every mutant
 * passes without faults, and its law fires first in at least 80 % of the finding seeds.
 */
export async function zooOverBases() {
  const commit = execFileSync('git', ['rev-parse', 'HEAD'], { cwd: root, encoding: 'utf8' });
  const bases = [1n, 1_000_000n, BigInt(`0x${commit.slice(0, 12)}`)];
  const pairs = [];
  for (const base of bases)
    for (const row of await zooAt(base)) pairs.push({ base: String(base), ...row });
  const found = pairs.filter((pair) => pair.found).length;
  const misled = pairs.filter((pair) => pair.found && pair.firstPercent < 80);
  const restless = pairs.filter((pair) => pair.faultFree !== 'holds');
  if (found < 0.95 * pairs.length || misled.length > 0 || restless.length > 0)
    throw new Error(JSON.stringify({ found, of: pairs.length, misled, restless }));
  return { found, of: pairs.length, pairs };
}

/** The small scenarios in one run, and the same split in three parts and merged: one document. */
export async function mergedAsWhole() {
  const scenarios = smallScenarios.map((name) => `scenarios/${name}.yaml`);
  const asked = [...scenarios, '--seeds', '0..299', '--allow-code'];
  const { stdout: whole } = await flinch('run', ...asked, '--json');
  const folder = mkdtempSync(join(tmpdir(), 'parts-'));
  try {
    const files = [1, 2, 3].map((part) => join(folder, `${part}.jsonl`));
    for (const [place, file] of files.entries())
      await flinch('run', ...asked, '--shard', `${place + 1}/3`, '--reporter', `shard=${file}`);
    const { stdout: merged } = await flinch('merge', ...files, '--json');
    const told = (/** @type {string} */ text) => text.replaceAll(/"cpuSeconds":[^,}]*/g, '');
    if (told(merged) !== told(whole)) throw new Error('the parts tell something else');
    const { verdict, runs } = JSON.parse(whole);
    return { verdict, scenarios: runs.length };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/**
 * What reads input is fuzzed, so many times as much as in `npm test`.
 *
 * @param {number} times
 * @param {number} seed
 */
export async function fuzzed(times, seed) {
  const files = ['cli/replay-fuzz', 'cli/flags-fuzz', 'run/scenario', 'tla-json-export'];
  await tested(files, { FLINCH_FUZZ: `${times}:${seed}` });
  return { times, seed };
}

/** The larger configurations of the models, edge by edge, and more runs as their behaviours. */
export async function modelsInFull() {
  const text = await tested(['tla/coordinator-model', 'tla/run-behaviours'], {
    FLINCH_MODELS: 'proof',
  });
  const [, passed = ''] = /Tests\s+(\d+) passed/.exec(text) ?? [];
  return { passed: Number(passed) };
}

/**
 * Tests with more to do than in `npm test`, as the environment says.
 *
 * @param {readonly string[]} files
 * @param {Readonly<Record<string, string>>} more
 */
async function tested(files, more) {
  const patience = ['--testTimeout', '3600000', '--config', '.config/vitest.config.mjs'];
  const vitest = 'node_modules/vitest/vitest.mjs';
  const paths = files.map((file) => `test/${file}`);
  const options = {
    cwd: root,
    env: { ...process.env, NO_COLOR: '1', ...more },
    maxBuffer: 2 ** 28,
  };
  const args = [vitest, 'run', ...patience, ...paths];
  const { stdout } = await promisify(execFile)(process.execPath, args, options);
  return stdout;
}
