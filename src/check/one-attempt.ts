/**
 * one-attempt: epochs and attempts are fencing tokens, and no effect of a superseded one becomes
 * durable or visible. A record enters user code only in the attempt that sent it, and in none that
 * is older than one that its own task manager was given.
 *
 * No TLA+ module states it yet.
 *
 * That an older attempt's message arrives is no violation; what is done about it may be one. So a
 * deployment is judged when it is accepted (INITIALIZING), and only among those of one life of one
 * task manager: another that has not heard of a newer leader may well accept an older one. Aborts
 * are not judged: the broker itself aborts, in the name of whoever began a transaction.
 *
 * A task manager that was given up may go on with its tasks until it learns of it, so an older
 * attempt that runs elsewhere is no violation, nor is an upload of it that was under way. But it is
 * given tasks again only after it has ended the old ones, be it because it was told to or because
 * it lost the job manager. What they still may do then is to finish the record in service.
 *
 * Memory: one number a producer, and two for each subtask on each task manager.
 */
import { detailOf, type Entry } from '../history/entry.js';
import { caseOf, convict, hearing, verdictOf, type Case } from './case.js';
import type { Checker, Law } from './verdict.js';

export const oneAttempt: Law = {
  name: 'one-attempt',
  says: 'no effect of a superseded epoch or attempt becomes durable or visible',
  source:
    'Gray and Cheriton, Leases (1989); Burrows, Chubby (2006), sequencers; ' +
    "Flink's fencing tokens and the fenced producers of Kafka",
  invariants: ['I-ONE'],
  judgesFrom: {
    'leaseGranted, valueWritten, valueDeleted': 'registry: no write of an older epoch',
    'producerStarted, transactionBegun, transactionPrepared, transactionCommitted':
      'log broker: no effect of an older attempt',
    entered: 'witness: attempts of both ends',
    'delivered deployTask': 'world: what a task manager is given',
    taskState: 'engine: a task manager accepts a task',
  },
  open,
};

type Tokens = {
  readonly open: Case;
  /** The newest grant of the job manager's lease. */
  grant: Entry | undefined;
  /** By producer: the newest attempt that started it. */
  readonly producers: Map<string, Entry>;
  /** By task manager, then by subtask: the last task that it accepted. */
  readonly accepted: Map<string, Map<string, Entry>>;
  /** By task manager: the newest attempt of which it was given a task. */
  readonly given: Map<string, Given>;
};

/** By subtask: the older attempt that finished a record after this one was given. */
type Given = Readonly<{ entry: Entry; attempt: number; late: Map<string, number> }>;

const sees = [
  'entered',
  'leaseGranted',
  'valueWritten',
  'valueDeleted',
  'producerStarted',
  'transactionBegun',
  'transactionPrepared',
  'transactionCommitted',
  'taskState',
];

function open(): Checker {
  const file = caseOf('one-attempt');
  const tokens: Tokens = {
    open: file,
    grant: undefined,
    producers: new Map(),
    accepted: new Map(),
    given: new Map(),
  };
  const see = (entry: Entry, index: number): void => {
    seeEntry(tokens, entry, index);
  };
  return hearing(file, sees, ['deployTask'], see, () => verdictOf(file, 'holds', ''));
}

function seeEntry(tokens: Tokens, entry: Entry, index: number): void {
  switch (entry.kind) {
    case 'entered':
      return seeEntered(tokens, entry, index);
    case 'leaseGranted':
      if (entry.about === 'job-manager') tokens.grant = entry;
      return;
    case 'valueWritten':
    case 'valueDeleted':
      return seeWrite(tokens, entry, index);
    case 'producerStarted':
      return startProducer(tokens, entry, index);
    case 'taskState':
      return seeTask(tokens, entry, index);
    case 'delivered':
      return give(tokens, entry);
    default:
      return seeTransaction(tokens, entry, index);
  }
}

/** Records enter user code: those of the same attempt. */
function seeEntered({ open: file, given }: Tokens, entry: Entry, index: number): void {
  const { channel, sender, attempt } = detailOf(entry, 'entered');
  file.judged += 1;
  if (sender !== attempt) {
    const message =
      ['records of attempt', String(sender), 'enter', entry.about, 'of attempt'].join(' ') +
      [' ' + String(attempt), 'on', channel].join(' ');
    convict(file, entry, index, message, [entry.about, channel]);
  }
  const newer = given.get(entry.process);
  if (newer === undefined || attempt >= newer.attempt) return;
  if (newer.entry.incarnation === entry.incarnation) judgeLate(file, newer, entry, index);
}

/** An older attempt goes on beside a newer one: it may finish one record, and no more. */
function judgeLate(
  file: Case,
  { entry: newer, late, attempt }: Given,
  entry: Entry,
  index: number,
) {
  const total = entry.subject + (late.get(entry.about) ?? 0);
  late.set(entry.about, total);
  if (total <= 1) return;
  const old = detailOf(entry, 'entered').attempt;
  const message =
    ['records enter', entry.about, 'of attempt', String(old), 'on', entry.process].join(' ') +
    [', which was given', newer.about, 'of attempt', String(attempt)].join(' ');
  convict(file, entry, index, message, [entry.about, newer.about], [newer]);
}

/** A task manager is given a task, and with it the newest attempt that it knows of. */
function give({ given }: Tokens, entry: Entry): void {
  const { attempt = -1 } = detailOf(entry, 'delivered');
  const before = given.get(entry.process);
  const isSameLife = before?.entry.incarnation === entry.incarnation;
  if (isSameLife && before !== undefined && before.attempt >= attempt) return;
  given.set(entry.process, { entry, attempt, late: new Map() });
}

/** A value of the registry changes: at the word of the newest epoch. */
function seeWrite({ open: file, grant }: Tokens, entry: Entry, index: number): void {
  file.judged += 1;
  if (grant === undefined || entry.subject >= grant.subject) return;
  const what = entry.kind === 'valueWritten' ? 'writes ' : 'removes ';
  const message =
    ['epoch', String(entry.subject), what + entry.about, 'after epoch'].join(' ') +
    [' ' + String(grant.subject), 'was granted'].join(' ');
  convict(file, entry, index, message, [entry.about], [grant]);
}

/** A producer starts: in an attempt that is not older than the one that started it before. */
function startProducer({ open: file, producers }: Tokens, entry: Entry, index: number): void {
  const before = producers.get(entry.about);
  file.judged += 1;
  if (before === undefined || attemptOf(before) <= attemptOf(entry)) {
    producers.set(entry.about, entry);
    return;
  }
  const message =
    ['attempt', String(attemptOf(entry)), 'starts', entry.about, 'after attempt'].join(' ') +
    (' ' + String(attemptOf(before)));
  convict(file, entry, index, message, [entry.about], [before]);
}

function attemptOf(entry: Entry): number {
  return detailOf(entry, 'producerStarted').attempt;
}

/** A transaction is begun, prepared or committed: not by a producer that was fenced. */
function seeTransaction({ open: file, producers }: Tokens, entry: Entry, index: number): void {
  const { producer, attempt } = detailOf(entry, 'transactionBegun'); // the others have these too
  const started = producers.get(producer);
  file.judged += 1;
  if (started === undefined || attempt >= attemptOf(started)) return;
  const message =
    ['attempt', String(attempt), 'of', producer, 'has an effect'].join(' ') +
    [' after attempt', String(attemptOf(started)), 'started: ' + entry.kind].join(' ');
  convict(file, entry, index, message, [entry.about, producer], [started]);
}

/** A task manager accepts a task: of a newer attempt than it has accepted before. */
function seeTask({ open: file, accepted }: Tokens, entry: Entry, index: number): void {
  const { state, attempt } = detailOf(entry, 'taskState');
  if (state !== 'INITIALIZING') return;
  const here = accepted.get(entry.process) ?? new Map<string, Entry>();
  accepted.set(entry.process, here);
  const before = here.get(entry.about);
  here.set(entry.about, entry);
  file.judged += 1;
  if (before?.incarnation !== entry.incarnation) return;
  const last = detailOf(before, 'taskState').attempt;
  if (last < attempt) return;
  const message =
    [entry.process, 'accepts', entry.about, 'of attempt', String(attempt)].join(' ') +
    (' after that of attempt ' + String(last));
  convict(file, entry, index, message, [entry.about], [before]);
}
