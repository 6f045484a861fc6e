/**
 * The file system that file sinks write to. A file is hidden while it is written, and seen by all
 * from the moment at which it is renamed; a renamed file takes no more words.
 *
 *   appendToFile   adds words if the file is as long as the writer thinks; what is there already,
 *                  from a request that was asked again, is answered like the first time
 *   closeFile      ends writing; what was closed stays hidden
 *   reopenFile     cuts the file to a length and opens it for a newer attempt: its lease is revoked
 *   finishFile     cuts and renames it; done already when the renamed file is there
 *
 * A name is not made a second time: what was asked again long ago is refused (HDFS: the retry
 * cache).
 *
 * Source: HDFS (append, truncate, recoverLease, rename), as Flink's HadoopRecoverableWriter uses
 * it.
 */
import type { Out, Program, Words } from '../kernel/actor.js';
import { unreachable } from '../kernel/invariant.js';
import type { FileAnswer, FileRequest } from '../kernel/protocols.js';
import type { Conditions } from './conditions.js';
import {
  answer,
  attend,
  emptyHall,
  rowsIn,
  serviceOf,
  type Accesses,
  type BodyOf,
  type Hall,
  type Reading,
  type ServiceCosts,
} from './service.js';

export type FileSystemCosts = Readonly<{
  requests: ServiceCosts<FileRequest['kind']>;
  /** Added to appends. */
  microsPerKiB: number;
}>;

type Answer = BodyOf<FileAnswer>;

type HiddenFile = {
  words: Words;
  length: number;
  isOpen: boolean;
  /** The attempt that opened it last. */
  attempt: number;
};

type Files = Readonly<{
  hidden: Map<string, HiddenFile>;
  /** Names of those that all can see: who may read them does not matter here. */
  finished: Set<string>;
}>;

const accesses: Accesses<FileRequest['kind']> = {
  appendToFile: 'write',
  closeFile: 'write',
  reopenFile: 'write',
  finishFile: 'write',
};

const unknown: Answer = { kind: 'fileUnknown' };

/** A file system as a process of the world. */
export function fileSystem(
  name: string,
  conditions: Conditions,
  costs: FileSystemCosts,
): Program<Hall<FileRequest>> {
  const service = serviceOf(name, conditions, accesses, costs.requests);
  // Made once, not in `boot`: it is replicated, as the object store is.
  const files: Files = { hidden: new Map(), finished: new Set() };
  const reading: Reading<FileRequest> = {
    workOf: (request) =>
      request.kind === 'appendToFile'
        ? Math.round(((4 * request.words.length) / 1024) * costs.microsPerKiB)
        : 0,
    objectOf: pathOf,
  };
  return {
    boot: () => emptyHall(),
    step: (hall, event, out) => {
      const visit = attend(service, hall, event, out, reading);
      if (visit !== undefined) answer(service, visit, serve(files, visit.request, out), out);
    },
  };
}

function serve(files: Files, request: FileRequest, out: Out): Answer {
  const path = pathOf(request);
  const file = files.hidden.get(path);
  if (request.kind === 'finishFile') return finish(files, file, request, out);
  if (file === undefined) {
    const isNew = request.kind === 'appendToFile' && request.offset === 0;
    return isNew && !files.finished.has(path) ? create(files, path, request) : unknown;
  }
  if (request.attempt < file.attempt) return { kind: 'fileFenced', by: file.attempt };
  switch (request.kind) {
    case 'appendToFile':
      return append(file, request);
    case 'closeFile':
      return close(file, request, out);
    case 'reopenFile':
      return reopen(file, request, out);
    default:
      return unreachable(request);
  }
}

function pathOf({ directory, name }: FileRequest): string {
  return directory + '/' + name;
}

type RequestOf<Kind> = Extract<FileRequest, { kind: Kind }>;

function create(
  { hidden }: Files,
  path: string,
  { words, attempt }: RequestOf<'appendToFile'>,
): Answer {
  hidden.set(path, { words: words.slice(), length: words.length, isOpen: true, attempt });
  return { kind: 'fileAppended' };
}

function append(file: HiddenFile, { offset, words }: RequestOf<'appendToFile'>): Answer {
  const end = offset + words.length;
  const isThere = end <= file.length && words.every((word, at) => file.words[offset + at] === word);
  if (isThere) return { kind: 'fileAppended' };
  if (!file.isOpen || offset !== file.length) return unknown;
  if (end > file.words.length) {
    const larger = new Int32Array(2 * end);
    larger.set(file.words.subarray(0, file.length));
    file.words = larger;
  }
  file.words.set(words, offset);
  file.length = end;
  return { kind: 'fileAppended' };
}

function close(
  file: HiddenFile,
  { length, name, writer, attempt }: RequestOf<'closeFile'>,
  out: Out,
): Answer {
  if (file.length !== length) return unknown;
  if (file.isOpen) {
    file.isOpen = false;
    out.moment('fileClosed', -1, name, { writer, attempt });
  }
  return { kind: 'fileClosed' };
}

/** Asked again by the attempt that opened it, it is open already, and may be longer by now. */
function reopen(
  file: HiddenFile,
  { length, name, writer, attempt }: RequestOf<'reopenFile'>,
  out: Out,
): Answer {
  if (file.attempt === attempt) return { kind: 'fileReopened' };
  if (file.length < length) return unknown;
  const cut = file.length - length;
  file.length = length;
  file.isOpen = true;
  file.attempt = attempt;
  out.moment('fileReopened', cut, name, { writer, attempt });
  return { kind: 'fileReopened' };
}

function finish(
  { hidden, finished }: Files,
  file: HiddenFile | undefined,
  request: RequestOf<'finishFile'>,
  out: Out,
): Answer {
  const path = pathOf(request);
  if (file === undefined) return finished.has(path) ? { kind: 'fileFinished' } : unknown;
  if (file.length < request.length) return unknown;
  hidden.delete(path);
  finished.add(path);
  const words = file.words.slice(0, request.length);
  const detail = { transaction: request.name, words };
  out.moment('rowsVisible', rowsIn(words), request.directory, detail);
  return { kind: 'fileFinished' };
}
