/**
 * The resource manager: it registers task managers, keeps their slots, asks for as many as the job
 * master has declared that it needs, and watches by heartbeats which task managers live. One that
 * is lost takes its slots with it; the job master is told.
 *
 * Source: Flink 2.x, ResourceManager, FineGrainedSlotManager (sections 1.2 and 1.3).
 */
import type { ConnectionId, Out, TimerHandle } from '../../kernel/actor.js';
import { unreachable } from '../../kernel/invariant.js';
import { closeLine, tell, type Lines } from '../lines.js';
import { post, timerOf, type ActorTimer, type Mailboxes } from '../mail.js';
import type { ToResourceManager } from '../mail.js';
import type { ToJobManager } from '../protocol.js';
import type { JobManagerSetup } from '../services.js';
import {
  addManager,
  allocate,
  noInventory,
  removeManager,
  requireSlots,
  type Inventory,
} from './slots.js';

/** A task manager that has registered, perhaps before there was a leader to accept it. */
type Registration = {
  readonly connection: ConnectionId;
  readonly slots: number;
  /** It is lost when this elapses; none before it is accepted. */
  silence: TimerHandle | undefined;
};

export type ResourceManager = {
  readonly setup: JobManagerSetup;
  readonly lines: Lines;
  readonly mail: Mailboxes;
  /** Epoch of the leader; 0 before the dispatcher has granted it. */
  epoch: number;
  readonly registrations: Map<string, Registration>;
  inventory: Inventory;
};

const of = 'resourceManager';

/** A resource manager that knows nobody. */
export function resourceManagerOf(
  setup: JobManagerSetup,
  lines: Lines,
  mail: Mailboxes,
): ResourceManager {
  const registrations = new Map<string, Registration>();
  return { setup, lines, mail, epoch: 0, registrations, inventory: noInventory };
}

/** A letter from another actor. */
export function resourceMail(manager: ResourceManager, out: Out, letter: ToResourceManager): void {
  switch (letter.kind) {
    case 'leadershipGranted':
      return lead(manager, out, letter.epoch);
    case 'slotsRequired':
      manager.inventory = requireSlots(manager.inventory, letter.slots);
      return requestSlots(manager, out);
    case 'taskManagerLost':
      return lose(manager, out, letter.name, letter.connection);
    default:
      return unreachable(letter);
  }
}

/** What a task manager says to it. */
export type ToResources = Extract<
  ToJobManager,
  { kind: 'registerTaskManager' | 'heartbeatAnswered' }
>;

/** A task manager says something. */
export function resourceMessage(
  manager: ResourceManager,
  out: Out,
  name: string,
  connection: ConnectionId,
  message: ToResources,
): void {
  switch (message.kind) {
    case 'registerTaskManager':
      return register(manager, out, name, { connection, slots: message.slots, silence: undefined });
    case 'heartbeatAnswered':
      return hearFrom(manager, out, name, connection);
    default:
      return unreachable(message);
  }
}

/** A delay is over. */
export function resourceTimer(manager: ResourceManager, out: Out, timer: ActorTimer): void {
  switch (timer.kind) {
    case 'heartbeat':
      return heartbeat(manager, out);
    case 'taskManagerSilent':
      for (const [name, { connection }] of manager.registrations)
        if (connection === timer.subject) lose(manager, out, name, connection);
      return;
    default:
      return;
  }
}

/** The leader accepts everyone who registered before it led. */
function lead(manager: ResourceManager, out: Out, epoch: number): void {
  manager.epoch = epoch;
  for (const [name, registration] of manager.registrations)
    accept(manager, out, name, registration);
  heartbeat(manager, out);
}

/** A task manager says what it has; what it said over an earlier connection is past. */
function register(
  manager: ResourceManager,
  out: Out,
  name: string,
  registration: Registration,
): void {
  const old = manager.registrations.get(name);
  if (old?.connection === registration.connection) return;
  if (old !== undefined) lose(manager, out, name, old.connection);
  manager.registrations.set(name, registration);
  if (manager.epoch > 0) accept(manager, out, name, registration);
}

function accept(
  manager: ResourceManager,
  out: Out,
  name: string,
  registration: Registration,
): void {
  const { epoch } = manager;
  out.moment('taskManagerRegistered', epoch, name, undefined);
  tell(out, registration.connection, { kind: 'taskManagerAccepted', subject: epoch, epoch });
  expectAnswer(manager, out, registration);
  manager.inventory = addManager(manager.inventory, name, registration.slots);
  requestSlots(manager, out);
}

/** Asks for the slots that the job needs and that are not allocated. */
function requestSlots(manager: ResourceManager, out: Out): void {
  const [inventory, allocations] = allocate(manager.inventory);
  manager.inventory = inventory;
  const { epoch, registrations } = manager;
  for (const { allocation, manager: name } of allocations) {
    const connection = registrations.get(name)?.connection;
    if (connection === undefined) continue;
    tell(out, connection, { kind: 'slotRequested', subject: allocation, epoch });
  }
}

/** Asks every task manager whether it lives. */
function heartbeat(manager: ResourceManager, out: Out): void {
  const { epoch, registrations, setup } = manager;
  for (const { connection } of registrations.values())
    tell(out, connection, { kind: 'heartbeatRequested', subject: -1, epoch, by: of });
  const delay = setup.configuration.heartbeatIntervalMicros;
  out.setTimer(delay, timerOf(of, 'heartbeat', epoch));
}

function hearFrom(
  manager: ResourceManager,
  out: Out,
  name: string,
  connection: ConnectionId,
): void {
  const registration = manager.registrations.get(name);
  if (registration?.connection === connection) expectAnswer(manager, out, registration);
}

/** It lives: its silence counts from now. */
function expectAnswer(manager: ResourceManager, out: Out, registration: Registration): void {
  if (registration.silence !== undefined) out.cancelTimer(registration.silence);
  const timer = timerOf(of, 'taskManagerSilent', registration.connection);
  const { heartbeatTimeoutMicros } = manager.setup.configuration;
  registration.silence = out.setTimer(heartbeatTimeoutMicros, timer);
}

/** A task manager is lost: by its connection, by its silence, or to the job master. */
function lose(manager: ResourceManager, out: Out, name: string, connection: ConnectionId): void {
  const registration = manager.registrations.get(name);
  if (registration?.connection !== connection) return;
  if (registration.silence !== undefined) out.cancelTimer(registration.silence);
  closeLine(manager.lines, out, connection);
  manager.registrations.delete(name);
  if (manager.epoch === 0) return;
  out.moment('taskManagerLost', manager.epoch, name, undefined);
  manager.inventory = removeManager(manager.inventory, name);
  post(manager.mail, out, 'jobMaster', { kind: 'taskManagerLost', name, connection });
  requestSlots(manager, out);
}
