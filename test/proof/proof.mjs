/**
 * `npm run proof`: what must hold of the built package beyond the unit tests, on every push.
 *
 * A proof is one more `{ name, run }` in the array.
 */
import { creationOrderReversed, faultsRemoved, sameUnderNode22 } from '../determinism/steps.mjs';
import {
  cleanSeeds,
  modelsInFull,
  plainSink,
  smallScenarios,
  zooWithinSeeds,
} from './campaigns.mjs';
import { packedAndInstalled } from './installed.mjs';
import { flinch, printOutcome, printTally, runStep } from './runner.mjs';

/** @type {readonly import('./runner.mjs').Step[]} */
const steps = [
  {
    name: 'the built command prints its help',
    run: async () => {
      await flinch('--help');
    },
  },
  { name: 'the packed package installs alone, and runs', run: () => packedAndInstalled() },
  { name: '5,000 clean seeds of the small job hold', run: () => cleanSeeds('small', 0, 4999) },
  { name: '40 clean seeds of flights hold', run: () => cleanSeeds('flights', 0, 39) },
  ...smallScenarios.map((name) => ({
    name: `100 clean seeds of ${name} hold`,
    run: () => cleanSeeds(name, 0, 99),
  })),
  ...['flights-windows', 'flights-join'].map((name) => ({
    name: `10 clean seeds of ${name} hold`,
    run: () => cleanSeeds(name, 0, 9),
  })),
  { name: 'the plain sink breaks exactly-once within 20 seeds', run: () => plainSink() },
  { name: 'the coordinator does what its model does, state by state', run: () => modelsInFull() },
  { name: 'every mutant is found within its seeds, by its law', run: () => zooWithinSeeds() },
  {
    name: '200 plans give the same bytes in processes, threads and Node versions',
    run: () => sameUnderNode22(200),
  },
  { name: '50 plans: a fault taken away changes no draw', run: () => faultsRemoved(50) },
  { name: '20 plans: reversed connections change no draw', run: () => creationOrderReversed(20) },
];

let passed = 0;
for (const step of steps) {
  const outcome = await runStep(step);
  printOutcome(outcome);
  if (outcome.passed) passed += 1;
}
printTally(passed, steps.length - passed);
