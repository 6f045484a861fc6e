/**
 * barrier-order: no record crosses a barrier that it must not cross, and barriers ascend on each
 * channel. A subtask takes its snapshot for a checkpoint when just those records have entered user
 * code that its senders handed over before their barriers: none more, none less.
 *
 * Where barriers overtake records, fewer may have entered, never more; the rest is judged by
 * consistent-cut.
 *
 * No TLA+ module states it yet. Everything is judged within one attempt of both ends of a
 * channel: whatever an older attempt of either end says after that is no part of the surviving
 * history. Counts go on over restores: the barrier of the restored checkpoint is the first that
 * a new attempt must not cross, so the records that enter first are those behind it.
 *
 * A barrier binds its receiver until that has taken its snapshot, or has given the checkpoint up,
 * or the coordinator has, who tells it to tasks only afterwards. A process that dies within a step
 * may have sent a barrier and not stated it, and one that is paused within a step states it later;
 * so a barrier that is not stated convicts only a sender that was free to state it.
 *
 * Memory: per channel, one position for each barrier since the newest completed checkpoint.
 */
import { detailOf, type Entry } from '../history/entry.js';
import { channelsOf, subtasksOf } from '../job/job-graph.js';
import { caseOf, convict, hearing, verdictOf, type Case } from './case.js';
import { checkpointName, checkpointOfPointer } from './pointers.js';
import { mayOvertake, mayRepeat, type Checker, type Context, type Law } from './verdict.js';

export const barrierOrder: Law = {
  name: 'barrier-order',
  says: 'no record enters a subtask on the wrong side of a barrier, and barriers ascend',
  source: "Flink's aligned barriers (SingleCheckpointBarrierHandler)",
  invariants: [],
  judgesFrom: {
    'barrierHandedOver, entered, witnessTaken, witnessClosed':
      'witness: counts on both sides of a channel',
    'alignmentAborted, aborted': 'engine: a subtask, or the coordinator, gives it up',
    'delivered deployTask': 'world: a new attempt, where it is, what it restores',
    'processCrashed, processPaused, processResumed':
      'world: whose statements may be missing or late',
    valueWritten: 'registry: pointers, for forgetting what is older',
  },
  open,
};

/** A subtask in its newest attempt. */
type Party = {
  readonly name: string;
  readonly inputs: Lane[];
  readonly outputs: Lane[];
  attempt: number;
  process: string;
  /** Its process has crashed since it was deployed: it states nothing any more. */
  isSilent: boolean;
  /** Newest checkpoint whose snapshot it took, and those that it has given up. */
  taken: number;
  readonly givenUp: Set<number>;
};

/** A barrier, with the number of records before it. */
type Mark = Readonly<{ checkpoint: number; count: number; entry: Entry }>;

/** A channel, in the newest attempt of either end. */
type Lane = {
  readonly name: string;
  readonly sender: Party;
  readonly receiver: Party;
  attempt: number;
  /** Records that have entered; -1 while that is not known. */
  entered: number;
  lastEntered: Entry | undefined;
  /** The newest barrier, and those that bind the receiver, ascending. */
  newest: Mark | undefined;
  marks: Mark[];
  /** Records on the channel in all, once its sender has finished: no barrier comes any more. */
  end: Readonly<{ count: number; entry: Entry }> | undefined;
  /** A snapshot that was taken before the sender could state its barrier: what had entered. */
  owed: Mark | undefined;
  /** Positions of barriers, or of the end, by checkpoint; a restore begins at its checkpoint's. */
  readonly positions: Map<number, number>;
  /** What had entered at a snapshot: a restore begins there where barriers overtake. */
  readonly starts: Map<number, number>;
};

type Order = {
  readonly open: Case;
  /** Barriers hold no record back; barriers overtake records. */
  readonly repeats: boolean;
  readonly overtakes: boolean;
  readonly parties: ReadonlyMap<string, Party>;
  readonly lanes: ReadonlyMap<string, Lane>;
  readonly paused: Set<string>;
  readonly aborted: Set<number>;
};

const sees = [
  'entered',
  'barrierHandedOver',
  'witnessTaken',
  'witnessClosed',
  'alignmentAborted',
  'aborted',
  'processCrashed',
  'processPaused',
  'processResumed',
  'valueWritten',
];

function open(context: Context): Checker {
  const { job } = context;
  const parties = new Map<string, Party>();
  for (const name of subtasksOf(job)) parties.set(name, partyOf(name));
  const lanes = new Map<string, Lane>();
  for (const { name, from, to } of channelsOf(job)) {
    const lane = laneOf(name, parties.get(from) as Party, parties.get(to) as Party);
    lane.sender.outputs.push(lane);
    lane.receiver.inputs.push(lane);
    lanes.set(name, lane);
  }
  const file = caseOf('barrier-order');
  const nothing = { paused: new Set<string>(), aborted: new Set<number>() };
  const modes = { repeats: mayRepeat(context), overtakes: mayOvertake(context) };
  const order: Order = { open: file, ...modes, parties, lanes, ...nothing };
  const see = (entry: Entry, index: number): void => {
    seeEntry(order, entry, index);
  };
  return hearing(file, sees, ['deployTask'], see, () => verdictOf(file, 'holds', ''));
}

function partyOf(name: string): Party {
  const nowhere = { attempt: -1, process: '', isSilent: false, taken: 0 };
  return { name, inputs: [], outputs: [], givenUp: new Set(), ...nowhere };
}

function laneOf(name: string, sender: Party, receiver: Party): Lane {
  const nothing = { lastEntered: undefined, newest: undefined, end: undefined, owed: undefined };
  const empty = { entered: -1, marks: [], positions: new Map(), starts: new Map() };
  return { name, sender, receiver, attempt: -1, ...nothing, ...empty };
}

function seeEntry(order: Order, entry: Entry, index: number): void {
  switch (entry.kind) {
    case 'entered':
      return seeEntered(order, entry, index);
    case 'barrierHandedOver':
      return seeBarrier(order, entry, index);
    case 'witnessTaken':
      return seeWitness(order, entry, index);
    case 'witnessClosed':
      return seeEnd(order, entry, index);
    case 'alignmentAborted':
      return seeGivenUp(order, entry);
    case 'aborted':
      return release(order, entry.subject);
    case 'delivered':
      return seeDeployment(order, entry);
    case 'valueWritten':
      return forget(order, checkpointOfPointer(entry.about));
    default:
      return seeProcess(order, entry);
  }
}

/** Records have entered a subtask; the first barrier that binds it must not be behind them. */
function seeEntered({ open: file, lanes }: Order, entry: Entry, index: number): void {
  const { channel, count, attempt } = detailOf(entry, 'entered');
  const lane = lanes.get(channel);
  if (lane === undefined) return;
  if (lane.attempt !== attempt && !takeAttempt(lane.receiver, attempt, entry.process, lane)) return;
  if (lane.entered >= 0 && lane.entered + entry.subject !== count)
    convictGap(file, lane, count - entry.subject, entry, index);
  lane.entered = count;
  lane.lastEntered = entry;
  const [mark] = lane.marks;
  if (mark !== undefined && count > mark.count) convictCrossing(file, lane, mark, entry, index);
}

/** Records enter that are not the next: the first of an attempt follow its checkpoint's barrier. */
function convictGap(file: Case, lane: Lane, start: number, entry: Entry, index: number): void {
  const { name, receiver, entered, lastEntered } = lane;
  const begins = lastEntered === undefined ? ', where the restored checkpoint ends' : '';
  const message =
    ['records of', name, 'enter', receiver.name, 'behind', String(start)].join(' ') +
    [' and not behind', String(entered)].join(' ') +
    begins;
  convict(file, entry, index, message, [name, receiver.name], [lastEntered]);
}

function convictCrossing(file: Case, lane: Lane, mark: Mark, entry: Entry, index: number): void {
  const { name, receiver } = lane;
  const checkpoint = checkpointName(mark.checkpoint);
  const message =
    [String(lane.entered), 'records of', name, 'have entered', receiver.name].join(' ') +
    ', which has not taken its snapshot for ' +
    [checkpoint + '; the barrier stands behind', String(mark.count)].join(' ');
  const before = mark.entry === entry ? [lane.lastEntered] : [mark.entry];
  convict(file, entry, index, message, [name, receiver.name, checkpoint], before);
}

/** A barrier was handed to a channel. */
function seeBarrier(order: Order, entry: Entry, index: number): void {
  const { channel, count, attempt } = detailOf(entry, 'barrierHandedOver');
  const lane = order.lanes.get(channel);
  if (lane === undefined) return;
  if (lane.attempt !== attempt && !takeAttempt(lane.sender, attempt, entry.process, lane)) return;
  const mark = { checkpoint: entry.subject, count, entry };
  const { newest, owed } = lane;
  lane.newest = mark;
  lane.positions.set(mark.checkpoint, count);
  if (newest !== undefined && !follows(mark, newest)) {
    const message = [textOfMark(mark), 'is handed to', channel, 'after', textOfMark(newest)].join(
      ' ',
    );
    const about = [channel, checkpointName(mark.checkpoint), checkpointName(newest.checkpoint)];
    convict(order.open, entry, index, message, about, [newest.entry]);
    return;
  }
  if (owed !== undefined && owed.checkpoint <= mark.checkpoint) {
    lane.owed = undefined;
    judgeSnapshot(order, lane, owed, entry, index);
  }
  if (order.repeats) return;
  const { taken, givenUp } = lane.receiver;
  const isOver = taken >= mark.checkpoint || givenUp.has(mark.checkpoint);
  if (isOver || order.aborted.has(mark.checkpoint)) return;
  if (lane.entered > count) convictCrossing(order.open, lane, mark, entry, index);
  lane.marks.push(mark);
}

/** A sender has finished: what it has not sent by now it never will. */
function seeEnd(order: Order, entry: Entry, index: number): void {
  const { attempt, sent } = detailOf(entry, 'witnessClosed');
  for (const { channel, count } of sent) {
    const lane = order.lanes.get(channel);
    if (lane === undefined) continue;
    if (lane.attempt !== attempt && !takeAttempt(lane.sender, attempt, entry.process, lane))
      continue;
    lane.end = { count, entry };
    const { owed } = lane;
    lane.owed = undefined;
    if (owed !== undefined) judgeSnapshot(order, lane, owed, entry, index);
  }
}

function follows(mark: Mark, before: Mark): boolean {
  return mark.checkpoint > before.checkpoint && mark.count >= before.count;
}

function textOfMark({ checkpoint, count }: Mark): string {
  return 'the barrier of ' + checkpointName(checkpoint) + ' behind ' + String(count) + ' records';
}

/** A subtask takes its snapshot: what has entered must be what stands before the barriers. */
function seeWitness(order: Order, entry: Entry, index: number): void {
  const party = order.parties.get(entry.about);
  const { attempt } = detailOf(entry, 'witnessTaken');
  if (party === undefined || !isNewest(party, attempt, entry.process)) return;
  const checkpoint = entry.subject;
  if (checkpoint <= party.taken) {
    const names = [checkpointName(checkpoint), checkpointName(party.taken)];
    const message = party.name + ' takes its snapshot for ' + names.join(' after that for ');
    convict(order.open, entry, index, message, [party.name, ...names]);
  }
  party.taken = checkpoint;
  for (const lane of party.inputs) {
    if (lane.attempt !== attempt || lane.entered < 0) continue;
    const snapshot = { checkpoint, count: lane.entered, entry };
    lane.starts.set(checkpoint, lane.entered);
    const isStated = lane.positions.has(checkpoint) || lane.end !== undefined;
    const isComing = order.overtakes || mayStateLater(order, lane.sender, attempt);
    if (!isStated && isComing) lane.owed = snapshot;
    else judgeSnapshot(order, lane, snapshot, entry, index);
  }
  passUpTo(party, checkpoint);
}

/** Whether a barrier of that attempt may have left without being stated so far. */
function mayStateLater({ paused }: Order, sender: Party, attempt: number): boolean {
  return sender.attempt !== attempt || sender.isSilent || paused.has(sender.process);
}

/** Compares one channel of a snapshot with the position of the barrier, which is stated by now. */
function judgeSnapshot(
  { open: file, repeats, overtakes }: Order,
  lane: Lane,
  snapshot: Mark,
  entry: Entry,
  index: number,
): void {
  const { name, receiver, positions, end, lastEntered, newest } = lane;
  const position = positions.get(snapshot.checkpoint);
  const where = position ?? end?.count;
  if (overtakes && where === undefined) return;
  file.judged += 1;
  if (where !== undefined) positions.set(snapshot.checkpoint, where);
  if (where === snapshot.count) return;
  if (where !== undefined && (where < snapshot.count ? repeats : overtakes)) return;
  const checkpoint = checkpointName(snapshot.checkpoint);
  const message =
    [receiver.name, 'took its snapshot for', checkpoint, 'with', String(snapshot.count)].join(' ') +
    [' records of', name, 'entered; '].join(' ') +
    textOfPosition(lane, position);
  const before = [position === undefined ? end?.entry : undefined, newest?.entry];
  const about = [name, receiver.name, checkpoint];
  convict(file, entry, index, message, about, [...before, lastEntered, snapshot.entry]);
}

function textOfPosition({ sender, end }: Lane, position: number | undefined): string {
  if (position !== undefined) return 'the barrier stands behind ' + String(position);
  return end === undefined
    ? 'the barrier was not handed over'
    : [sender.name, 'has finished behind', String(end.count)].join(' ');
}

/** A subtask has given a checkpoint up. */
function seeGivenUp({ parties }: Order, entry: Entry): void {
  const party = parties.get(entry.about);
  const { attempt } = detailOf(entry, 'alignmentAborted');
  if (party === undefined || !isNewest(party, attempt, entry.process)) return;
  party.givenUp.add(entry.subject);
  for (const lane of party.inputs) unbind(lane, entry.subject);
}

/** No barrier up to that checkpoint binds the subtask any more. */
function passUpTo({ inputs, givenUp }: Party, checkpoint: number): void {
  for (const old of givenUp) if (old <= checkpoint) givenUp.delete(old);
  for (const { marks } of inputs)
    while (marks.length > 0 && (marks[0] as Mark).checkpoint <= checkpoint) marks.shift();
}

function unbind(lane: Lane, checkpoint: number): void {
  lane.marks = lane.marks.filter((mark) => mark.checkpoint !== checkpoint);
}

/** The coordinator has given a checkpoint up: its barriers bind nobody. */
function release({ lanes, aborted }: Order, checkpoint: number): void {
  aborted.add(checkpoint);
  for (const lane of lanes.values()) unbind(lane, checkpoint);
}

/** A checkpoint is completed: nothing older is restored. */
function forget({ lanes, aborted }: Order, completed: number): void {
  if (completed === 0) return;
  for (const old of aborted) if (old < completed) aborted.delete(old);
  for (const { positions, starts } of lanes.values())
    for (const places of [positions, starts])
      for (const old of places.keys()) if (old < completed) places.delete(old);
}

/** A new attempt of a subtask begins, where its checkpoint ended. */
function seeDeployment({ parties, overtakes }: Order, entry: Entry): void {
  const party = parties.get(entry.about);
  const { attempt = -1 } = detailOf(entry, 'delivered');
  if (party === undefined || attempt <= party.attempt) return;
  begin(party, attempt, entry.process);
  const placesIn = ({ starts, positions }: Lane): Lane['starts'] =>
    overtakes ? starts : positions;
  for (const lane of [...party.inputs, ...party.outputs])
    if (lane.entered < 0 && lane.attempt === attempt)
      lane.entered = entry.subject === 0 ? 0 : (placesIn(lane).get(entry.subject) ?? -1);
}

/** Whether what an attempt of a subtask says counts: no newer one has been heard of. */
function isNewest(party: Party, attempt: number, process: string): boolean {
  if (attempt > party.attempt) begin(party, attempt, process);
  return attempt === party.attempt;
}

function takeAttempt(party: Party, attempt: number, process: string, lane: Lane): boolean {
  return isNewest(party, attempt, process) && attempt === lane.attempt;
}

function begin(party: Party, attempt: number, process: string): void {
  party.attempt = attempt;
  party.process = process;
  party.isSilent = false;
  party.taken = 0;
  party.givenUp.clear();
  for (const lanes of [party.inputs, party.outputs])
    for (const lane of lanes) if (lane.attempt < attempt) renew(lane, attempt);
}

function renew(lane: Lane, attempt: number): void {
  lane.attempt = attempt;
  lane.entered = -1;
  lane.lastEntered = undefined;
  lane.newest = undefined;
  lane.end = undefined;
  lane.owed = undefined;
  lane.marks = [];
}

/** A process crashes, or pauses, or goes on. */
function seeProcess({ parties, paused }: Order, { kind, process }: Entry): void {
  if (kind === 'processPaused') paused.add(process);
  if (kind === 'processResumed') paused.delete(process);
  if (kind !== 'processCrashed') return;
  for (const party of parties.values()) if (party.process === process) party.isSilent = true;
}
