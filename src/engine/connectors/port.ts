/**
 * What a connector may do: ask its service, and state moments. The answers come back to the subtask
 * by tag.
 */
import type { Message, Out } from '../../kernel/actor.js';
import type { LogAnswer, RemoteAnswer } from '../../kernel/protocols.js';
import type { Micros } from '../../kernel/time.js';

/** What a connector remembers of a question; `number` is its split, checkpoint or count. */
export type ConnectorTag = Readonly<{ what: string; number: number; name: string; tries: number }>;

export type ConnectorPort = Readonly<{
  out: Out;
  /** Name of the operator's instance: uid and index. */
  subtask: string;
  attempt: number;
  /** How often a refused request is made again. */
  triesMax: number;
  /** Asks; `twice`: it may be asked again when no answer comes. */
  ask(body: Message, tag: ConnectorTag, twice: boolean): void;
  /** Calls the remote service; an answer that comes later than that is none. */
  call(body: Message, tag: ConnectorTag, timeout: Micros): void;
}>;

/** What an answer means for the subtask. */
export type ConnectorOutcome =
  | Readonly<{ kind: 'nothing' }>
  /** There is more to work: records, or room for them. */
  | Readonly<{ kind: 'goOn' }>
  /** Answers have come whose rows may leave. */
  | Readonly<{ kind: 'results' }>
  /** The connector has recovered and the subtask may run. */
  | Readonly<{ kind: 'ready' }>
  /** All that belongs to this checkpoint is safe outside. */
  | Readonly<{ kind: 'prepared'; checkpoint: number }>
  /** Everything up to this checkpoint is visible outside. */
  | Readonly<{ kind: 'committed'; checkpoint: number }>
  | Readonly<{ kind: 'failed'; cause: string }>;

export const NOTHING: ConnectorOutcome = { kind: 'nothing' };
export const GO_ON: ConnectorOutcome = { kind: 'goOn' };
export const RESULTS: ConnectorOutcome = { kind: 'results' };
export const READY: ConnectorOutcome = { kind: 'ready' };

export type { LogAnswer, RemoteAnswer };
