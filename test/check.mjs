/**
 * `npm test` and `npm run check`: everything that must hold before a commit.
 *
 * Each static check prints a line, and its output only when it fails. With `--with-tests` the unit
 * tests run beside them, under c8, which also counts the commands that they spawn and fails below
 * the floor of coverage. The last line is the tally of checks and tests together.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

import { printTally, root } from './proof/runner.mjs';

/**
 * @typedef {object} Check
 * @property {string} name
 * @property {readonly string[]} args  what to run with Node
 */

const tsc = bin('typescript/bin/tsc');
const cruiser = bin('dependency-cruiser/bin/dependency-cruise.mjs');

/** @type {Check} */
const build = { name: 'build', args: ['.config/build.mjs'] };

// A file with the same text, of the same prettier and options, is formatted as it was.
const remembered = 'node_modules/.cache/flinch/prettier';
const remembering = ['--cache', '--cache-strategy', 'content', '--cache-location', remembered];

/** @type {readonly Check[]} */
const checks = [
  { name: 'lint', args: [bin('eslint/bin/eslint.js'), '-c', '.config/eslint.config.mjs', '.'] },
  { name: 'types', args: [tsc, '-p', 'test/tsconfig.json'] },
  { name: 'format', args: [bin('prettier/bin/prettier.cjs'), '--check', '.', ...remembering] },
  { name: 'unused code', args: [bin('knip/bin/knip.js'), '-c', '.config/knip.json'] },
  { name: 'walls', args: [cruiser, '--config', '.config/dependency-cruiser.mjs', 'src'] },
];

const withTests = process.argv.includes('--with-tests');
const isBuilt = await runCheck(build);
const [passed, tests] = await Promise.all([
  // Two cores are busy: with two checks, or with one and what the tests leave.
  runChecks(withTests ? 1 : 2),
  withTests ? runTests() : { passed: 0, failed: 0 },
]);
const good = passed + (isBuilt ? 1 : 0);
printTally(good + tests.passed, 1 + checks.length - good + tests.failed);

/** @param {number} lanes  how many run at a time */
async function runChecks(lanes) {
  const waiting = [...checks];
  let good = 0;
  const lane = async () => {
    for (let check = waiting.shift(); check !== undefined; check = waiting.shift()) {
      if (await runCheck(check)) good += 1;
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return good;
}

/** @param {Check} check */
async function runCheck({ name, args }) {
  const start = performance.now();
  const { code, output } = await runNode(args, 'pipe');
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`${code === 0 ? 'pass' : 'FAIL'}  ${name} (${seconds} s)`);
  if (code !== 0) console.log(output);
  return code === 0;
}

// The tests' own figures come from vitest's report; the floor of coverage counts as one more.
async function runTests() {
  const scratch = mkdtempSync(join(tmpdir(), 'flinch-test-'));
  const report = join(scratch, 'tests.json');
  const c8 = [bin('c8/bin/c8.js'), '--temp-directory', join(scratch, 'coverage')];
  // What is compiled in threads beside the tests takes their cores from them.
  const compiler = ['--import', './dist/cli/compiler.js'];
  const vitest = [bin('vitest/vitest.mjs'), 'run', '--config', '.config/vitest.config.mjs'];
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const command = [...c8, process.execPath, ...compiler, ...vitest, ...reporters];
  const { code } = await runNode(command, 'inherit');
  const figures = figuresOf(report);
  rmSync(scratch, { recursive: true });
  if (code === 0) return { ...figures, passed: figures.passed + 1 };
  return figures.failed === 0 ? { ...figures, failed: 1 } : figures;
}

/** @param {string} report */
function figuresOf(report) {
  try {
    const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(report, 'utf8'));
    return { passed: Number(numPassedTests), failed: Number(numFailedTests) };
  } catch {
    return { passed: 0, failed: 1 };
  }
}

/**
 * @param {readonly string[]} args
 * @param {'pipe' | 'inherit'} stdio
 * @returns {Promise<{ code: number, output: string }>}
 */
function runNode(args, stdio) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', stdio, stdio] });
    let output = '';
    const keep = (/** @type {string} */ text) => (output += text);
    child.stdout?.setEncoding('utf8').on('data', keep);
    child.stderr?.setEncoding('utf8').on('data', keep);
    child.on('close', (code) => resolve({ code: code ?? 1, output }));
  });
}

/** @param {string} path  within node_modules */
function bin(path) {
  return fileURLToPath(new URL(`../node_modules/${path}`, import.meta.url));
}
