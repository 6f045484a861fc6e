---------------------------- MODULE Coordinator ----------------------------
\* The checkpoint coordinator, and a small world around it.
\*
\* A checkpoint is asked for, triggered, acknowledged by every subtask that runs, its metadata
\* written, its pointer stored, and only then told to anyone; or it is declined, expires, is
\* subsumed or aborted. The coordinator lives in the job manager and loses all that it knows with
\* it; what the registry and the store hold survives.
\*
\* Nothing takes time: what is under way (a request, a barrier, a word of a task, a timer) arrives
\* at any later step or never. Each step is named as the event that the coordinator hears; the
\* others are those of the world alone.
\*
\* What the coordinator does with an event is an operator on a step: [c |-> the coordinator,
\* out |-> what it said so far, paused |-> whether the pause after a completion lasts].
\*
\* Source: Flink 2.x, CheckpointCoordinator.
EXTENDS Naturals, Sequences, FiniteSets

CONSTANTS
  Sources,       \* subtasks without input
  Sinks,         \* subtasks to which every source sends
  Union,         \* subtasks that share a union state, if any
  Coordinators,  \* operators that have a coordinator
  Kinds,         \* who asks: "periodic", "data", "manual", "final"
  Reasons,       \* why tasks decline
  Progresses,    \* how far operators are in a snapshot: "working", "ended"
  Faults,        \* what may go wrong, or late: see the actions
  MaxId,         \* ids that the registry gives
  MaxAttempt,    \* deployments of the job
  MaxCrashes,    \* of the job manager
  MaxQueue,      \* requests that wait
  Concurrent,    \* max-concurrent-checkpoints
  Retained,      \* num-retained
  Tolerable,     \* tolerable-failed-checkpoints
  MinPause,      \* there is a pause after each completion
  AfterFinish,   \* checkpoints-after-tasks-finish
  Bug            \* "none", or a mutant of this model

VARIABLES
  coordinator,   \* all that it knows
  said,          \* what it said in the step before, in order
  paused,        \* the pause after the last completion is not over
  job,           \* "starting", "deploying", "running", "doomed", "over"
  attempt,       \* the newest deployment; 0 before the first
  crashes,       \* of the job manager
  tasks,         \* by subtask: "none", "starting", "running", "finished"
  interval,      \* the timer of the interval is armed
  timers,        \* checkpoints that may expire
  asked,         \* requests under way: to the registry, the store, operator coordinators
  barriers,      \* triggers from the coordinator, and barriers from tasks, under way
  words,         \* what tasks say to the coordinator, under way
  counter,       \* in the registry: the newest id
  pointers,      \* in the registry: checkpoints that are completed
  metadata,      \* in the store: checkpoints, each with its handles
  restored,      \* what the newest attempt was restored from; 0 for nothing
  begun,         \* ids in the order in which their checkpoints became pending
  stored,        \* ids in the order in which their pointers were stored
  completed,     \* ids in the order in which tasks were told of their completion
  aborted        \* ids of which tasks were told that they are aborted

vars == <<coordinator, said, paused, job, attempt, crashes, tasks, interval, timers, asked,
  barriers, words, counter, pointers, metadata, restored, begun, stored, completed, aborted>>

-----------------------------------------------------------------------------

Tasks == Sources \cup Sinks
Ids == 1..MaxId
Attempts == 1..MaxAttempt
Upstream(t) == IF t \in Sinks THEN Sources ELSE {}
Downstream(t) == IF t \in Sources THEN Sinks ELSE {}

Max(S) == CHOOSE n \in S : \A m \in S : m <= n
Min(S) == CHOOSE n \in S : \A m \in S : n <= m
Elements(q) == {q[i] : i \in 1..Len(q)}
Ascends(q) == \A i \in 1..Len(q) : \A j \in 1..Len(q) : i < j => q[i] < q[j]

NoPlan == [triggers |-> {}, waits |-> {}, finished |-> {}]
NoCheckpoint == [id |-> 0, phase |-> "none", plan |-> NoPlan, parts |-> {}, coordinators |-> {}]
NotTriggering == [request |-> "none", plan |-> NoPlan, attempt |-> 0, id |-> 0]
NoFailures == [count |-> 0, counted |-> {}, lastSuccess |-> 0]
NoTask == [t \in Tasks |-> "none"]

Fresh == [
  active |-> FALSE,
  attempt |-> 0,
  queue |-> <<>>,
  triggering |-> NotTriggering,
  standings |-> NoTask,
  pending |-> {},
  finalizing |-> <<>>,
  completed |-> <<>>,
  cleaning |-> {},
  failures |-> NoFailures]

Init ==
  /\ coordinator = Fresh
  /\ said = <<>>
  /\ paused = FALSE
  /\ job = "starting"
  /\ attempt = 0
  /\ crashes = 0
  /\ tasks = NoTask
  /\ interval = FALSE
  /\ timers = {}
  /\ asked = {}
  /\ barriers = {}
  /\ words = {}
  /\ counter = 0
  /\ pointers = {}
  /\ metadata = {}
  /\ restored = 0
  /\ begun = <<>>
  /\ stored = <<>>
  /\ completed = <<>>
  /\ aborted = {}

-----------------------------------------------------------------------------
\* Who takes part.

Starting(st) == {t \in Tasks : st[t] = "starting"}
Running(st) == {t \in Tasks : st[t] = "running"}
Finished(st) == {t \in Tasks : st[t] = "finished"}

HasPlan(st) ==
  /\ Running(st) \cup Finished(st) = Tasks
  /\ Running(st) # {}
  /\ Finished(st) = {} \/ AfterFinish

PlanOf(st) == [
  triggers |-> {t \in Running(st) : Upstream(t) \cap Running(st) = {}},
  waits |-> Running(st),
  finished |-> Finished(st)]

-----------------------------------------------------------------------------
\* What the coordinator holds.

Say(s, e) == [s EXCEPT !.out = Append(@, e)]
Refuse(s, kind, reason) == Say(s, [kind |-> "refuse", request |-> kind, reason |-> reason])
Says(out, kind) == \E i \in 1..Len(out) : out[i].kind = kind

IsPending(c, id) == \E p \in c.pending : p.id = id
The(c, id) == IF IsPending(c, id) THEN CHOOSE p \in c.pending : p.id = id ELSE NoCheckpoint
With(c, p) == [c EXCEPT !.pending = {o \in @ : o.id # p.id} \cup {p}]
Without(c, id) == [c EXCEPT
  !.pending = {o \in @ : o.id # id},
  !.finalizing = SelectSeq(@, LAMBDA o : o # id),
  !.triggering = IF @.id = id THEN NotTriggering ELSE @]

Latest(c) == IF c.completed = <<>> THEN 0 ELSE c.completed[Len(c.completed)].id
HandlesOf(p) == {[task |-> part.task, handle |-> part.handle] : part \in p.parts}

Gathering == {"locating", "coordinating", "collecting"} \cup
  (IF Bug = "expiresLate" THEN {"storing"} ELSE {})

-----------------------------------------------------------------------------
\* Failures: which count, each checkpoint once, until there are too many.

Counts(reason) == reason \in {"CHECKPOINT_ASYNC_EXCEPTION", "CHECKPOINT_EXPIRED",
  "FINALIZE_CHECKPOINT_FAILURE", "IO_EXCEPTION"}

IsCounted(f, id, reason) == Counts(reason) /\ id > f.lastSuccess /\ id \notin f.counted
AreTooMany(f, id, reason) == IsCounted(f, id, reason) /\ f.count + 1 > Tolerable

Failed(f, id, reason) ==
  IF ~IsCounted(f, id, reason) THEN f
  ELSE IF AreTooMany(f, id, reason) THEN [NoFailures EXCEPT !.lastSuccess = f.lastSuccess]
  ELSE [f EXCEPT !.count = @ + 1, !.counted = @ \cup {id}]

Succeeded(f, id) == IF id > f.lastSuccess THEN [NoFailures EXCEPT !.lastSuccess = id] ELSE f

-----------------------------------------------------------------------------
\* Requests, and which of them is taken.

IsScheduled(kind) == kind \in {"periodic", "data"}

Postpone(s, kind) ==
  LET refused == Refuse(s, kind, "MINIMUM_TIME_BETWEEN_CHECKPOINTS")
  IN IF kind = "periodic" THEN Say(refused, [kind |-> "armInterval"]) ELSE refused

IsBusy(c) == Cardinality(c.pending) >= Concurrent \/ Cardinality(c.cleaning) > Concurrent
MayChoose(c) ==
  /\ c.queue # <<>>
  /\ c.triggering = NotTriggering
  /\ ~IsBusy(c) \/ Bug = "manyAtOnce"

RECURSIVE Choose(_)
Choose(s) ==
  IF ~MayChoose(s.c) THEN s
  ELSE LET c == s.c
           first == Head(c.queue)
           rest == [s EXCEPT !.c.queue = Tail(@)]
           chosen == [request |-> first, plan |-> PlanOf(c.standings), attempt |-> c.attempt,
             id |-> 0]
       IN IF IsScheduled(first) /\ s.paused THEN Postpone(rest, first)
          ELSE IF IsScheduled(first) /\ ~c.active
            THEN Choose(Refuse(rest, first, "PERIODIC_SCHEDULER_SHUTDOWN"))
          ELSE IF ~c.active \/ ~HasPlan(c.standings)
            THEN Choose(Refuse(rest, first, "NOT_ALL_REQUIRED_TASKS_RUNNING"))
          ELSE Say([rest EXCEPT !.c.triggering = chosen], [kind |-> "takeId"])

\* The job was failed in this step: no task runs any more when the next one is taken.
ChooseWhenFailed(s) ==
  IF ~MayChoose(s.c) THEN s
  ELSE LET first == Head(s.c.queue)
           rest == [s EXCEPT !.c.queue = Tail(@)]
       IN IF IsScheduled(first) /\ s.paused THEN Postpone(rest, first)
          ELSE Refuse(rest, first, "NOT_ALL_REQUIRED_TASKS_RUNNING")

\* Those of no schedule come first, then the older. That too many wait is beyond these bounds.
Enqueued(q, kind) ==
  IF IsScheduled(kind) THEN Append(q, kind)
  ELSE SelectSeq(q, LAMBDA one : ~IsScheduled(one)) \o <<kind>>
    \o SelectSeq(q, LAMBDA one : IsScheduled(one))

Request(s, kind) == Choose([s EXCEPT !.c.queue = Enqueued(@, kind)])

RefuseChosen(s, reason) ==
  LET chosen == s.c.triggering
  IN IF chosen = NotTriggering \/ chosen.id # 0 THEN s
     ELSE Choose(Refuse([s EXCEPT !.c.triggering = NotTriggering], chosen.request, reason))

-----------------------------------------------------------------------------
\* The life of one checkpoint.

Abort(s, p, reason) ==
  LET c == s.c
      left == Without(c, p.id)
      after == [left EXCEPT
        !.cleaning = @ \cup {p.id},
        !.failures = Failed(@, p.id, reason)]
      told == Say([s EXCEPT !.c = after], [kind |-> "abort", pending |-> p,
        attempt |-> c.attempt, reason |-> reason, latest |-> Latest(c)])
  IN IF AreTooMany(c.failures, p.id, reason)
     THEN Say(told, [kind |-> "failJob", reason |-> reason])
     ELSE told

RECURSIVE AbortAll(_, _, _)
AbortAll(s, ids, reason) ==
  IF ids = {} THEN s
  ELSE LET id == Min(ids)
       IN AbortAll(Abort(s, The(s.c, id), reason), ids \ {id}, reason)

\* The first that lacks nothing is finalized, unless it is already.
Finalize(s) ==
  IF s.c.finalizing = <<>> THEN s
  ELSE LET p == The(s.c, Head(s.c.finalizing))
           after == [p EXCEPT !.phase = "writingMetadata"]
           hasty == [p EXCEPT !.phase = "storing"]
       IN IF p.phase # "collected" THEN s
          ELSE IF Bug = "pointerFirst"
            THEN Say([s EXCEPT !.c = With(@, hasty)], [kind |-> "storePointer", id |-> p.id])
          ELSE Say([s EXCEPT !.c = With(@, after)], [kind |-> "writeMetadata", pending |-> after])

\* That the job fails brings events of its own, after all that this step says.
FailureLast(s) == [s EXCEPT
  !.out = SelectSeq(@, LAMBDA e : e.kind # "failJob") \o SelectSeq(@, LAMBDA e : e.kind = "failJob")]

GoOn(s) ==
  LET after == IF Bug = "nextForgotten" THEN s ELSE Finalize(s)
  IN IF Says(s.out, "failJob") THEN FailureLast(ChooseWhenFailed(after)) ELSE Choose(after)

AbortIn(s, id, phases, reason) ==
  LET p == The(s.c, id)
  IN IF p.phase \in phases THEN GoOn(Abort(s, p, reason)) ELSE s

Begin(s, id) ==
  LET c == s.c
      chosen == c.triggering
      p == [id |-> id, phase |-> "locating", plan |-> chosen.plan, parts |-> {},
        coordinators |-> {}]
      after == [With(c, p) EXCEPT !.triggering.id = id]
  IN IF chosen = NotTriggering \/ chosen.id # 0 THEN s
     ELSE IF ~c.active \/ chosen.attempt # c.attempt
       THEN RefuseChosen(s, "PERIODIC_SCHEDULER_SHUTDOWN")
     ELSE Say([s EXCEPT !.c = after], [kind |-> "begin", pending |-> p])

\* The tasks are triggered when every operator coordinator has given its state.
WhenCoordinated(s, p) ==
  LET after == With(s.c, [p EXCEPT !.phase = "collecting"])
      told == Say([s EXCEPT !.c = [after EXCEPT !.triggering = NotTriggering]],
        [kind |-> "triggerTask", id |-> p.id, attempt |-> s.c.attempt,
         subtasks |-> p.plan.triggers])
  IN IF Cardinality(p.coordinators) < Cardinality(Coordinators)
     THEN [s EXCEPT !.c = With(@, p)]
     ELSE Choose(told)

AskCoordinators(s, id) ==
  LET p == The(s.c, id)
      told == IF Coordinators = {} THEN s
        ELSE Say(s, [kind |-> "coordinate", id |-> id, coordinators |-> Coordinators])
  IN IF p.phase # "locating" THEN s
     ELSE WhenCoordinated(told, [p EXCEPT !.phase = "coordinating"])

TakeState(s, id, of) ==
  LET p == The(s.c, id)
      given == [of |-> of, state |-> <<id>>]
  IN IF p.phase # "coordinating" THEN s
     ELSE WhenCoordinated(s, [p EXCEPT !.coordinators = @ \cup {given}])

\* The state of a union is with all of its subtasks.
IsHalfFinished(p) ==
  LET over == Union \cap p.plan.finished
      working == {part.task : part \in {one \in p.parts : one.progress = "working"}}
      ended == Union \ working
  IN (over # {} /\ over # Union) \/ (ended # {} /\ ended # Union)

IsInUse(c, id, handle) ==
  \/ \E p \in c.pending : p.id = id /\ \E part \in p.parts : part.handle = handle
  \/ \E i \in 1..Len(c.completed) : c.completed[i].id = id /\ Bug # "inUseDiscarded"

Acknowledge(s, word) ==
  LET c == s.c
      id == word.id
      t == word.task
      handle == [id |-> id, task |-> t, attempt |-> word.attempt]
      p == The(c, id)
      all == p.parts \cup {[task |-> t, handle |-> handle, progress |-> word.how]}
      missing == Cardinality(p.plan.waits) - Cardinality(all)
      isLast == IF Bug = "oneMissing" THEN missing <= 1 ELSE missing = 0
      after == [p EXCEPT !.parts = all, !.phase = IF isLast THEN "collected" ELSE "collecting"]
      told == Say([s EXCEPT !.c = With(c, after)],
        [kind |-> "acknowledge", id |-> id, subtask |-> t, last |-> isLast])
      isWanted == p.phase = "collecting" /\ t \in p.plan.waits
      isForeign == word.attempt # c.attempt /\ Bug # "anyAttempt"
  IN IF ~isWanted \/ isForeign
     THEN IF IsInUse(c, id, handle) THEN s ELSE Say(s, [kind |-> "discard", handles |-> <<handle>>])
     ELSE IF \E part \in p.parts : part.task = t THEN s
     ELSE IF ~isLast THEN told
     ELSE IF IsHalfFinished(after) THEN GoOn(Abort(told, after, "CHECKPOINT_DECLINED_TASK_CLOSING"))
     ELSE Finalize([told EXCEPT !.c.finalizing = Append(@, id)])

Decline(s, word) ==
  IF word.attempt = s.c.attempt THEN AbortIn(s, word.id, Gathering, word.how) ELSE s

StorePointer(s, id) ==
  LET p == The(s.c, id)
      after == [p EXCEPT !.phase = "storing"]
      wanted == Say([s EXCEPT !.c = With(@, after)], [kind |-> "storePointer", id |-> id])
  IN IF p.phase # "writingMetadata" THEN s
     ELSE IF Bug = "toldEarly"
       THEN Say(wanted, [kind |-> "complete", pending |-> after, attempt |-> s.c.attempt])
     ELSE wanted

\* Durable first, then told to anyone; what is older and still pending is subsumed.
Complete(s, id) ==
  LET c == s.c
      p == The(c, id)
      all == Append(c.completed, [id |-> id, handles |-> HandlesOf(p)])
      many == IF Len(all) > Retained THEN Len(all) - Retained ELSE 0
      left == Without(c, id)
      after == [left EXCEPT
        !.completed = SubSeq(all, many + 1, Len(all)),
        !.cleaning = @ \cup {all[i].id : i \in 1..many},
        !.failures = Succeeded(@, id)]
      older == {o.id : o \in {one \in left.pending : one.id < id}}
      subsumed == AbortAll([s EXCEPT !.c = after, !.paused = MinPause],
        IF Bug = "olderLives" THEN {} ELSE older, "CHECKPOINT_SUBSUMED")
      told == Say(subsumed, [kind |-> "complete", pending |-> p, attempt |-> c.attempt])
      subsumes == [i \in 1..many |-> [kind |-> "subsume", checkpoint |-> all[i]]]
  IN IF p.phase # "storing" THEN s
     ELSE GoOn([told EXCEPT !.out = @ \o subsumes])

Start(s, a) == Say(
  [s EXCEPT !.c.active = TRUE, !.c.attempt = a, !.c.standings = [t \in Tasks |-> "starting"]],
  [kind |-> "armInterval"])

\* What is being finalized goes on: its pointer may be stored by now.
Stop(s, reason) ==
  LET c == s.c
      refusals == [i \in 1..Len(c.queue) |->
        [kind |-> "refuse", request |-> c.queue[i], reason |-> reason]]
      told == [s EXCEPT
        !.c.active = FALSE,
        !.c.queue = <<>>,
        !.out = @ \o <<[kind |-> "disarmInterval"]>> \o refusals]
      head == IF c.finalizing = <<>> THEN {} ELSE {Head(c.finalizing)}
  IN AbortAll(told, {p.id : p \in c.pending} \ head, reason)

-----------------------------------------------------------------------------
\* What the coordinator says comes about.

Heard == [c |-> coordinator, out |-> <<>>, paused |-> paused]
World == [job |-> job, interval |-> interval, timers |-> timers, asked |-> asked,
  barriers |-> barriers]

Asked(what) == {one.id : one \in {o \in asked : o.what = what}}
Asks(what, id) == {[what |-> what, id |-> id, of |-> ""]}

AskedBy(e) ==
  CASE e.kind = "takeId" -> Asks("id", 0)
    [] e.kind = "begin" -> Asks("place", e.pending.id)
    [] e.kind = "coordinate" -> {[what |-> "state", id |-> e.id, of |-> u] : u \in e.coordinators}
    [] e.kind = "writeMetadata" -> Asks("metadata", e.pending.id)
    [] e.kind = "storePointer" -> Asks("pointer", e.id)
    [] e.kind = "abort" -> Asks("disposal", e.pending.id)
    [] e.kind = "subsume" -> Asks("removal", e.checkpoint.id)
    [] OTHER -> {}

TriggersOf(e) ==
  IF e.kind # "triggerTask" THEN {}
  ELSE {[from |-> "coordinator", to |-> t, id |-> e.id, attempt |-> e.attempt] : t \in e.subtasks}

Answered(what, id) == [World EXCEPT !.asked = @ \ Asks(what, id)]

IdsIn(out, kind) ==
  LET such == SelectSeq(out, LAMBDA e : e.kind = kind)
  IN [i \in 1..Len(such) |-> such[i].pending.id]

JobAfter(s, w) == IF w.job = "running" /\ Says(s.out, "failJob") THEN "doomed" ELSE w.job
IntervalAfter(s, w) ==
  IF Says(s.out, "armInterval") THEN TRUE
  ELSE IF Says(s.out, "disarmInterval") THEN FALSE
  ELSE w.interval

\* The world w after the step s, as far as the coordinator acts on it.
After(s, w) == [
  coordinator |-> s.c,
  said |-> s.out,
  paused |-> s.paused,
  job |-> JobAfter(s, w),
  interval |-> IntervalAfter(s, w),
  timers |-> w.timers \cup Elements(IdsIn(s.out, "begin")),
  asked |-> w.asked \cup UNION {AskedBy(s.out[i]) : i \in 1..Len(s.out)},
  barriers |-> w.barriers \cup UNION {TriggersOf(s.out[i]) : i \in 1..Len(s.out)},
  begun |-> begun \o IdsIn(s.out, "begin"),
  completed |-> completed \o IdsIn(s.out, "complete"),
  aborted |-> aborted \cup Elements(IdsIn(s.out, "abort"))]

Becomes(after) ==
  /\ coordinator' = after.coordinator
  /\ said' = after.said
  /\ paused' = after.paused
  /\ job' = after.job
  /\ interval' = after.interval
  /\ timers' = after.timers
  /\ asked' = after.asked
  /\ barriers' = after.barriers
  /\ begun' = after.begun
  /\ completed' = after.completed
  /\ aborted' = after.aborted

\* The world alone takes a step, in which the coordinator hears nothing.
Unheard ==
  /\ said' = <<>>
  /\ UNCHANGED <<coordinator, begun, completed, aborted>>

-----------------------------------------------------------------------------
\* The job.

Words == IF "lateWords" \in Faults THEN words ELSE {}

Retrieved == {m \in metadata : m.id \in pointers}
Older(m) == {o \in Retrieved : o.id < m.id}
Recovery == [i \in 1..Cardinality(Retrieved) |->
  CHOOSE m \in Retrieved : Cardinality(Older(m)) = i - 1]
Newest == IF pointers = {} THEN 0 ELSE Max(pointers)
Oldest == IF pointers = {} THEN 0 ELSE Min(pointers)

\* Writes of a job manager that is gone: they may still be done, and nobody hears of it.
LateWrites == {"lateId", "latePointer", "lateRemoval"}
LateOf(what) == CASE what = "id" -> "lateId"
  [] what = "pointer" -> "latePointer"
  [] what = "removal" -> "lateRemoval"
  [] OTHER -> what
Left == {one \in {[o EXCEPT !.what = LateOf(@)] : o \in asked} : one.what \in LateWrites}
Fenced == {one \in asked : one.what \notin LateWrites}

\* Read from the registry under a lease that fences writes of others, once none of the own is under
\* way that could change what it says.
Recovered ==
  /\ job = "starting"
  /\ attempt < MaxAttempt
  /\ coordinator.finalizing = <<>>
  /\ Asked("removal") = {}
  /\ restored' = IF Bug = "oldestRestored" THEN Oldest ELSE Newest
  /\ UNCHANGED <<attempt, crashes, tasks, words, counter, pointers, metadata, stored>>
  /\ \E after \in {After([Heard EXCEPT !.c.completed = Recovery],
       [World EXCEPT !.job = "deploying", !.asked = Fenced])} : Becomes(after)

Started ==
  /\ job = "deploying"
  /\ attempt' = attempt + 1
  /\ tasks' = [t \in Tasks |-> "starting"]
  /\ UNCHANGED <<crashes, words, counter, pointers, metadata, restored, stored>>
  /\ \E after \in {After(Start(Heard, attempt + 1), [World EXCEPT !.job = "running"])} :
       Becomes(after)

TaskRan(t) ==
  /\ tasks' = [tasks EXCEPT ![t] = "running"]
  /\ UNCHANGED <<attempt, crashes, words, counter, pointers, metadata, restored, stored>>
  /\ \E after \in {After([Heard EXCEPT !.c.standings[t] = "running"], World)} : Becomes(after)

TaskFinished(t) ==
  /\ "finishing" \in Faults
  /\ Upstream(t) \subseteq Finished(tasks)
  /\ tasks' = [tasks EXCEPT ![t] = "finished"]
  /\ UNCHANGED <<attempt, crashes, words, counter, pointers, metadata, restored, stored>>
  /\ \E after \in {After([Heard EXCEPT !.c.standings[t] = "finished"], World)} : Becomes(after)

\* A task fails, or what is to be restored cannot be read, or the coordinator has failed the job:
\* every task is cancelled.
Stopped ==
  /\ IF job = "doomed" THEN TRUE ELSE job \in {"starting", "running"} /\ "failures" \in Faults
  /\ tasks' = NoTask
  /\ words' = Words
  /\ UNCHANGED <<attempt, crashes, counter, pointers, metadata, restored, stored>>
  /\ \E after \in {After(Stop(Heard, "CHECKPOINT_COORDINATOR_SUSPEND"),
       [World EXCEPT !.job = "starting", !.barriers = {}])} : Becomes(after)

\* Every task has finished, or no restart is left.
ShutDown ==
  /\ IF job = "running" THEN Finished(tasks) = Tasks ELSE job = "starting" /\ attempt = MaxAttempt
  /\ tasks' = NoTask
  /\ words' = Words
  /\ UNCHANGED <<attempt, crashes, counter, pointers, metadata, restored, stored>>
  /\ \E after \in {After(Stop(Heard, "CHECKPOINT_COORDINATOR_SHUTDOWN"),
       [World EXCEPT !.job = "over", !.barriers = {}])} : Becomes(after)

\* All that it knows is lost.
JobManagerCrashed ==
  /\ crashes < MaxCrashes
  /\ job # "over"
  /\ coordinator' = Fresh
  /\ said' = <<>>
  /\ paused' = FALSE
  /\ job' = "starting"
  /\ crashes' = crashes + 1
  /\ tasks' = NoTask
  /\ interval' = FALSE
  /\ timers' = {}
  /\ asked' = Left
  /\ barriers' = {}
  /\ words' = Words
  /\ counter' = IF Bug = "idsAgain" THEN 0 ELSE counter
  /\ UNCHANGED <<attempt, pointers, metadata, restored, begun, stored, completed, aborted>>

-----------------------------------------------------------------------------
\* Who asks for checkpoints: as long as there are ids.

HasRoom ==
  /\ Len(coordinator.queue) < MaxQueue
  /\ counter + Len(coordinator.queue) + Cardinality(Asked("id")) < MaxId

Elapse(s) ==
  IF s.c.active THEN Request(Say(s, [kind |-> "armInterval"]), "periodic") ELSE s

IntervalElapsed ==
  /\ "periodic" \in Kinds
  /\ interval
  /\ HasRoom
  /\ UNCHANGED <<attempt, crashes, tasks, words, counter, pointers, metadata, restored, stored>>
  /\ \E after \in {After(Elapse(Heard), [World EXCEPT !.interval = FALSE])} : Becomes(after)

Requested(kind) ==
  /\ HasRoom
  /\ UNCHANGED <<attempt, crashes, tasks, words, counter, pointers, metadata, restored, stored>>
  /\ \E after \in {After(Request(Heard, kind), World)} : Becomes(after)

AllTasksEnded ==
  /\ "final" \in Kinds
  /\ HasRoom
  /\ Running(tasks) # {}
  /\ Running(tasks) \cup Finished(tasks) = Tasks
  /\ UNCHANGED <<attempt, crashes, tasks, words, counter, pointers, metadata, restored, stored>>
  /\ \E after \in {After(Request(Heard, "final"), World)} : Becomes(after)

PauseOver ==
  /\ paused
  /\ paused' = FALSE
  /\ Unheard
  /\ UNCHANGED <<job, attempt, crashes, tasks, interval, timers, asked, barriers, words, counter,
       pointers, metadata, restored, stored>>

-----------------------------------------------------------------------------
\* The registry: a counter and pointers. A write is done first, and then its answer is heard.

CounterWritten ==
  /\ Asked("id") # {}
  /\ counter' = counter + 1
  /\ asked' = (asked \ Asks("id", 0)) \cup Asks("given", counter + 1)
  /\ Unheard
  /\ UNCHANGED <<paused, job, attempt, crashes, tasks, interval, timers, barriers, words, pointers,
       metadata, restored, stored>>

IdTaken(id) ==
  /\ UNCHANGED <<attempt, crashes, tasks, words, counter, pointers, metadata, restored, stored>>
  /\ \E after \in {After(Begin(Heard, id), Answered("given", id))} : Becomes(after)

IdRefused ==
  /\ "refusals" \in Faults
  /\ Asked("id") # {}
  /\ UNCHANGED <<attempt, crashes, tasks, words, counter, pointers, metadata, restored, stored>>
  /\ \E after \in {After(RefuseChosen(Heard, "TRIGGER_CHECKPOINT_FAILURE"), Answered("id", 0))} :
       Becomes(after)

PointerWritten(id) ==
  /\ pointers' = pointers \cup {id}
  /\ stored' = Append(stored, id)
  /\ asked' = (asked \ Asks("pointer", id)) \cup Asks("written", id)
  /\ Unheard
  /\ UNCHANGED <<paused, job, attempt, crashes, tasks, interval, timers, barriers, words, counter,
       metadata, restored>>

Stored(id) ==
  /\ UNCHANGED <<attempt, crashes, tasks, words, counter, pointers, metadata, restored, stored>>
  /\ \E after \in {After(Complete(Heard, id), Answered("written", id))} : Becomes(after)

StoreFailed(id) ==
  /\ "refusals" \in Faults
  /\ UNCHANGED <<attempt, crashes, tasks, words, counter, pointers, metadata, restored, stored>>
  /\ \E after \in {After(AbortIn(Heard, id, {"storing"}, "FINALIZE_CHECKPOINT_FAILURE"),
       Answered("pointer", id))} : Becomes(after)

PointerRemoved(id) ==
  /\ pointers' = pointers \ {id}
  /\ asked' = (asked \ Asks("removal", id)) \cup Asks("disposal", id)
  /\ Unheard
  /\ UNCHANGED <<paused, job, attempt, crashes, tasks, interval, timers, barriers, words, counter,
       metadata, restored, stored>>

Clean(s, id) == Choose([s EXCEPT !.c.cleaning = @ \ {id}])

\* It stays, and the next attempt finds it.
RemovalFailed(id) ==
  /\ "refusals" \in Faults
  /\ UNCHANGED <<attempt, crashes, tasks, words, counter, pointers, metadata, restored, stored>>
  /\ \E after \in {After(Clean(Heard, id), Answered("removal", id))} : Becomes(after)

LateIdWritten ==
  /\ Asked("lateId") # {}
  /\ counter' = counter + 1
  /\ asked' = asked \ Asks("lateId", 0)
  /\ Unheard
  /\ UNCHANGED <<paused, job, attempt, crashes, tasks, interval, timers, barriers, words, pointers,
       metadata, restored, stored>>

LatePointerWritten(id) ==
  /\ pointers' = pointers \cup {id}
  /\ stored' = Append(stored, id)
  /\ asked' = asked \ Asks("latePointer", id)
  /\ Unheard
  /\ UNCHANGED <<paused, job, attempt, crashes, tasks, interval, timers, barriers, words, counter,
       metadata, restored>>

LatePointerRemoved(id) ==
  /\ pointers' = pointers \ {id}
  /\ asked' = asked \ Asks("lateRemoval", id)
  /\ Unheard
  /\ UNCHANGED <<paused, job, attempt, crashes, tasks, interval, timers, barriers, words, counter,
       metadata, restored, stored>>

-----------------------------------------------------------------------------
\* The store, and operator coordinators.

Located(id) ==
  /\ UNCHANGED <<attempt, crashes, tasks, words, counter, pointers, metadata, restored, stored>>
  /\ \E after \in {After(AskCoordinators(Heard, id), Answered("place", id))} : Becomes(after)

LocationFailed(id) ==
  /\ "refusals" \in Faults
  /\ UNCHANGED <<attempt, crashes, tasks, words, counter, pointers, metadata, restored, stored>>
  /\ \E after \in {After(AbortIn(Heard, id, {"locating"}, "IO_EXCEPTION"), Answered("place", id))} :
       Becomes(after)

StatesOf(id) == {one.of : one \in {o \in asked : o.what = "state" /\ o.id = id}}
Given(id, of) == [World EXCEPT !.asked = @ \ {[what |-> "state", id |-> id, of |-> of]}]

Coordinated(id, of) ==
  /\ UNCHANGED <<attempt, crashes, tasks, words, counter, pointers, metadata, restored, stored>>
  /\ \E after \in {After(TakeState(Heard, id, of), Given(id, of))} : Becomes(after)

CoordinationFailed(id, of) ==
  /\ "failedCoordinators" \in Faults
  /\ UNCHANGED <<attempt, crashes, tasks, words, counter, pointers, metadata, restored, stored>>
  /\ \E after \in {After(AbortIn(Heard, id, {"coordinating"}, "TRIGGER_CHECKPOINT_FAILURE"),
       Given(id, of))} : Becomes(after)

Content(id) == {[id |-> id, handles |-> HandlesOf(p)] : p \in {The(coordinator, id)}}

MetadataWritten(id) ==
  /\ metadata' = metadata \cup Content(id)
  /\ UNCHANGED <<attempt, crashes, tasks, words, counter, pointers, restored, stored>>
  /\ \E after \in {After(StorePointer(Heard, id), Answered("metadata", id))} : Becomes(after)

MetadataFailed(id) ==
  /\ "refusals" \in Faults
  /\ UNCHANGED <<attempt, crashes, tasks, words, counter, pointers, metadata, restored, stored>>
  /\ \E after \in {After(AbortIn(Heard, id, {"writingMetadata"}, "FINALIZE_CHECKPOINT_FAILURE"),
       Answered("metadata", id))} : Becomes(after)

LeftWithout(id) == {m \in metadata : m.id # id}

Cleaned(id) ==
  /\ metadata' = LeftWithout(id)
  /\ UNCHANGED <<attempt, crashes, tasks, words, counter, pointers, restored, stored>>
  /\ \E after \in {After(Clean(Heard, id), Answered("disposal", id))} : Becomes(after)

-----------------------------------------------------------------------------
\* Tasks take their snapshots when every barrier is there, or decline; the coordinator hears them.

Senders(t) == Upstream(t) \cap Running(tasks)
Wanted(t) == IF Senders(t) = {} THEN {"coordinator"} ELSE Senders(t)
BarriersOf(t, id) == {b \in barriers : b.to = t /\ b.id = id}
Aligned(t) ==
  {id \in {b.id : b \in barriers} : Wanted(t) \subseteq {b.from : b \in BarriersOf(t, id)}}
Passed(t, id) == {[from |-> t, to |-> u, id |-> id, attempt |-> attempt] : u \in Downstream(t)}

SnapshotTaken(t, id, how) ==
  /\ barriers' = (barriers \ BarriersOf(t, id)) \cup Passed(t, id)
  /\ words' = words \cup {[kind |-> "acknowledged", task |-> t, id |-> id, attempt |-> attempt,
       how |-> how]}
  /\ Unheard
  /\ UNCHANGED <<paused, job, attempt, crashes, tasks, interval, timers, asked, counter, pointers,
       metadata, restored, stored>>

\* What fails behind the synchronous part has sent its barriers before.
Asynchronous == {"CHECKPOINT_ASYNC_EXCEPTION"}
PassedBy(t, id, how) == IF how \in Asynchronous THEN Passed(t, id) ELSE {}

SnapshotDeclined(t, id, how) ==
  /\ barriers' = (barriers \ BarriersOf(t, id)) \cup PassedBy(t, id, how)
  /\ words' = words \cup {[kind |-> "declined", task |-> t, id |-> id, attempt |-> attempt,
       how |-> how]}
  /\ Unheard
  /\ UNCHANGED <<paused, job, attempt, crashes, tasks, interval, timers, asked, counter, pointers,
       metadata, restored, stored>>

\* A task of the attempt before, which should be gone, speaks of the newest checkpoint.
ZombieSpoke(t) ==
  /\ "zombies" \in Faults
  /\ attempt > 1
  /\ begun # <<>>
  /\ words' = words \cup {[kind |-> "acknowledged", task |-> t, id |-> begun[Len(begun)],
       attempt |-> attempt - 1, how |-> "working"]}
  /\ words' # words
  /\ Unheard
  /\ UNCHANGED <<paused, job, attempt, crashes, tasks, interval, timers, asked, barriers, counter,
       pointers, metadata, restored, stored>>

Said(kind) == {word \in words : word.kind = kind}
WordsAfter(word) == IF "repeatedWords" \in Faults THEN words ELSE words \ {word}

Acknowledged(word) ==
  /\ words' = WordsAfter(word)
  /\ UNCHANGED <<attempt, crashes, tasks, counter, pointers, metadata, restored, stored>>
  /\ \E after \in {After(Acknowledge(Heard, word), World)} : Becomes(after)

Declined(word) ==
  /\ words' = WordsAfter(word)
  /\ UNCHANGED <<attempt, crashes, tasks, counter, pointers, metadata, restored, stored>>
  /\ \E after \in {After(Decline(Heard, word), World)} : Becomes(after)

Expired(id) ==
  /\ "expiry" \in Faults
  /\ UNCHANGED <<attempt, crashes, tasks, words, counter, pointers, metadata, restored, stored>>
  /\ \E after \in {After(AbortIn(Heard, id, Gathering, "CHECKPOINT_EXPIRED"),
       [World EXCEPT !.timers = @ \ {id}])} : Becomes(after)

-----------------------------------------------------------------------------

Next ==
  \/ Recovered
  \/ Started
  \/ \E t \in Starting(tasks) : TaskRan(t)
  \/ \E t \in Running(tasks) : TaskFinished(t)
  \/ Stopped
  \/ ShutDown
  \/ JobManagerCrashed
  \/ IntervalElapsed
  \/ \E kind \in Kinds \ {"periodic", "final"} : Requested(kind)
  \/ AllTasksEnded
  \/ PauseOver
  \/ CounterWritten
  \/ \E id \in Asked("given") : IdTaken(id)
  \/ IdRefused
  \/ \E id \in Asked("pointer") : PointerWritten(id)
  \/ \E id \in Asked("written") : Stored(id)
  \/ \E id \in Asked("pointer") : StoreFailed(id)
  \/ \E id \in Asked("removal") : PointerRemoved(id)
  \/ \E id \in Asked("removal") : RemovalFailed(id)
  \/ LateIdWritten
  \/ \E id \in Asked("latePointer") : LatePointerWritten(id)
  \/ \E id \in Asked("lateRemoval") : LatePointerRemoved(id)
  \/ \E id \in Asked("place") : Located(id)
  \/ \E id \in Asked("place") : LocationFailed(id)
  \/ \E id \in Asked("state") : \E of \in StatesOf(id) : Coordinated(id, of)
  \/ \E id \in Asked("state") : \E of \in StatesOf(id) : CoordinationFailed(id, of)
  \/ \E id \in Asked("metadata") : MetadataWritten(id)
  \/ \E id \in Asked("metadata") : MetadataFailed(id)
  \/ \E id \in Asked("disposal") : Cleaned(id)
  \/ \E t \in Running(tasks) : \E id \in Aligned(t) : \E how \in Progresses :
       SnapshotTaken(t, id, how)
  \/ \E t \in Running(tasks) : \E id \in Aligned(t) : \E how \in Reasons :
       SnapshotDeclined(t, id, how)
  \/ \E t \in Running(tasks) : ZombieSpoke(t)
  \/ \E word \in Said("acknowledged") : Acknowledged(word)
  \/ \E word \in Said("declined") : Declined(word)
  \/ \E id \in timers : Expired(id)

Spec == Init /\ [][Next]_vars

-----------------------------------------------------------------------------
\* What must hold in every state.

SaidOf(kind) == {said[i] : i \in {j \in 1..Len(said) : said[j].kind = kind}}
Tasked(parts) == {part.task : part \in parts}

\* No id is given twice.
IdsOnce == Ascends(begun)

AtMostConcurrent == Cardinality(coordinator.pending) <= Concurrent

\* A word of another attempt never counts.
OwnAttempt == \A p \in coordinator.pending : \A part \in p.parts :
  part.handle.attempt = coordinator.attempt

\* A checkpoint is finalized when nothing is missing.
AllAcknowledged == \A e \in SaidOf("writeMetadata") : Tasked(e.pending.parts) = e.pending.plan.waits

\* Whoever finds a pointer finds what it names.
PointersWhole == \A id \in pointers : \E m \in metadata : m.id = id

\* Nobody is told of a completion before the pointer is in the registry.
StoredBeforeTold ==
  /\ Elements(completed) \subseteq Elements(stored)
  /\ \A e \in SaidOf("complete") : e.pending.id \in pointers

\* Checkpoints complete in the order of their ids, each once.
CompletedInOrder == Ascends(stored) /\ Ascends(completed)

\* What is aborted or subsumed is never completed.
OverIsOver == aborted \cap (Elements(stored) \cup Elements(completed)) = {}

\* What is retained keeps its parts.
Kept == {h.handle : h \in UNION {m.handles : m \in Retrieved}}
RetainedKept == \A e \in SaidOf("discard") : Elements(e.handles) \cap Kept = {}

\* A new attempt begins from the newest that was ever stored, and knows all that is retained.
NewestRestored == job = "deploying" =>
  /\ restored = Newest
  /\ stored # <<>> => restored = stored[Len(stored)]
  /\ coordinator.completed = Recovery

-----------------------------------------------------------------------------
\* What must come about, where nothing goes wrong and nothing waits forever.

Deployed == Recovered \/ Started \/ \E t \in Starting(tasks) : TaskRan(t)

Served ==
  \/ CounterWritten
  \/ \E id \in Asked("given") : IdTaken(id)
  \/ \E id \in Asked("place") : Located(id)
  \/ \E id \in Asked("state") : \E of \in StatesOf(id) : Coordinated(id, of)
  \/ \E id \in Asked("metadata") : MetadataWritten(id)
  \/ \E id \in Asked("pointer") : PointerWritten(id)
  \/ \E id \in Asked("written") : Stored(id)
  \/ \E id \in Asked("removal") : PointerRemoved(id)
  \/ \E id \in Asked("disposal") : Cleaned(id)

Snapshots ==
  \/ \E t \in Running(tasks) : \E id \in Aligned(t) : \E how \in Progresses :
       SnapshotTaken(t, id, how)
  \/ \E word \in Said("acknowledged") : Acknowledged(word)

Fairness ==
  /\ WF_vars(Deployed)
  /\ WF_vars(Served)
  /\ WF_vars(Snapshots)
  /\ WF_vars(PauseOver)

FairSpec == Init /\ [][Next]_vars /\ Fairness

Outstanding ==
  \/ coordinator.queue # <<>>
  \/ coordinator.triggering # NotTriggering
  \/ coordinator.pending # {}

\* Every checkpoint that is asked for completes or is aborted, or its request is refused.
EveryRequestEnds == Outstanding ~> ~Outstanding

=============================================================================
