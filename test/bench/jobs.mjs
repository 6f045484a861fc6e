/**
 * The workloads of the engine and the harness, through the product's own pipeline: plans are made,
 * run with trace hash and fault checks on, and judged where the workload says so.
 *
 * - Small jobs (E1): seeds of scenarios/small.yaml, run and judged under all laws.
 * - Memory (E6): what the process holds after a tenth of so many small jobs and at the end, garbage
 *   collected before; the greatest of the second half counts as the end.
 * - Keyed count (E3, E4): one job of 2 sources, 2 keyed subtasks and 1 sink, without faults. E3
 *   counts the records that its tasks process (each record is processed three times: read, counted,
 *   written) with buffers of 128 records; E4 counts all events, with buffers of 8, the fewest.
 * - Judging (E5): whole recorded histories of scenarios/flights.yaml, under all laws.
 * - Help (E7): the CPU time of `flinch --help` as a process of its own.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { gunzipSync } from 'node:zlib';

/**
 * @typedef {import('./workloads.mjs').Done} Done
 * @typedef {import('../../src/run/scenario.js').Scenario} Scenario
 *
 * @typedef {object} Works  the built modules under test
 * @property {typeof import('../../src/run/scenario.js')} scenario
 * @property {typeof import('../../src/run/plan.js')} plan
 * @property {typeof import('../../src/run/run.js')} run
 * @property {typeof import('../../src/run/data.js')} data
 * @property {typeof import('../../src/check/suite.js')} suite
 */

/** How often the same histories are judged, so that the figure is of warm code. */
const TIMES_JUDGED = 10;

/** How often the memory is looked at. */
const SAMPLES_OF_MEMORY = 10;

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');

/** @param {string} dist @returns {Promise<Works>} */
export async function worksIn(dist) {
  const from = (/** @type {string} */ file) => import(pathToFileURL(join(dist, file)).href);
  return {
    scenario: await from('run/scenario.js'),
    plan: await from('run/plan.js'),
    run: await from('run/run.js'),
    data: await from('run/data.js'),
    suite: await from('check/suite.js'),
  };
}

/** @param {Works} works @param {import('../../src/run/scenario.js').Scenario} scenario */
function flightRecords({ data }, scenario) {
  const file = join(root, 'scenarios/data/flights-20k.json.gz');
  /** @type {unknown[]} */
  const rows = JSON.parse(gunzipSync(readFileSync(file)).toString());
  return data.dataOfTopics(scenario.data, () => rows);
}

/** @param {Works} works @param {string} name */
function shipped({ scenario }, name) {
  const file = join(root, 'scenarios', name);
  return scenario.parseScenario(readFileSync(file, 'utf8'), name);
}

/** @param {Works} works @param {number} seeds @returns {() => Done} */
export function smallJobs(works, seeds) {
  const small = shipped(works, 'small.yaml');
  const data = flightRecords(works, small);
  return () => {
    let checksum = '';
    for (let seed = 0; seed < seeds; seed += 1) {
      const { fingerprint, verdicts } = works.run.judge(
        works.plan.planOf(small, String(seed)),
        data,
      );
      if (verdicts.some(({ outcome }) => outcome !== 'holds'))
        throw new Error(`seed ${seed} fails`);
      checksum = fingerprint;
    }
    return { count: seeds, checksum };
  };
}

/** @param {Works} works @param {number} seeds @returns {() => Done} */
export function memoryOf(works, seeds) {
  setFlagsFromString('--expose-gc');
  /** @type {() => void} */
  const collect = runInNewContext('gc');
  const small = shipped(works, 'small.yaml');
  const data = flightRecords(works, small);
  /** @type {number[]} */
  const held = [];
  return () => {
    for (let seed = 0; seed < seeds; seed += 1) {
      works.run.judge(works.plan.planOf(small, String(seed)), data);
      if ((seed + 1) % (seeds / SAMPLES_OF_MEMORY) !== 0) continue;
      collect();
      held.push(process.memoryUsage().rss);
    }
    const early = held[SAMPLES_OF_MEMORY / 10 - 1] ?? NaN;
    const growth = Math.max(...held.slice(SAMPLES_OF_MEMORY / 2)) / early;
    return { count: seeds, checksum: 'memory', growth };
  };
}

/** @param {Works} works @param {number} records @param {number} perBuffer */
function keyedCount({ scenario }, records, perBuffer) {
  const text = `
name: keyed-count
data: { file: none, records: ${records}, splits: 2, shuffleMinutes: 0, recordsPerSecond: 1000000 }
job:
  parallelism: 2
  operators:
    - { uid: source, source: flights }
    - uid: totals
      input: source
      keyBy: origin
      aggregate:
        { record: { last: record }, count: count, sum: { sum: delay }, max: { max: delay } }
    - { uid: sink, input: totals, sink: { kind: two-phase, topic: totals }, parallelism: 1 }
configuration:
  execution.checkpointing.interval: 1s
  restart-strategy.type: fixed-delay
  restart-strategy.fixed-delay.attempts: 2147483647
  taskmanager.numberOfTaskSlots: 1
cluster:
  taskManagers: 2
  coresPerTaskManager: 3
  recordsPerBuffer: ${perBuffer}
costs:
  sourceRecordMicros: { min: 1, max: 1 }
  keyedRecordMicros: { min: 1, max: 1 }
  sinkRecordMicros: { min: 1, max: 1 }
  fetchRowsMin: 500
  fetchRowsMax: 4000
  sinkBatchRows: 512
`;
  return scenario.parseScenario(text, 'keyed-count.yaml');
}

const blind = { sees: [], messages: [], see: () => undefined };

/** Records of each run before the one that is measured; after two, all that is hot is compiled. */
const WARM_UP_RECORDS = 500_000;

/** @param {Works} works @param {number} records @param {number} perBuffer */
function warmKeyedRun(works, records, perBuffer) {
  const keys = Array.from({ length: 300 }, (_, index) => `K${index}`);
  const [spec] = keyedCount(works, records, perBuffer).data;
  const rows = Array.from({ length: records }, (_, index) => ({
    origin: keys[(index * 7919) % keys.length] ?? '',
    delay: index % 97,
  }));
  const data = works.data.dataOfTopics(spec === undefined ? [] : [spec], () => rows);
  for (let run = 0; run < 2; run += 1) keyedRun(works, data, WARM_UP_RECORDS, perBuffer);
  return () => keyedRun(works, data, records, perBuffer);
}

/**
 * @param {Works} works
 * @param {import('../../src/run/data.js').Data} data
 * @param {number} records
 * @param {number} perBuffer
 */
function keyedRun(works, data, records, perBuffer) {
  const plan = works.plan.planOf(keyedCount(works, records, perBuffer), '1');
  const result = works.run.run(plan, data, blind);
  if (result.reason !== 'finished') throw new Error(`the job ended by ${result.reason}`);
  return result;
}

/** @param {Works} works @param {number} records @returns {() => Done} */
export function processed(works, records) {
  const go = warmKeyedRun(works, records, 128);
  return () => ({ count: 3 * records, checksum: go().fingerprint });
}

/** @param {Works} works @param {number} records @returns {() => Done} */
export function events(works, records) {
  const go = warmKeyedRun(works, records, 8);
  return () => {
    const { events: count, fingerprint } = go();
    return { count, checksum: fingerprint };
  };
}

/** @param {Works} works @param {number} seeds @returns {() => Done} */
export function judged(works, seeds) {
  const flights = shipped(works, 'flights.yaml');
  const data = flightRecords(works, flights);
  const context = works.run.contextOf(works.plan.planOf(flights, '0'), data);
  const runs = Array.from({ length: seeds }, (_, seed) => {
    /** @type {import('../../src/history/entry.js').Entry[]} */
    const entries = [];
    const plan = works.plan.planOf(flights, String(seed));
    works.run.run(plan, data, {
      sees: 'all',
      messages: [],
      see: (entry) => void entries.push(entry),
    });
    return entries;
  });
  return () => {
    let count = 0;
    for (const entries of Array.from({ length: TIMES_JUDGED }, () => runs).flat()) {
      const suite = works.suite.suiteOf(flights.laws, context);
      for (const entry of entries) suite.see(entry);
      count += entries.length;
    }
    return { count, checksum: String(count) };
  };
}

/** @param {number} times @returns {() => Done} */
export function help(times) {
  return () => {
    const before = childSeconds();
    for (let time = 0; time < times; time += 1)
      execFileSync(process.execPath, ['dist/cli/flinch.js', '--help'], { cwd: root });
    return { count: times, checksum: 'help', seconds: childSeconds() - before };
  };
}

/** CPU seconds of the children that this process has waited for; Linux knows them. */
function childSeconds() {
  const fields = readFileSync('/proc/self/stat', 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[13]) + Number(fields[14])) / 100;
}
