/** What a run tells of its checkpoint coordinator, in the words of the model's trace. */
import { detailOf, type Entry } from '../../src/history/entry.js';
import type { Told } from './trace-module.js';

type Moment = Omit<Told, 'finished' | 'ahead'>;

const COUNTER = 'checkpoint-id-counter';
const POINTERS = 'checkpoints/';

/** The moments of a run that the model tells, in their order, until nobody is left to tell any. */
export function toldBy(entries: readonly Entry[]): readonly Told[] {
  const aheads = aheadsIn(entries);
  let isOver = false;
  let finished: readonly string[] = [];
  const all: Told[] = [];
  for (const entry of entries) {
    const told = toldOf(entry);
    if (isOver && told?.what === 'crashed') return all;
    isOver ||= entry.kind === 'jobStatus' && /FINISHED|FAILED/.test(statusOf(entry));
    if (entry.kind === 'taskState' && detailOf(entry, 'taskState').state === 'FINISHED')
      finished = [...finished, entry.about];
    if (told?.what === 'stopped' || told?.what === 'crashed') finished = [];
    // What is left of a job that is over, its coordinator does not remove.
    if (isOver && told?.what === 'pointerRemoved') continue;
    if (told !== undefined) all.push({ ...told, finished, ahead: aheads.get(entry) ?? 0 });
  }
  return all;
}

type Waiting = Readonly<{ entry: Entry; name: string; begun: number }>;

/**
 * How many checkpoints that the interval asked for are begun between a request and what comes of
 * it: they were asked for earlier, since those of a schedule are taken in their order.
 */
function aheadsIn(entries: readonly Entry[]): ReadonlyMap<Entry, number> {
  const aheads = new Map<Entry, number>();
  let waiting: readonly Waiting[] = [];
  let begun = 0; // for the interval
  const settle = (settled: readonly Waiting[]): void => {
    for (const one of settled) aheads.set(one.entry, begun - one.begun);
    waiting = waiting.filter((one) => !settled.includes(one));
  };
  for (const entry of entries) {
    if (entry.process !== 'job-manager-0') continue;
    if (entry.kind === 'processCrashed') settle(waiting);
    else if (entry.kind === 'requested') {
      const name = nameOf(detailOf(entry, 'requested').by, entry.subject);
      waiting = [...waiting, { entry, name, begun }];
    } else if (entry.kind === 'triggered' || entry.kind === 'requestRefused') {
      const { by, number } = detailOf(entry, entry.kind);
      settle(waiting.filter(({ name }) => name === nameOf(by, number)).slice(0, 1));
      if (entry.kind === 'triggered' && by === 'periodic') begun += 1;
    }
  }
  settle(waiting);
  return aheads;
}

function nameOf(by = '', number = 0): string {
  return `${by} ${String(number)}`;
}

function toldOf(entry: Entry): Moment | undefined {
  if (entry.process === 'registry') return writtenIn(entry);
  if (entry.process !== 'job-manager-0') return undefined;
  const { kind, subject, about } = entry;
  switch (kind) {
    case 'processCrashed':
      return { what: 'crashed', id: 0, of: '' };
    case 'jobStatus':
      return /RESTARTING|FAILING/.test(statusOf(entry))
        ? { what: 'stopped', id: 0, of: '' }
        : undefined;
    case 'restoring':
      return { what: kind, id: subject, of: '' };
    case 'deploying':
    case 'running':
    case 'allEnded':
      return { what: kind, id: 0, of: '' };
    case 'requested':
      return { what: kind, id: 0, of: detailOf(entry, 'requested').by };
    case 'requestRefused':
      return { what: kind, id: 0, of: detailOf(entry, 'requestRefused').reason };
    case 'aborted':
      return { what: kind, id: subject, of: detailOf(entry, 'aborted').reason };
    case 'coordinated':
    case 'acknowledged':
      return { what: kind, id: subject, of: about };
    case 'triggered':
      return { what: kind, id: subject, of: detailOf(entry, 'triggered').by ?? '' };
    case 'lastAcknowledged':
    case 'metadataWritten':
    case 'stored':
    case 'completed':
    case 'expired':
      return { what: kind, id: subject, of: '' };
    default:
      return undefined;
  }
}

/** The counter and the pointers, as the registry has them. */
function writtenIn(entry: Entry): Moment | undefined {
  const { kind, about } = entry;
  const isWrite = kind === 'valueWritten';
  if (about === COUNTER && isWrite) {
    const [id = 0] = Object.values(detailOf(entry, 'valueWritten').words);
    return { what: 'counterWritten', id, of: '' };
  }
  if (!about.startsWith(POINTERS) || (!isWrite && kind !== 'valueDeleted')) return undefined;
  const id = Number(about.slice(POINTERS.length));
  return { what: isWrite ? 'pointerWritten' : 'pointerRemoved', id, of: '' };
}

function statusOf(entry: Entry): string {
  return detailOf(entry, 'jobStatus').status;
}
