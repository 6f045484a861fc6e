/** A character a seed while the run goes on, then the answer as a person reads it. */
import { verdictOfSeed, type SweepVerdict } from '../explore/sweep.js';
import { gapsOf, type Manner, type Reporter } from './reporter.js';
import { headlined, sumText } from './screen.js';

const DOTS_PER_LINE = 80;

const dots: Readonly<Record<SweepVerdict, string>> = {
  holds: '.',
  violated: 'F',
  inconclusive: '?',
  nondeterministic: 'N',
  crashed: 'E',
};

export function dotReporter(manner: Manner): Reporter {
  const between = gapsOf(manner);
  return {
    begin: () => {
      let count = 0;
      return {
        seen: (outcome) => {
          const gap = count === 0 ? between() : '';
          count += 1;
          return gap + dots[verdictOfSeed(outcome)] + (count % DOTS_PER_LINE === 0 ? '\n' : '');
        },
        end: (results) => [
          count === 0 ? between() : '',
          count % DOTS_PER_LINE === 0 ? '' : '\n',
          headlined(results, manner),
        ],
      };
    },
    close: (all) => (all.length < 2 ? [] : [between(), sumText(all, manner)]),
  };
}
