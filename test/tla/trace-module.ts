/**
 * Whether the moments of a run are a behaviour of the model: a module that lets the model take only
 * steps that tell the next moments of the run, and others that tell none and lead there.
 *
 * Source: H. Cirstea, M. Kuppe, B. Loillier and S. Merz, Validating Traces of Distributed Programs
 * Against TLA+ Specifications, 2024.
 */
import { check } from './checker.js';
import { model } from './models.js';

/** A moment of a run, as the model tells it. */
export type Told = Readonly<{
  what: string;
  id: number;
  of: string;
  /** Tasks that had finished by then, whether the job manager knew or not. */
  finished: readonly string[];
}>;

/** What the model must know of the run: its constants, as TLA+ text. */
export type TraceConstants = Readonly<Record<string, string>>;

/**
 * Judges the moments of a run.
 *
 * @returns the place of the first moment that is no behaviour of the model; undefined if all are
 */
export async function firstBadMoment(
  told: readonly Told[],
  constants: TraceConstants,
): Promise<number | undefined> {
  const values = Object.entries(constants).map(([name, text]) => `  ${name} = ${text}`);
  const log = told.map(({ what, id, of }) => `[what |-> "${what}", id |-> ${id}, of |-> "${of}"]`);
  const finished = told.map((one) => `{${one.finished.map((task) => `"${task}"`).join(', ')}}`);
  const configuration = [
    'INIT TraceInit',
    'NEXT TraceNext',
    'CONSTANTS',
    ...values,
    `  Log = <<${log.join(', ')}>>`,
    `  FinishedBy = <<${finished.join(', ')}>>`,
    'INVARIANT IsNotAtItsEnd',
    'CHECK_DEADLOCK FALSE',
  ].join('\n');
  const module = traceModule();
  const { violated } = await check({ module, configuration, graph: false });
  if (violated !== undefined) return undefined;
  const { dot } = await check({ module, configuration, graph: true });
  const reached = [...dot.matchAll(/cursor=(\d+)/g)].map(([, place]) => Number(place));
  return Math.max(...reached);
}

/** The model with a cursor into the moments of a run. */
function traceModule(): string {
  return model('Coordinator.tla')
    .replace('CONSTANTS\n', 'CONSTANTS\n  Log,\n  FinishedBy,\n')
    .replace('VARIABLES\n', 'VARIABLES\n  cursor,\n')
    .replace(/^={4,}\n/m, tracing);
}

const tracing = String.raw`
Moment(what, id, of) == [what |-> what, id |-> id, of |-> of]

MomentsOf(e) ==
  CASE e.kind = "refuse" -> <<Moment("requestRefused", 0, e.reason)>>
    [] e.kind = "begin" -> <<Moment("triggered", e.pending.id, "")>>
    [] e.kind = "acknowledge" -> <<Moment("acknowledged", e.id, e.subtask)>> \o
         (IF e.last THEN <<Moment("lastAcknowledged", e.id, "")>> ELSE <<>>)
    [] e.kind = "storePointer" -> <<Moment("metadataWritten", e.id, "")>>
    [] e.kind = "complete" -> <<Moment("completed", e.pending.id, "")>>
    [] e.kind = "abort" ->
         (IF e.reason = "CHECKPOINT_EXPIRED" THEN <<Moment("expired", e.pending.id, "")>> ELSE <<>>)
         \o <<Moment("aborted", e.pending.id, e.reason)>>
    [] OTHER -> <<>>

RECURSIVE Moments(_)
Moments(out) == IF out = <<>> THEN <<>> ELSE MomentsOf(Head(out)) \o Moments(Tail(out))

Goes(moments, k) ==
  /\ cursor + k <= Len(Log)
  /\ \A i \in 1..k : Log[cursor + i] = moments[i]

\* A crash may come in the middle of what a step makes the job manager do.
IsCutShort(k) == cursor + k < Len(Log) /\ Log[cursor + k + 1].what = "crashed"

Ends(moments) ==
  {k \in 0..Len(moments) : Goes(moments, k) /\ (k = Len(moments) \/ (k > 0 /\ IsCutShort(k)))}
Advances(moments) == \E k \in Ends(moments) : cursor' = cursor + k

Tells(first) == \E moments \in {first \o Moments(said')} : Advances(moments)

Goal == IF cursor < Len(Log) THEN Log[cursor + 1] ELSE Moment("none", 0, "")
Aims(whats) == Goal.what \in whats
Reached(ids) == ids \cap {Goal.id}

Running1 == IF Running(tasks') = Tasks THEN <<Moment("running", 0, "")>> ELSE <<>>
Some(S) == IF S = {} THEN {} ELSE {CHOOSE x \in S : TRUE}

\* How many requests wait at most: those that are refused soon.
Soon(i) == {j \in (cursor + 1)..(cursor + i) : j <= Len(Log)}
RefusedSoon == Cardinality({i \in Soon(12) : Log[i].what = "requestRefused"})

\* A task declines, and finishes, and that it finished is heard first.
AbortedSoon == {i \in Soon(8) : Log[i].what = "aborted"}

\* Who must take a snapshot before a task can be heard: itself, and all that send to it.
Needed(t) == ({t} \cup Upstream(t)) \cap Running(tasks)

TraceInit == Init /\ cursor = 0

TraceNext ==
  \/ Aims({"restoring"}) /\ Recovered /\ Tells(<<Moment("restoring", restored', "")>>)
  \/ Aims({"deploying"}) /\ Started /\ Tells(<<Moment("deploying", 0, "")>>)
  \/ Aims({"running"}) /\ \E t \in Some(Starting(tasks)) : TaskRan(t) /\ Tells(Running1)
  \/ cursor < Len(Log) /\ \E t \in Running(tasks) \cap FinishedBy[cursor + 1] : TaskFinished(t) /\
       Tells(<<>>)
  \/ Aims({"stopped"}) /\ Stopped /\ Tells(<<Moment("stopped", 0, "")>>)
  \/ ShutDown /\ Tells(<<>>)
  \/ Aims({"crashed"}) /\ JobManagerCrashed /\ Tells(<<Moment("crashed", 0, "")>>)
  \/ Aims({"counterWritten"}) /\ coordinator.queue = <<>> /\ IntervalElapsed /\ Tells(<<>>)
  \/ Aims({"aborted", "expired", "requestRefused", "stopped"}) /\
       Len(coordinator.queue) < RefusedSoon /\ IntervalElapsed /\ Tells(<<>>)
  \/ Aims({"crashed"}) /\ coordinator.queue = <<>> /\ IntervalElapsed /\ Tells(<<>>)
  \/ Aims({"allEnded"}) /\ AllTasksEnded /\ Tells(<<Moment("allEnded", 0, "")>>)
  \/ Aims({"counterWritten", "requestRefused", "stopped", "crashed"}) /\ PauseOver /\ Tells(<<>>)
  \/ Aims({"counterWritten"}) /\ CounterWritten /\ Tells(<<Moment("counterWritten", counter', "")>>)
  \/ Aims({"counterWritten"}) /\ LateIdWritten /\ Tells(<<Moment("counterWritten", counter', "")>>)
  \/ \E id \in Asked("given") : IdTaken(id) /\ Tells(<<>>)
  \/ Aims({"requestRefused"}) /\ IdRefused /\ Tells(<<>>)
  \/ \E id \in Reached(Asked("pointer")) : PointerWritten(id) /\
       Tells(<<Moment("pointerWritten", id, "")>>)
  \/ \E id \in Reached(Asked("latePointer")) : LatePointerWritten(id) /\
       Tells(<<Moment("pointerWritten", id, "")>>)
  \/ \E id \in Reached(Asked("written")) : Stored(id) /\ Tells(<<Moment("stored", id, "")>>)
  \/ \E id \in Reached(Asked("pointer")) : StoreFailed(id) /\ Tells(<<>>)
  \/ \E id \in Reached(Asked("removal")) : PointerRemoved(id) /\
       Tells(<<Moment("pointerRemoved", id, "")>>)
  \/ \E id \in Reached(Asked("lateRemoval")) : LatePointerRemoved(id) /\
       Tells(<<Moment("pointerRemoved", id, "")>>)
  \/ Aims({"counterWritten", "restoring"}) /\ \E id \in Asked("removal") : RemovalFailed(id) /\
       Tells(<<>>)
  \/ \E id \in Reached(Asked("place")) : Located(id) /\ Tells(<<>>)
  \/ \E id \in Reached(Asked("place")) : LocationFailed(id) /\ Tells(<<>>)
  \/ \E id \in Reached(Asked("state")) : \E of \in StatesOf(id) :
       Coordinated(id, of) /\ Tells(<<Moment("coordinated", id, of)>>)
  \/ \E id \in Reached(Asked("state")) : \E of \in StatesOf(id) :
       CoordinationFailed(id, of) /\ Tells(<<>>)
  \/ \E id \in Reached(Asked("metadata")) : MetadataWritten(id) /\ Tells(<<>>)
  \/ \E id \in Reached(Asked("metadata")) : MetadataFailed(id) /\ Tells(<<>>)
  \/ Goal.what \notin {"acknowledged", "coordinated"} /\ IsBusy(coordinator) /\
       \E id \in Some(Asked("disposal")) : Cleaned(id) /\ Tells(<<>>)
  \/ Aims({"acknowledged"}) /\ \E t \in Some({u \in Needed(Goal.of) : Goal.id \in Aligned(u)}) :
       \E how \in Progresses : SnapshotTaken(t, Goal.id, how) /\ Tells(<<>>)
  \/ Aims({"acknowledged"}) /\ \E t \in Some({u \in Needed(Goal.of) : Goal.id \in Aligned(u)}) :
       \E how \in Reasons \cap Asynchronous : SnapshotDeclined(t, Goal.id, how) /\ Tells(<<>>)
  \/ \E i \in AbortedSoon : \E t \in Running(tasks) : \E id \in Aligned(t) \cap {Log[i].id} :
       \E how \in Reasons \cap {Log[i].of} : SnapshotDeclined(t, id, how) /\ Tells(<<>>)
  \/ Aims({"acknowledged"}) /\
       \E word \in {w \in Said("acknowledged") : w.id = Goal.id /\ w.task = Goal.of} :
         Acknowledged(word) /\ Tells(<<>>)
  \/ Aims({"aborted"}) /\ \E word \in {w \in Said("declined") : w.id = Goal.id} : Declined(word) /\
       Tells(<<>>)
  \/ Aims({"expired"}) /\ \E id \in Reached(timers) : Expired(id) /\ Tells(<<>>)

IsNotAtItsEnd == cursor < Len(Log)

=============================================================================
`;
