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
export type Told = Readonly<{ what: string; id: number; of: string }>;

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
  const configuration = [
    'INIT TraceInit',
    'NEXT TraceNext',
    'CONSTANTS',
    ...values,
    `  Log = <<${log.join(', ')}>>`,
    'INVARIANT IsNotAtItsEnd',
    'CHECK_DEADLOCK FALSE',
  ].join('\n');
  const { violated, dot } = await check({ module: traceModule(), configuration, graph: true });
  if (violated !== undefined) return undefined;
  const reached = [...dot.matchAll(/cursor=(\d+)/g)].map(([, place]) => Number(place));
  return Math.max(...reached);
}

/** The model with a cursor into the moments of a run. */
function traceModule(): string {
  return model('Coordinator.tla')
    .replace('CONSTANTS\n', 'CONSTANTS\n  Log,\n')
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

IsNext(moments) ==
  /\ cursor + Len(moments) <= Len(Log)
  /\ \A i \in 1..Len(moments) : Log[cursor + i] = moments[i]

Advances(moments) ==
  /\ IsNext(moments)
  /\ cursor' = cursor + Len(moments)

Tells(first) == \E moments \in {first \o Moments(said')} : Advances(moments)

Goal == IF cursor < Len(Log) THEN Log[cursor + 1] ELSE Moment("none", 0, "")
Aims(whats) == Goal.what \in whats
Reached(ids) == ids \cap {Goal.id}

Running1 == IF Running(tasks') = Tasks THEN <<Moment("running", 0, "")>> ELSE <<>>
Some(S) == IF S = {} THEN {} ELSE {CHOOSE x \in S : TRUE}

\* Who must take a snapshot before a task can be heard: itself, and all that send to it.
Needed(t) == ({t} \cup Upstream(t)) \cap Running(tasks)

TraceInit == Init /\ cursor = 0

TraceNext ==
  \/ Aims({"restoring"}) /\ Recovered /\ Tells(<<Moment("restoring", restored', "")>>)
  \/ Aims({"deploying"}) /\ Started /\ Tells(<<Moment("deploying", 0, "")>>)
  \/ Aims({"running"}) /\ \E t \in Some(Starting(tasks)) : TaskRan(t) /\ Tells(Running1)
  \/ Aims({"counterWritten", "requestRefused", "completed"}) /\ \E t \in Running(tasks) : TaskFinished(t) /\ Tells(<<>>)
  \/ Aims({"stopped"}) /\ Stopped /\ Tells(<<Moment("stopped", 0, "")>>)
  \/ Goal.of = "CHECKPOINT_COORDINATOR_SHUTDOWN" /\ ShutDown /\ Tells(<<>>)
  \/ Aims({"crashed"}) /\ JobManagerCrashed /\ Tells(<<Moment("crashed", 0, "")>>)
  \/ Aims({"counterWritten", "requestRefused"}) /\ coordinator.queue = <<>> /\ IntervalElapsed
       /\ Tells(<<>>)
  \/ Aims({"allEnded"}) /\ AllTasksEnded /\ Tells(<<Moment("allEnded", 0, "")>>)
  \/ Aims({"counterWritten", "requestRefused"}) /\ PauseOver /\ Tells(<<>>)
  \/ Aims({"counterWritten"}) /\ CounterWritten /\ Tells(<<Moment("counterWritten", counter', "")>>)
  \/ \E id \in Asked("given") : IdTaken(id) /\ Tells(<<>>)
  \/ Aims({"requestRefused"}) /\ IdRefused /\ Tells(<<>>)
  \/ \E id \in Reached(Asked("pointer")) : PointerWritten(id) /\ Tells(<<Moment("pointerWritten", id, "")>>)
  \/ \E id \in Reached(Asked("written")) : Stored(id) /\ Tells(<<Moment("stored", id, "")>>)
  \/ \E id \in Reached(Asked("pointer")) : StoreFailed(id) /\ Tells(<<>>)
  \/ \E id \in Reached(Asked("removal")) : PointerRemoved(id) /\ Tells(<<Moment("pointerRemoved", id, "")>>)
  \/ Aims({"counterWritten", "restoring"}) /\ \E id \in Asked("removal") : RemovalFailed(id) /\ Tells(<<>>)
  \/ \E id \in Reached(Asked("place")) : Located(id) /\ Tells(<<>>)
  \/ \E id \in Reached(Asked("place")) : LocationFailed(id) /\ Tells(<<>>)
  \/ \E id \in Reached(Asked("state")) : \E of \in StatesOf(id) :
       Coordinated(id, of) /\ Tells(<<Moment("coordinated", id, of)>>)
  \/ \E id \in Reached(Asked("state")) : \E of \in StatesOf(id) :
       CoordinationFailed(id, of) /\ Tells(<<>>)
  \/ \E id \in Reached(Asked("metadata")) : MetadataWritten(id) /\ Tells(<<>>)
  \/ \E id \in Reached(Asked("metadata")) : MetadataFailed(id) /\ Tells(<<>>)
  \/ Aims({"counterWritten"}) /\ IsBusy(coordinator)
       /\ \E id \in Some(Asked("disposal")) : Cleaned(id) /\ Tells(<<>>)
  \/ Aims({"acknowledged"}) /\ \E t \in Some({u \in Needed(Goal.of) : Goal.id \in Aligned(u)}) :
       \E how \in Progresses : SnapshotTaken(t, Goal.id, how) /\ Tells(<<>>)
  \/ Aims({"aborted"}) /\ \E t \in Running(tasks) : \E id \in Reached(Aligned(t)) :
       SnapshotDeclined(t, id, Goal.of) /\ Tells(<<>>)
  \/ Aims({"acknowledged"}) /\ \E word \in {w \in Said("acknowledged") : w.id = Goal.id /\ w.task = Goal.of} :
       Acknowledged(word) /\ Tells(<<>>)
  \/ Aims({"aborted"}) /\ \E word \in {w \in Said("declined") : w.id = Goal.id} : Declined(word) /\ Tells(<<>>)
  \/ Aims({"expired"}) /\ \E id \in Reached(timers) : Expired(id) /\ Tells(<<>>)

IsNotAtItsEnd == cursor < Len(Log)

=============================================================================
`;
