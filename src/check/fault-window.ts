/**
 * fault-window: what a failure may cost is bounded, and whatever exceeds the bound has a name.
 *
 * While the job is RUNNING, a place for a checkpoint is free and the job manager is not paused, the
 * next one begins, or a request for it is refused with its reason, within max(interval, minimum
 * pause) and the time that the registry has for an answer; what is being removed may hold it up as
 * long as that is asked for. One that lacks nothing ends within the time that its metadata and
 * its pointer are asked for, whether the job is RUNNING or not. So the checkpoint that a restore
 * goes on from is at most as old as these say, once for each checkpoint begun since (each that
 * failed is named by its reason), besides the time in which the job was not RUNNING or its job
 * manager paused. And of each split just what was read since that checkpoint was asked for is
 * processed again.
 *
 * This is the bound age <= L + (k + 1) P, with the duration L of a checkpoint at its timeout, k
 * failed ones and the period P, for periods that are not spoilt.
 *
 * Memory: an offset a split for each checkpoint that is retained or under way.
 */
import type { Configuration } from '../flink/configuration.js';
import { detailOf, type Entry } from '../history/entry.js';
import { lifeName } from '../kernel/life.js';
import { textOf, type Micros } from '../kernel/time.js';
import { caseOf, convict, convictAtEnd, hearing, verdictOf, type Case } from './case.js';
import { checkpointName, checkpointOfPointer } from './pointers.js';
import type { Checker, Context, Law, RunEnd } from './verdict.js';

export const faultWindow: Law = {
  name: 'fault-window',
  says: 'a restore loses no more than interval, timeout and failures with a name explain',
  source:
    'Young (1974) and Daly (2006), whose period is the interval; Flink, CheckpointCoordinator',
  invariants: ['I-LIVE-CP'],
  judgesFrom: {
    'triggered, requestRefused, lastAcknowledged, stored, aborted':
      'engine: the life of a checkpoint, and why there is none',
    'jobStatus, restoring': 'engine: when the job runs, and what it goes on from',
    splitRead: 'engine: how far a split is read',
    'processPaused, processResumed, processCrashed': 'world: a job manager that is not at work',
    valueDeleted: 'registry: pointers of checkpoints that are removed',
  },
  open,
};

/** The bounds that follow from the configuration. */
type Bounds = Readonly<{ concurrent: number; wait: Micros; removal: Micros; finalization: Micros }>;

/** A checkpoint: when it was asked for, and how far each split was read by then. */
type Mark = Readonly<{ entry: Entry; offsets: ReadonlyMap<string, number>; down: Micros }>;

type Window = {
  readonly open: Case;
  readonly bounds: Bounds;
  readonly timeout: Micros;
  life: string;
  /** Since when the job manager is at work; undefined while it is not. */
  works: Entry | undefined;
  /** Since when the job runs without a pause of its job manager; undefined while it does not. */
  runs: Entry | undefined;
  isRunning: boolean;
  /** The last thing that explains that no checkpoint has begun since. */
  last: Entry | undefined;
  readonly pending: Map<number, Entry>;
  /** The checkpoint that lacks nothing, longest. */
  readonly gathered: Map<number, Entry>;
  /** When the newest removals began. */
  removals: Micros[];
  /** Time in which the job did not run, and since when it does not. */
  down: Micros;
  stopped: Micros | undefined;
  readonly marks: Map<number, Mark>;
  attempt: number;
  restored: Readonly<{ checkpoint: number; mark: Mark | undefined }>;
  offsets: Map<string, number>;
};

const sees = [
  'triggered',
  'requestRefused',
  'lastAcknowledged',
  'stored',
  'aborted',
  'jobStatus',
  'restoring',
  'splitRead',
  'processPaused',
  'processResumed',
  'processCrashed',
  'valueDeleted',
];

function open({ configuration }: Context): Checker {
  const file = caseOf('fault-window');
  const window: Window = {
    open: file,
    bounds: boundsOf(configuration),
    timeout: configuration.checkpointTimeoutMicros,
    life: '',
    works: undefined,
    runs: undefined,
    isRunning: false,
    last: undefined,
    pending: new Map(),
    gathered: new Map(),
    removals: [],
    down: 0,
    stopped: 0,
    marks: new Map(),
    attempt: -1,
    restored: { checkpoint: 0, mark: undefined },
    offsets: new Map(),
  };
  const see = (entry: Entry, index: number): void => {
    judgeTime(window, entry, index);
    if (file.violation === undefined) seeEntry(window, entry, index);
  };
  return hearing(file, sees, [], see, (end) => {
    judgeEnd(window, end);
    return verdictOf(file, 'holds', '');
  });
}

function boundsOf(configuration: Configuration): Bounds {
  const { checkpointMinPauseMicros: pause, requestTimeoutMicros, requestAttempts } = configuration;
  const asking = requestTimeoutMicros * requestAttempts;
  return {
    concurrent: pause > 0 ? 1 : configuration.concurrentCheckpoints,
    wait: Math.max(configuration.checkpointIntervalMicros, pause) + requestTimeoutMicros,
    removal: requestAttempts * asking + asking,
    finalization: requestAttempts * asking + requestAttempts * requestTimeoutMicros,
  };
}

/** When something must have happened by; undefined if nothing is due. */
function dueOf(window: Window): Readonly<{ at: Micros; since: Entry; what: string }> | undefined {
  const { bounds, works, runs, last, pending, gathered } = window;
  const [head] = gathered.values();
  if (head !== undefined && works !== undefined) {
    const at = Math.max(head.at, works.at) + bounds.finalization;
    return { at, since: head, what: `${checkpointName(head.subject)} has not ended` };
  }
  if (runs === undefined || pending.size >= bounds.concurrent) return undefined;
  const since = last !== undefined && last.at > runs.at ? last : runs;
  const removal = isRemoving(window, since.at) ? bounds.removal : 0;
  // One that its place or its coordinators keep waiting keeps the next waiting, until it expires.
  const another = pending.size > 0 ? window.timeout : 0;
  const at = since.at + bounds.wait + removal + another;
  return { at, since, what: 'no checkpoint has begun, and nothing says why' };
}

/** More is being removed than may be while the next begins. */
function isRemoving({ removals, bounds }: Window, since: Micros): boolean {
  return removals.filter((at) => at > since - bounds.removal).length > bounds.concurrent;
}

function judgeTime(window: Window, entry: Entry, index: number): void {
  const due = dueOf(window);
  if (due === undefined || entry.at <= due.at) return;
  convict(window.open, entry, index, lateText(due), [], [due.since]);
}

function judgeEnd(window: Window, end: RunEnd): void {
  const due = dueOf(window);
  if (due === undefined || end.at <= due.at) return;
  convictAtEnd(window.open, end, lateText(due), [], [due.since]);
}

function lateText(due: Readonly<{ at: Micros; since: Entry; what: string }>): string {
  return `${due.what} within ${textOf(due.at - due.since.at)} of ${due.since.kind}`;
}

function seeEntry(window: Window, entry: Entry, index: number): void {
  const { kind, subject } = entry;
  if (kind === 'splitRead') return read(window, entry, index);
  if (kind === 'valueDeleted') return forget(window, entry);
  const life = lifeName(entry.process, entry.incarnation);
  if (kind.startsWith('process')) {
    if (life === window.life) seeProcess(window, entry);
    return;
  }
  if (life !== window.life) begin(window, life, entry);
  switch (kind) {
    case 'jobStatus':
      window.isRunning = detailOf(entry, 'jobStatus').status === 'RUNNING';
      return window.isRunning ? start(window, entry) : stop(window, entry.at);
    case 'restoring':
      return restore(window, entry, index);
    case 'triggered':
      window.pending.set(subject, entry);
      window.marks.set(subject, { entry, offsets: window.offsets, down: window.down });
      window.offsets = new Map(window.offsets);
      window.open.judged += 1;
      break;
    case 'lastAcknowledged':
      window.gathered.set(subject, entry);
      return;
    case 'stored':
    case 'aborted':
      window.pending.delete(subject);
      window.gathered.delete(subject);
      if (kind === 'aborted') noteRemoval(window, entry.at);
      break;
  }
  window.last = entry;
}

/** Another life of the job manager knows nothing of what was pending. */
function begin(window: Window, life: string, works: Entry | undefined): void {
  window.life = life;
  window.works = works;
  window.pending.clear();
  window.gathered.clear();
  window.removals = [];
  window.last = undefined;
  window.isRunning = false;
}

function seeProcess(window: Window, entry: Entry): void {
  window.works = entry.kind === 'processResumed' ? entry : undefined;
  if (entry.kind === 'processResumed' && window.isRunning) start(window, entry);
  if (entry.kind !== 'processResumed') stop(window, entry.at);
  if (entry.kind === 'processCrashed') begin(window, window.life, undefined);
}

function start(window: Window, entry: Entry): void {
  window.runs = entry;
  if (window.stopped !== undefined) window.down += entry.at - window.stopped;
  window.stopped = undefined;
}

function stop(window: Window, at: Micros): void {
  window.runs = undefined;
  window.stopped ??= at;
}

function noteRemoval(window: Window, at: Micros): void {
  window.removals = [...window.removals.filter((old) => old > at - window.bounds.removal), at];
}

function forget(window: Window, entry: Entry): void {
  const checkpoint = checkpointOfPointer(entry.about);
  if (checkpoint === 0) return;
  noteRemoval(window, entry.at);
  window.marks.delete(checkpoint);
}

/** The job goes on from a checkpoint: it is no older than it may be. */
function restore(window: Window, entry: Entry, index: number): void {
  const { attempt } = detailOf(entry, 'restoring');
  if (attempt <= window.attempt) return;
  const mark = window.marks.get(entry.subject);
  window.attempt = attempt;
  window.restored = { checkpoint: entry.subject, mark };
  window.offsets = new Map(mark?.offsets);
  if (mark === undefined) return;
  const { bounds, timeout, open: file, marks } = window;
  file.judged += 1;
  const since = [...marks.keys()].filter((id) => id > entry.subject);
  const down = window.down - mark.down + (entry.at - (window.stopped ?? entry.at));
  const age = entry.at - mark.entry.at - down;
  const each = bounds.wait + bounds.removal + timeout + bounds.finalization;
  const bound = (since.length + 2) * each;
  for (const id of since) marks.delete(id);
  if (age <= bound) return;
  const name = checkpointName(entry.subject);
  const message =
    `${name} is ${textOf(age)} of running old when it is restored, and ` +
    `${String(since.length)} begun since explain ${textOf(bound)}`;
  convict(file, entry, index, message, [name], [mark.entry]);
}

/** How far a split is read; what an attempt begins with is not before the checkpoint's mark. */
function read(window: Window, entry: Entry, index: number): void {
  const { attempt } = detailOf(entry, 'splitRead');
  if (attempt !== window.attempt) return;
  const { about: split, subject: offset } = entry;
  const { checkpoint, mark } = window.restored;
  const known = mark?.offsets.get(split) ?? 0;
  window.open.judged += 1;
  window.offsets.set(split, offset);
  if (offset >= known) return;
  const name = checkpointName(checkpoint);
  const message =
    `${split} is read again from ${String(offset)}; ` +
    `when ${name} was asked for it was read up to ${String(known)}`;
  convict(window.open, entry, index, message, [split, name], [mark?.entry]);
}
