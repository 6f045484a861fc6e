/**
 * The object store: flat names, atomic puts, uploads in parts that show only when they are
 * complete. It is as strict as a real one and no stricter: after a lost answer a client can find
 * out what happened only by asking again.
 *
 * An upload in parts that was completed or aborted is forgotten, so to complete it a second time
 * is answered `uploadUnknown`, as the first completion with a part missing is.
 *
 * Source: the S3 API (PutObject, ListObjectsV2, CompleteMultipartUpload) and its consistency model.
 */
import type { Out, Program, Words } from '../kernel/actor.js';
import { unreachable } from '../kernel/invariant.js';
import type { StoreAnswer, StoreRequest } from '../kernel/protocols.js';
import type { Conditions } from './conditions.js';
import {
  answer,
  attend,
  byCodeUnits,
  emptyHall,
  joined,
  serviceOf,
  type Accesses,
  type BodyOf,
  type Hall,
  type Reading,
  type ServiceCosts,
  type Visit,
} from './service.js';

export type ObjectStoreCosts = Readonly<{
  requests: ServiceCosts<StoreRequest['kind']>;
  /** Added to puts and gets of objects and parts, by declared weight (of a part: its bytes). */
  microsPerKiB: number;
}>;

/** What one life of the process keeps: no object is among it. */
export type ObjectStoreState = Hall<StoreRequest>;

type Answer = BodyOf<StoreAnswer>;

type StoredObject = Readonly<{ words: Words; weight: number }>;

type Upload = Readonly<{ name: string; parts: Map<number, Words> }>;

type Objects = {
  readonly stored: Map<string, StoredObject>;
  readonly uploads: Map<number, Upload>;
  uploadsStarted: number;
};

const accesses: Accesses<StoreRequest['kind']> = {
  putObject: 'write',
  getObject: 'read',
  listObjects: 'read',
  deleteObject: 'write',
  startUpload: 'write',
  putPart: 'write',
  completeUpload: 'write',
  abortUpload: 'write',
};

/** An object store as a process of the world. */
export function objectStore(
  name: string,
  conditions: Conditions,
  costs: ObjectStoreCosts,
): Program<ObjectStoreState> {
  const service = serviceOf(name, conditions, accesses, costs.requests);
  // Made once, not in `boot`: the store stands for a replicated service, of which no single crash
  // takes an object away. What fails is its availability: a crash drops the requests in work.
  const durable: Objects = { stored: new Map(), uploads: new Map(), uploadsStarted: 0 };
  const reading: Reading<StoreRequest> = {
    workOf: (request) => Math.round((weightOf(durable, request) / 1024) * costs.microsPerKiB),
    objectOf: (request) => objectOf(durable, request),
  };
  return {
    boot: () => emptyHall(),
    step: (hall, event, out) => {
      const visit = attend(service, hall, event, out, reading);
      if (visit !== undefined) answer(service, visit, serve(durable, visit, out), out);
    },
  };
}

function serve(durable: Objects, visit: Visit<StoreRequest>, out: Out): Answer {
  const { request } = visit;
  switch (request.kind) {
    case 'putObject':
      return put(durable, request.name, request, visit.peer, out);
    case 'getObject':
      return { kind: 'objectGot', words: durable.stored.get(request.name)?.words };
    case 'listObjects':
      return { kind: 'objectsListed', names: namesIn(durable, request.prefix) };
    case 'deleteObject':
      if (durable.stored.delete(request.name)) {
        out.moment('objectDeleted', -1, request.name, undefined);
      }
      return { kind: 'objectGone' };
    case 'startUpload':
      durable.uploadsStarted += 1;
      durable.uploads.set(durable.uploadsStarted, { name: request.name, parts: new Map() });
      return { kind: 'uploadStarted', upload: durable.uploadsStarted };
    case 'putPart': {
      const upload = durable.uploads.get(request.upload);
      if (upload === undefined) return { kind: 'uploadUnknown' };
      upload.parts.set(request.part, request.words);
      return { kind: 'partPut' };
    }
    case 'completeUpload':
      return complete(durable, request.upload, request.parts, visit.peer, out);
    case 'abortUpload':
      return { kind: durable.uploads.delete(request.upload) ? 'uploadAborted' : 'uploadUnknown' };
    default:
      return unreachable(request);
  }
}

function put(durable: Objects, name: string, object: StoredObject, by: string, out: Out): Answer {
  const { words, weight } = object;
  durable.stored.set(name, { words, weight });
  out.moment('objectWritten', -1, name, { words, by });
  return { kind: 'objectPut' };
}

/** Makes the parts 0 ..< count one object. */
function complete(durable: Objects, number: number, count: number, by: string, out: Out): Answer {
  const upload = durable.uploads.get(number);
  if (upload === undefined) return { kind: 'uploadUnknown' };
  const parts: Words[] = [];
  for (let part = 0; part < count; part += 1) {
    const words = upload.parts.get(part);
    if (words === undefined) return { kind: 'uploadUnknown' }; // the upload stays, to be mended
    parts.push(words);
  }
  durable.uploads.delete(number);
  const words = joined(parts);
  return put(durable, upload.name, { words, weight: 4 * words.length }, by, out);
}

function namesIn(durable: Objects, prefix: string): string[] {
  const names: string[] = [];
  for (const name of durable.stored.keys()) if (name.startsWith(prefix)) names.push(name);
  return names.sort(byCodeUnits);
}

function objectOf(durable: Objects, request: StoreRequest): string | undefined {
  if ('name' in request) return request.name;
  return 'prefix' in request ? request.prefix : durable.uploads.get(request.upload)?.name;
}

/** Bytes that a request moves; those of a get are known when it comes in. */
function weightOf(durable: Objects, request: StoreRequest): number {
  if (request.kind === 'putObject') return request.weight;
  if (request.kind === 'putPart') return 4 * request.words.length;
  return request.kind === 'getObject' ? (durable.stored.get(request.name)?.weight ?? 0) : 0;
}
