/**
 * Checkpoints that clients ask for: each comes once in the life of a job manager that it reaches
 * while the job is RUNNING, is begun at most once and before those of a schedule, and is answered
 * with what came of it: with nothing else by the life in which it came to that.
 *
 * An answer is held to that only where every question since the one before has come after the end
 * of the request, since those that no answer came to in time are asked again, and may come late.
 */
import { detailOf, type Entry } from '../history/entry.js';
import type { Micros } from '../kernel/time.js';
import { checkpointName } from './pointers.js';

/** A request that has come, and the first checkpoint of a schedule that was begun before it. */
type Waiting = { readonly entry: Entry; passedBy: Entry | undefined };

/** What a request came to, and when. */
type Ended = Readonly<{ entry: Entry; outcome: string }>;

export type ByHand = {
  /** Requests that clients have begun to ask. */
  readonly asked: Set<number>;
  /** Of those that have come in this life of a job manager: all, and those that wait. */
  readonly come: Set<number>;
  readonly waiting: Map<number, Waiting>;
  /** A request that has reached a job manager just now, and must come. */
  reached: Entry | undefined;
  /** The request of each checkpoint that was begun by hand. */
  readonly requests: Map<number, number>;
  /** What came of each request: checkpoints that were stored, reasons of failures. */
  readonly outcomes: Map<number, Set<string>>;
  /** Requests that came to something in this life of a job manager. */
  readonly ended: Map<number, Ended>;
  /**
   * What was known wherever clients have asked since they heard last, by request; undefined: there
   * was a place where it was nothing yet.
   */
  readonly known: Map<number, Ended | undefined>;
};

/** Something that must not be, with what proves it besides. */
export type Complaint = Readonly<{ text: string; since: Entry | undefined }>;

/** Nobody has asked. */
export function nothingByHand(): ByHand {
  return {
    asked: new Set(),
    come: new Set(),
    waiting: new Map(),
    reached: undefined,
    requests: new Map(),
    outcomes: new Map(),
    ended: new Map(),
    known: new Map(),
  };
}

/** Another life of the job manager knows no request. */
export function forgetRequests(byHand: ByHand): void {
  byHand.come.clear();
  byHand.waiting.clear();
  byHand.ended.clear();
  byHand.reached = undefined;
}

/** A client's question, the first or a later one, has reached a job manager. */
export function hearQuestion({ ended, known }: ByHand, { subject: number }: Entry): void {
  const isKnown = !known.has(number) || known.get(number) !== undefined;
  known.set(number, isKnown ? ended.get(number) : undefined);
}

/** The message of a client has reached a job manager whose job is RUNNING. */
export function hearReached(byHand: ByHand, entry: Entry): void {
  if (!byHand.come.has(entry.subject)) byHand.reached = entry;
}

/** One that has reached it comes in that instant. */
export function ignored({ reached }: ByHand, now: Micros): Complaint | undefined {
  if (reached === undefined || reached.at === now) return undefined;
  const text = `${nameOf(reached.subject)} has reached the job manager, which asks for nothing`;
  return { text, since: reached };
}

/** A request has come. */
export function hearCome(byHand: ByHand, entry: Entry): Complaint | undefined {
  const { subject: number } = entry;
  const { asked, come, waiting } = byHand;
  if (!asked.has(number))
    return { text: `${nameOf(number)} has come, and no client has asked`, since: undefined };
  if (come.has(number))
    return { text: `${nameOf(number)} comes a second time`, since: waiting.get(number)?.entry };
  come.add(number);
  if (byHand.reached?.subject === number) byHand.reached = undefined;
  waiting.set(number, { entry, passedBy: undefined });
  return undefined;
}

/** A checkpoint begins by hand. */
export function hearBegunByHand(byHand: ByHand, entry: Entry): Complaint | undefined {
  const { number = 0 } = detailOf(entry, 'triggered');
  byHand.requests.set(entry.subject, number);
  if (byHand.waiting.delete(number)) return undefined;
  const text = `${checkpointName(entry.subject)} begins for ${nameOf(number)}, which does not wait`;
  return { text, since: undefined };
}

/**
 * A checkpoint of a schedule begins. It may have been chosen before a request came that waits now;
 * the next of a schedule was not.
 */
export function hearScheduled({ waiting }: ByHand, entry: Entry): Complaint | undefined {
  for (const [number, one] of waiting) {
    const { passedBy } = one;
    one.passedBy ??= entry;
    if (passedBy === undefined) continue;
    const names = `${checkpointName(passedBy.subject)} and ${checkpointName(entry.subject)}`;
    return { text: `${names} of a schedule begin before ${nameOf(number)}`, since: one.entry };
  }
  return undefined;
}

/** A request is refused; it heeds no pause. */
export function hearRefused(byHand: ByHand, entry: Entry): Complaint | undefined {
  const { number = 0, reason } = detailOf(entry, 'requestRefused');
  const since = byHand.waiting.get(number)?.entry;
  byHand.waiting.delete(number);
  note(byHand, number, { entry, outcome: reason });
  if (reason !== 'MINIMUM_TIME_BETWEEN_CHECKPOINTS') return undefined;
  return { text: `${nameOf(number)} is refused for a pause that it need not heed`, since };
}

/** A checkpoint is stored or aborted. */
export function hearOver(byHand: ByHand, entry: Entry): void {
  const number = byHand.requests.get(entry.subject);
  if (number === undefined) return;
  const outcome =
    entry.kind === 'stored' ? checkpointName(entry.subject) : detailOf(entry, 'aborted').reason;
  note(byHand, number, { entry, outcome });
}

function note({ outcomes, ended }: ByHand, number: number, one: Ended): void {
  const known = outcomes.get(number) ?? new Set();
  outcomes.set(number, known.add(one.outcome));
  ended.set(number, one);
}

/** A client is told what came of its request, or gives up. */
export function hearAnswered({ outcomes, known }: ByHand, entry: Entry): Complaint | undefined {
  const { subject: number } = entry;
  const { status, checkpoint = 0, reason = '' } = detailOf(entry, 'checkpointAnswered');
  if (status === 'gaveUp') return undefined;
  const ended = known.get(number);
  known.delete(number);
  const told = { completed: checkpointName(checkpoint), failed: reason }[status];
  if (told !== undefined && outcomes.get(number)?.has(told) !== true)
    return {
      text: `${nameOf(number)} is answered with ${told}, which it did not come to`,
      since: undefined,
    };
  if (told !== undefined || ended === undefined) return undefined;
  const text = `${nameOf(number)} is answered with ${status}, and had come to ${ended.outcome}`;
  return { text, since: ended.entry };
}

function nameOf(number: number): string {
  return `request ${String(number)}`;
}
