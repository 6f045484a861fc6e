/**
 * What exactly-once compares the rows of each sink with, and why with nothing stricter.
 */
import { isSink, placeOfSink } from '../job/job-graph.js';
import { meaningOf } from '../job/meaning/meaning.js';
import type { Class } from '../job/meaning/classes.js';
import { mayRepeat, type Context } from './verdict.js';

const judgedBy: Readonly<Record<Class, string>> = {
  functional: 'depends on the input alone; judged at once, by the result of a batch',
  late: 'depends on which records were late; judged at the end, by the watermarks',
  orderDependent: 'depends on the order of records; judged at the end, by that',
};

/** A line for each sink of the job, and one for what stands in the way of a stricter judgement. */
export function explainExactlyOnce(context: Context): string {
  const { job, topics } = context;
  const { standings } = meaningOf(job, topics, mayRepeat(context));
  const lines: string[] = [];
  for (const { uid, operator } of job.vertices.flatMap((vertex) => vertex.operators)) {
    const standing = standings.get(uid);
    if (standing === undefined || !isSink(operator)) continue;
    lines.push(`${placeOfSink(operator)}: ${judgedBy[standing.class]}`);
    if (standing.why !== '') lines.push(`  ${standing.why}`);
  }
  return lines.join('\n');
}
