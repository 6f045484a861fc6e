/**
 * What the services of the world speak: requests and answers of the object store, the registry,
 * the log broker and a remote service. Their clients are in the engine and they themselves in the world, which do
 * not see each other; this page is all that they share.
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

/* A remote service, over channel 'remote': called with a row, it answers for that row. */

export type RemoteRequest = Request & Readonly<{ kind: 'call'; words: Words }>;

export type RemoteAnswer = (Request & Readonly<{ kind: 'called'; words: Words }>) | Unavailable;
