/**
 * consistent-cut: per channel of each completed checkpoint, what the sender's stored witness says
 * it sent is what the receiver's says it received: as many records, the same, in the same order.
 * For keyed state, the hidden entries of the key groups count just the records of those inputs.
 *
 * Where barriers overtake records, those are stored: first what the receiver has stored, then what
 * the sender has, follows on what has entered.
 *
 * No TLA+ module states it yet. It is judged from what the world saw, never from a moment of the
 * engine, and at the pointer. By then each subtask must have one snapshot of that checkpoint in an
 * object that exists, all of one attempt, and the object that the pointer names must exist too. An
 * id that is not above all earlier ones is left to `checkpoint-order`. Of a job that has no channel
 * just this is judged.
 *
 * Where barriers hold no record back, a receiver may be ahead of a barrier, never behind: it says
 * what it had received when the barrier came, and apart from that what its state holds in addition,
 * since the job began.
 *
 * A subtask that had finished has its witness in the metadata and no state. Where it is restored,
 * its key groups count from what its inputs had come to.
 *
 * Memory: the names of the objects that exist, and the witnesses of checkpoints that are newer than
 * the newest completed one; what was aborted goes when it is deleted or when a newer one completes.
 */
import { channelsIn, type ChannelSide } from '../history/channel-state.js';
import { detailOf, type Entry } from '../history/entry.js';
import {
  advanceBlock,
  aheadIn,
  groupsIn,
  sumOf,
  type Sum,
  type Tally,
  type WitnessFrame,
} from '../history/witness.js';
import {
  channelsOf,
  headOf,
  isKeyed,
  subtaskName,
  subtasksOf,
  type Channel,
} from '../job/job-graph.js';
import type { Words } from '../kernel/actor.js';
import { readText, textWordsAt } from '../kernel/words.js';
import { caseOf, convict, hearing, verdictOf, type Case } from './case.js';
import { checkpointName, checkpointOfPointer } from './pointers.js';
import { witnessesOf } from './witnesses.js';
import { mayRepeat, type Checker, type Context, type Law } from './verdict.js';

export const consistentCut: Law = {
  name: 'consistent-cut',
  says: 'in a completed checkpoint each receiver has received just what its sender has sent',
  source:
    'Chandy and Lamport, Distributed Snapshots (1985); Carbone et al., Lightweight Asynchronous ' +
    'Snapshots for Distributed Dataflows (2015)',
  invariants: ['I-CUT'],
  judgesFrom: {
    'objectWritten, objectDeleted': 'object store: the bytes that exist, the witnesses in them',
    valueWritten: 'registry: the pointer that completes a checkpoint',
  },
  open,
};

/** A subtask's part of a checkpoint, in an object that exists. */
type Part = Readonly<{ object: string; frame: WitnessFrame; entry: Entry }>;

type Parts = Map<string, Part[]>;

type Cuts = {
  readonly open: Case;
  readonly subtasks: readonly string[];
  readonly channels: readonly Channel[];
  readonly keyed: readonly string[];
  readonly repeats: boolean;
  /** What had come in when the state of a keyed subtask was let go, as it had finished. */
  readonly past: Map<string, Sum>;
  /** Every object that exists, with the checkpoints whose witnesses it holds. */
  readonly objects: Map<string, readonly number[]>;
  /** By checkpoint, then by subtask. */
  readonly parts: Map<number, Parts>;
  newest: number;
};

function open(context: Context): Checker {
  const { job } = context;
  const cuts: Cuts = {
    open: caseOf('consistent-cut'),
    subtasks: subtasksOf(job),
    channels: channelsOf(job),
    keyed: job.vertices
      .filter((vertex) => isKeyed(headOf(vertex).operator))
      .flatMap(({ id, parallelism }) =>
        Array.from({ length: parallelism }, (_, index) => subtaskName(id, index)),
      ),
    repeats: mayRepeat(context),
    past: new Map(),
    objects: new Map(),
    parts: new Map(),
    newest: 0,
  };
  const sees = ['objectWritten', 'objectDeleted', 'valueWritten'];
  const see = (entry: Entry, index: number): void => {
    if (entry.kind === 'objectWritten') keep(cuts, entry);
    else if (entry.kind === 'objectDeleted') forget(cuts, entry.about);
    else complete(cuts, entry, index);
  };
  return hearing(cuts.open, sees, [], see, () => verdictOf(cuts.open, 'holds', ''));
}

/** An object exists, in the place of one of that name. */
function keep(cuts: Cuts, entry: Entry): void {
  const object = entry.about;
  forget(cuts, object);
  const checkpoints: number[] = [];
  for (const frame of witnessesOf(entry)) {
    const { checkpoint, subtask } = frame;
    if (checkpoint <= cuts.newest) continue;
    checkpoints.push(checkpoint);
    let parts = cuts.parts.get(checkpoint);
    if (parts === undefined) cuts.parts.set(checkpoint, (parts = new Map<string, Part[]>()));
    parts.set(subtask, [...(parts.get(subtask) ?? []), { object, frame, entry }]);
  }
  cuts.objects.set(object, checkpoints);
}

function forget(cuts: Cuts, object: string): void {
  for (const checkpoint of cuts.objects.get(object) ?? []) {
    const parts = cuts.parts.get(checkpoint) ?? new Map<string, Part[]>();
    for (const [subtask, list] of parts) {
      const left = list.filter((part) => part.object !== object);
      if (left.length === 0) parts.delete(subtask);
      else parts.set(subtask, left);
    }
    if (parts.size === 0) cuts.parts.delete(checkpoint);
  }
  cuts.objects.delete(object);
}

/** A pointer is there: the checkpoint is completed, and its cut is judged. */
function complete(cuts: Cuts, entry: Entry, index: number): void {
  const checkpoint = checkpointOfPointer(entry.about);
  if (checkpoint <= cuts.newest) return;
  const fault = faultOf(cuts, checkpoint, entry);
  if (fault !== undefined) {
    const about = [checkpointName(checkpoint), ...fault.about];
    const parts = fault.parts.map((part) => part.entry);
    convict(cuts.open, entry, index, fault.message, about, parts);
  }
  cuts.newest = checkpoint;
  for (const old of cuts.parts.keys()) if (old <= checkpoint) cuts.parts.delete(old);
}

type Fault = Readonly<{ message: string; about: readonly string[]; parts: readonly Part[] }>;

function faultOf(cuts: Cuts, checkpoint: number, pointer: Entry): Fault | undefined {
  const found = cuts.parts.get(checkpoint) ?? new Map<string, Part[]>();
  if (cuts.channels.length === 0) cuts.open.judged += 1;
  return (
    danglingOf(cuts, checkpoint, pointer) ??
    incompleteOf(cuts, checkpoint, found) ??
    unequalChannel(cuts, checkpoint, found) ??
    unequalGroups(cuts, checkpoint, found, namedBy(pointer))
  );
}

/** What the pointer names must exist. */
function danglingOf(cuts: Cuts, checkpoint: number, pointer: Entry): Fault | undefined {
  const object = namedBy(pointer);
  if (object !== undefined && cuts.objects.has(object)) return undefined;
  const named = object === undefined ? 'its pointer names none' : object + ' does not exist';
  const message = checkpointName(checkpoint) + ' completed without its metadata: ' + named;
  return { message, about: object === undefined ? [] : [object], parts: [] };
}

/** The object that a pointer names. */
function namedBy(pointer: Entry): string | undefined {
  return textOf(detailOf(pointer, 'valueWritten').words);
}

/** The text that a block consists of; undefined where it is none. */
function textOf(words: Words): string | undefined {
  const isText = words.length > 1 && (words[0] as number) > 0;
  return isText && textWordsAt(words, 0) === words.length ? readText(words, 0) : undefined;
}

/** Each subtask has one part, all of one attempt. */
function incompleteOf(cuts: Cuts, checkpoint: number, found: Parts): Fault | undefined {
  const name = checkpointName(checkpoint);
  const first = found.get(cuts.subtasks[0] ?? '')?.[0];
  for (const subtask of cuts.subtasks) {
    const parts = found.get(subtask) ?? [];
    const [part] = parts;
    if (part === undefined || first === undefined) {
      const message = name + ' completed without the snapshot of ' + subtask;
      return { message, about: [subtask], parts: [] };
    }
    if (parts.length > 1) {
      const objects = parts.map(({ object }) => object);
      const message =
        name + ' completed with several snapshots of ' + subtask + ': ' + objects.join(', ');
      return { message, about: [subtask, ...objects], parts };
    }
    if (part.frame.attempt !== first.frame.attempt) {
      const message =
        name + ' holds snapshots of two attempts: ' + attemptOf(first) + ', ' + attemptOf(part);
      return { message, about: [first.frame.subtask, subtask], parts: [first, part] };
    }
  }
  return undefined;
}

function attemptOf({ frame }: Part): string {
  return frame.subtask + ' of attempt ' + String(frame.attempt);
}

/** What the sender has sent, the receiver has received. */
function unequalChannel(cuts: Cuts, checkpoint: number, found: Parts): Fault | undefined {
  for (const { name, from, to } of cuts.channels) {
    const [sender] = found.get(from) as [Part];
    const [receiver] = found.get(to) as [Part];
    const sent = sender.frame.outputs.find(({ channel }) => channel === name);
    const received = receiver.frame.inputs.find(({ channel }) => channel === name);
    cuts.open.judged += 1;
    const arrived = received && withStored(received, 'input', receiver);
    const passed = arrived && withStored(arrived, 'output', sender);
    if (sent !== undefined && passed !== undefined && isSame(sent, passed)) continue;
    const stored = (passed?.count ?? 0) - (received?.count ?? 0);
    const message =
      ['channel', name, 'at', checkpointName(checkpoint)].join(' ') +
      ': ' +
      differenceOf(sent, received, stored);
    return { message, about: [name, from, to], parts: [sender, receiver] };
  }
  return undefined;
}

/** A tally behind the records of its channel that one side has stored. */
function withStored(tally: Tally, side: ChannelSide, { entry, frame }: Part): Tally {
  const after = { ...tally };
  for (const stored of channelsIn(detailOf(entry, 'objectWritten').words)) {
    const isOwn = stored.side === side && stored.channel === tally.channel;
    if (!isOwn || stored.checkpoint !== frame.checkpoint) continue;
    for (const one of stored.inFlight)
      if (one.kind === 'records') advanceBlock(after, one.words, 0, one.words.length);
  }
  return after;
}

function isSame(sent: Tally, received: Tally): boolean {
  const { count, high, low } = received;
  return sent.count === count && sent.high === high && sent.low === low;
}

function differenceOf(
  sent: Tally | undefined,
  received: Tally | undefined,
  stored: number,
): string {
  if (sent === undefined || received === undefined)
    return 'the ' + (sent === undefined ? 'sender' : 'receiver') + ' has no witness of it';
  const more = stored === 0 ? '' : ', stored: ' + String(stored);
  if (sent.count !== received.count + stored)
    return 'records sent: ' + String(sent.count) + ', received: ' + String(received.count) + more;
  const both = more === '' ? 'received' : 'received or stored';
  return (
    ['records sent and', both].join(' ') +
    ': ' +
    String(sent.count) +
    ', but not the same in the same order'
  );
}

/** The key groups of a keyed subtask count what came in on its inputs. */
function unequalGroups(
  { keyed, past, repeats }: Cuts,
  checkpoint: number,
  found: Parts,
  metadata: string | undefined,
): Fault | undefined {
  for (const subtask of keyed) {
    const [part] = found.get(subtask) as [Part];
    const { words } = detailOf(part.entry, 'objectWritten');
    const ahead = repeats ? [aheadIn(words)] : [];
    const inputs = sumOf([...part.frame.inputs, ...ahead]);
    if (part.object === metadata) {
      past.set(subtask, inputs);
      continue;
    }
    const before = past.get(subtask);
    const groups = sumOf([...groupsIn(words), ...(before === undefined ? [] : [before])]);
    if (inputs.sumHigh === groups.sumHigh && inputs.sumLow === groups.sumLow)
      if (inputs.count === groups.count) continue;
    const message =
      ['the key groups of', subtask, 'at', checkpointName(checkpoint)].join(' ') +
      ' hold ' +
      String(groups.count) +
      ' records, its inputs ' +
      (inputs.count === groups.count ? 'as many, but others' : String(inputs.count));
    return { message, about: [subtask], parts: [part] };
  }
  return undefined;
}
