/**
 * What becomes of checkpoints: their files stay as long as their pointer is there; when the job is
 * over all pointers go, and files go or stay as is configured.
 *
 * The job is over from the moment at which its result is in the registry. A file belongs to the
 * checkpoint in whose place it lies, `chk-7/`. Those of which a job manager has removed the pointer
 * are known to it alone, so what it leaves when it crashes may stay for ever. A clean-up that never
 * ends shows only where a run goes on undisturbed for long enough.
 *
 * Source: Flink 2.x, CheckpointProperties, ExternalizedCheckpointRetention.
 */
import type { Configuration, Retention } from '../flink/configuration.js';
import { detailOf, type Entry } from '../history/entry.js';
import type { Micros } from '../kernel/time.js';
import { textOf } from '../kernel/time.js';
import { readText } from '../kernel/words.js';
import { calm, disturb, disturbances, isCalm, type Calm } from './calm.js';
import type { Wrong } from './case.js';
import { checkpointName, placeOf } from './pointers.js';
import type { RunEnd } from './verdict.js';

export type Retained = {
  readonly retention: Retention;
  /** As many are retained; an older one may be on its way out. */
  readonly retained: number;
  /** How long it takes at most where nothing disturbs it. */
  readonly grace: Micros;
  /** Files that exist, by checkpoint; once the job is over, those that were retained then. */
  files: Map<number, Set<string>>;
  over: Readonly<{ entry: Entry; discards: boolean }> | undefined;
  isClean: boolean;
  readonly calm: Calm;
};

/** What the store, the registry and the world say of it. */
export const retentionKinds: readonly string[] = [
  'objectWritten',
  'objectDeleted',
  'checkpointsCleaned',
  ...disturbances,
];

/** No checkpoint has any file. */
export function nothingRetained(configuration: Configuration, settleMicros: Micros): Retained {
  const { retention, retainedCheckpoints: retained, requestTimeoutMicros } = configuration;
  return {
    ...{ retention, retained, grace: settleMicros + 4 * requestTimeoutMicros },
    ...{ files: new Map(), over: undefined, isClean: false, calm: calm() },
  };
}

/** The result of the job is stored, with these pointers in the registry. */
export function hearResult(retained: Retained, entry: Entry, there: ReadonlySet<number>): void {
  const status = readText(detailOf(entry, 'valueWritten').words, 0);
  const { retention, files } = retained;
  const newest = [...there].sort((one, other) => one - other).slice(-retained.retained);
  const discards = status === 'FINISHED' || retention === 'NO_EXTERNALIZED_CHECKPOINTS';
  retained.over = { entry, discards };
  retained.files = new Map([...files].filter(([checkpoint]) => newest.includes(checkpoint)));
}

/** One more entry; `there` are the pointers, `isLeader` says whether it is of the leader's life. */
export function hearRetention(
  retained: Retained,
  entry: Entry,
  there: ReadonlySet<number>,
  isLeader: boolean,
): Wrong | undefined {
  switch (entry.kind) {
    case 'objectWritten':
      if (retained.over === undefined) note(retained, entry.about);
      return undefined;
    case 'objectDeleted':
      return hearDeleted(retained, entry.about, there);
    case 'checkpointsCleaned':
      return hearCleaned(retained, there);
    case 'processCrashed':
      if (isLeader && retained.over?.discards === true)
        for (const id of retained.files.keys()) if (!there.has(id)) retained.files.delete(id);
  }
  if (disturbances.includes(entry.kind)) disturb(retained.calm, entry);
  return undefined;
}

function note({ files }: Retained, file: string): void {
  const place = placeOf(file);
  const known = files.get(place) ?? new Set();
  files.set(place, known.add(file));
}

function hearDeleted(
  { over, files }: Retained,
  file: string,
  there: ReadonlySet<number>,
): Wrong | undefined {
  const checkpoint = placeOf(file);
  const own = files.get(checkpoint);
  if (own?.delete(file) !== true) return undefined;
  if (own.size === 0) files.delete(checkpoint);
  const about = [checkpointName(checkpoint)];
  const since = over?.entry;
  if (there.has(checkpoint))
    return { text: `${file} is deleted, and the pointer of its checkpoint is there`, about, since };
  if (over === undefined || over.discards) return undefined;
  return { text: `${file} is deleted, which stays when the job is over`, about, since };
}

/** The job manager says that nothing is left that has to go. */
function hearCleaned(retained: Retained, there: ReadonlySet<number>): Wrong | undefined {
  retained.isClean = true;
  const { over, files } = retained;
  const pointers = [...there].map((id) => `the pointer of ${checkpointName(id)}`);
  const left = over?.discards === true ? [...files.values()].flatMap((own) => [...own]) : [];
  const [first] = [...pointers, ...left];
  if (over !== undefined && first === undefined) return undefined;
  const text =
    over === undefined
      ? 'what is left of the job is removed, and it is not over'
      : `${first ?? ''} is left, and had to go when the job was over`;
  const about = [...there, ...files.keys()].map(checkpointName);
  return { text, about: over === undefined ? [] : about, since: over?.entry };
}

/** At the end of the run: whether what had to go is gone, where nothing disturbed it. */
export function unclean(retained: Retained, end: RunEnd): Wrong | undefined {
  const { over, isClean, grace } = retained;
  if (over === undefined || isClean || !isCalm(retained.calm, end.at, grace)) return undefined;
  if (end.at <= over.entry.at + grace) return undefined;
  const text = `the job is over, and for ${textOf(grace)} its checkpoints are not cleaned up`;
  return { text, about: [], since: over.entry };
}
