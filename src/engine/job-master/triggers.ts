/**
 * Who asks for checkpoints besides the interval: sources that have read enough, and clients.
 */
import type { ConnectionId, Out } from '../../kernel/actor.js';
import { noteAsked } from '../checkpoint/asked.js';
import { noteRead } from '../checkpoint/data-trigger.js';
import type { AskStatus, ToJobManager, ToRest } from '../protocol.js';
import { tellCoordinator } from './checkpointing.js';
import type { JobMaster } from './master.js';

type Read = Extract<ToJobManager, { kind: 'dataRead' }>;

/** A source's task says how much it has read; with enough of it a checkpoint is asked for. */
export function hearRead(master: JobMaster, out: Out, message: Read): void {
  const { dataTrigger } = master.setup.configuration;
  const { subject: read, about, attempt } = message;
  const { active, attempt: current } = master.coordinator;
  if (dataTrigger === undefined || !active || attempt !== current) return;
  const report = { attempt, subtask: about.name, read };
  const [after, isDue] = noteRead(master.dataRead, report, dataTrigger.every);
  master.dataRead = after;
  if (!isDue) return;
  out.moment('requested', 0, '', { by: 'data' });
  tellCoordinator(master, out, { kind: 'requested', by: 'data' });
}

/** A client asks for a checkpoint, or what came of one; it is answered at once. */
export function hearClient(
  master: JobMaster,
  out: Out,
  connection: ConnectionId,
  { kind, subject: number, request }: ToRest,
): void {
  const leads = master.scheduler.phase !== 'created';
  if (leads && kind === 'checkpointAsked' && !master.asked.outcomes.has(number)) {
    master.asked = noteAsked(master.asked, number);
    out.moment('requested', number, '', { by: 'manual' });
    tellCoordinator(master, out, { kind: 'requested', by: 'manual', number });
  }
  const outcome: AskStatus = leads
    ? (master.asked.outcomes.get(number) ?? { status: 'unknown' })
    : { status: 'unavailable' };
  out.send(connection, { kind: 'checkpointAnswered', subject: number, ...{ request, outcome } });
}
