/**
 * two-phase-commit: a transaction is begun, prepared for a checkpoint, and then committed once or
 * aborted. It is committed only when that checkpoint can never be rolled back, and once it cannot,
 * it is never aborted. Rows of a transaction are visible after its commit, once.
 *
 * A file of a file sink is judged alike: closed is prepared, finished is committed; see `files`.
 *
 * No TLA+ module states it yet.
 *
 * A transaction t of attempt a, prepared for checkpoint n, is
 *
 *   safe   when a pointer of n or of a newer checkpoint was written, and t is not lost
 *   lost   when an attempt after a restores a checkpoint before n: its rows are processed again
 *
 * A commit of what is not safe convicts (I-NOTIFY, strictly: by the pointer, not by the notice),
 * and so does the abort of what is, whichever of abort and pointer comes first. That an attempt is
 * later is read from its number, not from the order of entries: a broker that crashes states what
 * it did only in its next life. At the end of a finished run nothing is left prepared, and all that
 * the last attempt began was prepared: else its rows are lost. What an earlier attempt began and
 * never prepared may stay open.
 *
 * Memory: a small record for each transaction of the run, and one for each restore.
 */
import { detailOf, type Entry } from '../history/entry.js';
import { caseOf, convict, convictAtEnd, hearing, verdictOf, type Case } from './case.js';
import { closeFiles, fileBooksOf, fileKinds, seeFile, type FileBooks } from './files.js';
import { checkpointName, checkpointOfPointer } from './pointers.js';
import { lossOf, restoredName, type Restore } from './rollback.js';
import type { Checker, Context, Law, RunEnd, Verdict } from './verdict.js';

export const twoPhaseCommit: Law = {
  name: 'two-phase-commit',
  says: 'a prepared transaction is committed if and only if its checkpoint is there to stay',
  source: "Gray, Notes on Data Base Operating Systems (1978); Flink's TwoPhaseCommitSinkFunction",
  invariants: ['I-2PC', 'I-NOTIFY'],
  judgesFrom: {
    'transactionBegun, transactionPrepared, transactionCommitted, transactionAborted':
      'log broker: the life of a transaction',
    rowsVisible: 'log broker, file system: the rows of what was committed',
    valueWritten: 'registry: pointers',
    'fileClosed, fileReopened': 'file system: the life of a file',
    restoring: 'engine: where attempts begin',
    witnessTaken: 'witness: the snapshot that a closed file belongs to',
  },
  open,
};

type Transaction = {
  readonly name: string;
  state: 'open' | 'prepared' | 'committed' | 'aborted';
  /** The entry that began it, and the attempt that asked. */
  begun: Entry;
  begunBy: number;
  /** The attempt that prepared it, and for which checkpoint; -1 before. */
  attempt: number;
  checkpoint: number;
  isVisible: boolean;
  /** The entry that prepared it, and the one that brought it to its state. */
  prepared: Entry | undefined;
  last: Entry;
};

type Books = {
  readonly open: Case;
  readonly transactions: Map<string, Transaction>;
  /** Those aborted after they were prepared, unless they are lost. */
  aborted: Transaction[];
  readonly restores: Restore[];
  /** The newest pointer. */
  newest: number;
  /** Undefined: the job writes no files. */
  readonly files: FileBooks | undefined;
};

const sees = [
  'transactionBegun',
  'transactionPrepared',
  'transactionCommitted',
  'transactionAborted',
  'rowsVisible',
  'valueWritten',
  'restoring',
];

function open({ job }: Context): Checker {
  const file = caseOf('two-phase-commit');
  const books: Books = {
    open: file,
    transactions: new Map(),
    aborted: [],
    restores: [],
    newest: 0,
    files: fileBooksOf(job),
  };
  const kinds = books.files === undefined ? sees : [...sees, ...fileKinds];
  const see = (entry: Entry, index: number): void => {
    seeEntry(books, entry, index);
  };
  return hearing(file, kinds, [], see, (end) => close(books, end));
}

function seeEntry(books: Books, entry: Entry, index: number): void {
  if (books.files !== undefined && seeFile(books.files, books, entry, index)) return;
  switch (entry.kind) {
    case 'transactionBegun':
      return begin(books, entry, index);
    case 'rowsVisible':
      return show(books, entry, index);
    case 'valueWritten':
      return complete(books, entry, index);
    case 'restoring':
      return restore(books, entry);
    default:
      return change(books, entry, index);
  }
}

function begin({ open: file, transactions }: Books, entry: Entry, index: number): void {
  const name = entry.about;
  const known = transactions.get(name);
  if (known !== undefined)
    convict(file, entry, index, name + ' is begun twice', [name], [known.last]);
  transactions.set(name, {
    name,
    state: 'open',
    begun: entry,
    begunBy: detailOf(entry, 'transactionBegun').attempt,
    attempt: -1,
    checkpoint: -1,
    isVisible: false,
    prepared: undefined,
    last: entry,
  });
}

/** A transaction that exists is prepared, committed or aborted. */
function change(books: Books, entry: Entry, index: number): void {
  const { open: file, transactions } = books;
  const transaction = transactions.get(entry.about);
  if (transaction === undefined) {
    const message = entry.about + ' was never begun: ' + entry.kind;
    convict(file, entry, index, message, [entry.about]);
    return;
  }
  switch (entry.kind) {
    case 'transactionPrepared':
      prepare(books, transaction, entry, index);
      break;
    case 'transactionCommitted':
      commit(books, transaction, entry, index);
      break;
    default:
      abort(books, transaction, entry, index);
  }
  transaction.last = entry;
}

function prepare(books: Books, transaction: Transaction, entry: Entry, index: number): void {
  if (transaction.state !== 'open') {
    const message = transaction.name + ' is prepared after it was ' + transaction.state;
    convict(books.open, entry, index, message, [transaction.name], [transaction.last]);
  }
  transaction.state = 'prepared';
  transaction.attempt = detailOf(entry, 'transactionPrepared').attempt;
  transaction.checkpoint = entry.subject;
  transaction.prepared = entry;
}

function commit(books: Books, transaction: Transaction, entry: Entry, index: number): void {
  const { name, state, checkpoint, prepared } = transaction;
  books.open.judged += 1;
  transaction.state = 'committed';
  if (state !== 'prepared') {
    const message =
      name + ' is committed ' + (state === 'open' ? 'and not prepared' : again(state));
    convict(books.open, entry, index, message, [name], [prepared, transaction.last]);
    return;
  }
  const id = checkpointName(checkpoint);
  const lost = lossOf(books.restores, transaction);
  if (lost !== undefined) {
    const message =
      [name, 'is committed, and', id, 'that it was prepared for is lost: attempt'].join(' ') +
      [' ' + String(lost.attempt), 'restored', restoredName(lost)].join(' ');
    convict(books.open, entry, index, message, [name, id], [prepared, lost.entry]);
  } else if (books.newest < checkpoint) {
    const message = [name, 'is committed, and', id, 'has not completed'].join(' ');
    convict(books.open, entry, index, message, [name, id], [prepared]);
  }
}

function again(state: 'committed' | 'aborted'): string {
  return state === 'committed' ? 'twice' : 'after it was aborted';
}

function abort(books: Books, transaction: Transaction, entry: Entry, index: number): void {
  const { name, state, checkpoint, prepared } = transaction;
  books.open.judged += 1;
  if (state === 'committed') {
    const message = name + ' is aborted after it was committed';
    convict(books.open, entry, index, message, [name], [prepared, transaction.last]);
  }
  transaction.state = 'aborted';
  if (state !== 'prepared' || lossOf(books.restores, transaction) !== undefined) return;
  if (books.newest < checkpoint) {
    books.aborted.push(transaction);
    return;
  }
  const id = checkpointName(checkpoint);
  const message = [name, 'is aborted, though', id, 'that it was prepared for has completed'];
  convict(books.open, entry, index, message.join(' '), [name, id], [prepared]);
}

/** Rows are visible; those of a transaction once, after its commit. */
function show({ open: file, transactions }: Books, entry: Entry, index: number): void {
  const name = detailOf(entry, 'rowsVisible').transaction;
  if (name === '') return; // written outside transactions
  const transaction = transactions.get(name);
  const isCommitted = transaction?.state === 'committed';
  if (!isCommitted || transaction.isVisible) {
    const message = 'rows of ' + name + ' are visible ';
    const why = isCommitted ? 'a second time' : 'and it is not committed';
    convict(file, entry, index, message + why, [name], [transaction?.last]);
    return;
  }
  transaction.isVisible = true;
  transaction.last = entry;
}

/** A checkpoint is there to stay, and all that was prepared up to it must not be aborted. */
function complete(books: Books, entry: Entry, index: number): void {
  const checkpoint = checkpointOfPointer(entry.about);
  if (checkpoint === 0) return;
  books.newest = Math.max(books.newest, checkpoint);
  for (const transaction of books.aborted) {
    if (transaction.checkpoint > checkpoint) continue;
    const { name, prepared, last } = transaction;
    const ids = [checkpointName(checkpoint), checkpointName(transaction.checkpoint)];
    const message = [ids[0], 'completes, though', name, 'prepared for', ids[1], 'was aborted'];
    const about = [name, ...new Set(ids)];
    convict(books.open, entry, index, message.join(' '), about, [prepared, last]);
  }
}

function restore(books: Books, entry: Entry): void {
  const { attempt } = detailOf(entry, 'restoring');
  books.restores.push({ attempt, checkpoint: entry.subject, entry });
  books.aborted = books.aborted.filter((one) => lossOf(books.restores, one) === undefined);
}

/** A job that is done has left nothing in between. */
function close(books: Books, end: RunEnd): Verdict {
  if (end.reason !== 'finished') return verdictOf(books.open, 'holds', 'partial');
  if (books.files !== undefined) closeFiles(books.files, books, end);
  const transactions = [...books.transactions.values()];
  const attempts = [
    ...transactions.map(({ begunBy }) => begunBy),
    ...books.restores.map(({ attempt }) => attempt),
  ];
  const last = attempts.reduce((one, other) => Math.max(one, other), 0);
  for (const { name, state, checkpoint, prepared, begun, begunBy } of transactions) {
    if (prepared === undefined && begunBy === last) {
      const message = name + ' was begun by the last attempt and never prepared';
      convictAtEnd(books.open, end, message + ', and the job has finished', [name], [begun]);
    }
    if (state !== 'prepared') continue;
    const id = checkpointName(checkpoint);
    const message =
      [name, 'is left prepared for', id + ', neither committed nor aborted'].join(' ') +
      ', and the job has finished';
    convictAtEnd(books.open, end, message, [name, id], [prepared]);
  }
  return verdictOf(books.open, 'holds', '');
}
