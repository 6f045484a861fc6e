/**
 * The workloads of `flinch check`: histories of another system, of records that are each read once
 * and written once.
 *
 * - Lines (E8): a file of them, read and judged; half of the lines are of sources, half of sinks.
 * - Memory (E9): what the judgement holds for each id when it has heard all lines, after a
 *   collection of garbage: ids that are whole numbers, or texts of 36 characters, as UUIDs have.
 */
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** @typedef {import('./workloads.mjs').Done} Done */

const SPLITS = 8;

/** Records to a transaction. */
const BATCH = 1_000;

/** @param {string} dist @param {number} lines @returns {Promise<() => Promise<Done>>} */
export async function linesChecked(dist, lines) {
  /** @type {typeof import('../../src/cli/check.js')} */
  const { judgeFile } = await import(pathToFileURL(join(dist, 'cli/check.js')).href);
  const folder = mkdtempSync(join(tmpdir(), 'flinch-bench-'));
  const file = join(folder, 'history.jsonl');
  writeHistory(file, lines / 2);
  return async () => {
    const { judged } = await judgeFile(file, 'exactly-once');
    rmSync(folder, { recursive: true });
    if (judged.outcome !== 'holds') throw new Error(`the history is judged ${judged.outcome}`);
    return { count: lines, checksum: String(judged.records) };
  };
}

/** @param {string} file @param {number} records */
function writeHistory(file, records) {
  const descriptor = openSync(file, 'w');
  for (let first = 0; first < records; first += BATCH) {
    const transaction = `sink-0-${first / BATCH}`;
    const ids = Array.from({ length: BATCH }, (_, index) => first + index);
    const lines = ids.flatMap((id) => [
      { kind: 'source', split: id % SPLITS, offset: Math.floor(id / SPLITS), id },
      { kind: 'sink', id, transaction },
    ]);
    const text = [...lines, { kind: 'commit', transaction }].map((line) => JSON.stringify(line));
    writeSync(descriptor, `${text.join('\n')}\n`);
  }
  closeSync(descriptor);
}

/**
 * @param {string} dist
 * @param {number} ids
 * @param {'numbers' | 'texts'} kind
 * @returns {Promise<() => Done>}
 */
export async function memoryOfIds(dist, ids, kind) {
  /** @type {typeof import('../../src/check/recorded-history.js')} */
  const { openRecorded } = await import(
    pathToFileURL(join(dist, 'check/recorded-history.js')).href
  );
  setFlagsFromString('--expose-gc');
  /** @type {() => void} */
  const collect = runInNewContext('gc');
  const held = () => {
    for (let time = 0; time < 3; time += 1) collect();
    const { arrayBuffers, heapUsed } = process.memoryUsage();
    return arrayBuffers + heapUsed;
  };
  const idOf = (/** @type {number} */ n) =>
    kind === 'numbers' ? n : `7f3a0c52-91d4-4b6e-8e2f-${String(n).padStart(12, '0')}`;
  return () => {
    const before = held();
    const checker = openRecorded('exactly-once');
    for (let n = 0; n < ids; n += 1) {
      const id = idOf(n);
      checker.see({ kind: 'source', split: n % SPLITS, offset: Math.floor(n / SPLITS), id });
      checker.see({ kind: 'sink', id, transaction: undefined });
    }
    const bytes = held() - before;
    const { outcome, records } = checker.close();
    return { count: records, checksum: outcome, bytes };
  };
}
