/**
 * metamorphic: what depends on the input alone is the same whatever the interval of checkpoints,
 * the chains, the parallelism and the size of buffers. The plan of a seed is run again with each of
 * these changed, under the same faults, and the rows of each such topic are compared as multisets.
 *
 * It needs no result that is known to be right, so it shares nothing with `job/meaning` but
 * which topics it may ask about.
 *
 * Only runs that finished are compared; one that did not is left out, and named. A difference
 * convicts at the end.
 *
 * Memory: one row an output row, for the run and for one variant at a time.
 */
import { detailOf } from '../history/entry.js';
import { isSink, placeOfSink } from '../job/job-graph.js';
import { bagOf, find, put, type Bag } from '../job/meaning/bag.js';
import { meaningOf } from '../job/meaning/meaning.js';
import { caseOf, convictAtEnd, hearing, verdictOf } from './case.js';
import { mayRepeat, type Checker, type Context, type Law } from './verdict.js';
import type { RunEnd, Verdict } from './verdict.js';

export const metamorphic: Law = {
  name: 'metamorphic',
  says: 'what depends on the input alone is the same under settings that must not matter',
  source: 'metamorphic testing (Chen et al., 1998)',
  invariants: [],
  judgesFrom: { rowsVisible: 'log broker, file system: the rows, at the end of each run' },
  open,
};

/** The rows that became visible, by topic. */
export type Shown = ReadonlyMap<string, Bag>;

/** Gathers the rows of these topics. */
export function gathering(topics: readonly string[]): Readonly<{
  shown: Shown;
  take(topic: string, words: Int32Array): void;
}> {
  const shown = new Map(topics.map((topic) => [topic, bagOf()]));
  const take = (topic: string, words: Int32Array): void => {
    const bag = shown.get(topic);
    if (bag === undefined) return;
    for (let at = 0; at < words.length; at += 1 + (words[at] as number))
      put(bag, words, at + 1, at + 1 + (words[at] as number), 1);
  };
  return { shown, take };
}

function open(context: Context): Checker {
  const file = caseOf('metamorphic');
  const { standings, job } = meaningOf(context.job, context.topics, mayRepeat(context));
  const topics = job.vertices
    .flatMap(({ operators }) => operators)
    .flatMap(({ uid, operator }) =>
      isSink(operator) &&
      operator.kind !== 'upsertSink' &&
      standings.get(uid)?.class === 'functional'
        ? [placeOfSink(operator)]
        : [],
    );
  const { shown, take } = gathering(topics);
  const close = (end: RunEnd): Verdict => {
    if (end.reason !== 'finished') return verdictOf(file, 'holds', 'partial');
    const unfinished: string[] = [];
    for (const variant of context.variants?.(topics) ?? []) {
      const { name, shown: other } = variant;
      if (other === undefined) unfinished.push(name);
      else compare(shown, other, name, file, end);
    }
    const note = unfinished.length === 0 ? '' : 'did not finish: ' + unfinished.join(', ');
    return verdictOf(file, 'holds', note);
  };
  const see: Checker['see'] = (entry) => {
    take(entry.about, detailOf(entry, 'rowsVisible').words);
  };
  return hearing(file, ['rowsVisible'], [], see, close);
}

function compare(
  shown: Shown,
  other: Shown,
  name: string,
  file: ReturnType<typeof caseOf>,
  end: RunEnd,
): void {
  for (const [topic, bag] of shown) {
    const rows = other.get(topic) ?? bagOf();
    file.judged += bag.size;
    const missing = differenceOf(bag, rows);
    const added = differenceOf(rows, bag);
    if (missing + added === 0) continue;
    const message = `${topic} differs with ${name}: ${String(missing)} rows are not there, `;
    convictAtEnd(file, end, `${message}${String(added)} others are`, [topic]);
  }
}

/** How many rows of one bag the other does not have, or less often. */
function differenceOf(bag: Bag, other: Bag): number {
  let rows = 0;
  for (let row = 0; row < bag.size; row += 1) {
    const from = bag.starts[row] as number;
    const known = find(other, bag.words, from, bag.starts[row + 1] as number);
    const there = known < 0 ? 0 : (other.counts[known] as number);
    rows += Math.max(0, (bag.counts[row] as number) - there);
  }
  return rows;
}
