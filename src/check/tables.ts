/**
 * The account of a table: the values that became visible under its keys, and those that may have.
 * A value must be one that the job gives that key, in the surviving history or in one that was
 * rolled back; so values may go back after a crash. In the end each key has the value that the
 * surviving history gives it last. What was rolled back and is not written again stays: a key
 * that only lost attempts know is no reason to convict.
 */
import { detailOf } from '../history/entry.js';
import { keyIndexesOf, type UpsertSink } from '../job/job-graph.js';
import { bagOf, find, put, type Bag } from '../job/meaning/bag.js';
import { keyOfRow, type Table } from '../job/meaning/tables.js';
import type { RowType } from '../job/row.js';
import type { Words } from '../kernel/actor.js';
import { accountOf, rowText, type Account, type Claim } from './account.js';
import type { Heard } from './surviving.js';

export type TableAccount = {
  readonly account: Account;
  readonly keyFields: readonly number[];
  /** What the input alone gives; undefined: that is derived in the end. */
  readonly fixed: Table | undefined;
  readonly entries: Heard[];
  /** By number of the key in `keys`: its value now. */
  readonly keys: Bag;
  readonly values: Words[];
};

/** The account of a table in which nothing stands. */
export function tableAccountOf(
  sink: UpsertSink,
  row: RowType,
  fixed: Table | undefined,
): TableAccount {
  return {
    account: accountOf('visible in ' + sink.table, sink.table, row, false, []),
    keyFields: keyIndexesOf(sink, row),
    fixed,
    entries: [],
    keys: bagOf(),
    values: [],
  };
}

/** Values became visible. */
export function hearValues(table: TableAccount, heard: Heard): void {
  if (table.fixed !== undefined) bookValues(table, heard, [table.fixed.rows]);
  else table.entries.push(heard);
}

/** Books what became visible: each row under its key, and among those that some bag holds. */
function bookValues(table: TableAccount, heard: Heard, lawful: readonly Bag[]): void {
  const { account, keyFields, keys, values } = table;
  const { words } = detailOf(heard.entry, 'valuesUpserted');
  for (let at = 0; at < words.length; at += 1 + (words[at] as number)) {
    const from = at + 2 + (words[at + 1] as number);
    const row = words.slice(from, at + 1 + (words[at] as number));
    account.judged += 1;
    const isLawful = lawful.some((bag) => find(bag, row, 0, row.length) >= 0);
    if (!isLawful) refuse(account, heard, row, 'where the job gives no such value');
    const key = words.subarray(at + 2, from);
    const own = isLawful ? keyOfRow(account.row, keyFields, row, 0) : key;
    if (own.join() !== key.join()) refuse(account, heard, row, 'under a key that is not its own');
    values[put(keys, key, 0, key.length, 0)] = row;
  }
}

function refuse(account: Account, { entry, index }: Heard, words: Words, why: string): void {
  if (account.foreign !== undefined) return;
  const row = rowText(account, words, 0, words.length);
  const message = `${row} is ${account.where} ${why}`;
  account.surplus = account.foreign = { entry, index, about: account.about, message };
}

/**
 * The account at the end.
 *
 * @param surviving  what the surviving history gives
 * @param others     what those give that were rolled back
 */
export function settleTable(
  table: TableAccount,
  surviving: Table | undefined,
  others: readonly Table[],
): Account {
  const { account, entries, fixed } = table;
  const last = surviving ?? fixed;
  const lawful = [last, ...others].flatMap((one) => one?.rows ?? []);
  for (const heard of entries) bookValues(table, heard, lawful);
  return { ...account, claims: last === undefined ? [] : [duesOf(table, last)] };
}

/** One row for each key: the one that stands there if it may, else one that is missing. */
function duesOf({ keys, values }: TableAccount, last: Table): Claim {
  const bag = bagOf();
  const left = new Int32Array(last.lasts.length);
  last.lasts.forEach((lasts, number) => {
    const key = rowIn(last.keys, number);
    const there = values[find(keys, key, 0, key.length)];
    const candidates = [...lasts.values()].map((row) => rowIn(last.rows, row));
    const isThere = candidates.some((row) => row.join() === there?.join());
    const row = isThere ? (there as Words) : (candidates[0] as Words);
    left[put(bag, row, 0, row.length, 1)] = isThere ? 0 : 1;
  });
  return { bag, left };
}

function rowIn({ words, starts }: Bag, row: number): Words {
  return words.subarray(starts[row], starts[row + 1]);
}
