/**
 * The gateway through which a coordinator sends events to one attempt of a subtask. While a
 * checkpoint is taken it is closed: what is sent waits until the subtask's own snapshot is past, so
 * that it is behind the cut on both sides.
 *
 * Source: Flink 2.x, SubtaskGatewayImpl (FLINK-28606: several checkpoints at once).
 */
import type { Words } from '../../kernel/actor.js';
import { invariant } from '../../kernel/invariant.js';

/** An event on its way down; its number is its own in the life of the job master. */
export type SentEvent = Readonly<{ number: number; words: Words }>;

/** What waits for a checkpoint to be over for the subtask. */
type Closed = Readonly<{ id: number; events: readonly SentEvent[] }>;

export type Gateway = Readonly<{
  attempt: number;
  /** The newest checkpoint that it was marked with. */
  newest: number;
  /** Checkpoints that are being taken and for which it is not closed yet. */
  marked: readonly number[];
  /** Checkpoints for which it is closed, ascending. */
  closed: readonly Closed[];
}>;

/** A gateway, and the events that pass it now, in order. */
type Passage = readonly [Gateway, readonly SentEvent[]];

/** The gateway of a new attempt: open. */
export function gatewayOf(attempt: number): Gateway {
  return { attempt, newest: 0, marked: [], closed: [] };
}

/** A checkpoint begins: the gateway may be closed for it. */
export function mark(gateway: Gateway, id: number): Gateway {
  invariant(id > gateway.newest, 'ids of checkpoints increase', id);
  return { ...gateway, newest: id, marked: [...gateway.marked, id] };
}

/**
 * Closes the gateway for a checkpoint that it is marked with.
 *
 * @returns undefined when it is not: it is that of another attempt, or the checkpoint is over
 */
export function close(gateway: Gateway, id: number): Gateway | undefined {
  if (!gateway.marked.includes(id)) return undefined;
  const marked = gateway.marked.filter((other) => other !== id);
  return { ...gateway, marked, closed: [...gateway.closed, { id, events: [] }] };
}

/** An event is sent: it passes, or waits under the newest checkpoint that closed the gateway. */
export function send(gateway: Gateway, event: SentEvent): Passage {
  const { closed } = gateway;
  const last = closed.at(-1);
  if (last === undefined) return [gateway, [event]];
  const waiting = { id: last.id, events: [...last.events, event] };
  return [{ ...gateway, closed: [...closed.slice(0, -1), waiting] }, []];
}

/**
 * A checkpoint is over for the subtask. What waits under the oldest passes; what waits under a
 * later one goes on waiting under the one before it.
 */
export function reopen(gateway: Gateway, id: number): Passage {
  const marked = gateway.marked.filter((other) => other !== id);
  const at = gateway.closed.findIndex((one) => one.id === id);
  const over = gateway.closed[at];
  if (over === undefined) return [{ ...gateway, marked }, []];
  const closed = gateway.closed
    .map((one, place) =>
      place === at - 1 ? { id: one.id, events: [...one.events, ...over.events] } : one,
    )
    .filter((one) => one.id !== id);
  return [{ ...gateway, marked, closed }, at === 0 ? over.events : []];
}
