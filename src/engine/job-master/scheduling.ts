/**
 * The scheduler's effects, done: statuses, slots, deployments, cancellations, delays.
 */
import type { Out } from '../../kernel/actor.js';
import { purposeOf, within } from '../../kernel/noise.js';
import { channelsOf, type Vertex } from '../../job/job-graph.js';
import {
  schedule,
  type Execution,
  type RestorePoint,
  type SchedulerEffect,
  type SchedulerEvent,
} from '../failover/scheduler.js';
import { post, timerOf } from '../mail.js';
import { named, type Deployment, type Handle } from '../protocol.js';
import { tellCoordinator } from './checkpointing.js';
import { restoreCoordinators, tellHolders } from './coordinating.js';
import { hasUnion, namesOf, type JobMaster } from './master.js';
import { requestSlots, tell } from './peers.js';
import { wantRestorePoint } from './recovery.js';

const FIRST_TRIGGER = purposeOf('firstTrigger');

/** An event reaches the scheduler, and what it wants is done. */
export function tellScheduler(master: JobMaster, out: Out, event: SchedulerEvent): void {
  const [after, effects] = schedule(master.scheduler, event);
  master.scheduler = after;
  for (const effect of effects) perform(master, out, effect);
}

function perform(master: JobMaster, out: Out, effect: SchedulerEffect): void {
  switch (effect.kind) {
    case 'sayStatus':
      return out.moment('jobStatus', master.scheduler.attempt, '', { status: effect.status });
    case 'sayFailure':
      return out.moment('failure', master.scheduler.restarts, '', {
        cause: effect.cause,
        attempt: effect.attempt,
      });
    case 'requestSlots':
      return requestSlots(master, out);
    case 'readRestorePoint':
      return wantRestorePoint(master, out);
    case 'deploy':
      restoreCoordinators(master, out, effect.attempt, effect.point, effect.isGlobal);
      return deploy(master, out, effect.attempt, effect.point, effect.executions);
    case 'cancel':
      return cancelTask(master, out, effect);
    case 'armBackoff':
      out.setTimer(effect.delay, timerOf('jobMaster', 'backoff', effect.attempt));
      return;
    case 'startCheckpoints':
      return startCheckpoints(master, out, effect.attempt);
    case 'taskRan':
    case 'taskFinished': {
      const { subtask } = effect;
      const standing = effect.kind === 'taskRan' ? 'running' : 'finished';
      return tellCoordinator(master, out, { kind: 'taskChanged', subtask, standing });
    }
    case 'allRunning':
      return out.moment('running', effect.attempt, '', undefined);
    case 'stopCheckpoints':
      tellHolders(master, out, { kind: 'undeployed' });
      return tellCoordinator(master, out, { kind: 'stopped' });
    case 'shutCheckpointsDown':
      tellHolders(master, out, { kind: 'undeployed' });
      return tellCoordinator(master, out, { kind: 'shutDown' });
    case 'storeResult':
      return post(master.mail, out, 'dispatcher', { kind: 'jobEnded', status: effect.status });
  }
}

/** Every subtask gets its part of the restore point and the places of its producers. */
function deploy(
  master: JobMaster,
  out: Out,
  attempt: number,
  point: RestorePoint,
  executions: ReadonlyMap<string, Execution>,
): void {
  master.ended.clear();
  master.finished.clear();
  out.moment('deploying', attempt, '', undefined);
  const channels = channelsOf(master.setup.job);
  for (const vertex of master.setup.job.vertices) {
    const { id, parallelism } = vertex;
    const finished = isFinished(vertex, point);
    for (let subtask = 0; subtask < parallelism; subtask += 1) {
      const name = id + '[' + String(subtask) + ']';
      const producers = new Map<string, string>();
      for (const channel of channels)
        if (channel.to === name)
          producers.set(channel.from, executions.get(channel.from)?.manager ?? '');
      const deployment: Deployment = {
        vertex: id,
        subtask,
        attempt,
        checkpoint: point.checkpoint,
        handle: point.parts.get(name)?.handle,
        finished,
        witness: point.finished.get(name),
        unions: unionsOf(vertex, point),
        producers,
      };
      tell(master, out, executions.get(name)?.manager ?? '', {
        kind: 'deployTask',
        subject: point.checkpoint,
        about: named(name),
        attempt,
        epoch: master.epoch,
        deployment,
      });
    }
  }
}

/** Every subtask of the vertex had finished, or was deployed as finished. */
function isFinished(vertex: Vertex, { parts, finished }: RestorePoint): boolean {
  return namesOf(vertex).every(
    (name) => finished.has(name) || parts.get(name)?.progress === 'idle',
  );
}

/** The snapshots of all subtasks, for a vertex of which one needs them. */
function unionsOf(vertex: Vertex, { parts }: RestorePoint): Handle[] {
  if (!hasUnion(vertex)) return [];
  return namesOf(vertex)
    .map((name) => parts.get(name)?.handle)
    .filter((handle) => handle !== undefined);
}

type Cancel = Extract<SchedulerEffect, { kind: 'cancel' }>;

function cancelTask(master: JobMaster, out: Out, { subtask, attempt, manager }: Cancel): void {
  const { epoch } = master;
  const about = named(subtask);
  tell(master, out, manager, { kind: 'cancelTask', subject: 0, about, attempt, epoch });
}

/** The first trigger comes after a delay drawn in [min pause, interval]. */
function startCheckpoints(master: JobMaster, out: Out, attempt: number): void {
  const { minPauseMicros, intervalMicros } = master.coordinator.settings;
  const draw = out.noise(FIRST_TRIGGER, named(master.setup.job.name), attempt, 0);
  const firstDelay = within(draw, minPauseMicros, intervalMicros);
  tellCoordinator(master, out, { kind: 'started', attempt, firstDelay });
}
