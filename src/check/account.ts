/**
 * One account: the rows that are expected somewhere, and those that came.
 */
import type { Entry } from '../history/entry.js';
import { find, type Bag } from '../job/meaning/bag.js';
import { readRow, type RowType } from '../job/row.js';
import type { Words } from '../kernel/actor.js';
import { textWordsAt } from '../kernel/words.js';
import type { Heard } from './surviving.js';
import { NO_TIME } from '../job/time-bounds.js';

/** Rows that are expected, and how many of each have not come yet. */
export type Claim = Readonly<{ bag: Bag; left: Int32Array }>;

/** A row that came and was not expected, or was expected less often. */
export type Surplus = Readonly<{
  entry: Entry;
  index: number;
  /** What it touches: its record if its rows name one, else where it came. */
  about: string;
  message: string;
}>;

/** What is expected in one place. */
export type Account = {
  /** As in `visible in totals`. */
  readonly where: string;
  /** The topic, or the vertex. */
  readonly about: string;
  readonly row: RowType;
  /** Whether the last word of a row is its time. */
  readonly hasTime: boolean;
  readonly claims: readonly Claim[];
  /** Rows that came. */
  judged: number;
  /** The first that came in vain, and the first that is not expected even once. */
  surplus: Surplus | undefined;
  foreign: Surplus | undefined;
};

/** An account of what is expected in some bags. */
export function accountOf(
  where: string,
  about: string,
  row: RowType,
  hasTime: boolean,
  bags: readonly (Bag | undefined)[],
): Account {
  const claims = bags
    .filter((bag): bag is Bag => bag !== undefined && bag.size > 0)
    .map((bag): Claim => ({ bag, left: bag.counts.slice(0, bag.size) }));
  return { where, about, row, hasTime, claims, judged: 0, surplus: undefined, foreign: undefined };
}

export type OnRow = (from: number, to: number) => void;

/** Books every row of a block, and shows each. */
export function bookBlock(account: Account, heard: Heard, words: Words, onRow?: OnRow): void {
  let at = 0;
  while (at < words.length) {
    const from = at + 1;
    at = from + Math.max(0, words[at] as number);
    account.judged += 1;
    if (!isExpected(account.claims, words, from, at)) refuse(account, heard, words, from, at);
    onRow?.(from, at);
  }
}

/** Takes the row off the claims, if it is among them. */
function isExpected(claims: readonly Claim[], words: Words, from: number, to: number): boolean {
  for (const { bag, left } of claims) {
    const row = find(bag, words, from, to);
    if (row < 0 || (left[row] as number) <= 0) continue;
    left[row] = (left[row] as number) - 1;
    return true;
  }
  return false;
}

function refuse(
  account: Account,
  { entry, index }: Heard,
  words: Words,
  from: number,
  to: number,
): void {
  const isForeign = account.claims.every(({ bag }) => find(bag, words, from, to) < 0);
  if (account.surplus !== undefined && (!isForeign || account.foreign !== undefined)) return;
  const row = rowText(account, words, from, to);
  const why = isForeign ? ', where no such row is due' : ' more often than it is due';
  const message = `${row} is ${account.where}${why}`;
  const about = recordName(account.row, words, from, account.hasTime ? to - 1 : to) ?? entry.about;
  const surplus = { entry, index, about, message };
  account.surplus ??= surplus;
  if (isForeign) account.foreign ??= surplus;
}

/** A row as a person reads it. */
export function rowText(
  { row: type, hasTime }: Pick<Account, 'row' | 'hasTime'>,
  words: Words,
  from: number,
  to: number,
): string {
  const end = hasTime ? to - 1 : to;
  if (to > words.length || !fits(type, words, from, end)) return 'a row of another form';
  const row = '(' + readRow(type, words, from).join(', ') + ')';
  return hasTime && words[end] !== NO_TIME ? row + ' of time ' + String(words[end]) : row;
}

function fits(type: RowType, words: Words, from: number, end: number): boolean {
  let at = from;
  for (const { type: field } of type) {
    if (at >= end || (field === 'string' && (words[at] as number) < 0)) return false;
    at += field === 'int' ? 1 : textWordsAt(words, at);
  }
  return at === end;
}

/** The record that a row is about, if it says so in a field of that name. */
function recordName(type: RowType, words: Words, from: number, end: number): string | undefined {
  const field = type.findIndex(({ name, type: kind }) => name === 'record' && kind === 'int');
  if (field < 0 || end > words.length || !fits(type, words, from, end)) return undefined;
  return 'record ' + String(readRow(type, words, from)[field]);
}

/** Rows that are expected and have not come; the first of them, and what it touches. */
export type Missing = Readonly<{ count: number; of: number; first: string; about: string }>;

/** What is missing; undefined if nothing is. */
export function missingIn(account: Account): Missing | undefined {
  let [count, of] = [0, 0];
  let first: Readonly<{ bag: Bag; row: number }> | undefined;
  for (const { bag, left } of account.claims)
    for (let row = 0; row < left.length; row += 1) {
      if ((left[row] as number) > 0) first ??= { bag, row };
      count += left[row] as number;
      of += bag.counts[row] as number;
    }
  if (first === undefined) return undefined;
  const { bag, row } = first;
  const [from, to] = [bag.starts[row] as number, bag.starts[row + 1] as number];
  const about = recordName(account.row, bag.words, from, account.hasTime ? to - 1 : to);
  const text = rowText(account, bag.words, from, to);
  return { count, of, first: text, about: about ?? account.about };
}
