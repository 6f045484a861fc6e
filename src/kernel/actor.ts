/**
 * The contract between a process and whatever runs it: an event comes in, effects go out through
 * one port. A process holds no promise, no clock, no random source and no file; every wait is a
 * named state and every answer a named event, so a fault can stand in each.
 *
 * The verbs follow Stateright's `Out`; the crash rule is ours: when a process crashes, the value
 * that `step` worked on is dropped whole and `boot` makes a new one. Nothing else survives.
 */
import type { Entity } from './ids.js';
import type { Micros } from './time.js';

/**
 * A block of stored or sent bytes, as 32-bit words in host order; its length in bytes is 4 x
 * length.
 */
export type Words = Int32Array;

/** One connection, as both of its ends call it; never used again after it broke. */
export type ConnectionId = number;

/** A pending timer; worthless after it elapsed or was cancelled. */
export type TimerHandle = number;

/**
 * What travels over a connection. `kind`, `subject`, `about` and `attempt` name the message: they
 * are its place for noise, its line in the history, and a target for a fault.
 */
export type Message = Readonly<{
  kind: string;
  /** What the message is about (a checkpoint id, a position, a request); -1: count this kind. */
  subject: number;
  /** The entity it concerns (a subtask, a channel, a transaction), where there is one. */
  about?: Entity | undefined;
  /** The attempt that it belongs to, where there is one. */
  attempt?: number | undefined;
}>;

/** What a timer carries back; `kind` and `subject` go into the fingerprint. */
export type Timer = Readonly<{ kind: string; subject: number }>;

/** Outcome of one request to the process's own disk. */
export type DiskAnswer = Readonly<{
  kind: 'diskAnswered';
  /** The token that the request carried. */
  token: number;
  outcome: 'done' | 'failed';
  /** What was read: the durable bytes of the file, empty where there is none; else undefined. */
  words: Words | undefined;
}>;

/** What enters a step. */
export type Event =
  | Readonly<{ kind: 'started'; incarnation: number }>
  | Readonly<{ kind: 'accepted'; connection: ConnectionId; peer: string; channel: string }>
  | Readonly<{ kind: 'connected'; connection: ConnectionId; peer: string; channel: string }>
  | Readonly<{ kind: 'disconnected'; connection: ConnectionId; peer: string; channel: string }>
  | Readonly<{ kind: 'received'; connection: ConnectionId; message: Message }>
  | Readonly<{ kind: 'elapsed'; timer: Timer }>
  | DiskAnswer;

/**
 * What leaves a step. All verbs return at once; what they cause arrives as events. After the
 * process has died within a step (an aimed crash, `exit`), the remaining verbs do nothing.
 */
export type Out = Readonly<{
  /** The process's own clock: simulated time plus its skew. */
  now(): Micros;
  /** The machine's monotonic clock, which no skew touches: for durations within one life. */
  uptime(): Micros;
  /** The time that this process could work in: it stands while a pause is in force. */
  workTime(): Micros;
  /** Opens a connection; answered by `connected`, or by `disconnected` when it is refused. */
  connect(peer: string, channel: string): ConnectionId;
  /** Hands a message to the connection; nothing says that it arrives. No-op once it is broken. */
  send(connection: ConnectionId, message: Message): void;
  /** Ends the connection; the peer learns it as `disconnected`, this side hears nothing more. */
  close(connection: ConnectionId): void;
  /** `elapsed` after `delay` microseconds of simulated time. */
  setTimer(delay: Micros, timer: Timer): TimerHandle;
  cancelTimer(handle: TimerHandle): void;
  /** Appends to a file of the local disk; in memory of the machine until synced. */
  append(file: string, words: Words, token: number): void;
  /** Makes all earlier appends to the file durable. */
  sync(file: string, token: number): void;
  /** Reads a whole file: after a crash only what was synced, and perhaps a part of what was not. */
  read(file: string, token: number): void;
  /** Noise at a place: uint32, a function of plan, purpose, entity, n and life alone. */
  noise(purpose: number, entity: Entity, n: number, life: number): number;
  /** States a moment of the protocol: history entry, coverage mark and target for a fault. */
  moment(kind: string, subject: number, about: string, detail?: unknown): void;
  /** The process ends itself (a fatal error); the world starts it again as after a crash. */
  exit(reason: string): void;
}>;

/** A kind of process: how its state begins, and how an event changes it. */
export type Program<State> = Readonly<{
  boot(): State;
  step(state: State, event: Event, out: Out): void;
}>;
