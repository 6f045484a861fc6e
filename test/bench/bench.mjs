/**
 * `npm run bench -- [--json] [--long] [--peers DIR] [--rounds N]`: how fast the product is,
 * against its targets and, with --peers, against other simulators under the same workloads.
 *
 * Each sample is taken in a process of its own, in a worker, as a campaign runs its seeds, and
 * counts the CPU seconds (user and system, all threads) of the workload, so the warm-up of the JIT
 * compiler is in it (the keyed count of E3 and E4 runs twice before it is measured: those targets
 * are rates of a long job). Ours and the peers' are interleaved, forth and back, and the median of
 * the rounds counts: on a shared machine only CPU time and ratios within one run mean anything.
 *
 * To measure something new, add a line to `measurements`, and one to `targets` for what it must
 * reach.
 */
import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { isMainThread, Worker } from 'node:worker_threads';

import { linesChecked, memoryOfIds } from './histories.mjs';
import { events, help, judged, memoryOf, processed, smallJobs, worksIn } from './jobs.mjs';
import { peerRuns, peersOf } from './peers.mjs';
import { balls, hold, houseIn, manyBalls } from './workloads.mjs';

import '../../dist/cli/compiler.js';

/**
 * @typedef {object} Sample
 * @property {number} count  how much was done
 * @property {number} seconds  of CPU
 * @property {string} checksum  the same in each round
 * @property {number} [growth]  of memory: that at the end over that near the beginning
 * @property {number} [bytes]  held for all that is counted
 *
 * @typedef {import('./workloads.mjs').Done} Done
 *
 * @typedef {object} Measurement
 * @property {(dist: string) => Promise<() => Done | Promise<Done>>} prepare
 *   loads what is needed, outside of the measured time
 * @property {'hashed' | 'unhashed'} [variant]  of the built code; hashed, if left out
 * @property {boolean} [once]  one round is enough, since it takes long
 *
 * @typedef {object} Target
 * @property {string} name
 * @property {string} of  the measurement or run of a peer that it judges
 * @property {'per second' | 'nanoseconds' | 'milliseconds' | 'growth' | 'bytes'} unit
 *   of one of what it counts, or of memory
 * @property {string | number} against  a measurement, a run of a peer, or a figure
 * @property {'at least' | 'at most'} bound
 * @property {number} must  the ratio to what it is judged against
 */

const root = fileURLToPath(new URL('../..', import.meta.url));
const dist = join(root, 'dist');
const runFile = promisify(execFile);

/** @param {(house: import('./workloads.mjs').House) => Done} work */
const kernel = (work) => async (/** @type {string} */ folder) => {
  const house = await houseIn(folder);
  return () => work(house);
};

/** The cost of one more seed, which is that of seeds after many others. @param {string} folder */
async function warmSetUp(folder) {
  const house = await houseIn(folder);
  manyBalls(house, 2_000, 1);
  return () => manyBalls(house, 2_000, 1);
}

/** @param {(works: import('./jobs.mjs').Works) => () => import('./workloads.mjs').Done} work */
function engine(work) {
  return async (/** @type {string} */ folder) => work(await worksIn(folder));
}

const { values: options } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    peers: { type: 'string' },
    rounds: { type: 'string' },
    // Seeds: for memory as many as the target says, else so many that the warm-up counts little.
    long: { type: 'boolean', default: false },
    // How this file calls itself: takes one sample of a measurement, from the build in a folder.
    sample: { type: 'string' },
    dist: { type: 'string', default: dist },
  },
});
const longRun = options.long || options.peers !== undefined;

/** @type {Readonly<Record<string, Measurement>>} */
const measurements = {
  w1: { prepare: kernel((house) => balls(house, 1, 1_000_000)) },
  'w1 with timers': { prepare: kernel((house) => balls(house, 1, 1_000_000, true)) },
  'w1 unhashed': { prepare: kernel((house) => balls(house, 1, 1_000_000)), variant: 'unhashed' },
  w2: { prepare: kernel((house) => manyBalls(house, 1_000, 2_000)) },
  'w2 set-up': { prepare: warmSetUp },
  'w3 1k': { prepare: kernel((house) => hold(house, 1_000, 5_000_000)) },
  'w3 100k': { prepare: kernel((house) => hold(house, 100_000, 5_000_000)) },
  memory: { prepare: engine((works) => memoryOf(works, longRun ? 10_000 : 300)), once: true },
  'small jobs': {
    prepare: engine((works) => smallJobs(works, longRun ? 1_000 : 700)),
    once: !longRun,
  },
  'records processed': { prepare: engine((works) => processed(works, 1_000_000)) },
  'buffer and control events': { prepare: engine((works) => events(works, 500_000)) },
  'entries judged': { prepare: engine((works) => judged(works, longRun ? 20 : 5)) },
  'lines checked': { prepare: (folder) => linesChecked(folder, 1_000_000), once: true },
  '1M ids': { prepare: (folder) => memoryOfIds(folder, 1_000_000, 'numbers'), once: true },
  '4M ids': { prepare: (folder) => memoryOfIds(folder, 4_000_000, 'numbers'), once: true },
  '1M text ids': { prepare: (folder) => memoryOfIds(folder, 1_000_000, 'texts'), once: true },
  help: { prepare: () => Promise.resolve(help(5)) },
};

/** @type {readonly Target[]} */
const targets = [
  atLeast('T1', 'w1', 'madsim datagram w1', 5),
  atLeast('T2 madsim', 'w1', 'madsim connection w1', 2.5),
  atLeast('T2 turmoil', 'w1', 'turmoil w1', 3),
  atLeast('T3', 'w1', 'rust heap w1', 0.15),
  atLeast('T4 madsim', 'w2', 'madsim connection w2', 5),
  atLeast('T4 turmoil', 'w2', 'turmoil w2', 4),
  atMost('T4 set-up', 'w2 set-up', 'milliseconds', 0.1, 1),
  atLeast('T5 madsim', 'w3 100k', 'madsim w3 100k', 6),
  atLeast('T5 rust', 'w3 100k', 'rust heap w3 100k', 1),
  atMost('T6', 'w3 100k', 'nanoseconds', 'w3 1k', 1.5),
  atLeast('T7 simpy callbacks', 'w1', 'simpy callbacks w1', 8),
  atLeast('T7 simpy processes', 'w1', 'simpy processes w1', 40),
  atLeast('T7 simjs', 'w1', 'simjs w1', 1.2),
  atLeast('T7 simjs w3', 'w3 100k', 'simjs w3 100k', 20),
  atLeast('T8', 'w1 with timers', 'w1', 0.45),
  atMost('T9', 'w1', 'nanoseconds', 'w1 unhashed', 1.15),
  atLeast('E1', 'small jobs', 100, 1),
  atLeast('E3', 'records processed', 3_000_000, 1),
  atLeast('E4', 'buffer and control events', 500_000, 1),
  atLeast('E5', 'entries judged', 2_000_000, 1),
  atMost('E6', 'memory', 'growth', 1, 1.05),
  atMost('E7', 'help', 'milliseconds', 150, 1),
  atLeast('E8', 'lines checked', 500_000, 1),
  atMost('E9', '1M ids', 'bytes', 24, 1),
  atMost('E9 more', '4M ids', 'bytes', '1M ids', 1.5),
  atMost('E9 texts', '1M text ids', 'bytes', 128, 1),
];

/**
 * @param {string} name
 * @param {string} of
 * @param {string | number} against
 * @param {number} must
 * @returns {Target}
 */
function atLeast(name, of, against, must) {
  return { name, of, unit: 'per second', against, bound: 'at least', must };
}

/**
 * @param {string} name
 * @param {string} of
 * @param {Target['unit']} unit
 * @param {string | number} against
 * @param {number} must
 * @returns {Target}
 */
function atMost(name, of, unit, against, must) {
  return { name, of, unit, against, bound: 'at most', must };
}

if (options.sample === undefined) await bench();
else if (isMainThread) new Worker(new URL(import.meta.url), { argv: process.argv.slice(2) });
else await takeSample(options.sample, options.dist);

/** @param {string} id @param {string} folder */
async function takeSample(id, folder) {
  const work = await measurementOf(id).prepare(folder);
  const before = process.cpuUsage();
  const { count, checksum, seconds, growth, bytes } = await work();
  const { user, system } = process.cpuUsage(before);
  const sample = { count, seconds: seconds ?? (user + system) / 1e6, checksum, growth, bytes };
  process.stdout.write(JSON.stringify(sample));
}

/** @param {string} id */
function measurementOf(id) {
  const measurement = measurements[id];
  if (measurement === undefined) throw new Error(`no measurement is called ${id}`);
  return measurement;
}

async function bench() {
  const rounds = Number(options.rounds ?? (options.peers === undefined ? 2 : 5));
  if (!(rounds >= 1)) throw new Error(`--rounds takes a number from 1, not ${options.rounds}`);
  const peers = options.peers === undefined ? undefined : peersOf(options.peers);
  const unhashed = buildUnhashed();
  try {
    const runs = Object.keys(measurements).map((id) => ({ id, run: () => sampleOf(id, unhashed) }));
    const theirs = Object.keys(peerRuns).map((id) => ({ id, run: async () => peers?.run(id) }));
    const samples = await takeInTurns(peers === undefined ? runs : [...runs, ...theirs], rounds);
    const results = targets.map((target) => resultOf(target, samples));
    if (options.json) console.log(JSON.stringify(documentOf(results), undefined, 2));
    else for (const [index, target] of targets.entries()) print(target, results[index]);
  } finally {
    rmSync(unhashed, { recursive: true });
    peers?.remove();
  }
}

/**
 * A copy of the build in which the trace hash folds nothing in: T9 compares with it. The product
 * has no such switch; here the module that holds the hash is put aside, and one in its place gives
 * out the same names, of which those that mix do nothing.
 */
function buildUnhashed() {
  const copy = mkdtempSync(join(tmpdir(), 'flinch-unhashed-'));
  cpSync(dist, join(copy, 'dist'), { recursive: true });
  writeFileSync(join(copy, 'package.json'), '{ "type": "module" }\n');
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  const trace = join(copy, 'dist/kernel/trace.js');
  renameSync(trace, trace.replace(/\.js$/, '-hashed.js'));
  const mixers = ['mix', 'mix4', 'mixTime', 'mixEvent', 'mixWords'];
  const empty = mixers.map((name) => `export function ${name}() {}\n`);
  writeFileSync(trace, `export * from './trace-hashed.js';\n${empty.join('')}`);
  return copy;
}

/**
 * @param {string} id
 * @param {string} unhashed
 * @returns {Promise<Sample>}
 */
async function sampleOf(id, unhashed) {
  const folder = measurementOf(id).variant === 'unhashed' ? join(unhashed, 'dist') : dist;
  const args = [fileURLToPath(import.meta.url), '--sample', id, '--dist', folder];
  if (longRun) args.push('--long');
  const { stdout } = await runFile(process.execPath, args);
  /** @type {Sample} */
  const sample = JSON.parse(stdout);
  return sample;
}

/**
 * Takes the samples of all runs, round by round, every second round from the last run to the first.
 *
 * @param {readonly { id: string, run: () => Promise<Sample | undefined> }[]} runs
 * @param {number} rounds
 */
async function takeInTurns(runs, rounds) {
  /** @type {Map<string, Sample[]>} */
  const samples = new Map(runs.map(({ id }) => [id, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const { id, run } of round % 2 === 0 ? runs : [...runs].reverse()) {
      if (round > 0 && measurements[id]?.once) continue;
      const sample = await run();
      if (sample === undefined) continue;
      const known = samples.get(id)?.[0]?.checksum ?? sample.checksum;
      if (known !== sample.checksum) throw new Error(`${id} did not do the same twice`);
      samples.get(id)?.push(sample);
    }
  }
  return samples;
}

/**
 * @param {Target} target
 * @param {ReadonlyMap<string, readonly Sample[]>} samples
 */
function resultOf({ name, of, unit, against }, samples) {
  const value = figureOf(samples.get(of), unit);
  const baseline = typeof against === 'number' ? against : figureOf(samples.get(against), unit);
  const ratio = value === null || baseline === null ? null : rounded(value / baseline);
  return { name: `${name}: ${of}, against ${against}`, unit, value, baseline, ratio };
}

/**
 * The median of the samples in a unit; null without any.
 *
 * @param {readonly Sample[] | undefined} samples
 * @param {Target['unit']} unit
 */
function figureOf(samples, unit) {
  if (samples === undefined || samples.length === 0) return null;
  if (unit === 'growth') return rounded(samples[0]?.growth ?? NaN);
  if (unit === 'bytes') return rounded((samples[0]?.bytes ?? NaN) / (samples[0]?.count ?? NaN));
  const seconds = samples.map((sample) => sample.seconds / sample.count).sort((a, b) => a - b);
  const middle = seconds.length >> 1;
  const upper = seconds[middle] ?? NaN;
  const median = seconds.length % 2 === 1 ? upper : ((seconds[middle - 1] ?? NaN) + upper) / 2;
  if (unit === 'per second') return rounded(1 / median);
  return rounded(median * (unit === 'nanoseconds' ? 1e9 : 1e3));
}

/** @param {number} figure  four digits are more than a shared machine can tell apart */
function rounded(figure) {
  return Number(figure.toPrecision(4));
}

/** @param {readonly ReturnType<typeof resultOf>[]} results */
function documentOf(results) {
  const { arch, platform, version } = process;
  const processor = cpus()[0]?.model ?? 'unknown';
  const machine = { platform, arch, processor, cores: cpus().length, node: version };
  return { schemaVersion: 1, machine, results };
}

/** @param {Target} target @param {ReturnType<typeof resultOf> | undefined} result */
function print({ bound, must }, result) {
  if (result === undefined) return;
  const { name, value, baseline, ratio, unit } = result;
  const holds = ratio !== null && (bound === 'at least' ? ratio >= must : ratio <= must);
  const word = ratio === null ? 'not compared' : holds ? 'reached' : 'MISSED';
  const figures = `${value ?? '-'} / ${baseline ?? '-'} ${unit} = ${ratio ?? '-'}`;
  console.log(`${name}: ${figures} (${bound} ${must}): ${word}`);
}
