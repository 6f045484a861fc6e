/**
 * The tasks of the small world: they take their snapshots when every barrier is there, or decline,
 * and what they say is heard at any later time.
 */
import type { CoordinatorEvent } from '../engine/checkpoint/coordinator.js';
import {
  handleOf,
  hasFault,
  tasksOf,
  type Barrier,
  type Bounds,
  type Word,
  type World,
} from './small-world.js';

/** What a task of this attempt may say next, and the world in which it has. */
export function snapshotsOf(world: World): readonly Readonly<{ word: Word; next: World }>[] {
  const { bounds, attempt, barriers } = world;
  return running(world).flatMap((task) =>
    alignedOf(world, task).flatMap((id) => {
      const left = barriers.filter((barrier) => barrier.to !== task || barrier.id !== id);
      const passed = downstreamOf(bounds, task).map((to): Barrier => ({
        from: task,
        to,
        id,
        attempt,
      }));
      const by = { task, id, attempt };
      const taken = bounds.progresses.map((how): Word => ({ kind: 'acknowledged', ...by, how }));
      const declined = bounds.reasons.map((how): Word => ({ kind: 'declined', ...by, how }));
      return [
        ...taken.map((word) => ({ word, next: saying(world, word, [...left, ...passed]) })),
        ...declined.map((word) => ({
          word,
          next: saying(world, word, isAsynchronous(word) ? [...left, ...passed] : left),
        })),
      ];
    }),
  );
}

/** What fails behind the synchronous part has sent its barriers before. */
function isAsynchronous({ how }: Word): boolean {
  return how === 'CHECKPOINT_ASYNC_EXCEPTION';
}

/** What tasks of the attempt before, which should be gone, may say of the newest checkpoint. */
export function zombieWordsOf(world: World): readonly Readonly<{ word: Word; next: World }>[] {
  const { attempt, barriers, begun } = world;
  const id = begun.at(-1);
  if (!hasFault(world, 'zombies') || attempt < 2 || id === undefined) return [];
  return running(world)
    .map((task): Word => ({
      kind: 'acknowledged',
      ...{ task, id, attempt: attempt - 1, how: 'working' },
    }))
    .filter((word) => !isSaid(world, word))
    .map((word) => ({ word, next: saying(world, word, barriers) }));
}

/** What the coordinator hears when a word arrives. */
export function eventOf(word: Word): CoordinatorEvent {
  const { id, attempt, task: subtask } = word;
  if (word.kind === 'declined') return { kind: 'declined', id, attempt, reason: word.how };
  const part = { handle: handleOf(word), progress: word.how };
  return { kind: 'acknowledged', id, attempt, subtask, part };
}

/** Whether all that send to a task have finished. */
export function isLastOfItsLine({ bounds, tasks }: World, task: string): boolean {
  return upstreamOf(bounds, task).every((name) => tasks.get(name) === 'finished');
}

function running({ bounds, tasks }: World): readonly string[] {
  return tasksOf(bounds).filter((task) => tasks.get(task) === 'running');
}

/** Checkpoints for which a task has the trigger, or the barriers of all who still send to it. */
function alignedOf(world: World, task: string): readonly number[] {
  const { bounds, barriers, tasks } = world;
  const senders = upstreamOf(bounds, task).filter((name) => tasks.get(name) === 'running');
  const wanted = senders.length === 0 ? ['coordinator'] : senders;
  const arrived = barriers.filter(({ to }) => to === task);
  const ids = new Set(arrived.map(({ id }) => id));
  return [...ids].filter((id) =>
    wanted.every((from) => arrived.some((barrier) => barrier.id === id && barrier.from === from)),
  );
}

function saying(world: World, word: Word, barriers: readonly Barrier[]): World {
  const words = isSaid(world, word) ? world.words : [...world.words, word];
  return { ...world, said: [], barriers, words };
}

/** Whether the same is under way. */
function isSaid({ words }: World, word: Word): boolean {
  const { kind, task, id, attempt, how } = word;
  return words.some(
    (other) =>
      other.kind === kind &&
      other.task === task &&
      other.id === id &&
      other.attempt === attempt &&
      other.how === how,
  );
}

function upstreamOf({ sources, sinks }: Bounds, task: string): readonly string[] {
  return sinks.includes(task) ? sources : [];
}

function downstreamOf({ sources, sinks }: Bounds, task: string): readonly string[] {
  return sources.includes(task) ? sinks : [];
}
