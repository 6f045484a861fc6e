/**
 * A service outside that a job's asynchronous operators call: it computes something of a row and
 * answers. What it computes the caller knows how to read from the row that comes back; here it has
 * its time, its refusals and its silences like every service. It keeps nothing.
 */
import type { Program } from '../kernel/actor.js';
import type { RemoteAnswer, RemoteRequest } from '../kernel/protocols.js';
import type { Conditions } from './conditions.js';
import {
  answer,
  attend,
  emptyHall,
  serviceOf,
  type BodyOf,
  type Hall,
  type Reading,
  type ServiceCosts,
} from './service.js';

/** A call costs its service time and nothing more, and names nothing. */
const reading: Reading<RemoteRequest> = { workOf: () => 0, objectOf: () => undefined };

/** A remote service as a process of the world. */
export function remoteService(
  name: string,
  conditions: Conditions,
  costs: ServiceCosts<'call'>,
): Program<Hall<RemoteRequest>> {
  const service = serviceOf(name, conditions, { call: undefined }, costs);
  return {
    boot: () => emptyHall(),
    step: (hall, event, out) => {
      const visit = attend(service, hall, event, out, reading);
      if (visit === undefined) return;
      const done: BodyOf<RemoteAnswer> = { kind: 'called', words: visit.request.words };
      answer(service, visit, done, out);
    },
  };
}
