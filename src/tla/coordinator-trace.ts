/**
 * The checkpoint coordinator of a run as a behaviour of TLA+: what its moments tell, moment by
 * moment, as a trace of states that model checkers and their tools can read.
 *
 * The first state is that before the run; each moment of the coordinator adds one. The `#meta` of a
 * state names the moment and its arguments as Quint names actions (`mbt::actionTaken`,
 * `mbt::nondetPicks`), and when it was (`atMicros`, simulated). The trace claims no more than the
 * moments say: a pointer that is stored, and whose coordinator dies before it learns that, comes
 * to be `retained` when a later attempt restores from it.
 *
 * What belongs to a checkpoint id is in sets of records, not in functions: a function on 1..n is a
 * sequence in TLA+, so a typed reader would meet two types in one variable.
 */
import {
  bool,
  encodeItf,
  int,
  rec,
  set,
  str,
  type Meta,
  type State,
  type Trace,
  type Value,
} from 'tla-json-export';

import { detailOf, type Entry } from '../history/entry.js';
import { JOB_MANAGER } from '../run/plan.js';

/** Variables of the trace, with their types as Apalache writes them. */
const varTypes = {
  /** Of the newest leader; 0 before the first. */
  epoch: 'Int',
  /** Newest deployment of the job; 0 before the first. */
  attempt: 'Int',
  /** Of the job, as the leader says it; NONE while there is no leader. */
  status: 'Str',
  tasksRunning: 'Bool',
  /** `phase`: gathering, writingMetadata or storing. */
  pending: 'Set({ id: Int, phase: Str, coordinated: Set(Str), acknowledged: Set(Str) })',
  /** Checkpoints whose pointers are in the registry. */
  retained: 'Set(Int)',
  /** Checkpoints whose completion was told to the tasks. */
  completed: 'Set(Int)',
  aborted: 'Set({ id: Int, reason: Str })',
  /** What the newest attempt was restored from; 0 for none. */
  restored: 'Int',
} as const;

type Pending = Readonly<{
  phase: 'gathering' | 'writingMetadata' | 'storing';
  coordinated: readonly string[];
  acknowledged: readonly string[];
}>;

/** The variables, before they are values. */
type View = Readonly<{
  epoch: number;
  attempt: number;
  status: string;
  tasksRunning: boolean;
  pending: ReadonlyMap<number, Pending>;
  retained: readonly number[];
  completed: readonly number[];
  aborted: ReadonlyMap<number, string>;
  restored: number;
}>;

const before: View = {
  epoch: 0,
  attempt: 0,
  status: 'NONE',
  tasksRunning: false,
  pending: new Map(),
  retained: [],
  completed: [],
  aborted: new Map(),
  restored: 0,
};

/**
 * The trace of one run.
 *
 * @param entries  of the whole history, or of its beginning; those of others are passed over
 * @param about    what the trace says of its origin
 */
export function coordinatorTrace(entries: Iterable<Entry>, about: Meta): Trace {
  const format = 'https://apalache-mc.org/docs/adr/015adr-trace.html';
  const meta = { format: 'ITF', 'format-description': format, ...about, varTypes };
  const states: State[] = [{ meta: { 'mbt::actionTaken': 'init' }, values: valuesOf(before) }];
  let view = before;
  for (const entry of entries) {
    if (entry.process !== JOB_MANAGER) continue;
    const after = afterMoment(view, entry);
    if (after === undefined) continue;
    view = after;
    states.push({ meta: metaOf(entry), values: valuesOf(view) });
  }
  return { meta, params: [], vars: Object.keys(varTypes), states, loop: undefined };
}

/** The view after a moment; undefined for one that is not the coordinator's. */
function afterMoment(view: View, entry: Entry): View | undefined {
  const { subject } = entry;
  switch (entry.kind) {
    case 'processCrashed':
      return { ...view, status: 'NONE', tasksRunning: false, pending: new Map() };
    case 'leader':
      return { ...view, epoch: subject };
    case 'jobStatus':
      return afterStatus(view, detailOf(entry, 'jobStatus').status);
    case 'restoring':
      return afterRestoring(view, subject, detailOf(entry, 'restoring').attempt);
    case 'running':
      return { ...view, tasksRunning: true };
    case 'declined':
    case 'expired':
      return view; // a request; whether it is granted, `aborted` says
    case 'stored': {
      const retained = withNumber(view.retained, subject);
      return { ...view, retained, pending: without(view.pending, subject) };
    }
    case 'completed':
      return { ...view, completed: withNumber(view.completed, subject) };
    case 'aborted': {
      const aborted = new Map(view.aborted).set(subject, detailOf(entry, 'aborted').reason);
      return { ...view, aborted, pending: without(view.pending, subject) };
    }
    case 'subsumed':
      return { ...view, retained: view.retained.filter((id) => id !== subject) };
    case 'checkpointsCleaned':
      return { ...view, retained: [] };
    default: {
      const pending = afterProgress(view.pending, entry);
      return pending && { ...view, pending };
    }
  }
}

function afterStatus(view: View, status: string): View {
  return { ...view, status, tasksRunning: view.tasksRunning && status === 'RUNNING' };
}

/** A new attempt begins with nothing pending. */
function afterRestoring(view: View, checkpoint: number, attempt: number): View {
  const retained = checkpoint === 0 ? view.retained : withNumber(view.retained, checkpoint);
  const begun = { attempt, restored: checkpoint, tasksRunning: false, pending: new Map() };
  return { ...view, ...begun, retained };
}

/** A checkpoint on its way; undefined for a moment that is none of that. */
function afterProgress(
  pending: View['pending'],
  { kind, subject, about }: Entry,
): View['pending'] | undefined {
  const start: Pending = { phase: 'gathering', coordinated: [], acknowledged: [] };
  const old = pending.get(subject) ?? start;
  const put = (change: Partial<Pending>): View['pending'] =>
    new Map(pending).set(subject, { ...old, ...change });
  switch (kind) {
    case 'triggered':
      return put(start);
    case 'coordinated':
      return put({ coordinated: [...old.coordinated, about] });
    case 'acknowledged':
      return put({ acknowledged: [...old.acknowledged, about] });
    case 'lastAcknowledged':
      return put({ phase: 'writingMetadata' });
    case 'metadataWritten':
      return put({ phase: 'storing' });
    default:
      return undefined;
  }
}

function withNumber(numbers: readonly number[], number: number): readonly number[] {
  return numbers.includes(number) ? numbers : [...numbers, number];
}

function without(pending: View['pending'], id: number): View['pending'] {
  return new Map([...pending].filter(([other]) => other !== id));
}

function valuesOf(view: View): ReadonlyMap<string, Value> {
  const pending = [...view.pending].map(([id, { phase, coordinated, acknowledged }]) =>
    rec({
      id: int(id),
      phase: str(phase),
      coordinated: set(coordinated.map(str)),
      acknowledged: set(acknowledged.map(str)),
    }),
  );
  const aborted = [...view.aborted].map(([id, reason]) =>
    rec({ id: int(id), reason: str(reason) }),
  );
  const values: Readonly<Record<keyof typeof varTypes, Value>> = {
    epoch: int(view.epoch),
    attempt: int(view.attempt),
    status: str(view.status),
    tasksRunning: bool(view.tasksRunning),
    pending: set(pending),
    retained: set(view.retained.map(int)),
    completed: set(view.completed.map(int)),
    aborted: set(aborted),
    restored: int(view.restored),
  };
  return new Map(Object.entries(values));
}

function metaOf(entry: Entry): Meta {
  const picks = Object.entries(argumentsOf(entry)).map(([name, value]) => [name, encodeItf(value)]);
  return {
    atMicros: entry.at,
    'mbt::actionTaken': entry.kind,
    'mbt::nondetPicks': Object.fromEntries(picks) as Meta,
  };
}

/** What the moment is about, by names. */
function argumentsOf(entry: Entry): Readonly<Record<string, Value>> {
  const subject = int(entry.subject);
  switch (entry.kind) {
    case 'processCrashed':
      return { cause: str(detailOf(entry, 'processCrashed').cause) };
    case 'leader':
    case 'checkpointsCleaned':
      return { epoch: subject };
    case 'jobStatus':
      return { status: str(detailOf(entry, 'jobStatus').status) };
    case 'restoring':
      return { checkpoint: subject, attempt: int(detailOf(entry, 'restoring').attempt) };
    case 'running':
      return { attempt: subject };
    case 'coordinated':
      return { checkpoint: subject, source: str(entry.about) };
    case 'acknowledged':
    case 'declined':
      return { checkpoint: subject, subtask: str(entry.about) };
    case 'aborted':
      return { checkpoint: subject, reason: str(detailOf(entry, 'aborted').reason) };
    default:
      return { checkpoint: subject };
  }
}
