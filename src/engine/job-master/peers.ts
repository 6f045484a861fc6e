/**
 * The task managers that a job manager knows: registration, slots, heartbeats, and their loss.
 */
import type { ConnectionId, Out } from '../../kernel/actor.js';
import type { ToJobManager, ToTaskManager } from '../protocol.js';
import { assignSlots, managersOf, offerSlot, releaseSlots } from '../resource/slots.js';
import type { JobManager, Peer } from './master.js';
import { tellScheduler } from './scheduling.js';

/** A task manager has connected; it will register. */
export function peerConnected(
  master: JobManager,
  out: Out,
  name: string,
  connection: ConnectionId,
): void {
  const old = master.peers.get(name);
  if (old !== undefined) peerLost(master, out, name, old.connection);
  master.peers.set(name, {
    connection,
    slots: 0,
    registered: false,
    accepted: false,
    silence: undefined,
  });
}

/** A task manager says what it has. */
export function register(master: JobManager, out: Out, name: string, slots: number): void {
  const peer = master.peers.get(name);
  if (peer === undefined) return;
  peer.slots = slots;
  peer.registered = true;
  if (master.leading) accept(master, out, name, peer);
}

/** The leader accepts everyone who registered before it led. */
export function acceptPeers(master: JobManager, out: Out): void {
  for (const [name, peer] of master.peers) if (peer.registered) accept(master, out, name, peer);
  out.setTimer(0, { kind: 'heartbeat', subject: master.epoch });
}

function accept(master: JobManager, out: Out, name: string, peer: Peer): void {
  out.moment('taskManagerRegistered', master.epoch, name, undefined);
  const { epoch } = master;
  tell(master, out, name, { kind: 'taskManagerAccepted', subject: epoch, epoch });
  peer.accepted = true;
  hearFrom(master, out, name, peer);
  requestSlots(master, out);
}

/** Sends to a task manager, if it is there. */
export function tell(master: JobManager, out: Out, name: string, message: ToTaskManager): void {
  const peer = master.peers.get(name);
  if (peer !== undefined) out.send(peer.connection, message);
}

/** It lives: its silence counts from now. */
export function hearFrom(master: JobManager, out: Out, name: string, peer: Peer): void {
  if (peer.silence !== undefined) out.cancelTimer(peer.silence);
  const timer = { kind: 'peerSilent', subject: peer.connection, name };
  peer.silence = out.setTimer(master.setup.configuration.heartbeatTimeoutMicros, timer);
}

/** Asks every task manager whether it lives. */
export function heartbeat(master: JobManager, out: Out): void {
  const { epoch } = master;
  for (const [name, peer] of master.peers)
    if (peer.accepted) tell(master, out, name, { kind: 'heartbeatRequested', subject: -1, epoch });
  const delay = master.setup.configuration.heartbeatIntervalMicros;
  out.setTimer(delay, { kind: 'heartbeat', subject: epoch });
}

/** A task manager is lost: by its connection, or by its silence. */
export function peerLost(
  master: JobManager,
  out: Out,
  name: string,
  connection: ConnectionId,
): void {
  const peer = master.peers.get(name);
  if (peer?.connection !== connection) return;
  if (peer.silence !== undefined) out.cancelTimer(peer.silence);
  out.close(connection);
  master.peers.delete(name);
  if (!master.leading) return;
  out.moment('taskManagerLost', master.epoch, name, undefined);
  master.slots = releaseSlots(master.slots, name);
  tellScheduler(master, out, { kind: 'managerLost', manager: name });
  requestSlots(master, out);
}

/** While the job waits for slots: asks for those that nobody has offered. */
export function requestSlots(master: JobManager, out: Out): void {
  if (
    master.scheduler.phase !== 'waitingForSlots' ||
    !master.leading ||
    master.result !== undefined
  )
    return;
  const rooms = new Map<string, number>();
  for (const [name, peer] of master.peers) if (peer.accepted) rooms.set(name, peer.slots);
  const before = master.slots;
  master.slots = assignSlots(before, rooms);
  const { epoch } = master;
  master.slots.forEach((slot, index) => {
    if (slot === undefined || before[index] !== undefined) return;
    tell(master, out, slot.manager, { kind: 'slotRequested', subject: index, epoch });
  });
  offerAll(master, out);
}

/** A task manager has offered a slot. */
export function slotOffered(
  master: JobManager,
  out: Out,
  name: string,
  offer: Extract<ToJobManager, { kind: 'slotOffered' }>,
): void {
  if (offer.epoch !== master.epoch) return;
  master.slots = offerSlot(master.slots, offer.subject, name);
  offerAll(master, out);
}

function offerAll(master: JobManager, out: Out): void {
  const slots = managersOf(master.slots);
  if (slots === undefined || master.scheduler.phase !== 'waitingForSlots') return;
  out.moment('slotsReady', master.scheduler.attempt, '', undefined);
  tellScheduler(master, out, { kind: 'slotsOffered', slots });
}
