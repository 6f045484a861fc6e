/** Goal: which operators run in one task, how edges lead, and which jobs cannot be. */
import { describe, expect, test } from 'vitest';
import {
  plainSink,
  streamExecutionEnvironment,
  twoPhaseSink,
  type StreamExecutionEnvironment,
} from '../../src/job/data-stream.js';
import type { DataStream } from '../../src/job/stream-types.js';
import { JobError } from '../../src/job/job-error.js';
import {
  channelsOf,
  slotsNeeded,
  slotsOfSubtasks,
  type JobGraph,
} from '../../src/job/job-graph.js';

type Flight = { origin: 'string'; record: 'int'; delay: 'int' };
const row: Flight = { origin: 'string', record: 'int', delay: 'int' };

const environment = (parallelism = 2): StreamExecutionEnvironment =>
  streamExecutionEnvironment('job', { parallelism });
const read = (env: StreamExecutionEnvironment): DataStream<Flight> =>
  env.fromSource({ topic: 'flights', splits: 2, row }).uid('source');

/** Vertices as the uids of their chains, and edges with their exchanges. */
function shapeOf({ vertices, edges }: JobGraph): readonly string[] {
  return [
    ...vertices.map(({ operators }) => operators.map(({ uid }) => uid).join('+')),
    ...edges.map(({ from, operator, to, exchange }) => {
      const sender = vertices.find(({ id }) => id === from)?.operators[operator]?.uid ?? '?';
      return `${sender} -${exchange.kind}-> ${to}`;
    }),
  ];
}

describe('chaining', () => {
  test('what need not be sent elsewhere runs in one task, the rest does not', () => {
    const env = environment();
    const known = read(env).filter(({ delay }) => delay > 0);
    known.uid('known');
    const counts = known.keyBy('origin').aggregate({ count: 'count' }).uid('counts');
    counts.sinkTo(twoPhaseSink('counts')).uid('sink');
    counts.sinkTo(plainSink('copies')).uid('narrow').setParallelism(1);
    expect(shapeOf(env.getJobGraph())).toEqual([
      ...['source+known', 'counts+sink', 'narrow'],
      ...['known -hash-> counts', 'counts -rebalance-> narrow'],
    ]);
  });

  test('an operator may be kept from it, on both sides or on one', () => {
    const env = environment();
    const map = (stream: DataStream<Flight>, uid: string): DataStream<Flight> =>
      stream.map((flight) => flight, row).uid(uid);
    const alone = map(read(env), 'alone').disableChaining();
    const head = map(map(alone, 'after'), 'head').startNewChain();
    map(head, 'last').sinkTo(twoPhaseSink('out')).uid('sink');
    expect(shapeOf(env.getJobGraph())).toEqual([
      ...['source', 'alone', 'after', 'head+last+sink'],
      ...['source -forward-> alone', 'alone -forward-> after', 'after -forward-> head'],
    ]);
  });

  test('other slots, in turn: none of these is chained; another number of key groups is', () => {
    const env = environment();
    const stream = read(env);
    stream.sinkTo(twoPhaseSink('a')).uid('slots').slotSharingGroup('other');
    stream.sinkTo(twoPhaseSink('b')).uid('groups').setMaxParallelism(64);
    stream.rebalance().sinkTo(twoPhaseSink('c')).uid('turns');
    stream.forward().sinkTo(twoPhaseSink('d')).uid('same');
    const graph = env.getJobGraph();
    expect(shapeOf(graph)).toEqual([
      ...['source+groups+same', 'slots', 'turns'],
      ...['source -forward-> slots', 'source -rebalance-> turns'],
    ]);
    expect(slotsNeeded(graph)).toBe(4);
    expect(slotsOfSubtasks(graph).get('slots[1]')).toBe(3);
    expect(slotsOfSubtasks(graph).get('turns[1]')).toBe(1);
    expect(channelsOf(graph).map(({ name }) => name)).toEqual([
      ...['source[0]->slots[0]', 'source[1]->slots[1]'],
      ...['source[0]->turns[0]', 'source[0]->turns[1]'],
      ...['source[1]->turns[0]', 'source[1]->turns[1]'],
    ]);
  });

  test('a slot sharing group goes on to what comes after, where the inputs agree', () => {
    const env = environment();
    const source = read(env).slotSharingGroup('a');
    const inherits = source.map((flight) => flight, row).uid('inherits');
    const other = source
      .map((flight) => flight, row)
      .uid('other')
      .slotSharingGroup('b');
    inherits.union(other).sinkTo(twoPhaseSink('out')).uid('sink');
    const groups = env
      .getJobGraph()
      .vertices.map(({ id, slotSharingGroup }) => [...[id, slotSharingGroup]]);
    expect(groups).toEqual([
      ...[
        ['source', 'a'],
        ['other', 'b'],
        ['sink', 'default'],
      ], // inherits runs with the source
    ]);
  });

  test('broadcast leads to every subtask, and is never chained', () => {
    const env = environment();
    const totals = read(env)
      .keyBy('origin')
      .reduce((one, other) => ({
        ...other,
        delay: one.delay + other.delay,
      }));
    totals.uid('totals').broadcast().sinkTo(twoPhaseSink('out')).uid('sink');
    const graph = env.getJobGraph();
    expect(shapeOf(graph)).toEqual([
      ...['source', 'totals', 'sink', 'source -hash-> totals', 'totals -broadcast-> sink'],
    ]);
    expect(channelsOf(graph)).toHaveLength(8);
  });

  test('a union takes an edge from each of its streams', () => {
    const env = environment();
    const one = read(env);
    const other = one.map((flight) => flight, row).uid('other');
    one.union(other).sinkTo(twoPhaseSink('out')).uid('sink');
    const graph = env.getJobGraph();
    expect(shapeOf(graph)).toEqual([
      ...['source+other', 'sink', 'source -forward-> sink', 'other -forward-> sink'],
    ]);
    const names = channelsOf(graph).map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });
});

describe('a job that cannot be', () => {
  test.each<readonly [string, (env: StreamExecutionEnvironment) => unknown, string]>([
    ['no source', () => undefined, 'job: a job needs a source'],
    ['no sink', read, 'job: a job needs a sink'],
    [
      'a uid twice',
      (env) => read(env).sinkTo(twoPhaseSink('out')).uid('source'),
      'source: two operators have this uid',
    ],
    [
      'a uid that is no name',
      (env) => read(env).sinkTo(twoPhaseSink('out')).uid('a sink'),
      'a sink: a uid begins with a letter',
    ],
    [
      'wider than its key groups',
      (env) => read(env).setMaxParallelism(1).sinkTo(twoPhaseSink('out')).uid('sink'),
      'source.parallelism: must be 1 to 1, its maximum',
    ],
    [
      'too many key groups',
      (env) => read(env).setMaxParallelism(40_000).sinkTo(twoPhaseSink('out')).uid('sink'),
      'source.maxParallelism: must be an integer of 1 to 32768',
    ],
    [
      'forward between two widths',
      (env) => read(env).forward().sinkTo(twoPhaseSink('out')).uid('sink').setParallelism(1),
      'sink: forward needs one parallelism on both sides, not 2 and 1',
    ],
    [
      'a stream with itself',
      (env) => {
        const stream = read(env);
        return stream.union(stream).sinkTo(twoPhaseSink('out')).uid('sink');
      },
      'sink.input: takes source twice',
    ],
    [
      'two streams, one of them twice',
      (env) => {
        const stream = read(env);
        const [a, b] = ['a', 'b'].map((uid) => stream.map((flight) => flight, row).uid(uid));
        if (a === undefined || b === undefined) return undefined;
        return a.union(b, b).sinkTo(twoPhaseSink('out')).uid('sink');
      },
      'sink.input: takes b twice',
    ],
    [
      'two sinks of one topic',
      (env) => {
        const stream = read(env);
        stream.sinkTo(twoPhaseSink('out')).uid('one');
        return stream.sinkTo(plainSink('out')).uid('other');
      },
      'other: another sink writes out; name another topic',
    ],
    [
      'a sink that writes what is read',
      (env) => read(env).sinkTo(twoPhaseSink('flights')).uid('sink'),
      'sink: writes flights, which the job reads',
    ],
    [
      'a service time that is none',
      (env) => read(env).serviceTime(0.5, 1).sinkTo(twoPhaseSink('out')).uid('sink'),
      'source: a service time is two integers',
    ],
    [
      'a chain that takes years',
      (env) => read(env).serviceTime(0, 2e9).sinkTo(twoPhaseSink('out')).uid('sink'),
      'source: a record takes 2000000000 µs in its chain',
    ],
  ])('%s', (_name, declare, message) => {
    const env = environment();
    declare(env);
    expect(() => env.getJobGraph()).toThrow(JobError);
    expect(() => env.getJobGraph()).toThrow(message);
  });
});

test('mistakes that the types do not see in JavaScript', () => {
  const stream = read(environment()) as unknown as Record<string, (...given: unknown[]) => unknown>;
  expect(() => stream['map']?.(() => ({}))).toThrow('a row: its shape must be given');
  expect(() => stream['map']?.(() => ({}), { a: 'float' })).toThrow('its shape must be given');
  expect(() => stream['keyBy']?.('city')).toThrow('keyBy: there is no field city; there are ');
  const keyed = stream['keyBy']?.('origin') as typeof stream;
  expect(() => keyed['aggregate']?.({ n: 'counts' })).toThrow('called counts; did you mean count?');
  expect(() => keyed['aggregate']?.({ n: { sun: 'delay' } })).toThrow('sun; did you mean sum?');
  expect(() => keyed['aggregate']?.({ n: { sum: 'dealy' } })).toThrow('did you mean delay?');
});
