/**
 * The moments: every named point of the protocol, who states it, and what its subject and entity
 * are. A fault may be aimed at any of them, and a campaign counts how often each was reached.
 */

/** Stated by the world: true whatever the engine believes. */
const worldMoments = {
  processStarted: 'a process begins a life',
  processCrashed: 'it lost everything; detail: cause',
  processPaused: 'it stops taking events',
  processResumed: 'it goes on with its backlog',
  faultBegan: 'subject: number of the fault in the plan; about: kind',
  faultEnded: 'the same fault is over',
  allHealed: 'the last fault of the plan is over',
  delivered: 'a message reached a process; subject, about: those of the message',
  objectWritten: 'about: name of the object; detail: its bytes',
  objectDeleted: 'about: name of the object',
  valueWritten: 'subject: epoch of the writer; about: key in the registry; detail: value, version',
  valueDeleted: 'subject: epoch of the writer; about: key in the registry',
  writeRefused: 'subject: epoch of the writer; about: key; detail: why',
  leaseGranted: 'subject: epoch; about: name of the lease; detail: holder',
  producerStarted: 'about: producer; detail: attempt',
  producerFenced: 'about: producer; detail: attempt and refused request',
  transactionBegun: 'about: transaction',
  transactionPrepared: 'subject: checkpoint that it belongs to; about: transaction',
  transactionCommitted: 'about: transaction',
  transactionAborted: 'about: transaction',
  rowsVisible: 'subject: number of rows; about: topic or directory; detail: the rows',
  valuesUpserted: 'subject: number of keys; about: table; detail: keys and rows, attempt',
  fileClosed: 'about: file, still hidden; detail: writer, attempt',
  fileReopened: 'subject: words that were cut off; about: file; detail: writer, attempt',
} as const;

/** Stated by `history/witness` in the call that hands a record or a barrier over. */
const witnessMoments = {
  entered: 'subject: records entered now; about: subtask; detail: channel, count so far, the bytes',
  watermark: 'subject: the watermark that the subtask has now; about: subtask; detail: attempt',
  timerFired: 'subject: time of a timer of processing time; about: subtask; detail: key, attempt',
  barrierHandedOver: 'subject: checkpoint; about: subtask; detail: channel, count before it',
  witnessTaken: 'subject: checkpoint; about: subtask; detail: attempt',
  witnessClosed: 'about: subtask, which has finished; detail: attempt, sent on each channel',
} as const;

/** Stated by the engine. */
const engineMoments = {
  leader: 'subject: epoch; the job manager holds the lease',
  slotsReady: 'subject: attempt; every slot that the job needs is offered',
  jobStatus: 'detail: status',
  taskManagerRegistered: 'about: task manager',
  taskManagerLost: 'about: task manager',
  restoring: 'subject: checkpoint, 0 for none; detail: attempt',
  deploying: 'subject: attempt',
  taskState: 'about: subtask; detail: state, attempt, cause',
  running: 'subject: attempt; every task is RUNNING on the job manager',
  failure: 'about: subtask or process; detail: cause, attempt',
  checkpointAsked: 'subject: number of a request; a client begins to ask for a checkpoint',
  checkpointAnswered: 'subject: number of a request; what its client hears, or that it gives up',
  requested: 'subject: number of a request of a client, else 0; it has come; detail: by whom',
  requestRefused: 'a request for a checkpoint comes to nothing; detail: reason, by whom',
  triggered: 'subject: checkpoint; it has its id and is pending; detail: by whom it was asked for',
  gatewaysClosed: 'subject: checkpoint; about: source; what its coordinator sends now is behind it',
  coordinated: 'subject: checkpoint; about: source; all that its coordinator sent before has come',
  readerRegistered: 'subject: splits that it restored; about: subtask',
  splitsAssigned: 'subject: number of splits; about: subtask',
  splitRead: 'subject: offset of the next record to emit; about: split; detail: attempt',
  splitPaused: 'subject: split; about: subtask; its watermark is beyond what its group allows',
  splitResumed: 'subject: split; about: subtask; its group allows its watermark again',
  barrierReceived: 'subject: checkpoint; about: channel',
  alignmentStarted: 'subject: checkpoint; about: subtask',
  alignmentAborted: 'subject: checkpoint; about: subtask',
  snapshotTaken: 'subject: checkpoint; about: subtask; the synchronous part is over',
  uploaded: 'subject: checkpoint; about: subtask; the snapshot is durable',
  acknowledged: 'subject: checkpoint; about: subtask; the coordinator took it',
  lastAcknowledged: 'subject: checkpoint; nothing is missing any more',
  metadataWritten: 'subject: checkpoint',
  stored: 'subject: checkpoint; the pointer is in the registry, and the coordinator knows it',
  completed: 'subject: checkpoint; notices go out',
  notified: 'subject: checkpoint; about: subtask',
  declined: 'subject: checkpoint; about: subtask; detail: reason; it may come too late',
  expired: 'subject: checkpoint',
  aborted: 'subject: checkpoint; detail: reason',
  subsumed: 'subject: checkpoint; its pointer is removed',
  checkpointsCleaned: 'subject: epoch; of a job that is over nothing is left that has to go',
  checkpointsReported:
    'subject: checkpoint, 0 for none; about: who told of it; detail: as Flink shows it',
  prepared: 'subject: checkpoint; about: subtask; the sink was told that its transaction is safe',
  commitSent: 'subject: checkpoint; about: subtask',
  committed: 'subject: checkpoint; about: subtask; the sink was told so',
  recovered: 'subject: number of pending transactions found; about: subtask',
  endOfData: 'about: subtask; it has emitted its last record',
  allEnded: 'every task has reported the end of its data',
  blocked: 'about: subtask; no output buffer is free',
} as const;

const all: Readonly<Record<string, string>> = {
  ...worldMoments,
  ...witnessMoments,
  ...engineMoments,
};

/** Who states a moment. */
export type Stater = 'world' | 'witness' | 'engine';

/** The names of the moments that each states, in the order of the tables. */
export const momentsOf: Readonly<Record<Stater, readonly string[]>> = {
  world: Object.keys(worldMoments),
  witness: Object.keys(witnessMoments),
  engine: Object.keys(engineMoments),
};

/** What a moment means; undefined for a name that is none. */
export function meaningOfMoment(name: string): string | undefined {
  return Object.hasOwn(all, name) ? all[name] : undefined;
}

/** All names, in the order of the tables. */
export const momentNames: readonly string[] = Object.keys(all);
