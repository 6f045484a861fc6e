/**
 * Windows of counts: every so many records of a key give a row, and the next begins. Source: Flink,
 * KeyedStream.countWindow.
 */
import type { WindowOperator } from '../job-graph.js';
import type { RowType } from '../row.js';
import { gatheringOf, type Part } from './gathering.js';
import { keysOf, timeless, type Keys, type Stage, type Take } from './stage.js';
import { END_OF_TIME } from '../time-bounds.js';

/** Windows of `size` records; their rows belong to no time before the end. */
export function countsStage(
  operator: WindowOperator,
  size: number,
  input: RowType,
  main: Take,
): Stage {
  const [keys] = keysOf([input], [operator.keyField]) as [Keys];
  const gathering = gatheringOf(operator.function);
  /** By number of the key: the number of its window, how full it is, and what is in it. */
  const byKey = new Map<number, { number: number; count: number; gathered: Part[] }>();
  return timeless(({ words, from }) => {
    const key = keys.numberOf(words, from);
    const window = byKey.get(key) ?? { number: 0, count: 0, gathered: [] };
    byKey.set(key, window);
    gathering.add(window.gathered, gathering.read(words, from));
    window.count += 1;
    if (window.count < size) return;
    const { number, gathered } = window;
    byKey.set(key, { number: number + 1, count: 0, gathered: [] });
    const keyWords = words.slice(keys.from, keys.to);
    const row = gathering.result(gathered, keyWords, { start: number, end: number });
    main(row, 0, row.length, END_OF_TIME);
  });
}
