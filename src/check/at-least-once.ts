/**
 * at-least-once: at the end of a run that finished, every record of the input stands in at least
 * one visible row; and never is a row visible that was made of no record of the input.
 *
 * Source: Flink's delivery guarantees; I-ALO. No TLA+ module states it yet. It does not judge what
 * a row says beside its record: after a restore the same record may be counted again.
 *
 * Judged from the broker's `rowsVisible` on the job's output topic. A row of a foreign record
 * convicts at once, a record that is missing at the end of a finished run. A run that FAILED or
 * whose budget was spent is judged for what is visible only.
 *
 * Memory: one byte a record of the input.
 */
import { detailOf, type Entry } from '../history/entry.js';
import { caseOf, convict, convictAtEnd, hearing, verdictOf } from './case.js';
import { noTotals, readTotals, recordName, rowAfter } from './rows.js';
import type { Checker, Context, Law, RunEnd, Verdict } from './verdict.js';

export const atLeastOnce: Law = {
  name: 'at-least-once',
  says: 'at the end every record of the input is in the output, and nothing else ever is',
  open,
};

function open({ inputs, topic }: Context): Checker {
  const file = caseOf('at-least-once');
  const seen = new Uint8Array(inputs.length);
  const row = noTotals();
  let missing = inputs.length;
  const see = (entry: Entry, index: number): void => {
    if (entry.about !== topic) return;
    const { words } = detailOf(entry, 'rowsVisible');
    for (let at = 0; at < words.length; at = rowAfter(words, at)) {
      file.judged += 1;
      const fault = readTotals(inputs, words, at, row);
      if (fault !== undefined) {
        convict(file, entry, index, fault.message, fault.records.map(recordName));
        return;
      }
      if (seen[row.record] === 0) missing -= 1;
      seen[row.record] = 1;
    }
  };
  const close = (end: RunEnd): Verdict => {
    if (missing === 0 && end.reason !== 'failed') return verdictOf(file, 'holds', '');
    const lost = String(missing) + ' of ' + String(inputs.length) + ' records are not visible';
    if (end.reason === 'failed') return verdictOf(file, 'holds', 'partial');
    if (end.reason === 'budget') return verdictOf(file, 'unknown', lost);
    const first = recordName(seen.indexOf(0));
    convictAtEnd(file, end, lost + ', the first is ' + first, [first]);
    return verdictOf(file, 'violated', '');
  };
  return hearing(file, ['rowsVisible'], [], see, close);
}
