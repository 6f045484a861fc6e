/**
 * Prints the fingerprints of the small plans of the seeds FIRST ..< END, as JSON: run as a script
 * with these two arguments it writes them out, run as a worker it posts them.
 */
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import { flights, load, smallScenario } from './stage.mjs';

/** @param {number} first @param {number} end @returns {Promise<string[]>} */
export async function fingerprintsOf(first, end) {
  const house = await load();
  const data = flights(house);
  const scenario = smallScenario(house, 120);
  const prints = [];
  for (let seed = first; seed < end; seed += 1) {
    const plan = house.planOf(scenario, String(seed));
    const observer = { sees: [], messages: [], see: () => undefined };
    prints.push(house.run(plan, data, observer).fingerprint);
  }
  return prints;
}

/** @type {{ first: number, end: number } | undefined} */
const range = workerData ?? undefined;
if (!isMainThread && range?.first !== undefined) {
  parentPort?.postMessage(await fingerprintsOf(range.first, range.end));
} else if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [first, end] = process.argv.slice(2).map(Number);
  console.log(JSON.stringify(await fingerprintsOf(first ?? 0, end ?? 0)));
}
