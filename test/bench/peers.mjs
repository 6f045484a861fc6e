/**
 * The peers: other simulators under the same workloads, each a folder with a `run.sh` that builds
 * it and prints, as its last line, `{ events, cpu_s, checksum }`. They run in a copy, since the
 * folder may be read-only; one that cannot be built here is left out, with a word on stderr.
 */
import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/**
 * @typedef {import('./bench.mjs').Sample} Sample
 * @typedef {{ run(id: string): Promise<Sample | undefined>, remove(): void }} Peers
 */

/**
 * Folder and arguments of each run; SimPy needs fewer events for a steady rate.
 *
 * @type {Readonly<Record<string, readonly [string, ...string[]]>>}
 */
export const peerRuns = {
  'madsim datagram w1': ['madsim', 'dgram', 'w1', '1000000'],
  'madsim connection w1': ['madsim', 'chan', 'w1', '1000000'],
  'turmoil w1': ['turmoil', 'w1', '1000000'],
  'rust heap w1': ['rust-heap', 'std', 'w1', '1000000'],
  'simjs w1': ['npm-des', 'simjs', 'w1', '1000000'],
  'simpy callbacks w1': ['simpy', 'cb', 'w1', '200000'],
  'simpy processes w1': ['simpy', 'proc', 'w1', '100000'],
  'madsim connection w2': ['madsim', 'chan', 'w2', '1000', '2000'],
  'turmoil w2': ['turmoil', 'w2', '1000', '2000'],
  'madsim w3 100k': ['madsim', 'x', 'w3', '100000', '2000000'],
  'rust heap w3 100k': ['rust-heap', 'std', 'w3', '100000', '5000000'],
  'simjs w3 100k': ['npm-des', 'simjs', 'w3', '100000', '500000'],
};

const run = promisify(execFile);

/**
 * Copies the peers of a folder to where they can be built.
 *
 * @param {string} folder
 * @returns {Peers}
 */
export function peersOf(folder) {
  const copy = mkdtempSync(join(tmpdir(), 'flinch-peers-'));
  cpSync(folder, copy, { recursive: true });
  /** @type {Set<string>} */
  const broken = new Set();
  return {
    run: async (id) => {
      const [name, ...args] = peerRuns[id] ?? [''];
      if (broken.has(name)) return undefined;
      try {
        const { stdout } = await run(join(copy, name, 'run.sh'), args, { maxBuffer: 2 ** 26 });
        const { events, cpu_s: seconds, checksum } = JSON.parse(lastLineOf(stdout));
        return { count: Number(events), seconds: Number(seconds), checksum: String(checksum) };
      } catch (error) {
        broken.add(name);
        console.error(`${id} does not run here: ${String(error).split('\n')[0]}`);
        return undefined;
      }
    },
    remove: () => rmSync(copy, { recursive: true }),
  };
}

/** @param {string} text */
function lastLineOf(text) {
  return text.trimEnd().split('\n').at(-1) ?? '';
}
