/**
 * The coordinators of the job's sources: an actor of the job manager beside the job master, so that
 * anything can come between what one of them says and what the other does of it. They ask the log
 * broker for partitions, and tell the job master what is for the readers.
 *
 * Source: Flink 2.x, SourceCoordinator and SourceCoordinatorContext, with a thread of their own.
 */
import type { Out } from '../../kernel/actor.js';
import type { LogAnswer } from '../../kernel/protocols.js';
import { coordinationsOf } from '../../job/coordination.js';
import type { WatermarkAlignment } from '../../job/job-graph.js';
import { ask, type Client } from '../ask.js';
import { post, type ActorTimer, type Mailboxes, type ToSourceCoordinators } from '../mail.js';
import { named } from '../protocol.js';
import { patient, type DiscoveryTag, type JobManagerSetup } from '../services.js';
import {
  enumerate,
  enumeratorOf,
  type Enumerator,
  type EnumeratorEffect,
  type EnumeratorEvent,
} from './enumerator.js';
import { allowedOf, emptyGroup, reported, type WatermarkGroup } from './watermark-group.js';

export type SourceCoordinators = Readonly<{
  setup: JobManagerSetup;
  log: Client<DiscoveryTag>;
  mail: Mailboxes;
  /** By uid of the source. */
  enumerators: Map<string, Enumerator>;
  /** Groups of sources that are aligned, by name. */
  groups: Map<string, WatermarkGroup>;
}>;

type SourceTimer = ActorTimer & DiscoveryTag;

/** Coordinators that wait to be told where they begin. */
export function sourceCoordinatorsOf(
  setup: JobManagerSetup,
  log: Client<DiscoveryTag>,
  mail: Mailboxes,
): SourceCoordinators {
  const enumerators = new Map(
    coordinationsOf(setup.job).map((one) => [one.uid, enumeratorOf(one)] as const),
  );
  return { setup, log, mail, enumerators, groups: new Map() };
}

/** A letter from the job master. */
export function coordinatorMail(
  coordinators: SourceCoordinators,
  out: Out,
  { source, event }: ToSourceCoordinators,
): void {
  tellEnumerator(coordinators, out, source, event);
}

/** Something is due, unless the enumerator has begun anew since it was armed. */
export function coordinatorTimer(
  coordinators: SourceCoordinators,
  out: Out,
  timer: ActorTimer,
): void {
  const { source, resets } = timer as SourceTimer;
  const enumerator = coordinators.enumerators.get(source);
  if (enumerator?.resets !== resets) return;
  const alignment = enumerator.coordination.operator.watermarks?.alignment;
  if (timer.kind === 'announcement' && alignment !== undefined) {
    const watermark = allowedOf(groupOf(coordinators, alignment), alignment.maxDrift);
    tellEnumerator(coordinators, out, source, { kind: 'announcementDue', watermark });
  } else tellEnumerator(coordinators, out, source, { kind: 'discoveryDue' });
}

/** The log broker answered, or did not. */
export function partitionsAnswered(
  coordinators: SourceCoordinators,
  out: Out,
  { source, resets }: DiscoveryTag,
  answer: LogAnswer | undefined,
): void {
  if (coordinators.enumerators.get(source)?.resets !== resets) return;
  if (answer?.kind !== 'partitionsListed') {
    tellEnumerator(coordinators, out, source, { kind: 'partitionsNotListed' });
    return;
  }
  const { partitions, complete: isComplete } = answer;
  tellEnumerator(coordinators, out, source, { kind: 'partitionsListed', partitions, isComplete });
}

function tellEnumerator(
  coordinators: SourceCoordinators,
  out: Out,
  source: string,
  event: EnumeratorEvent,
): void {
  const before = coordinators.enumerators.get(source);
  if (before === undefined) return;
  const [after, effects] = enumerate(before, event);
  coordinators.enumerators.set(source, after);
  for (const effect of effects) perform(coordinators, out, source, after, effect);
}

function groupOf({ groups }: SourceCoordinators, { group }: WatermarkAlignment): WatermarkGroup {
  return groups.get(group) ?? emptyGroup;
}

function perform(
  coordinators: SourceCoordinators,
  out: Out,
  source: string,
  { coordination, resets }: Enumerator,
  effect: EnumeratorEffect,
): void {
  const { setup, log, mail } = coordinators;
  switch (effect.kind) {
    case 'listPartitions': {
      const { topic } = coordination.operator;
      const body = { kind: 'listPartitions', subject: -1, about: named(topic), topic };
      ask(log, out, body, { source, resets }, patient({ setup }));
      return;
    }
    case 'armDiscovery': {
      const delay = effect.delay ?? setup.configuration.registrationPauseMicros;
      const timer = { kind: 'discovery', subject: resets, of: 'sourceCoordinators' } as const;
      out.setTimer(delay, { ...timer, source, resets } as SourceTimer);
      return;
    }
    case 'armAnnouncement': {
      const timer = { kind: 'announcement', subject: resets, of: 'sourceCoordinators' } as const;
      out.setTimer(effect.alignment.updateMicros, { ...timer, source, resets } as SourceTimer);
      return;
    }
    case 'noteWatermark': {
      const { alignment, subtask, watermark } = effect;
      const group = reported(groupOf(coordinators, alignment), subtask, watermark);
      coordinators.groups.set(alignment.group, group);
      return;
    }
    case 'send': {
      const { subtask, attempt, words, splits } = effect;
      if (splits > 0) out.moment('splitsAssigned', splits, subtask, undefined);
      const event = { kind: 'eventSent', subtask, attempt, words } as const;
      return post(mail, out, 'jobMaster', { kind: 'coordinatorActed', source, event });
    }
    case 'giveSnapshot': {
      const event = { kind: 'snapshotTaken', id: effect.id, words: effect.words } as const;
      return post(mail, out, 'jobMaster', { kind: 'coordinatorActed', source, event });
    }
  }
}
