/**
 * What the coordinator wants comes about in the small world: what it asks is under way, what it
 * arms is armed, and what it tells is noted.
 */
import { unreachable } from '../kernel/invariant.js';
import type { CoordinatorEffect, CoordinatorEvent } from '../engine/checkpoint/coordinator.js';
import type { Asked, Coordinate, World } from './small-world.js';

/** The world in which the coordinator has heard an event. */
export function heard(world: World, event: CoordinatorEvent, coordinate: Coordinate): World {
  const [coordinator, said] = coordinate(world.coordinator, event, world.now);
  return said.reduce(withEffect, { ...world, coordinator, said });
}

function withEffect(world: World, effect: CoordinatorEffect): World {
  switch (effect.kind) {
    case 'armInterval':
      return { ...world, interval: true };
    case 'disarmInterval':
      return { ...world, interval: false };
    case 'takeId':
      return asking(world, 'id', 0);
    case 'begin': {
      const { id } = effect.pending;
      const timers = new Set(world.timers).add(id);
      return { ...asking(world, 'place', id), timers, begun: [...world.begun, id] };
    }
    case 'coordinate':
      return asking(world, 'state', effect.id, effect.coordinator);
    case 'triggerTask': {
      const { id, attempt, subtask: to } = effect;
      return { ...world, barriers: [...world.barriers, { from: 'coordinator', to, id, attempt }] };
    }
    case 'writeMetadata':
      return asking(world, 'metadata', effect.pending.id);
    case 'storePointer':
      return asking(world, 'pointer', effect.id);
    case 'complete':
      return { ...world, completed: [...world.completed, effect.pending.id] };
    case 'abort': {
      const { id } = effect.pending;
      return { ...asking(world, 'disposal', id), aborted: new Set(world.aborted).add(id) };
    }
    case 'subsume':
      return asking(world, 'removal', effect.checkpoint.id);
    case 'failJob':
      return world.job === 'running' ? { ...world, job: 'doomed' } : world;
    case 'acknowledge':
    case 'refuse':
    case 'discard':
      return world; // that it was said is all that there is of it here
    default:
      return unreachable(effect);
  }
}

function asking(world: World, what: Asked['what'], id: number, of = ''): World {
  return { ...world, asked: [...world.asked, { what, id, of }] };
}
