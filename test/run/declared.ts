/** What the tests of declared jobs share: a scenario around a job, and what of a graph is data. */
import type { JobGraph } from '../../src/job/job-graph.js';
import { parseScenario, type Scenario } from '../../src/run/scenario.js';

const rates = 'splits: 2, shuffleMinutes: 0, recordsPerSecond: 10';

/** The flights with the minutes in which they leave. */
export const timedData: string =
  `{ file: none, records: 10, ${rates}, columns: { origin: { string: origin }, ` +
  'record: $record, delay: { int: delay }, minute: { minutes: date } } }';

/** The shape of their rows. */
export const row = { origin: 'string', record: 'int', delay: 'int', minute: 'int' } as const;

/** An operator that reads them. */
export const timedSource =
  '{ uid: source, source: flights, eventTime: { field: minute, unit: min, outOfOrderness: 12h } }';

/** What every configuration must say. */
export const checkpointed =
  'execution.checkpointing.interval: 100ms, restart-strategy.type: fixed-delay';

/** A scenario around a job; the job begins in its line 6, its operators in line 7. */
function frame(job: string, data: string = timedData): string {
  return `name: declared
data: ${data}
configuration: { ${checkpointed}, taskmanager.numberOfTaskSlots: 4 }
laws: [consistent-cut, progress]
job:
${job}
cluster: { taskManagers: 4 }`;
}

/** The scenario of a job over the flights. */
export function parsed(job: string, data?: string): Scenario {
  return parseScenario(frame(job, data), 'declared.yaml');
}

/** What of a graph is no function, and no cost. */
export function graphShape({ vertices, edges, eventTime }: JobGraph): unknown {
  const keep = (key: string, value: unknown): unknown =>
    key.startsWith('serviceMicros') || key === 'name' ? undefined : value;
  return JSON.parse(JSON.stringify({ vertices, edges, eventTime }, keep));
}
