/**
 * One account: the rows that are expected somewhere, and those that came.
 */
import type { Entry } from '../history/entry.js';
import { find, type Bag } from '../job/meaning/bag.js';
import { NO_TIME } from '../job/meaning/stage.js';
import { readRow, type RowType } from '../job/row.js';
import type { Words } from '../kernel/actor.js';
import { textWordsAt } from '../kernel/words.js';
import type { Heard } from './surviving.js';

/** Rows that are expected, and how many of each have not come yet. */
export type Claim = Readonly<{ bag: Bag; left: Int32Array }>;

/** A row that came and was not expected, or was expected less often. */
export type Surplus = Readonly<{
  entry: Entry;
  index: number;
  row: string;
  message: string;
}>;

/** What is expected in one place. */
export type Account = {
  /** As in `visible in totals`. */
  readonly where: string;
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
  row: RowType,
  hasTime: boolean,
  bags: readonly (Bag | undefined)[],
): Account {
  const claims = bags
    .filter((bag): bag is Bag => bag !== undefined && bag.size > 0)
    .map((bag): Claim => ({ bag, left: bag.counts.slice(0, bag.size) }));
  return { where, row, hasTime, claims, judged: 0, surplus: undefined, foreign: undefined };
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
  const surplus = { entry, index, row, message };
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

/** What is expected and has not come; and the first such row. */
export function missingIn(account: Account): Readonly<{ missing: number; first: string }> {
  let missing = 0;
  let first = '';
  for (const { bag, left } of account.claims)
    for (let row = 0; row < left.length; row += 1) {
      const count = left[row] as number;
      if (count > 0 && missing === 0) first = rowOfBag(account, bag, row);
      missing += count;
    }
  return { missing, first };
}

function rowOfBag(account: Account, { words, starts }: Bag, row: number): string {
  return rowText(account, words, starts[row] as number, starts[row + 1] as number);
}

/** How many rows are expected. */
export function expectedIn({ claims }: Account): number {
  return claims.reduce((sum, { bag }) => sum + bag.counts.reduce((all, one) => all + one, 0), 0);
}
