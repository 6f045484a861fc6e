/**
 * `npm run nightly -- --part N`: the long proofs, which may be stopped and taken up again.
 *
 * Each step that passed is written to a ledger; a later run for the same commit does not repeat it.
 * A working tree with changes is no commit, so there every step runs. The result of the part is
 * kept as reports/proof/part-N.json. A proof is one more `{ name, run }` in the array of its part;
 * what `run` gives back is stored with it and must be JSON.
 */
import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';

import { creationOrderReversed, faultsRemoved, sameUnderNode22 } from '../determinism/steps.mjs';
import {
  cleanSeeds,
  fuzzed,
  modelsInFull,
  mergedAsWhole,
  plainSink,
  smallScenarios,
  zooOverBases,
} from './campaigns.mjs';
import { printOutcome, printTally, root, runStep } from './runner.mjs';

/**
 * @typedef {import('./runner.mjs').Step} Step
 * @typedef {import('./runner.mjs').Outcome} Outcome
 */

/** @type {Readonly<Record<string, readonly Step[]>>} */
const parts = {
  1: [
    ...Array.from({ length: 10 }, (_, chunk) => ({
      name: `clean seeds ${chunk * 5_000} to ${chunk * 5_000 + 4_999} of the small job hold`,
      run: () => cleanSeeds('small', chunk * 5_000, chunk * 5_000 + 4_999),
    })),
    { name: '200 clean seeds of flights hold', run: () => cleanSeeds('flights', 0, 199) },
    { name: 'the plain sink breaks exactly-once within 20 seeds', run: () => plainSink() },
    { name: 'the mutants over three bases', run: () => zooOverBases() },
    {
      name: '200 plans give the same bytes in processes, threads and Node versions',
      run: () => sameUnderNode22(200),
    },
    { name: '50 plans: a fault taken away changes no draw', run: () => faultsRemoved(50) },
    { name: '50 plans: reversed connections change no draw', run: () => creationOrderReversed(50) },
  ],
  2: [
    ...smallScenarios.map((name) => ({
      name: `1,000 clean seeds of ${name} hold`,
      run: () => cleanSeeds(name, 0, 999),
    })),
    { name: '5,000 clean seeds of the small job hold', run: () => cleanSeeds('small', 0, 4_999) },
    ...['flights', 'flights-windows', 'flights-join'].map((name) => ({
      name: `100 clean seeds of ${name} hold`,
      run: () => cleanSeeds(name, 0, 99),
    })),
    {
      name: '20 clean seeds of flights-long hold',
      run: () => cleanSeeds('flights-long', 0, 19),
    },
    { name: 'the plain sink breaks exactly-once within 20 seeds', run: () => plainSink() },
    { name: 'the mutants over three bases', run: () => zooOverBases() },
    {
      name: '200 plans give the same bytes in processes, threads and Node versions',
      run: () => sameUnderNode22(200),
    },
  ],
  3: [
    {
      name: 'the small scenarios in parts, merged, tell what one run tells',
      run: () => mergedAsWhole(),
    },
    ...[1, 2, 3].map((seed) => ({
      name: `what reads input, fuzzed five times as much from seed ${seed}`,
      run: () => fuzzed(5, seed),
    })),
    ...smallScenarios.map((name) => ({
      name: `500 clean seeds of ${name} hold`,
      run: () => cleanSeeds(name, 0, 499),
    })),
    { name: 'the mutants over three bases', run: () => zooOverBases() },
  ],
  4: [
    { name: 'the coordinator does what its model does, state by state', run: () => modelsInFull() },
    ...['small', 'concurrent', 'min-pause', 'triggers'].map((name) => ({
      name: `5,000 clean seeds of ${name} hold`,
      run: () => cleanSeeds(name, 0, 4_999),
    })),
    ...smallScenarios.map((name) => ({
      name: `200 clean seeds of ${name} beyond them hold`,
      run: () => cleanSeeds(name, 5_000, 5_199),
    })),
    { name: 'the mutants over three bases', run: () => zooOverBases() },
  ],
};

const part = partAsked();
const steps = parts[part];
if (steps === undefined) {
  console.error(`Name a part: npm run nightly -- --part N, with N of ${Object.keys(parts).join()}`);
  process.exitCode = 2;
} else {
  await runPart(steps);
}

function partAsked() {
  return parseArgs({ options: { part: { type: 'string' } } }).values.part ?? '';
}

/** @param {readonly Step[]} all */
async function runPart(all) {
  const commit = commitNow();
  const ledger = join(root, '.nightly', `part-${part}.jsonl`);
  mkdirSync(join(root, '.nightly'), { recursive: true });
  const done = passedBefore(ledger, commit);

  const outcomes = [];
  for (const step of all) {
    const before = done.get(step.name);
    const outcome = before ?? (await runStep(step));
    if (before === undefined) {
      appendFileSync(ledger, `${JSON.stringify({ commit, ...outcome })}\n`);
    }
    printOutcome(outcome);
    outcomes.push(outcome);
  }

  const passed = outcomes.filter((outcome) => outcome.passed).length;
  const failed = outcomes.length - passed;
  const kept = { schemaVersion: 1, part: Number(part), commit, passed, failed, steps: outcomes };
  mkdirSync(join(root, 'reports/proof'), { recursive: true });
  const file = join(root, 'reports/proof', `part-${part}.json`);
  writeFileSync(file, `${JSON.stringify(kept, null, 2)}\n`);
  printTally(passed, failed);
}

/**
 * The steps that passed for this commit. A torn last line, left by a kill, counts as not written.
 *
 * @param {string} ledger
 * @param {string} commit
 * @returns {Map<string, Outcome>}
 */
function passedBefore(ledger, commit) {
  /** @type {Map<string, Outcome>} */
  const done = new Map();
  if (commit === 'uncommitted' || !existsSync(ledger)) return done;
  for (const line of readFileSync(ledger, 'utf8').split('\n')) {
    const entry = entryOf(line);
    if (entry === undefined || entry.commit !== commit || !entry.passed) continue;
    const { commit: _, ...outcome } = entry;
    done.set(outcome.name, outcome);
  }
  return done;
}

/**
 * @param {string} line
 * @returns {(Outcome & { commit: string }) | undefined}
 */
function entryOf(line) {
  try {
    /** @type {Outcome & { commit: string }} */
    const entry = JSON.parse(line);
    return entry;
  } catch {
    return undefined;
  }
}

// The result of an earlier part lies in the tree until it is committed, and changes no code.
function commitNow() {
  const git = (/** @type {string[]} */ ...args) =>
    execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: 'pipe' }).trim();
  try {
    if (git('status', '--porcelain', '--', '.', ':!reports/proof') !== '') return 'uncommitted';
    return git('rev-parse', 'HEAD');
  } catch {
    return 'uncommitted';
  }
}
