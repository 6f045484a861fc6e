/**
 * The ledger of a recorded history: what its lines tell, how often each id is due, and how often it
 * is visible. The order of the lines leaves no trace in it.
 */
import { cellAt, cellsOf, roomFor, type Cells } from './cells.js';
import {
  cellOfId,
  count,
  countOf,
  countsOf,
  idOfCell,
  idsOf,
  plainName,
  shownName,
  type Counts,
  type Ids,
  type Name,
} from './recorded-ids.js';

/** What one line tells. */
export type Told =
  | Readonly<{ kind: 'source'; split: Name; offset: number; id: Name }>
  | Readonly<{ kind: 'sink'; id: Name; transaction: Name | undefined }>
  | Readonly<{ kind: 'commit'; transaction: Name }>
  | Readonly<{ kind: 'checkpoint'; checkpoint: Name }>
  | Readonly<{ kind: 'fault'; fault: string }>
  /** Lines are missing: of sources, of sinks (rows or commits), or of both. */
  | Readonly<{ kind: 'cut'; of: 'source' | 'sink' | undefined }>;

/** How many lines told of each kind. */
export type Lines = Readonly<Record<Told['kind'], number>>;

type Transaction = { isCommitted: boolean; rows: number[] };

/** What is kept of a history. */
export type Ledger = {
  readonly ids: Ids;
  readonly due: Counts;
  readonly visible: Counts;
  readonly splits: Map<Name, number>;
  readonly places: Cells;
  /** By place: the cell of its id, plus 1; 0 where nothing was read. */
  idOfPlace: Int32Array;
  readonly transactions: Map<Name, Transaction>;
  readonly lines: Record<Told['kind'], number>;
  records: number;
  rows: number;
  hidden: number;
  isCutOf: Readonly<{ source: boolean; sink: boolean }>;
};

/** A ledger in which nothing was told. */
export function ledgerOf(): Ledger {
  return {
    ids: idsOf(),
    due: countsOf(),
    visible: countsOf(),
    splits: new Map(),
    places: cellsOf(),
    idOfPlace: new Int32Array(64),
    transactions: new Map(),
    lines: { source: 0, sink: 0, commit: 0, checkpoint: 0, fault: 0, cut: 0 },
    records: 0,
    rows: 0,
    hidden: 0,
    isCutOf: { source: false, sink: false },
  };
}

/** One more line; says how it contradicts another one, if it does. */
export function hear(ledger: Ledger, told: Told): string | undefined {
  ledger.lines[told.kind] += 1;
  switch (told.kind) {
    case 'source':
      return read(ledger, told);
    case 'sink':
      return write(ledger, told);
    case 'commit':
      return commit(ledger, transactionOf(ledger, told.transaction));
    case 'cut': {
      const { source, sink } = ledger.isCutOf;
      ledger.isCutOf = { source: source || told.of !== 'sink', sink: sink || told.of !== 'source' };
      return undefined;
    }
    case 'checkpoint':
    case 'fault':
      return undefined;
  }
}

function read(ledger: Ledger, told: Told & { kind: 'source' }): string | undefined {
  const { ids, splits, places } = ledger;
  const name = plainName(told.split);
  const split = splits.get(name) ?? splits.size;
  if (split === splits.size) splits.set(name, split);
  const place = cellAt(places, split, told.offset);
  ledger.idOfPlace = roomFor(ledger.idOfPlace, place + 1);
  const known = (ledger.idOfPlace[place] as number) - 1;
  const cell = cellOfId(ids, told.id);
  if (known >= 0) {
    if (known === cell) return undefined;
    const at = `offset ${String(told.offset)} of split ${shownName(name)}`;
    const both = `id ${shownName(told.id)} here and ${shownName(idOfCell(ids, known))} before`;
    return `${at} holds ${both}; a place holds one record, however often it is read`;
  }
  ledger.idOfPlace[place] = cell + 1;
  ledger.records += 1;
  count(ledger.due, cell);
  return undefined;
}

function write(ledger: Ledger, { id, transaction }: Told & { kind: 'sink' }): undefined {
  const cell = cellOfId(ledger.ids, id);
  const within = transaction === undefined ? undefined : transactionOf(ledger, transaction);
  if (within === undefined || within.isCommitted) return show(ledger, cell);
  within.rows.push(cell);
  ledger.hidden += 1;
}

function commit(ledger: Ledger, transaction: Transaction): undefined {
  transaction.isCommitted = true;
  for (const cell of transaction.rows) show(ledger, cell);
  ledger.hidden -= transaction.rows.length;
  transaction.rows = [];
}

function show(ledger: Ledger, cell: number): undefined {
  count(ledger.visible, cell);
  ledger.rows += 1;
}

function transactionOf({ transactions }: Ledger, transaction: Name): Transaction {
  const name = plainName(transaction);
  const known = transactions.get(name);
  if (known !== undefined) return known;
  const begun = { isCommitted: false, rows: [] };
  transactions.set(name, begun);
  return begun;
}

/** What there is to say of an id. */
export type Finding = 'lost' | 'doubled' | 'unexpected';

/** What there is to say of the id of a cell; undefined if it is visible as often as it is due. */
export function findingAt({ due, visible }: Ledger, cell: number): Finding | undefined {
  const [expected, came] = [countOf(due, cell), countOf(visible, cell)];
  if (came === expected) return undefined;
  if (came < expected) return 'lost';
  return expected === 0 ? 'unexpected' : 'doubled';
}
