/**
 * exactly-once and at-least-once over a history that some other system recorded: what its sources
 * read must be visible behind its sink. It is told in lines (`Told`), in any order, since the logs
 * of several machines are merged as they come.
 *
 * An id is due once for each place, a split and an offset, that holds it; a source that reads a
 * place again tells the same record. It is lost if it is visible less often than it is due, doubled
 * if more often, unexpected if it is not due at all. A row that names a transaction is visible when
 * a commit of that transaction is told. As in the laws of those names over a simulated run,
 * exactly-once convicts for each of the three, at-least-once for what is lost or unexpected.
 *
 * What cannot be known convicts nobody: with lines of sinks cut out nothing counts as lost, with
 * lines of sources cut out nothing as doubled or unexpected; a history that names transactions and
 * tells of no commit does not say what is visible. Without a source line, or without a sink line,
 * nothing was judged. All of these are unknown, never a pass.
 *
 * Memory: by id two counts of a byte and what `cells` says, by place the same with four bytes; the
 * characters of ids that are texts; each transaction, and its rows until its commit is told. Lines
 * are not kept: what examples show is looked up in a second reading.
 */
import { cellCount } from './cells.js';
import {
  findingAt,
  hear,
  ledgerOf,
  type Finding,
  type Ledger,
  type Lines,
  type Told,
} from './recorded-ledger.js';
import type { Outcome } from './verdict.js';

export { examplesIn, type Example, type Examples } from './recorded-examples.js';
export { NAME_MAX, shownName, type Name } from './recorded-ids.js';
export type { Told } from './recorded-ledger.js';

/** Every guarantee that is judged. */
export const guarantees = ['exactly-once', 'at-least-once'] as const;
export type Guarantee = (typeof guarantees)[number];

export type RecordedVerdict = Readonly<{
  guarantee: Guarantee;
  outcome: Outcome;
  /** Why it is unknown; empty if it is not. */
  note: string;
  /** Places that were read. */
  records: number;
  /** Numbers of ids. */
  lost: number;
  doubled: number;
  unexpected: number;
  /** Rows that are visible, and rows whose transaction has no commit. */
  visible: number;
  hidden: number;
  lines: Lines;
}>;

/** A fold over the lines of one history. */
export type RecordedChecker = Readonly<{
  ledger: Ledger;
  /** One more line; says how it contradicts another one, if it does. */
  see(told: Told): string | undefined;
  close(): RecordedVerdict;
}>;

/** Opens the judgement of a history. */
export function openRecorded(guarantee: Guarantee): RecordedChecker {
  const ledger = ledgerOf();
  return { ledger, see: (told) => hear(ledger, told), close: () => closed(ledger, guarantee) };
}

function closed(ledger: Ledger, guarantee: Guarantee): RecordedVerdict {
  const { ids, records, rows: visible, hidden, lines } = ledger;
  const found = { lost: 0, doubled: 0, unexpected: 0 };
  for (let cell = 0; cell < cellCount(ids.cells); cell += 1) {
    const finding = findingAt(ledger, cell);
    if (finding !== undefined) found[finding] += 1;
  }
  const judged = outcomeOf(ledger, guarantee, found);
  return { guarantee, ...judged, records, ...found, visible, hidden, lines: { ...lines } };
}

function outcomeOf(
  { lines, isCutOf, hidden }: Ledger,
  guarantee: Guarantee,
  found: Readonly<Record<Finding, number>>,
): Pick<RecordedVerdict, 'outcome' | 'note'> {
  const without = lines.source === 0 ? 'source' : lines.sink === 0 ? 'sink' : undefined;
  if (without !== undefined)
    return { outcome: 'unknown', note: `nothing was judged: there is no ${without} line` };
  const neverCommitted = hidden > 0 && lines.commit === 0;
  const isLost = found.lost > 0 && !isCutOf.sink && !neverCommitted;
  const inVain = found.unexpected + (guarantee === 'exactly-once' ? found.doubled : 0);
  if (isLost || (inVain > 0 && !isCutOf.source)) return { outcome: 'violated', note: '' };
  const cut = isCutOf.source ? (isCutOf.sink ? '' : 'source ') : 'sink ';
  if (isCutOf.source || isCutOf.sink)
    return { outcome: 'unknown', note: `the history says that ${cut}lines were cut out of it` };
  if (neverCommitted)
    return { outcome: 'unknown', note: 'rows name transactions, and there is no commit line' };
  return { outcome: 'holds', note: '' };
}
