/**
 * The two laws of delivery over the accounts of a run: exactly-once convicts for what came in vain
 * and for what is missing, at-least-once for what is foreign and for what is missing.
 */
import type { Entry } from '../history/entry.js';
import { missingIn, type Account, type Surplus } from './account.js';
import {
  accountKinds,
  accountsAtOnce,
  accountsOf,
  hearEntry,
  settled,
  type Accounts,
} from './accounts.js';
import { caseOf, convict, convictAtEnd, hearing, verdictOf, type Case } from './case.js';
import { survivingEvidence } from './surviving.js';
import type { Checker, Context, Evidence, RunEnd, Verdict } from './verdict.js';

/** What both judge from. */
export const deliveryEvidence: Evidence = {
  'rowsVisible, valuesUpserted': 'log broker, file system, table store: what is visible',
  ...survivingEvidence,
};

type Delivery = 'exactly-once' | 'at-least-once';

/** A checker for one of the two. */
export function openDelivery(law: Delivery, context: Context): Checker {
  const file = caseOf(law);
  const accounts = accountsOf(context, law);
  const kind = law === 'exactly-once' ? 'surplus' : 'foreign';
  const see = (entry: Entry, index: number): void => {
    hearEntry(accounts, entry, index);
    if (entry.kind !== 'rowsVisible' && entry.kind !== 'valuesUpserted') return;
    for (const account of accountsAtOnce(accounts))
      if (account[kind] !== undefined) {
        file.judged = judgedIn(accountsAtOnce(accounts));
        convictFor(file, account[kind]);
      }
  };
  const close = (end: RunEnd): Verdict => {
    const list = settled(accounts);
    file.judged = judgedIn(list);
    const surpluses = list.flatMap(({ surplus }) => surplus ?? []);
    const [first] = surpluses.sort((one, other) => one.index - other.index);
    if (kind === 'surplus' && first !== undefined) convictInEnd(file, first, accounts);
    return closed(file, list, accounts.surviving.gap, end);
  };
  return hearing(file, accountKinds, [], see, close);
}

function judgedIn(accounts: readonly Account[]): number {
  return accounts.reduce((sum, { judged }) => sum + judged, 0);
}

function convictFor(file: Case, { entry, index, message, about }: Surplus): void {
  convict(file, entry, index, message, [about]);
}

/** What has come in vain proves it alone only if no restore changed afterwards what survives. */
function convictInEnd(file: Case, surplus: Surplus, { surviving: { restored } }: Accounts): void {
  const { entry, index, message, about } = surplus;
  if (restored === undefined || restored.index < index) convictFor(file, surplus);
  else convict(file, restored.entry, restored.index, message, [about], [entry]);
}

/** What is missing counts when the run finished. */
function closed(
  file: Case,
  accounts: readonly Account[],
  gap: string | undefined,
  end: RunEnd,
): Verdict {
  if (gap !== undefined) return verdictOf(file, 'unknown', gap);
  if (end.reason === 'failed') return verdictOf(file, 'holds', 'partial');
  for (const account of accounts) {
    const missing = missingIn(account);
    if (missing === undefined) continue;
    const { count, of, first, about } = missing;
    const lost = `${String(count)} of ${String(of)} rows are not ${account.where}`;
    if (end.reason !== 'finished') return verdictOf(file, 'unknown', lost);
    convictAtEnd(file, end, `${lost}, the first is ${first}`, [about]);
    break;
  }
  return verdictOf(file, 'holds', '');
}
