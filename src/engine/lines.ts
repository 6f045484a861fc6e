/**
 * The connections from task managers: one each, which the resource manager and the job master of
 * the process share. A message goes to the actor that it is for; a line that is closed by one of
 * them, or has broken, is heard of no more.
 */
import type { ConnectionId, Out } from '../kernel/actor.js';
import type { ToTaskManager } from './protocol.js';

/** The task manager at the other end of each connection. */
export type Lines = Map<ConnectionId, string>;

/** An actor gives the task manager up: nothing more is heard on this line. */
export function closeLine(lines: Lines, out: Out, connection: ConnectionId): void {
  if (lines.delete(connection)) out.close(connection);
}

/** Says something to a task manager; on a line that is gone it is lost. */
export function tell(out: Out, connection: ConnectionId, message: ToTaskManager): void {
  out.send(connection, message);
}
