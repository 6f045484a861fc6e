/**
 * `npm run proof`: what must hold of the built package beyond the unit tests, on every push.
 *
 * A proof is one more `{ name, run }` in the array.
 */
import { flinch, printOutcome, printTally, runStep } from './runner.mjs';

/** @type {readonly import('./runner.mjs').Step[]} */
const steps = [
  {
    name: 'the built command prints its help',
    run: async () => {
      await flinch('--help');
    },
  },
];

let passed = 0;
for (const step of steps) {
  const outcome = await runStep(step);
  printOutcome(outcome);
  if (outcome.passed) passed += 1;
}
printTally(passed, steps.length - passed);
