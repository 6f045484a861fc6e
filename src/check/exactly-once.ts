/**
 * exactly-once, the rule of running totals: each record of the input gives one visible row, and the
 * rows of a key tell one history of it. Sorted by `count` they count 1, 2, 3 and so on, each sum
 * and maximum follows from the row before and from the value of the row's record.
 *
 * Source: Flink's end-to-end exactly-once; I-EO. No TLA+ module states it yet. The rule belongs to
 * one function, `runningTotals`; when `job/meaning` says what any job's output must be, it becomes
 * a case of that.
 *
 * Judged from the broker's `rowsVisible` on the job's output topic. What is visible stays so, so
 * whatever can never become right convicts at once: a record that is in no input or has another
 * key, a record or a count that is there twice, a count that the key cannot reach, a row that does
 * not follow from its neighbour. Rows of one key may become visible in any order. What is missing
 * convicts at the end of a finished run; a run that FAILED or whose budget was spent is judged for
 * what is visible only.
 *
 * Memory: one row a record of the input, in typed arrays.
 */
import { detailOf, type Entry } from '../history/entry.js';
import { caseOf, convict, convictAtEnd, hearing, verdictOf, type Case } from './case.js';
import { noTotals, readTotals, recordName, rowAfter, type RowFault, type Totals } from './rows.js';
import type { Checker, Context, Law, RunEnd, Verdict } from './verdict.js';

export const exactlyOnce: Law = {
  name: 'exactly-once',
  says: 'each record is visible once, and the rows of a key follow from each other',
  open,
};

/**
 * The rows that are expected, in slots. Each key has a run of slots, one for each of its records;
 * the row with count n of a key belongs into the n-th slot of that run.
 */
type Ledger = Readonly<{
  open: Case;
  context: Context;
  /** By record: the first slot of its key, and how many slots the key has. */
  firstSlot: Int32Array;
  slotsOfKey: Int32Array;
  /** By record: the count of its visible row; 0 for none. */
  countOf: Int32Array;
  /** By slot: the record of the row that is visible there, -1 for none; and what the row says. */
  recordAt: Int32Array;
  sumAt: Int32Array;
  maxAt: Int32Array;
}>;

function open(context: Context): Checker {
  const ledger = ledgerOf(context);
  const row = noTotals();
  const see = (entry: Entry, index: number): void => {
    if (entry.about === context.topic) seeRows(ledger, row, entry, index);
  };
  const close = (end: RunEnd): Verdict => closeLedger(ledger, end);
  return hearing(ledger.open, ['rowsVisible'], [], see, close);
}

function ledgerOf(context: Context): Ledger {
  const { inputs } = context;
  const size = inputs.length;
  const keys = new Map<string, number>();
  const keyOf = new Int32Array(size);
  const slotsOf: number[] = [];
  inputs.forEach(({ key }, record) => {
    const known = keys.get(key) ?? keys.size;
    if (known === keys.size) keys.set(key, known);
    keyOf[record] = known;
    slotsOf[known] = (slotsOf[known] ?? 0) + 1;
  });
  const firstOf = new Int32Array(keys.size + 1);
  slotsOf.forEach((slots, key) => {
    firstOf[key + 1] = (firstOf[key] as number) + slots;
  });
  return {
    open: caseOf('exactly-once'),
    context,
    firstSlot: keyOf.map((key) => firstOf[key] as number),
    slotsOfKey: keyOf.map((key) => slotsOf[key] as number),
    countOf: new Int32Array(size),
    recordAt: new Int32Array(size).fill(-1),
    sumAt: new Int32Array(size),
    maxAt: new Int32Array(size),
  };
}

function seeRows(ledger: Ledger, row: Totals, entry: Entry, index: number): void {
  const { words } = detailOf(entry, 'rowsVisible');
  for (let at = 0; at < words.length; at = rowAfter(words, at)) {
    ledger.open.judged += 1;
    const fault = readTotals(ledger.context.inputs, words, at, row) ?? place(ledger, row);
    if (fault === undefined) continue;
    convict(ledger.open, entry, index, fault.message, fault.records.map(recordName));
    return;
  }
}

/** Puts a row into its slot; what is wrong with it, if anything is. */
function place(ledger: Ledger, row: Totals): RowFault | undefined {
  const { record, count } = row;
  const first = ledger.firstSlot[record] as number;
  const slots = ledger.slotsOfKey[record] as number;
  const before = ledger.countOf[record] as number;
  const name = recordName(record);
  if (before !== 0)
    return { message: name + ' is visible twice' + countsOf(before, count), records: [record] };
  if (count < 1 || count > slots) {
    const of = String(count) + ' of ' + String(slots) + ' records of its key';
    return { message: name + ' is visible with count ' + of, records: [record] };
  }
  const slot = first + count - 1;
  const other = ledger.recordAt[slot] as number;
  if (other >= 0) {
    const both = recordName(other) + ' and ' + name + ' of one key are both visible';
    return { message: both + ' with count ' + String(count), records: [other, record] };
  }
  ledger.countOf[record] = count;
  ledger.recordAt[slot] = record;
  ledger.sumAt[slot] = row.sum;
  ledger.maxAt[slot] = row.max;
  const next = slot + 1;
  return (
    followFault(ledger, slot, first) ??
    (count < slots && (ledger.recordAt[next] as number) >= 0
      ? followFault(ledger, next, first)
      : undefined)
  );
}

function countsOf(before: number, count: number): string {
  return ', with count ' + String(before) + ' and with count ' + String(count);
}

/** Whether the row of a slot follows from the one before it, as far as that is visible. */
function followFault(ledger: Ledger, slot: number, first: number): RowFault | undefined {
  const { recordAt, sumAt, maxAt, context } = ledger;
  const before = slot - 1;
  const isFirst = slot === first;
  if (!isFirst && (recordAt[before] as number) < 0) return undefined;
  const record = recordAt[slot] as number;
  const { value, key } = context.inputs[record] as { value: number; key: string };
  const sum = isFirst ? value | 0 : ((sumAt[before] as number) + value) | 0;
  const max = isFirst ? value : Math.max(maxAt[before] as number, value);
  if (sumAt[slot] === sum && maxAt[slot] === max) return undefined;
  const said = totalsOf(sumAt[slot] as number, maxAt[slot] as number);
  const count = String(slot - first + 1);
  const place = recordName(record) + ' is visible as count ' + count + ' of key ' + key;
  const message = place + ' with ' + said + '; from the row before follow ' + totalsOf(sum, max);
  return { message, records: isFirst ? [record] : [recordAt[before] as number, record] };
}

function totalsOf(sum: number, max: number): string {
  return 'sum ' + String(sum) + ' and max ' + String(max);
}

/** What is missing counts when the run finished. */
function closeLedger(ledger: Ledger, end: RunEnd): Verdict {
  const { open: file, countOf } = ledger;
  if (end.reason === 'failed') return verdictOf(file, 'holds', 'partial');
  let missing = 0;
  for (const count of countOf) if (count === 0) missing += 1;
  if (missing === 0) return verdictOf(file, 'holds', '');
  const lost = String(missing) + ' of ' + String(countOf.length) + ' records are not visible';
  if (end.reason === 'budget') return verdictOf(file, 'unknown', lost);
  const first = recordName(countOf.indexOf(0));
  convictAtEnd(file, end, lost + ', the first is ' + first, [first]);
  return verdictOf(file, 'violated', '');
}
