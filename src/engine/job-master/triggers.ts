/**
 * Who asks for checkpoints besides the interval: sources that have read enough.
 */
import type { Out } from '../../kernel/actor.js';
import { noteRead } from '../checkpoint/data-trigger.js';
import type { ToJobManager } from '../protocol.js';
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
