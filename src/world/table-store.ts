/**
 * A table store: tables of one value a key. Every value that is put carries a version, and a key
 * keeps the one of the newest; so a put may be asked twice, come late or out of order. Values of
 * one put become visible together; of two for one key the later counts.
 *
 * Source: Cassandra's cells, whose newest write timestamp wins.
 */
import type { Out, Program, Words } from '../kernel/actor.js';
import type { TableAnswer, TableRequest } from '../kernel/protocols.js';
import type { Conditions } from './conditions.js';
import {
  answer,
  attend,
  emptyHall,
  joined,
  serviceOf,
  type BodyOf,
  type Hall,
  type Reading,
  type ServiceCosts,
} from './service.js';

export type TableStoreCosts = Readonly<{
  requests: ServiceCosts<TableRequest['kind']>;
  microsPerKiB: number;
}>;

/** What put the value that stands there: the attempt, and the number of its put. */
type Version = Readonly<{ attempt: number; number: number }>;

/** By table and key: nobody reads the values here. */
type Tables = Map<string, Map<string, Version>>;

/** A table store as a process of the world. */
export function tableStore(
  name: string,
  conditions: Conditions,
  costs: TableStoreCosts,
): Program<Hall<TableRequest>> {
  const service = serviceOf(name, conditions, { putValues: 'write' }, costs.requests);
  // Made once, not in `boot`: it is replicated, as the object store is.
  const tables: Tables = new Map();
  const reading: Reading<TableRequest> = {
    workOf: ({ words }) => Math.round(((4 * words.length) / 1024) * costs.microsPerKiB),
    objectOf: ({ table }) => table,
  };
  return {
    boot: () => emptyHall(),
    step: (hall, event, out) => {
      const visit = attend(service, hall, event, out, reading);
      if (visit === undefined) return;
      put(tables, visit.request, out);
      const done: BodyOf<TableAnswer> = { kind: 'valuesPut' };
      answer(service, visit, done, out);
    },
  };
}

function put(tables: Tables, request: TableRequest, out: Out): void {
  const { table, words, attempt, number } = request;
  let values = tables.get(table);
  if (values === undefined) tables.set(table, (values = new Map<string, Version>()));
  const taken: Words[] = [];
  for (const entry of entriesOf(words).reverse()) {
    const key = entry.subarray(2, 2 + (entry[1] as number)).join();
    const before = values.get(key);
    if (before !== undefined && !isNewer({ attempt, number }, before)) continue;
    values.set(key, { attempt, number });
    taken.unshift(entry);
  }
  if (taken.length === 0) return;
  const detail = { words: joined(taken).slice(), attempt };
  out.moment('valuesUpserted', taken.length, table, detail);
}

/** The entries of a block, each with its length word. */
function entriesOf(words: Words): Words[] {
  const entries: Words[] = [];
  for (let at = 0; at < words.length; at += 1 + (words[at] as number))
    entries.push(words.subarray(at, at + 1 + (words[at] as number)));
  return entries;
}

function isNewer(one: Version, other: Version): boolean {
  return one.attempt === other.attempt ? one.number > other.number : one.attempt > other.attempt;
}
