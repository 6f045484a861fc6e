/**
 * What the services of the world speak: requests and answers of the object store, the registry,
 * the log broker, a file system, a table store and a remote service. Their clients are in the
 * engine and they themselves in the world, which do not see each other; this page is all that they
 * share.
 *
 * Every request carries a number that its answer repeats, and the answer repeats the request's
 * subject and entity. A request may stay without an answer although it was done.
 */
import type { Message, Words } from './actor.js';
import type { Micros } from './time.js';

type Request = Message & Readonly<{ request: number }>;

/** The request could not be done now; nothing of it was done. */
export type Unavailable = Request & Readonly<{ kind: 'unavailable' }>;

/* The object store, over channel 'store'. Names are flat; a put is atomic and replaces. */

export type StoreRequest =
  | (Request & Readonly<{ kind: 'putObject'; name: string; words: Words; weight: number }>)
  | (Request & Readonly<{ kind: 'getObject'; name: string }>)
  | (Request & Readonly<{ kind: 'listObjects'; prefix: string }>)
  | (Request & Readonly<{ kind: 'deleteObject'; name: string }>)
  | (Request & Readonly<{ kind: 'startUpload'; name: string }>)
  | (Request & Readonly<{ kind: 'putPart'; upload: number; part: number; words: Words }>)
  | (Request & Readonly<{ kind: 'completeUpload'; upload: number; parts: number }>)
  | (Request & Readonly<{ kind: 'abortUpload'; upload: number }>);

export type StoreAnswer =
  | (Request & Readonly<{ kind: 'objectPut' }>)
  | (Request & Readonly<{ kind: 'objectGot'; words: Words | undefined }>)
  | (Request & Readonly<{ kind: 'objectsListed'; names: readonly string[] }>)
  | (Request & Readonly<{ kind: 'objectGone' }>)
  | (Request & Readonly<{ kind: 'uploadStarted'; upload: number }>)
  | (Request & Readonly<{ kind: 'partPut' }>)
  | (Request & Readonly<{ kind: 'uploadAborted' }>)
  | (Request & Readonly<{ kind: 'uploadUnknown' }>)
  | Unavailable;

/*
 * The registry, over channel 'registry'. A lease has one holder, whose epoch is higher than any
 * before; the same holder, come back, is granted it at once, another when it has expired. A write
 * of an epoch below that of the newest grant of its lease is refused, whatever the version.
 */

export type RegistryRequest =
  | (Request & Readonly<{ kind: 'acquireLease'; lease: string; holder: string; ttl: Micros }>)
  | (Request & Readonly<{ kind: 'renewLease'; lease: string; epoch: number }>)
  | (Request & Readonly<{ kind: 'readValue'; key: string }>)
  | (Request & Readonly<{ kind: 'listValues'; prefix: string }>)
  | (Request &
      Readonly<{
        kind: 'writeValue';
        key: string;
        words: Words;
        lease: string;
        epoch: number;
        /** Version that the value must have now; 0: it must not exist. */
        expected: number;
      }>)
  | (Request & Readonly<{ kind: 'removeValue'; key: string; lease: string; epoch: number }>);

export type VersionedValue = Readonly<{ key: string; version: number; words: Words }>;

export type RegistryAnswer =
  | (Request & Readonly<{ kind: 'leaseGranted'; epoch: number }>)
  | (Request & Readonly<{ kind: 'leaseHeld'; by: string }>)
  | (Request & Readonly<{ kind: 'leaseRenewed' }>)
  | (Request & Readonly<{ kind: 'leaseLost' }>)
  | (Request & Readonly<{ kind: 'valueRead'; value: VersionedValue | undefined }>)
  | (Request & Readonly<{ kind: 'valuesListed'; values: readonly VersionedValue[] }>)
  | (Request & Readonly<{ kind: 'valueWritten'; version: number }>)
  | (Request & Readonly<{ kind: 'versionConflict'; version: number }>)
  | (Request & Readonly<{ kind: 'epochFenced'; epoch: number }>)
  | (Request & Readonly<{ kind: 'valueRemoved' }>)
  | Unavailable;

/*
 * The log broker, over channel 'log'. Topics have partitions of rows, each row preceded by its
 * length in words. A producer is fenced by the attempt that started it last: requests of a lower
 * attempt are refused. A prepared (pre-committed) transaction survives until it is committed or
 * aborted; committing a committed one again is done and answered like the first time.
 */

type ProducerRequest = Request & Readonly<{ producer: string; attempt: number }>;

export type LogRequest =
  | (Request &
      Readonly<{
        kind: 'fetchRows';
        topic: string;
        partition: number;
        offset: number;
        /** Answer as soon as so many rows are there, ... */
        rowsMin: number;
        rowsMax: number;
        /** ... or after so long, with what there is. */
        waitMax: Micros;
      }>)
  | (Request & Readonly<{ kind: 'listPartitions'; topic: string }>)
  | (ProducerRequest & Readonly<{ kind: 'startProducer' }>)
  | (ProducerRequest & Readonly<{ kind: 'beginTransaction'; transaction: string; topic: string }>)
  | (ProducerRequest & Readonly<{ kind: 'writeRows'; transaction: string; words: Words }>)
  | (ProducerRequest &
      Readonly<{ kind: 'prepareTransaction'; transaction: string; checkpoint: number }>)
  | (ProducerRequest & Readonly<{ kind: 'commitTransaction'; transaction: string }>)
  | (ProducerRequest & Readonly<{ kind: 'abortTransaction'; transaction: string }>)
  | (Request & Readonly<{ kind: 'appendRows'; topic: string; words: Words }>);

export type OpenTransaction = Readonly<{
  transaction: string;
  prepared: boolean;
  checkpoint: number;
}>;

export type LogAnswer =
  | (Request &
      Readonly<{
        kind: 'rowsFetched';
        offset: number;
        words: Words;
        rows: number;
        /** The partition is bounded and these are its last rows. */
        ended: boolean;
      }>)
  | (Request &
      Readonly<{
        kind: 'partitionsListed';
        /** They are numbered from 0. */
        partitions: number;
        /** The topic is bounded and no more will come into being. */
        complete: boolean;
      }>)
  | (Request & Readonly<{ kind: 'producerStarted'; open: readonly OpenTransaction[] }>)
  | (Request & Readonly<{ kind: 'producerFenced'; attempt: number }>)
  | (Request & Readonly<{ kind: 'transactionBegun' }>)
  | (Request & Readonly<{ kind: 'rowsWritten' }>)
  | (Request & Readonly<{ kind: 'transactionPrepared' }>)
  | (Request & Readonly<{ kind: 'transactionCommitted' }>)
  | (Request & Readonly<{ kind: 'transactionAborted' }>)
  | (Request & Readonly<{ kind: 'transactionUnknown' }>)
  | (Request & Readonly<{ kind: 'rowsAppended' }>)
  | Unavailable;

/*
 * The file system, over channel 'files'. A file is hidden until it is finished: appended to,
 * closed, perhaps cut to a length and opened again, then renamed to the name under which all can
 * see it. It belongs to the attempt that opened it last; lower ones are refused. Everything may be
 * asked twice.
 */

type FileHead = Request &
  Readonly<{ directory: string; name: string; writer: string; attempt: number }>;

export type FileRequest =
  /** Adds words at the length that the writer knows; at 0 the file is made. */
  | (FileHead & Readonly<{ kind: 'appendToFile'; offset: number; words: Words }>)
  | (FileHead & Readonly<{ kind: 'closeFile'; length: number }>)
  /** Cuts what stands behind the length; the file is open again, for this attempt. */
  | (FileHead & Readonly<{ kind: 'reopenFile'; length: number }>)
  | (FileHead & Readonly<{ kind: 'finishFile'; length: number }>);

export type FileAnswer =
  | (Request & Readonly<{ kind: 'fileAppended' }>)
  | (Request & Readonly<{ kind: 'fileClosed' }>)
  | (Request & Readonly<{ kind: 'fileReopened' }>)
  | (Request & Readonly<{ kind: 'fileFinished' }>)
  | (Request & Readonly<{ kind: 'fileFenced'; by: number }>)
  /** There is no hidden file of that name and length. */
  | (Request & Readonly<{ kind: 'fileUnknown' }>)
  | Unavailable;

/*
 * The table store, over channel 'tables'. Words are entries, each behind its length: the length of
 * a key, the key, and the row that is its value. Attempt and number are the version of all values
 * of a put; a key keeps the value of the newest.
 */

export type TableRequest = Request &
  Readonly<{ kind: 'putValues'; table: string; attempt: number; number: number; words: Words }>;

export type TableAnswer = (Request & Readonly<{ kind: 'valuesPut' }>) | Unavailable;

/* A remote service, over channel 'remote': called with a row, it answers for that row. */

export type RemoteRequest = Request & Readonly<{ kind: 'call'; words: Words }>;

export type RemoteAnswer = (Request & Readonly<{ kind: 'called'; words: Words }>) | Unavailable;
