/**
 * Runs named steps one after the other: a line each, and the tally as the last line.
 *
 * The tally, `N passed, N failed`, is what CI reads and adds up, so nothing is printed after it. A
 * step passes unless it throws; what it gives back, if anything, is kept as its result.
 */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/**
 * @typedef {object} Step
 * @property {string} name  unique among its siblings
 * @property {() => Promise<unknown>} run  throws if the proof fails
 *
 * @typedef {object} Outcome
 * @property {string} name
 * @property {boolean} passed
 * @property {number} cpuSeconds  of this process and of the children that it waited for
 * @property {unknown} [result]
 * @property {string} [reason]
 */

/** The folder of the repository, with a slash at its end. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

const runFile = promisify(execFile);

/**
 * Runs the built command as a user would; throws, with its output, unless it exits with 0.
 *
 * @param {...string} args
 */
export function flinch(...args) {
  return runFile(process.execPath, ['dist/cli/flinch.js', ...args], {
    cwd: root,
    maxBuffer: 2 ** 28,
  });
}

/**
 * @param {Step} step
 * @returns {Promise<Outcome>}
 */
export async function runStep({ name, run }) {
  const before = cpuSecondsNow();
  const cpuSeconds = () => Math.round((cpuSecondsNow() - before) * 100) / 100;
  try {
    const result = await run();
    return { name, passed: true, cpuSeconds: cpuSeconds(), result };
  } catch (error) {
    const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { name, passed: false, cpuSeconds: cpuSeconds(), reason };
  }
}

/** @param {Outcome} outcome */
export function printOutcome({ name, passed, cpuSeconds, reason }) {
  console.log(`${passed ? 'pass' : 'FAIL'}  ${name} (${cpuSeconds.toFixed(1)} CPU s)`);
  if (reason !== undefined) console.log(reason.replaceAll(/^/gm, '      '));
}

/**
 * Prints the tally and sets the exit code.
 *
 * @param {number} passed
 * @param {number} failed
 */
export function printTally(passed, failed) {
  console.log(`${passed} passed, ${failed} failed`);
  if (failed > 0) process.exitCode = 1;
}

function cpuSecondsNow() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6 + cpuSecondsOfChildren();
}

// Node counts its own process only; Linux knows the children too, in hundredths of a second.
function cpuSecondsOfChildren() {
  if (process.platform !== 'linux') return 0;
  const fields = readFileSync('/proc/self/stat', 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[13]) + Number(fields[14])) / 100;
}
