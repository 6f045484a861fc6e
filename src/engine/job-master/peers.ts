/**
 * The task managers that give the job master slots: their offers, its heartbeats to them, and their
 * loss. The job master watches them for itself, beside the resource manager, since what it would
 * miss is more than a slot: the executions there fail when it gives a task manager up.
 */
import type { ConnectionId, Out } from '../../kernel/actor.js';
import { slotsNeeded } from '../../job/job-graph.js';
import { closeLine, tell as tellLine } from '../lines.js';
import { post, timerOf } from '../mail.js';
import type { ToTaskManager } from '../protocol.js';
import { dropLine } from './coordinating.js';
import type { JobMaster, Peer } from './master.js';
import { tellScheduler } from './scheduling.js';
import { fillPlaces, managersOf, offerSlot, releaseSlots } from './slot-pool.js';

const of = 'jobMaster';

/** A task manager offers a slot; with the first one it begins to be watched. */
export function slotOffered(
  master: JobMaster,
  out: Out,
  name: string,
  connection: ConnectionId,
  allocation: number,
): void {
  const old = master.peers.get(name);
  if (old !== undefined && old.connection !== connection)
    losePeer(master, out, name, old.connection);
  if (!master.peers.has(name)) {
    const peer: Peer = { connection, silence: undefined };
    master.peers.set(name, peer);
    expectAnswer(master, out, peer);
  }
  master.pool = offerSlot(master.pool, { allocation, manager: name });
  takeSlots(master, out);
}

/** The job waits for slots: those that are here are taken, or the need is declared. */
export function requestSlots(master: JobMaster, out: Out): void {
  if (takeSlots(master, out)) return;
  const slots = slotsNeeded(master.setup.job);
  post(master.mail, out, 'resourceManager', { kind: 'slotsRequired', slots });
}

/** The job is over and needs no slots. */
export function returnSlots(master: JobMaster, out: Out): void {
  post(master.mail, out, 'resourceManager', { kind: 'slotsRequired', slots: 0 });
}

/** Tells the scheduler its slots, if it waits for them and all are here. */
function takeSlots(master: JobMaster, out: Out): boolean {
  if (master.scheduler.phase !== 'waitingForSlots') return false;
  const filled = fillPlaces(master.pool);
  if (filled === undefined) return false;
  master.pool = filled;
  out.moment('slotsReady', master.scheduler.attempt, '', undefined);
  tellScheduler(master, out, { kind: 'slotsOffered', slots: managersOf(filled) });
  return true;
}

/** Sends to a task manager, if it is one of the job's. */
export function tell(master: JobMaster, out: Out, name: string, message: ToTaskManager): void {
  const peer = master.peers.get(name);
  if (peer !== undefined) tellLine(out, peer.connection, message);
}

/** Asks every task manager that gives slots whether it lives. */
export function heartbeat(master: JobMaster, out: Out): void {
  const { epoch, peers, setup } = master;
  for (const { connection } of peers.values())
    tellLine(out, connection, { kind: 'heartbeatRequested', subject: -1, epoch, by: of });
  const delay = setup.configuration.heartbeatIntervalMicros;
  out.setTimer(delay, timerOf(of, 'heartbeat', epoch));
}

/** It answered a heartbeat. */
export function hearFrom(
  master: JobMaster,
  out: Out,
  name: string,
  connection: ConnectionId,
): void {
  const peer = master.peers.get(name);
  if (peer?.connection === connection) expectAnswer(master, out, peer);
}

/** It lives: its silence counts from now. */
function expectAnswer(master: JobMaster, out: Out, peer: Peer): void {
  if (peer.silence !== undefined) out.cancelTimer(peer.silence);
  const timer = timerOf(of, 'peerSilent', peer.connection);
  peer.silence = out.setTimer(master.setup.configuration.heartbeatTimeoutMicros, timer);
}

/** A task manager has been silent for too long: it is given up, and the resource manager told. */
export function peerSilent(master: JobMaster, out: Out, connection: ConnectionId): void {
  const name = [...master.peers].find(([, peer]) => peer.connection === connection)?.[0];
  if (name === undefined) return;
  post(master.mail, out, 'resourceManager', { kind: 'taskManagerLost', name, connection });
  losePeer(master, out, name, connection);
}

/** A task manager is lost: its slots are released, and the executions there have failed. */
export function losePeer(
  master: JobMaster,
  out: Out,
  name: string,
  connection: ConnectionId,
): void {
  const peer = master.peers.get(name);
  if (peer?.connection !== connection) return;
  if (peer.silence !== undefined) out.cancelTimer(peer.silence);
  closeLine(master.lines, out, connection);
  dropLine(master, out, name);
  master.peers.delete(name);
  master.pool = releaseSlots(master.pool, name);
  tellScheduler(master, out, { kind: 'managerLost', manager: name });
}
