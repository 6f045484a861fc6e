/** Goal: event time and windows in YAML are those of the DataStream API, mistakes and all. */
import { describe, expect, test } from 'vitest';
import { streamExecutionEnvironment, twoPhaseSink } from '../../src/job/data-stream.js';
import { sessionWindow, slidingWindow, tumblingWindow } from '../../src/job/windows.js';
import type { RowOf } from '../../src/job/shapes.js';
import { jobOf } from '../../src/run/job.js';
import { parseScenario, ScenarioError } from '../../src/run/scenario.js';
import { graphShape, parsed, row, timedData, timedSource } from './declared.js';

test('windows by both ways give the same graph', () => {
  const yaml = `  operators:
    - { uid: source, source: flights, eventTime: { field: minute, unit: min,
        outOfOrderness: 12h, idleAfterMillis: 500 } }
    - { uid: days, input: source, keyBy: origin, window: { tumbling: 1d, offset: 6h },
        allowedLateness: 2h, aggregate: { n: count, most: { max: delay } } }
    - { uid: weeks, input: source, keyBy: origin, window: { sliding: 7d, slide: 1d },
        aggregate: { n: count, newest: { last: delay } } }
    - { uid: sessions, input: source, keyBy: origin, window: { session: 30m },
        aggregate: { n: count } }
    - { uid: hundreds, input: source, keyBy: origin, window: { count: 100 },
        aggregate: { n: count } }
    - { uid: a, input: days, sink: { kind: two-phase, topic: a } }
    - { uid: b, input: weeks, sink: { kind: two-phase, topic: b } }
    - { uid: c, input: [sessions, hundreds], sink: { kind: two-phase, topic: c } }
    - { uid: late, input: [days.late, weeks.late], sink: { kind: two-phase, topic: late } }
`;
  const env = streamExecutionEnvironment('declared');
  const eventTime = { field: 'minute', unit: 'min', outOfOrderness: '12h' } as const;
  const told = { ...eventTime, idleAfter: '500ms' };
  const source = env.fromSource({ topic: 'flights', splits: 2, row, eventTime: told });
  const keyed = source.uid('source').keyBy('origin');
  const days = keyed
    .window(tumblingWindow('1d', '6h'))
    .allowedLateness('2h')
    .aggregate({ n: 'count', most: { max: 'delay' } })
    .uid('days');
  const weeks = keyed
    .window(slidingWindow('7d', '1d'))
    .aggregate({ n: 'count', newest: { last: 'delay' } })
    .uid('weeks');
  const sessions = keyed.window(sessionWindow('30m')).aggregate({ n: 'count' }).uid('sessions');
  const hundreds = keyed.countWindow(100).aggregate({ n: 'count' }).uid('hundreds');
  days.sinkTo(twoPhaseSink('a')).uid('a');
  weeks.sinkTo(twoPhaseSink('b')).uid('b');
  sessions.union(hundreds).sinkTo(twoPhaseSink('c')).uid('c');
  days.getLateOutput().union(weeks.getLateOutput()).sinkTo(twoPhaseSink('late')).uid('late');
  const graph = jobOf(parsed(yaml));
  expect(graphShape(graph)).toEqual(graphShape(env.getJobGraph(() => ({ min: 0, max: 0 }))));
  expect(graph.eventTime).toEqual({ tickMicros: 60_000_000 });
  const [days_] = graph.vertices.find(({ id }) => id === 'days')?.operators ?? [];
  expect(days_).toMatchObject({ next: [1], nextLate: [] });
  expect(graph.edges.filter(({ output }) => output === 'late')).toMatchObject([
    { from: 'days', operator: 0, to: 'late', input: 0 },
    { from: 'weeks', operator: 0, to: 'late', input: 0 },
  ]);
});

test('sources that wait for each other are the same graph by both ways', () => {
  const alignment = 'alignment: { group: g, maxDrift: 1h, updateMillis: 100 }';
  const topics = `[${timedData}, { topic: b, rows: [{ at: 1 }], splits: 1, recordsPerSecond: 1 }]`;
  const yaml = `  operators:
    - { uid: source, source: flights, eventTime: { field: minute, unit: min,
        outOfOrderness: 12h, ${alignment} } }
    - { uid: b, source: b, eventTime: { field: at, unit: min, outOfOrderness: 0min,
        alignment: { group: alone, maxDrift: 0min } } }
    - { uid: one, input: source, sink: { kind: two-phase, topic: one } }
    - { uid: other, input: b, sink: { kind: two-phase, topic: other } }
`;
  const env = streamExecutionEnvironment('declared');
  const minutes = { field: 'minute', unit: 'min', outOfOrderness: '12h' } as const;
  const grouped = { ...minutes, alignment: { group: 'g', maxDrift: '1h', updateMillis: 100 } };
  const flights = env.fromSource({ topic: 'flights', splits: 2, row, eventTime: grouped });
  flights.uid('source').sinkTo(twoPhaseSink('one')).uid('one');
  const at = { field: 'at', unit: 'min', outOfOrderness: '0min' } as const;
  const alone = { ...at, alignment: { group: 'alone', maxDrift: '0min' } };
  const b = env.fromSource({ topic: 'b', splits: 1, row: { at: 'int' }, eventTime: alone });
  b.uid('b').sinkTo(twoPhaseSink('other')).uid('other');
  const graph = jobOf(parsed(yaml, topics));
  expect(graphShape(graph)).toEqual(graphShape(env.getJobGraph()));
  expect(graph.vertices.map(({ operators }) => operators[0]?.operator)).toMatchObject([
    { watermarks: { alignment: { group: 'g', maxDrift: 60, updateMicros: 100_000 } } },
    { watermarks: { alignment: { group: 'alone', maxDrift: 0, updateMicros: 1_000_000 } } },
  ]);
});

test('a reduction of windows may be said to take records in any order', () => {
  const env = streamExecutionEnvironment('declared');
  const eventTime = { field: 'minute', unit: 'min', outOfOrderness: '12h' } as const;
  const source = env.fromSource({ topic: 'flights', splits: 2, row, eventTime }).uid('source');
  const keyed = source.keyBy('origin');
  const least = (one: RowOf<typeof row>, other: RowOf<typeof row>): RowOf<typeof row> =>
    one.delay < other.delay ? one : other;
  const days = keyed.window(tumblingWindow('1d')).reduce(least, { commutative: true }).uid('days');
  const pairs = keyed.countWindow(2).reduce(least).uid('pairs');
  days.union(pairs).sinkTo(twoPhaseSink('a')).uid('a');
  const code = new Map([['./c.js#least', least]]);
  const yaml = `  operators:
    - ${timedSource}
    - { uid: days, input: source, keyBy: origin, window: { tumbling: 1d },
        reduce: { module: ./c.js, export: least, commutative: true } }
    - { uid: pairs, input: source, keyBy: origin, window: { count: 2 },
        reduce: { module: ./c.js, export: least } }
    - { uid: a, input: [days, pairs], sink: { kind: two-phase, topic: a } }
`;
  const graph = jobOf(parsed(yaml), code);
  expect(graphShape(graph)).toEqual(graphShape(env.getJobGraph()));
  const kept = graph.vertices.map(({ operators }) => operators[0]?.operator);
  expect(kept.slice(1, 3)).toMatchObject([
    { function: { isCommutative: true, declared: { kind: 'reduce', combine: least } } },
    { function: { isCommutative: false, input: graph.vertices[0]?.operators[0]?.output } },
  ]);
});

test('a scenario that was read reads the same again, as a plan file holds it', () => {
  const scenario = parsed(`  operators:
    - { uid: source, source: flights, eventTime: { field: minute, unit: min,
        outOfOrderness: 12h, idleAfterMillis: 500 } }
    - { uid: days, input: source, keyBy: origin, window: { tumbling: 1d, offset: 6h },
        allowedLateness: 2h, aggregate: { n: count, most: { max: delay } } }
    - { uid: a, input: days, sink: { kind: two-phase, topic: a } }
`);
  expect(parseScenario(JSON.stringify(scenario), 'plan.json')).toEqual(scenario);
});

test('what comes too late may stay in the task of the window', () => {
  const graph = jobOf(
    parsed(`  operators:
    - ${timedSource}
    - { uid: days, input: source, keyBy: origin, window: { tumbling: 1d },
        aggregate: { n: count } }
    - { uid: a, input: days, sink: { kind: two-phase, topic: a } }
    - { uid: late, input: days.late, sink: { kind: two-phase, topic: late } }
`),
  );
  const days = graph.vertices.find(({ id }) => id === 'days');
  expect(days?.operators.map(({ uid }) => uid)).toEqual(['days', 'a', 'late']);
  expect(days?.operators[0]).toMatchObject({ next: [1], nextLate: [2] });
  expect(days?.operators[2]?.output.map(({ name }) => name)).toEqual(Object.keys(row));
});

describe('mistakes', () => {
  const count = 'aggregate: { n: count }';
  const keyed = 'input: source, keyBy: origin';

  /** An operator, the text of it at which the mistake stands, and the mistake. */
  test.each([
    [`${keyed}, window: { tumbling: 90s }, ${count}`, '90s', 'window.tumbling: 90s is no whole'],
    [`${keyed}, window: { tumbling: soon }, ${count}`, 'soon', 'window.tumbling: soon is no span'],
    [`${keyed}, window: { session: 0m }, ${count}`, '0m', 'window.session: 0m must be longer'],
    [
      `${keyed}, window: { sliding: 1d }, ${count}`,
      '{ sliding',
      'window.slide: is missing; it must be a te',
    ],
    [
      `${keyed}, window: { hops: 1d }, ${count}`,
      '{ hops',
      'window: nothing is called hops; a window is',
    ],
    [
      `${keyed}, window: { count: 0 }, ${count}`,
      '0 }',
      'window.count: is 0; it must be at least 1',
    ],
    [`${keyed}, window: { session: 1h }`, '{ uid', 'an operator does exactly one of source'],
    [
      `input: source, window: { count: 1 }, ${count}`,
      '{ uid',
      'aggregate, reduce, process and interv',
    ],
    [`${keyed}, allowedLateness: 1h, ${count}`, '{ uid', 'allowedLateness is that of a window'],
    [
      `${keyed}, window: { count: 9 }, process: { module: ./c.js, export: c }`,
      '{ uid',
      'a window needs aggregate or reduce, which say what it computes',
    ],
    [
      `${keyed}, reduce: { module: ./c.js, export: c, commutative: true }`,
      '{ uid',
      'commutative is said of what a window computes, and there is none',
    ],
    [`${keyed}, window: 5, ${count}`, '5,', 'window: a window is { tumbling: SPAN }, { sliding'],
    [
      `${keyed}, window: { count: 9 }, allowedLateness: 1h, ${count}`,
      '1h',
      'allowedLateness: a window of counts knows no late records; take it away',
    ],
    [
      `${keyed}, window: { session: 1h }, aggregate: { windowEnd: count }`,
      '{ windowEnd',
      'aggregate: two fields are called windowEnd',
    ],
    ['input: source.late, filter: { less: [1, 2] }', 'source.late', 'input: source has no late'],
    [
      'input: source, filter: { less: [1, 2] }, ' +
        'eventTime: { field: a, unit: d, outOfOrderness: 1d }',
      '{ uid',
      'eventTime says how a source tells time; give it to the source',
    ],
  ])('%s', (rest, marker, message) => {
    const operator = `{ uid: a, ${rest} }`;
    const column = 7 + operator.indexOf(marker);
    const path = /^[a-zA-Z.]+: /.test(message) ? '.' : ': ';
    const sink = '{ uid: sink, input: source, sink: { kind: plain, topic: out } }';
    const text = `  operators:\n    - ${timedSource}\n    - ${operator}\n    - ${sink}\n`;
    expect(() => parsed(text)).toThrow(ScenarioError);
    expect(() => parsed(text)).toThrow(
      `declared.yaml:8:${column}: job.operators.1${path}${message}`,
    );
  });

  test('time is told where it is needed', () => {
    const text = `  operators:
    - { uid: source, source: flights }
    - { uid: a, input: source, keyBy: origin, window: { session: 1h }, aggregate: { n: count } }
    - { uid: sink, input: a, sink: { kind: plain, topic: out } }
`;
    expect(() => parsed(text)).toThrow(
      '8:55: job.operators.1.window: a window of time works by event time; give each source an',
    );
  });

  test.each([
    ['field: origin', 'field: origin is a text; times are integers'],
    ['field: hour', 'field: there is no field hour; there are origin, record, delay, minute'],
    ['unit: week', 'unit: is "week"; it must be one of ms, s, min, h, d'],
    ['outOfOrderness: -1h', 'outOfOrderness: -1h is negative'],
    ['outOfOrderness: 1s', 'outOfOrderness: 1s is no whole number of min'],
  ])('a source with %s', (changed, message) => {
    const [name = ''] = changed.split(':');
    const source = timedSource.replace(new RegExp(`${name}: \\w+`), changed);
    const column = 7 + source.indexOf(changed) + name.length + 2;
    const text = `  operators:
    - ${source}
    - { uid: sink, input: source, sink: { kind: plain, topic: out } }
`;
    expect(() => parsed(text)).toThrow(
      `declared.yaml:7:${column}: job.operators.0.eventTime.${message}`,
    );
  });

  test.each([
    ['maxDrift: -1h', 'maxDrift: -1h is negative; give the span to be ahead by'],
    ['maxDrift: 1s', 'maxDrift: 1s is no whole number of min'],
    ['updateMillis: 0', 'updateMillis: is 0; it must be at least 1'],
    ['group: ""', 'group: is ""; it must have at least 1 letters'],
  ])('a group with %s', (changed, message) => {
    const [name = ''] = changed.split(':');
    const group = '{ group: g, maxDrift: 1h, updateMillis: 5 }'.replace(
      new RegExp(`${name}: \\w+`),
      changed,
    );
    const source = timedSource.replace(' 12h', ` 12h, alignment: ${group}`);
    const column = 7 + source.indexOf(changed) + name.length + 2;
    const text = `  operators:
    - ${source}
    - { uid: sink, input: source, sink: { kind: plain, topic: out } }
`;
    expect(() => parsed(text)).toThrow(
      `declared.yaml:7:${column}: job.operators.0.eventTime.alignment.${message}`,
    );
  });

  test('a group stands where time is told', () => {
    const source = '{ uid: source, source: flights, alignment: { group: g, maxDrift: 1h } }';
    const text = `  operators:
    - ${source}
    - { uid: sink, input: source, sink: { kind: plain, topic: out } }
`;
    expect(() => parsed(text)).toThrow(
      'job.operators.0.alignment: alignment is part of how a source tells time; put it in',
    );
  });

  test.each([
    ['', '9:7: job.operators.1: other sources of the job tell time; give this one an eventTime'],
    [
      ', eventTime: { field: minute, unit: h, outOfOrderness: 1h }',
      '9:62: job.operators.1.eventTime.unit: all sources of a job count time in one unit',
    ],
  ])('a second source with "%s"', (told, message) => {
    const topics = `[${timedData}, { topic: b, rows: [{ minute: 1 }], splits: 1,
  recordsPerSecond: 1 }]`;
    const text = `  operators:
    - ${timedSource}
    - { uid: b, source: b${told} }
    - { uid: sink, input: source, sink: { kind: plain, topic: out } }
    - { uid: other, input: b, sink: { kind: plain, topic: other } }
`;
    expect(() => parsed(text, topics)).toThrow(message);
  });

  test('windows of counts have no late records', () => {
    const text = `  operators:
    - ${timedSource}
    - { uid: a, input: source, keyBy: origin, window: { count: 9 }, aggregate: { n: count } }
    - { uid: sink, input: a.late, sink: { kind: plain, topic: out } }
`;
    expect(() => parsed(text)).toThrow(
      '9:27: job.operators.2.input: a has no late records: it is a window of counts',
    );
  });
});
