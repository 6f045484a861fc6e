/**
 * What the job master keeps of one coordinator: a gateway for each subtask of the attempt, the
 * events that their task managers have not acknowledged, and the coordinator's part in a
 * checkpoint. That part is handed on only when all that was sent before it has arrived; an event
 * that is lost fails it, and its target.
 *
 * A pure state machine. Source: Flink 2.x, OperatorCoordinatorHolder (FLINK-16986, FLINK-21996,
 * FLINK-23233).
 */
import type { Words } from '../../kernel/actor.js';
import { unreachable } from '../../kernel/invariant.js';
import { close, gatewayOf, mark, reopen, send, type Gateway, type SentEvent } from './gateway.js';

/** The coordinator's part in the checkpoint that is being taken. */
type Part = Readonly<{
  id: number;
  /** Its state, once the gateways are closed behind it. */
  words: Words | undefined;
  /** Events sent before it that are not acknowledged. */
  waits: ReadonlySet<number>;
}>;

export type Holder = Readonly<{
  /** Of the attempt that is deployed; none while there is none. */
  gateways: ReadonlyMap<string, Gateway>;
  /** Number of the last event that was sent. */
  events: number;
  /** Events that are sent and not acknowledged, with their targets. */
  unacknowledged: ReadonlyMap<number, string>;
  part: Part | undefined;
}>;

export type HolderEvent =
  /** An attempt begins: its gateways take the place of those before. */
  | Readonly<{ kind: 'deployed'; attempt: number; subtasks: readonly string[] }>
  | Readonly<{ kind: 'undeployed' }>
  | Readonly<{ kind: 'checkpointBegun'; id: number }>
  | Readonly<{ kind: 'snapshotTaken'; id: number; words: Words }>
  /** The checkpoint is complete or aborted. */
  | Readonly<{ kind: 'checkpointOver'; id: number }>
  | Readonly<{ kind: 'subtaskAcknowledged'; id: number; subtask: string; attempt: number }>
  | Readonly<{ kind: 'eventSent'; subtask: string; attempt: number; words: Words }>
  | Readonly<{ kind: 'eventAnswered'; number: number; isTaken: boolean }>;

export type HolderEffect =
  | Readonly<{ kind: 'takeSnapshot'; id: number }>
  | Readonly<{ kind: 'sayClosed'; id: number }>
  | Readonly<{ kind: 'handOn'; id: number; words: Words }>
  | Readonly<{ kind: 'fail'; id: number }>
  | Readonly<{ kind: 'deliver'; subtask: string; attempt: number; event: SentEvent }>
  | Readonly<{ kind: 'failTarget'; subtask: string; attempt: number }>;

type Step = readonly [Holder, readonly HolderEffect[]];

/** No attempt is deployed. */
export function emptyHolder(): Holder {
  return { gateways: new Map(), events: 0, unacknowledged: new Map(), part: undefined };
}

/** One transition. */
export function hold(state: Holder, event: HolderEvent): Step {
  switch (event.kind) {
    case 'deployed':
      return [deployed(state, event.attempt, event.subtasks), []];
    case 'undeployed':
      return [deployed(state, 0, []), []];
    case 'checkpointBegun':
      return begin(state, event.id);
    case 'snapshotTaken':
      return closeAll(state, event.id, event.words);
    case 'checkpointOver':
      return openAll(state, event.id);
    case 'subtaskAcknowledged':
      return openOne(state, event);
    case 'eventSent':
      return sendEvent(state, event);
    case 'eventAnswered':
      return answered(state, event.number, event.isTaken);
    default:
      return unreachable(event);
  }
}

/** What was sent to the attempt before, or waits for it, is dropped with it. */
function deployed(state: Holder, attempt: number, subtasks: readonly string[]): Holder {
  const gateways = new Map(subtasks.map((subtask) => [subtask, gatewayOf(attempt)]));
  return { ...state, gateways, unacknowledged: new Map(), part: undefined };
}

function begin(state: Holder, id: number): Step {
  if (state.gateways.size === 0) return [state, [{ kind: 'fail', id }]];
  const gateways = new Map(
    [...state.gateways].map(([subtask, gateway]) => [subtask, mark(gateway, id)]),
  );
  const part: Part = { id, words: undefined, waits: new Set() };
  return [{ ...state, gateways, part }, [{ kind: 'takeSnapshot', id }]];
}

/** The coordinator's state is here: what it sends from now on is behind the checkpoint. */
function closeAll(state: Holder, id: number, words: Words): Step {
  if (state.part?.id !== id) return [state, []];
  const gateways = new Map<string, Gateway>();
  for (const [subtask, gateway] of state.gateways) {
    const closed = close(gateway, id);
    if (closed !== undefined) gateways.set(subtask, closed);
  }
  if (gateways.size < state.gateways.size)
    return [{ ...state, part: undefined }, [{ kind: 'fail', id }]];
  const waits = new Set(state.unacknowledged.keys());
  const [next, effects] = whenArrived({ ...state, gateways, part: { id, words, waits } });
  return [next, [{ kind: 'sayClosed', id }, ...effects]];
}

/** Hands the part on, unless an event before it is still under way. */
function whenArrived(state: Holder): Step {
  const { part } = state;
  if (part?.words === undefined || part.waits.size > 0) return [state, []];
  const { id, words } = part;
  return [{ ...state, part: undefined }, [{ kind: 'handOn', id, words }]];
}

function openAll(state: Holder, id: number): Step {
  const gateways = new Map<string, Gateway>();
  const effects: HolderEffect[] = [];
  for (const [subtask, gateway] of state.gateways) {
    const [open, events] = reopen(gateway, id);
    gateways.set(subtask, open);
    effects.push(...deliveries(subtask, open, events));
  }
  const part = state.part?.id === id ? undefined : state.part;
  return [{ ...state, gateways, part }, effects];
}

type Acknowledged = Extract<HolderEvent, { kind: 'subtaskAcknowledged' }>;

/** The subtask's own snapshot is past: it may hear what came behind the coordinator's. */
function openOne(state: Holder, { id, subtask, attempt }: Acknowledged): Step {
  const gateway = state.gateways.get(subtask);
  if (gateway?.attempt !== attempt) return [state, []];
  const [open, events] = reopen(gateway, id);
  const gateways = new Map(state.gateways).set(subtask, open);
  return [{ ...state, gateways }, deliveries(subtask, open, events)];
}

type Sending = Extract<HolderEvent, { kind: 'eventSent' }>;

/** An event for an attempt that is no more is dropped. */
function sendEvent(state: Holder, { subtask, attempt, words }: Sending): Step {
  const gateway = state.gateways.get(subtask);
  if (gateway?.attempt !== attempt) return [state, []];
  const number = state.events + 1;
  const [after, events] = send(gateway, { number, words });
  const gateways = new Map(state.gateways).set(subtask, after);
  const unacknowledged = new Map(state.unacknowledged).set(number, subtask);
  return [
    { ...state, gateways, events: number, unacknowledged },
    deliveries(subtask, after, events),
  ];
}

function deliveries(
  subtask: string,
  { attempt }: Gateway,
  events: readonly SentEvent[],
): HolderEffect[] {
  return events.map((event) => ({ kind: 'deliver', subtask, attempt, event }));
}

/** An event has arrived; or it is lost, and nothing that rests on it may stand. */
function answered(state: Holder, number: number, isTaken: boolean): Step {
  const subtask = state.unacknowledged.get(number);
  if (subtask === undefined) return [state, []];
  const unacknowledged = new Map(state.unacknowledged);
  unacknowledged.delete(number);
  const { part, gateways } = state;
  const waits = new Set(part?.waits);
  const wasAwaited = waits.delete(number);
  if (isTaken) return whenArrived({ ...state, unacknowledged, part: part && { ...part, waits } });
  const attempt = gateways.get(subtask)?.attempt ?? 0;
  const failures: HolderEffect[] =
    part !== undefined && wasAwaited ? [{ kind: 'fail', id: part.id }] : [];
  const left = wasAwaited ? undefined : part;
  return [
    { ...state, unacknowledged, part: left },
    [...failures, { kind: 'failTarget', subtask, attempt }],
  ];
}
