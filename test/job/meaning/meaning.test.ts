/** The batch of whole jobs by hand: what arrives at the sinks, and on the edges into the rest. */
import { expect, test } from 'vitest';
import { plainSink, streamExecutionEnvironment } from '../../../src/job/data-stream.js';
import type { JobGraph } from '../../../src/job/job-graph.js';
import type { Bag } from '../../../src/job/meaning/bag.js';
import { meaningOf } from '../../../src/job/meaning/meaning.js';
import { tumblingWindow } from '../../../src/job/windows.js';

const row = { key: 'int', minute: 'int' } as const;

/** Two records of key 1 in the first ten minutes, one in the next, one of key 2. */
const rows = [
  [1, 3],
  [1, 12],
  [1, 5],
  [2, 4],
];
const topics = [{ topic: 'in', row: [], rows, splits: [Int32Array.of(0, 1, 2, 3)] }];

function source(outOfOrderness = '1h') {
  const environment = streamExecutionEnvironment('job');
  const eventTime = { field: 'minute', unit: 'min', outOfOrderness } as const;
  const stream = environment.fromSource({ topic: 'in', splits: 1, row, eventTime }).uid('source');
  return { environment, stream };
}

/** The rows of a bag as integers, each as often as it is there. */
function told(bag: Bag | undefined): string[] {
  if (bag === undefined) return [];
  return Array.from({ length: bag.size }, (_, at) => {
    const words = bag.words.subarray(bag.starts[at], bag.starts[at + 1]);
    return `${bag.counts[at]} x ${words.join(' ')}`;
  });
}

const inTopic = (job: JobGraph, topic: string): string[] =>
  told(meaningOf(job, topics).fixed.topics.get(topic));

test('a window of windows takes what the first gives at the time of its last tick', () => {
  const { environment, stream } = source();
  const tens = stream.keyBy('key').window(tumblingWindow('10min')).aggregate({ count: 'count' });
  const most = { windows: 'count', most: { max: 'count' } } as const;
  tens.keyBy('key').window(tumblingWindow('1h')).aggregate(most).sinkTo(plainSink('out'));
  tens.getLateOutput().sinkTo(plainSink('late'));
  expect(inTopic(environment.getJobGraph(), 'out')).toEqual(['1 x 1 0 60 2 2', '1 x 2 0 60 1 1']);
  expect(inTopic(environment.getJobGraph(), 'late')).toEqual([]);
});

test('unions add up, what throws gives nothing, and several sinks get the same', () => {
  const { environment, stream } = source();
  const odd = stream.filter(({ minute }) => minute % 2 === 1).uid('odd');
  const failing = stream.map((record) => {
    if (record.key === 2) throw new Error('no');
    return record;
  }, row);
  const both = odd.union(failing).map((record) => record, row);
  both.sinkTo(plainSink('one'));
  both.sinkTo(plainSink('two'));
  const job = environment.getJobGraph();
  expect(inTopic(job, 'one')).toEqual(['2 x 1 3', '1 x 1 12', '2 x 1 5']);
  expect(inTopic(job, 'two')).toEqual(inTopic(job, 'one'));
});

test('what must enter a derived operator has its time, and each subtask gets a broadcast', () => {
  const { environment, stream } = source();
  const rules = stream.filter(({ key }) => key === 2).uid('rules');
  stream.keyBy('key').aggregate({ count: 'count' }).uid('runs').sinkTo(plainSink('out'));
  rules
    .broadcast()
    .map((record) => record, row)
    .setParallelism(3)
    .sinkTo(plainSink('rules'));
  const job = environment.getJobGraph();
  const { derived, fixed } = meaningOf(job, topics);
  expect(derived.map(({ id }) => id)).toEqual(['runs']);
  const [edge] = [...fixed.edges.keys()];
  expect(edge?.to).toBe('runs');
  expect(told([...fixed.edges.values()][0])).toContain('1 x 2 4 4');
  expect(inTopic(job, 'rules')).toEqual(['3 x 2 4']);
});

test('it is computed once for the same rows, and again for others or another class', () => {
  const { environment, stream } = source('5min');
  const windows = stream.keyBy('key').window(tumblingWindow('10min')).aggregate({ n: 'count' });
  windows.sinkTo(plainSink('out'));
  const job = environment.getJobGraph();
  const [first] = topics;
  const inOrder = [{ ...first, splits: [Int32Array.of(0, 3, 2, 1)] }] as typeof topics;
  const fixed = meaningOf(job, inOrder).fixed;
  expect(meaningOf(job, [{ ...first, splits: [] }] as typeof topics).fixed).toBe(fixed);
  expect(meaningOf(job, topics).derived).toHaveLength(1);
  expect(meaningOf(job, topics).fixed.topics.size).toBe(0);
  const again = meaningOf(job, inOrder, true);
  expect(again.derived).toHaveLength(1);
  const whys = [...again.standings.values()].map(({ why }) => why);
  expect(whys.join()).toContain('checkpoints are at least once');
  const fewer = [{ ...first, rows: rows.slice(0, 1) }] as typeof topics;
  expect(told(meaningOf(job, fewer).fixed.topics.get('out'))).toEqual(['1 x 1 0 10 1']);
});
