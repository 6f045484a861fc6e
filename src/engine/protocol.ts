/**
 * What the engine's processes say to each other. Control messages travel over the connection that
 * each task manager opens to the job manager (channel 'control'); records, barriers and credits
 * over connections that consumers open to producers (channel 'data').
 *
 * Every message of the job manager carries its epoch, every message about a task its attempt: what
 * an older epoch or attempt says is refused. Attempts rise over the whole life of a job: an attempt
 * is its leader's epoch times `ATTEMPTS_PER_EPOCH` plus the number of the deployment.
 */
import type { Message, Words } from '../kernel/actor.js';
import { entityOf, type Entity } from '../kernel/ids.js';
import type { Micros } from '../kernel/time.js';

export const ATTEMPTS_PER_EPOCH: number = 2 ** 20;

/** Execution states of a task (FLIP-6; section 1.4 of the state machine in Flink). */
export type TaskState =
  | 'CREATED'
  | 'SCHEDULED'
  | 'DEPLOYING'
  | 'INITIALIZING'
  | 'RUNNING'
  | 'FINISHED'
  | 'CANCELING'
  | 'CANCELED'
  | 'FAILED';

/** A pointer to stored state: the name of an object and its length in words. */
export type Handle = Readonly<{ name: string; words: number }>;

/** How far a subtask's operators were when a snapshot was taken. */
export type Progress =
  | 'working'
  | 'ended' // its data; it waits for a checkpoint to complete
  | 'idle'; // it was deployed as finished

/** A subtask's part of a checkpoint. */
export type Part = Readonly<{ handle: Handle; progress: Progress }>;

/**
 * What a subtask measures of its part of a checkpoint, by its own clocks. Source: Flink,
 * CheckpointMetrics.
 */
export type CheckpointMetrics = Readonly<{
  /** From the request to the first barrier, or to the trigger: between clocks of two machines. */
  startDelayMillis: number;
  /** From the first barrier to the last. */
  alignmentMillis: number;
  /**
   * Of the buffers that were worked meanwhile, and of those that are stored with the snapshot: -1
   * where its upload was cancelled.
   */
  bytesProcessed: number;
  bytesPersisted: number;
  syncMillis: number;
  /** From the end of the synchronous part until the snapshot is durable; -1 if it never was. */
  asyncMillis: number;
}>;

type About = Message & Readonly<{ about: Entity; attempt: number }>;

/** The actors of the job manager that watch a task manager by heartbeats. */
export type Watcher = 'resourceManager' | 'jobMaster';

/** Why a task declines a checkpoint. */
export type DeclineReason =
  | 'CHECKPOINT_DECLINED_TASK_NOT_READY'
  | 'CHECKPOINT_DECLINED_SUBSUMED'
  | 'CHECKPOINT_DECLINED_ON_CANCELLATION_BARRIER'
  | 'CHECKPOINT_DECLINED_TASK_CLOSING'
  | 'CHECKPOINT_ASYNC_EXCEPTION'
  | 'TASK_CHECKPOINT_FAILURE';

/**
 * To the job manager. Registrations are for its resource manager, answers to heartbeats for
 * whoever asked, and all else for the job master. `subject` of a slot is its allocation's number.
 */
export type ToJobManager =
  | (Message & Readonly<{ kind: 'registerTaskManager'; slots: number }>)
  | (Message & Readonly<{ kind: 'slotOffered'; epoch: number }>)
  | (Message & Readonly<{ kind: 'heartbeatAnswered'; to: Watcher }>)
  | (About &
      Readonly<{
        kind: 'taskStateChanged';
        state: TaskState;
        cause: string;
        /** Of a task that has finished: its witness, of weight 0, for those that judge a cut. */
        witness: Words | undefined;
      }>)
  | (About & Readonly<{ kind: 'checkpointAcknowledged'; part: Part; metrics: CheckpointMetrics }>)
  | (About & Readonly<{ kind: 'checkpointDeclined'; reason: DeclineReason }>)
  /** What is known of a part whose upload the abort of its checkpoint has cancelled. */
  | (About & Readonly<{ kind: 'checkpointMetricsReported'; metrics: CheckpointMetrics }>)
  | (About & Readonly<{ kind: 'endOfDataReached' }>)
  /** `subject`: records, or bytes, that the source's task has read in this attempt. */
  | (About & Readonly<{ kind: 'dataRead' }>);

/** What a task needs to begin. */
export type Deployment = Readonly<{
  vertex: string;
  subtask: number;
  attempt: number;
  /** Checkpoint that it restores, 0 for none, and where its part of it is. */
  checkpoint: number;
  handle: Handle | undefined;
  /** Every subtask of the vertex had finished at that checkpoint: only events pass it on. */
  finished: boolean;
  /** The witness of a subtask that had finished. */
  witness: Words | undefined;
  /** Of all subtasks of the vertex, in their order, where it has a union state; else none. */
  unions: readonly Handle[];
  /** The task manager of each subtask that sends to this one, by the subtask's name. */
  producers: ReadonlyMap<string, string>;
}>;

/** From the job manager: of its resource manager or of its job master. */
export type ToTaskManager =
  | (Message & Readonly<{ kind: 'taskManagerAccepted'; epoch: number }>)
  | (Message & Readonly<{ kind: 'slotRequested'; epoch: number }>)
  | (Message & Readonly<{ kind: 'heartbeatRequested'; epoch: number; by: Watcher }>)
  | (About & Readonly<{ kind: 'deployTask'; epoch: number; deployment: Deployment }>)
  | (About & Readonly<{ kind: 'cancelTask'; epoch: number }>)
  | (CheckpointNotice & Readonly<{ about: Entity; epoch: number }>);

/**
 * Of a checkpoint, to one of its subtasks; `subject` is its id. A barrier carries the time at which
 * it was asked for, an abort the newest checkpoint that completed (FLINK-21080), 0 for none.
 */
export type CheckpointNotice = Message &
  Readonly<{ attempt: number }> &
  (
    | Readonly<{ kind: 'triggerCheckpoint'; timestamp: Micros }>
    | Readonly<{ kind: 'notifyCheckpointComplete' }>
    | Readonly<{ kind: 'notifyCheckpointAborted'; latest: number }>
  );

/*
 * Events between coordinators and their subtasks, over connections of their own (channel 'events'),
 * which each side opens to the other: nothing orders them with what is said on 'control'. Each is
 * answered, so that its sender knows when one is lost. Its attempt fences it: that rises with each
 * epoch.
 */

/** From a coordinator to a subtask; `subject` is the event's number. */
export type EventToTask = About &
  Readonly<{ kind: 'operatorEvent'; request: number; words: Words }>;

/** From a subtask to the coordinator of its first operator. */
export type EventToCoordinator = About &
  Readonly<{ kind: 'coordinatorEvent'; request: number; words: Words }>;

/** It has arrived; or nobody is there for it, or not yet. */
export type EventAnswer = Message &
  Readonly<{ kind: 'eventTaken' | 'eventRefused'; request: number }>;

/*
 * What a client says to the job manager, over channel 'rest'. `subject` is the number of its
 * request for a checkpoint: one that is asked for twice in the life of a job manager is the same.
 */

/** It asks for a checkpoint, or what came of it. */
export type ToRest = Message &
  Readonly<{ kind: 'checkpointAsked' | 'checkpointStatusAsked'; request: number }>;

/** What came of a request for a checkpoint. */
export type AskStatus =
  | Readonly<{ status: 'inProgress' }>
  | Readonly<{ status: 'completed'; checkpoint: number }>
  | Readonly<{ status: 'failed'; reason: string }>
  /** This job manager has not heard of it. */
  | Readonly<{ status: 'unknown' }>
  /** There is no leader here, or it runs no job. */
  | Readonly<{ status: 'unavailable' }>;

export type RestAnswer = Message &
  Readonly<{ kind: 'checkpointAnswered'; request: number; outcome: AskStatus }>;

/** To a producer: `about` is the channel, `attempt` that of both its ends. */
export type ToProducer =
  | (About & Readonly<{ kind: 'requestPartition'; credit: number }>)
  | (About & Readonly<{ kind: 'addCredit'; credit: number }>)
  | (About & Readonly<{ kind: 'resumeConsumption' }>);

/**
 * To a consumer: `subject` of a buffer is its number on the channel, of a barrier its checkpoint,
 * of a watermark its time.
 */
export type ToConsumer =
  | (About & Readonly<{ kind: 'buffer'; words: Words; backlog: number }>)
  | (About & Readonly<{ kind: 'watermark' }>)
  | (About & Readonly<{ kind: 'watermarkStatus'; idle: boolean }>)
  | (About & Readonly<{ kind: 'endOfData' }>)
  | (About & Readonly<{ kind: 'endOfPartition' }>)
  /** All that was restored of the channel's buffers stands before it. */
  | (About & Readonly<{ kind: 'endOfChannelState' }>)
  | (About & Readonly<{ kind: 'barrier'; timestamp: Micros; overtakes: boolean }>)
  | (About & Readonly<{ kind: 'cancelMarker' }>);

export type DataMessage = ToProducer | ToConsumer;

const entities = new Map<string, Entity>();

/** The entity of a subtask, a channel or an object; hashed once in the life of the program. */
export function named(name: string): Entity {
  let entity = entities.get(name);
  if (entity === undefined) {
    entity = entityOf(name);
    if (entities.size < 4096) entities.set(name, entity);
  }
  return entity;
}
