/**
 * Checkpoints that a client asks for, by the number of its request, and what came of each: a fold
 * of the coordinator's effects. One that is asked for again is the same; all is lost with the job
 * manager.
 *
 * Source: Flink 2.x, CheckpointHandlers, AsynchronousOperationResult.
 */
import type { AskStatus } from '../protocol.js';
import type { CoordinatorEffect } from './coordinator-state.js';

export type Asked = Readonly<{
  outcomes: ReadonlyMap<number, AskStatus>;
  /** The request of each pending checkpoint that a client asked for. */
  pending: ReadonlyMap<number, number>;
}>;

/** Nobody has asked. */
export const nobodyAsked: Asked = { outcomes: new Map(), pending: new Map() };

/** A client asks for a checkpoint. */
export function noteAsked({ outcomes, pending }: Asked, number: number): Asked {
  return { pending, outcomes: new Map(outcomes).set(number, { status: 'inProgress' }) };
}

/**
 * What is known after an effect.
 *
 * @param number  of the request whose checkpoint is being triggered, if a client asked for it
 */
export function noteOutcome(
  asked: Asked,
  effect: CoordinatorEffect,
  number: number | undefined,
): Asked {
  switch (effect.kind) {
    case 'refuse':
      return over(asked, effect.request.number, { status: 'failed', reason: effect.reason });
    case 'begin':
      return number === undefined
        ? asked
        : { ...asked, pending: new Map(asked.pending).set(effect.pending.id, number) };
    case 'complete': {
      const { id } = effect.pending;
      return over(asked, asked.pending.get(id), { status: 'completed', checkpoint: id });
    }
    case 'abort': {
      const { reason } = effect;
      return over(asked, asked.pending.get(effect.pending.id), { status: 'failed', reason });
    }
    default:
      return asked;
  }
}

function over({ outcomes, pending }: Asked, number: number | undefined, outcome: AskStatus): Asked {
  if (number === undefined) return { outcomes, pending };
  const left = [...pending].filter(([, other]) => other !== number);
  return { outcomes: new Map(outcomes).set(number, outcome), pending: new Map(left) };
}
