/** What a run tells of its checkpoint coordinator, in the words of the model's trace. */
import { detailOf, type Entry } from '../../src/history/entry.js';
import type { Told } from './trace-module.js';

type Moment = Omit<Told, 'finished'>;

const COUNTER = 'checkpoint-id-counter';
const POINTERS = 'checkpoints/';

/** The moments of a run that the model tells, in their order, until nobody is left to tell any. */
export function toldBy(entries: readonly Entry[]): readonly Told[] {
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
    if (told !== undefined) all.push({ ...told, finished });
  }
  return all;
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
    case 'requestRefused':
      return { what: kind, id: 0, of: detailOf(entry, 'requestRefused').reason };
    case 'aborted':
      return { what: kind, id: subject, of: detailOf(entry, 'aborted').reason };
    case 'coordinated':
    case 'acknowledged':
      return { what: kind, id: subject, of: about };
    case 'triggered':
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
