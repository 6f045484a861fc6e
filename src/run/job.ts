/**
 * The job and the configuration that a scenario describes.
 */
import { streamExecutionEnvironment } from '../job/data-stream.js';
import { JobError } from '../job/job-error.js';
import type { JobGraph, Operator } from '../job/job-graph.js';
import type { RowType } from '../job/row.js';
import { jobGraphOf, type StreamOperator } from '../job/stream-graph.js';
import { declareJob, noCode, type UserCode } from '../job/user-code.js';
import type { Costs, Span } from './costs.js';
import { rowOfTopic } from './data.js';
import { isCode } from './job-declaration.js';
import { madeOf, specOf, timeOf } from './operators.js';
import type { Scenario } from './scenario.js';

/** The job of each scenario: made anew for each seed, its functions would be new to V8 as well. */
const known = new WeakMap<Scenario, Readonly<{ code: UserCode; job: JobGraph }>>();

/**
 * The job of a scenario.
 *
 * @param code  the exports that it names of the user's modules
 * @throws JobError for a job that cannot run, or code that is not what its place takes
 */
export function jobOf(scenario: Scenario, code: UserCode = noCode): JobGraph {
  const before = known.get(scenario);
  if (before?.code === code) return before.job;
  const job = compiled(scenario, code);
  known.set(scenario, { code, job });
  return job;
}

function compiled(scenario: Scenario, code: UserCode): JobGraph {
  const { job: declared, name, data, costs } = scenario;
  const defaults = (operator: Operator): Span => costOf(operator, costs);
  if (isCode(declared)) {
    const environment = streamExecutionEnvironment(name);
    declareJob(code, declared, environment);
    return checkedSources(environment.getJobGraph(defaults), scenario);
  }
  const time = timeOf(declared.operators, data);
  const uids = declared.operators.map(({ uid }) => uid);
  const operators: StreamOperator[] = [];
  for (const operator of declared.operators) {
    const made = madeOf(operator, { before: operators, uids, data, code, time });
    const { parallelism = declared.parallelism, chaining = 'always' } = operator;
    const { maxParallelism = declared.maxParallelism, slotSharingGroup } = operator;
    operators.push({
      uid: operator.uid,
      ...made,
      ...{ parallelism, maxParallelism, chaining, slotSharingGroup },
      service: operator.serviceMicros,
    });
  }
  return checkedSources(jobGraphOf({ name, eventTime: time, operators }, defaults), scenario);
}

/** What a record costs at an operator that does not say it. */
function costOf({ kind }: Operator, costs: Costs): Span {
  switch (kind) {
    case 'source':
      return costs.sourceRecordMicros;
    case 'transform':
    case 'async':
      return costs.transformRecordMicros;
    case 'keyed':
    case 'window':
    case 'process':
    case 'intervalJoin':
    case 'broadcastState':
    case 'operatorState':
      return costs.keyedRecordMicros;
    default:
      return costs.sinkRecordMicros;
  }
}

/** Sources read what the data is. */
function checkedSources(job: JobGraph, { data }: Scenario): JobGraph {
  for (const { uid, operator, output } of job.vertices.flatMap(({ operators }) => operators)) {
    if (operator.kind !== 'source') continue;
    const spec = specOf(operator.topic, data, uid);
    if (operator.partitions !== spec.splits)
      throw new JobError(
        uid,
        `reads ${String(operator.partitions)} splits; the data has ${String(spec.splits)}`,
      );
    const isDealtLate = operator.splitAssignment === 'request' || spec.lateSplits !== undefined;
    if (isDealtLate && operator.watermarks !== undefined)
      throw new JobError(uid, 'tells time; its splits must be there, and dealt, from the start');
    if (spec.lateSplits !== undefined && operator.discoveryMicros === undefined)
      throw new JobError(uid, 'never finds the late splits; set discoveryIntervalMillis');
    const row = rowOfTopic(spec);
    if (shapeOf(output) !== shapeOf(row))
      throw new JobError(uid, `reads { ${shapeOf(output)} }; the rows are { ${shapeOf(row)} }`);
  }
  return job;
}

function shapeOf(row: RowType): string {
  return row.map(({ name, type }) => `${name}: ${type}`).join(', ');
}
