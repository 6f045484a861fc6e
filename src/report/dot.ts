/** A character a seed while the run goes on, then the answer as a person reads it. */
import { verdictOfSeed, type SweepVerdict } from '../explore/sweep.js';
import type { Manner, Reporter } from './reporter.js';
import { headlined } from './screen.js';

const DOTS_PER_LINE = 80;

const dots: Readonly<Record<SweepVerdict, string>> = {
  holds: '.',
  violated: 'F',
  inconclusive: '?',
  nondeterministic: 'N',
  crashed: 'E',
};

export function dotReporter(manner: Manner): Reporter {
  let count = 0;
  return {
    seen: (outcome) => {
      count += 1;
      return dots[verdictOfSeed(outcome)] + (count % DOTS_PER_LINE === 0 ? '\n' : '');
    },
    end: (results) => [count % DOTS_PER_LINE === 0 ? '' : '\n', headlined(results, manner)],
  };
}
