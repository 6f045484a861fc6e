/** Goal: a job in YAML is that of the DataStream API, and its mistakes are told where they are. */
import { describe, expect, test } from 'vitest';
import { plainSink, streamExecutionEnvironment, twoPhaseSink } from '../../src/job/data-stream.js';
import type { JobGraph } from '../../src/job/job-graph.js';
import { jobOf } from '../../src/run/job.js';
import { checkpointed } from './declared.js';
import { parseScenario, ScenarioError } from '../../src/run/scenario.js';

const frame = (job: string): string => `name: declared
data: { file: none, records: 10, splits: 2, shuffleMinutes: 0, recordsPerSecond: 10 }
configuration: { ${checkpointed}, taskmanager.numberOfTaskSlots: 4 }
laws: [consistent-cut, progress]
job:
${job}
cluster: { taskManagers: 4 }`;

const parsed = (job: string) => parseScenario(frame(job), 'declared.yaml');

/** What of a graph is no function. */
function shapeOf({ vertices, edges }: JobGraph): unknown {
  return JSON.parse(JSON.stringify({ vertices, edges }));
}

test('the same job by both ways gives the same graph', () => {
  const yaml = `  parallelism: 2
  maxParallelism: 64
  operators:
    - { uid: source, source: flights, serviceMicros: { min: 3, max: 4 } }
    - { uid: known, input: source, filter: { less: [delay, 60] }, chaining: head }
    - { uid: lines, input: known, map: { line: { format: '{origin} {delay}' } } }
    - { uid: words, input: lines, flatMap: { split: line, by: ' ', as: word } }
    - { uid: counts, input: words, keyBy: word, aggregate: { count: count } }
    - { uid: turns, input: counts, exchange: rebalance, map: { word: word, count: count } }
    - { uid: both, input: [counts, turns], map: { word: word, n: { add: [count, 1] } } }
    - { uid: sink, input: both, sink: { kind: two-phase, topic: a }, parallelism: 1 }
    - { uid: raw, input: known, sink: { kind: plain, topic: b }, chaining: never,
        slotSharingGroup: raw }
`;
  const defaults = { parallelism: 2, maxParallelism: 64 };
  const env = streamExecutionEnvironment('declared', defaults);
  const row = { origin: 'string', record: 'int', delay: 'int' } as const;
  const source = env.fromSource({ topic: 'flights', splits: 2, row }).uid('source');
  const known = source.serviceTime(3, 4).filter(({ delay }) => delay < 60);
  known.uid('known').startNewChain().serviceTime(5, 10);
  const lines = known
    .map(({ origin, delay }) => ({ line: `${origin} ${delay}` }), { line: 'string' })
    .uid('lines')
    .serviceTime(5, 10);
  const words = lines
    .flatMap(({ line }) => line.split(' ').map((word) => ({ word })), { word: 'string' })
    .uid('words')
    .serviceTime(5, 10);
  const counts = words.keyBy('word').aggregate({ count: 'count' });
  counts.uid('counts').serviceTime(60, 100);
  const turns = counts.rebalance().map((counted) => counted, { word: 'string', count: 'int' });
  turns.uid('turns').serviceTime(5, 10);
  const both = counts
    .union(turns)
    .map(({ word, count }) => ({ word, n: count + 1 }), { word: 'string', n: 'int' });
  both.uid('both').serviceTime(5, 10);
  both.sinkTo(twoPhaseSink('a')).uid('sink').setParallelism(1).serviceTime(20, 40);
  const raw = known.sinkTo(plainSink('b')).uid('raw').disableChaining().slotSharingGroup('raw');
  raw.serviceTime(20, 40);
  const graph = jobOf(parsed(yaml));
  expect(shapeOf(graph)).toEqual(shapeOf(env.getJobGraph()));
  expect(graph.vertices.map(({ id }) => id)).toEqual([
    ...['source', 'known', 'counts', 'turns', 'both', 'sink', 'raw'],
  ]);
});

const source = '    - { uid: source, source: flights }\n';
const sink = (input: string): string =>
  `    - { uid: sink, input: ${input}, sink: { kind: plain, topic: out } }\n`;
const of = (...operators: string[]): string =>
  `  operators:\n${source}${operators.map((operator) => `    - ${operator}\n`).join('')}`;

describe('mistakes', () => {
  /** An operator, the text of it at which the mistake stands, and the mistake. */
  test.each([
    [
      'input: source, map: { x: dealy }',
      'dealy',
      'map.x: there is no field dealy; did you mean delay?',
    ],
    [
      'input: source, map: { x: { ad: [1, 2] } }',
      '{ ad',
      'map.x: nothing is called ad; did you mean',
    ],
    [
      'input: source, map: { x: { add: [delay] } }',
      '[delay',
      'map.x.add: needs at least 2 entries',
    ],
    ['input: source, filter: delay', 'delay', 'filter: a condition is wanted'],
    ['input: sorce, filter: { less: [1, 2] }', 'sorce', 'input: there is no operator sorce before'],
    ['input: source', '{ uid', 'an operator does exactly one of source, map, filter, flatMap'],
    ['filter: { less: [1, 2] }', '{ uid', 'a source has no input, and every other operator has'],
    ['input: source, aggregate: { n: count }', '{ uid', 'aggregate, reduce, process and interv'],
    [
      'input: source, keyBy: city, aggregate: { n: count }',
      'city',
      'keyBy: there is no field city; there are origin, record, delay',
    ],
    [
      'input: source, keyBy: origin, aggregate: { n: counts }',
      'counts',
      'aggregate.n: nothing is called counts; did you mean count?',
    ],
    [
      'input: source, keyBy: origin, exchange: forward, aggregate: { n: count }',
      '{ uid',
      'keyBy says which subtask a record goes to; take exchange away',
    ],
    ['source: trains', 'trains', 'source: there is no topic trains in data; there are flights'],
  ])('%s', (rest, marker, message) => {
    const operator = `{ uid: a, ${rest} }`;
    const column = 7 + operator.indexOf(marker);
    const path = /^[a-zA-Z.]+: /.test(message) ? '.' : ': ';
    const text = of(operator) + sink('source');
    expect(() => parsed(text)).toThrow(ScenarioError);
    expect(() => parsed(text)).toThrow(
      `declared.yaml:8:${column}: job.operators.1${path}${message}`,
    );
  });

  test('a uid that is no name', () => {
    const job = of('{ uid: a b, input: source, filter: { less: [1, 2] } }') + sink('source');
    expect(() => parsed(job)).toThrow('8:14: job.operators.1.uid: a uid begins with a letter');
  });

  test('a job without a sink', () => {
    const job = of('{ uid: a, input: source, filter: { less: [1, 2] } }');
    expect(() => parsed(job)).toThrow('job: a job needs a sink');
  });

  test.each([
    ['barrier-order', 'all of it is one chain'],
    ['two-phase-commit', 'it has no sink that commits'],
  ])('the law %s, where it would judge nothing', (law, reason) => {
    const text = frame(of() + sink('source')).replace('[consistent-cut', `[${law}`);
    const message = `${law} has nothing to judge in this job: ${reason}; list the other laws`;
    expect(() => parseScenario(text, 'declared.yaml')).toThrow(
      `declared.yaml:4:7: laws: ${message}`,
    );
  });

  test('code has a module and an export, and nothing else', () => {
    const job = of('{ uid: a, input: source, map: { module: ./a.js, export: b, extra: 1 } }');
    expect(() => parsed(job + sink('a'))).toThrow(
      'job.operators.1.map.extra: there is no such field',
    );
  });
});
