/**
 * The command `doctor`: what this installation is, and whether it can be relied on. Each check has
 * a line and says what to do; the same plan must give the same fingerprint here, again, and in a
 * worker.
 */
import { existsSync, mkdtempSync, readFileSync, rmdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import process from 'node:process';

import { poolRunner } from '../campaign/pool.js';
import { localRunner, type Runner, type Source } from '../campaign/runner.js';
import { engineDigest } from './engine-digest.js';
import { shownPath } from './folder.js';
import { readScenario } from './inputs.js';
import { textOf, type Args } from './options.js';
import { print } from './output.js';
import { fileOfPackage, manifest } from './version.js';

/** One thing that was looked at; where it is not ok, the detail says what to do. */
export type Check = Readonly<{ name: string; ok: boolean; detail: string }>;

/** Fingerprints of the same seeds, by who computed them. */
export type Rounds = readonly Readonly<{ by: string; fingerprints: readonly string[] }>[];

const SEEDS = ['0', '1', '2'];

/** Runs the command; exit 2 for a machine that is unfit, 3 where one plan gave two fingerprints. */
export async function doctorCommand(args: Args): Promise<void> {
  const out = textOf(args, 'out') ?? 'flinch-out';
  const { version, engines, peerDependencies } = manifest();
  const determinism = determinismIn(await roundsOf(readScenario(fileOfPackage(SCENARIO))));
  const checks: readonly Check[] = [
    checkNode(process.versions.node, engines.node),
    ...Object.entries(peerDependencies).map(([name, range]) => checkPeer(name, range)),
    determinism,
    checkFolder(out),
  ];
  const about = { flinch: version, engineSha256: engineDigest(), node: process.versions.node };
  const machine = { platform: process.platform, arch: process.arch };
  const document = { schemaVersion: 1, ...about, ...machine, checks };
  if (args['json'] === true) print(`${JSON.stringify(document, null, 2)}\n`);
  else {
    print(`flinch ${about.flinch}, engine ${about.engineSha256.slice(0, 12)}, `);
    print(`Node ${about.node}, ${machine.platform} ${machine.arch}\n`);
    for (const { name, ok, detail } of checks)
      print(`${ok ? 'ok  ' : 'FAIL'}  ${name.padEnd(13)}  ${detail}\n`);
  }
  const isFit = checks.every(({ ok }) => ok);
  process.exitCode = determinism.ok ? (isFit ? 0 : 2) : 3;
}

/** Whether a version is within a range such as `>=4.20 <5`: what the manifest of flinch says. */
export function isWithin(version: string, range: string): boolean {
  const numbers = numbersOf(version);
  return range.split(' ').every((bound) => {
    const [, sign, limit = ''] = /^(>=|<)([\d.]+)$/.exec(bound) ?? [];
    const order = orderOf(numbers, numbersOf(limit));
    return sign === '<' ? order < 0 : order >= 0;
  });
}

function numbersOf(version: string): readonly number[] {
  return (version.split(/[-+]/)[0] ?? '').split('.').map(Number);
}

function orderOf(one: readonly number[], other: readonly number[]): number {
  const at = [0, 1, 2].find((index) => (one[index] ?? 0) !== (other[index] ?? 0));
  return at === undefined ? 0 : (one[at] ?? 0) - (other[at] ?? 0);
}

/** Whether this Node is one that flinch is made for. */
export function checkNode(version: string, range: string): Check {
  const ok = isWithin(version, range);
  return { name: 'node', ok, detail: `${version}; ${ok ? range : `install Node ${range}`}` };
}

/** Packages that only some uses need: which use, and from where they are loaded. */
const peers: Readonly<Record<string, Readonly<{ use: string; from(): string }>>> = {
  typescript: { use: 'mutants', from: () => fileOfPackage('package.json') },
  tsx: { use: 'modules in TypeScript', from: () => resolve('scenario.yaml') },
};

function checkPeer(name: string, range: string): Check {
  const peer = peers[name];
  const version = peer === undefined ? undefined : versionSeenFrom(peer.from(), name);
  if (version === undefined) {
    const use = peer?.use ?? 'some uses';
    return { name, ok: true, detail: `not installed; only ${use} need it (${range})` };
  }
  const ok = isWithin(version, range);
  const remedy = `npm install --save-dev "${name}@${range}"`;
  return { name, ok, detail: `${version}; ${ok ? range : remedy}` };
}

function versionSeenFrom(file: string, name: string): string | undefined {
  try {
    const found = createRequire(file).resolve(`${name}/package.json`);
    return (JSON.parse(readFileSync(found, 'utf8')) as { version: string }).version;
  } catch {
    return undefined;
  }
}

const SCENARIO = 'scenarios/small.yaml';

async function roundsOf(source: Source): Promise<Rounds> {
  const here = localRunner(source);
  const worker = poolRunner(source, 1);
  try {
    const [inWorker, first, second] = await Promise.all([
      fingerprintsBy(worker),
      fingerprintsBy(here),
      fingerprintsBy(here),
    ]);
    return [
      { by: 'here', fingerprints: first },
      { by: 'here again', fingerprints: second },
      { by: 'in a worker', fingerprints: inWorker },
    ];
  } finally {
    await worker.close();
  }
}

async function fingerprintsBy(runner: Runner): Promise<readonly string[]> {
  const outcomes = await runner.judge(SEEDS, new AbortController().signal);
  return outcomes.map(({ seed, reason, fingerprint, error }) => {
    if (reason === 'crashed') throw new Error(`seed ${seed} of ${SCENARIO} crashed: ${error}`);
    return fingerprint;
  });
}

/** Whether all rounds gave the same; the first seed that differs is named. */
export function determinismIn(rounds: Rounds): Check {
  const name = 'determinism';
  const [first, ...others] = rounds;
  for (const [index, seed] of SEEDS.entries())
    for (const other of others) {
      const [one, two] = [first?.fingerprints[index], other.fingerprints[index]];
      if (one === two) continue;
      const detail =
        `seed ${seed} of ${SCENARIO} gave ${String(one)} ${first?.by ?? ''}, ` +
        `${String(two)} ${other.by}; install flinch anew, else report it`;
      return { name, ok: false, detail };
    }
  const detail = `${SEEDS.length} seeds of ${SCENARIO}, twice here and once in a worker`;
  return { name, ok: true, detail };
}

/** Whether a folder for failures could be made, or be written to; leaves nothing behind. */
function checkFolder(folder: string): Check {
  const name = 'output folder';
  let there = resolve(folder);
  while (!existsSync(there)) there = dirname(there);
  try {
    rmdirSync(mkdtempSync(join(there, '.flinch-doctor-')));
    return { name, ok: true, detail: `${shownPath(folder)} can be written` };
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code ?? 'unknown';
    const remedy = 'name another with --out';
    return {
      name,
      ok: false,
      detail: `${shownPath(folder)} cannot be written (${why}); ${remedy}`,
    };
  }
}
