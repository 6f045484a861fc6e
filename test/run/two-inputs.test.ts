/** Goal: functions with timers, joins and broadcast state are one graph in YAML and in the API. */
import { describe, expect, expectTypeOf, test } from 'vitest';
import { streamExecutionEnvironment, twoPhaseSink } from '../../src/job/data-stream.js';
import { nameOfCode } from '../../src/job/user-code.js';
import { valueState } from '../../src/job/states.js';
import { jobOf } from '../../src/run/job.js';
import { ScenarioError } from '../../src/run/scenario.js';
import { graphShape, parsed, row, timedSource } from './declared.js';

const eventTime = { field: 'minute', unit: 'min', outOfOrderness: '12h' } as const;
const out = { origin: 'string', n: 'int' } as const;

/** The lines of a job: the source, then these operators. */
const of = (...operators: string[]): string =>
  `  operators:\n${[timedSource, ...operators].map((one) => `    - ${one}\n`).join('')}`;

const source = () => {
  const env = streamExecutionEnvironment('declared');
  return {
    env,
    flights: env.fromSource({ topic: 'flights', splits: 2, row, eventTime }).uid('source'),
  };
};

const known = ['{ uid: known, input: source, filter: { less: [delay, 60] } }'];
const sink = '{ uid: sink, input: a, sink: { kind: two-phase, topic: out } }';

const counted = {
  states: { seen: valueState({ n: 'int' }) },
  returns: out,
} as const;

describe('the same graph', () => {
  test('of a function with timers', () => {
    const { env, flights } = source();
    const made = flights.keyBy('origin').process({
      ...counted,
      processElement: ({ origin, minute }, context) => {
        expectTypeOf(context.key).toEqualTypeOf<string>();
        const { n } = context.state('seen').value() ?? { n: 0 };
        context.state('seen').update({ n: n + 1 });
        context.registerEventTimeTimer(minute + 60);
        context.emit({ origin, n });
      },
      onTimer: (time, { key, emit }) => emit({ origin: key, n: time }),
    });
    made.uid('a').sinkTo(twoPhaseSink('out')).uid('sink');
    const code = new Map<string, unknown>([
      ['./c.js#c', { ...counted, processElement: () => 1, onTimer: () => 1 }],
    ]);
    const text = of(
      '{ uid: a, input: source, keyBy: origin, process: { module: ./c.js, export: c } }',
      sink,
    );
    const graph = jobOf(parsed(text), code);
    expect(graphShape(graph)).toEqual(graphShape(env.getJobGraph()));
    expect(graph.vertices[1]?.operators[0]?.operator).toMatchObject({
      kind: 'process',
      keyFields: [0],
      function: { inputs: [expect.anything()], usesProcessingTime: false },
    });
  });

  test('of a function over two streams', () => {
    const { env, flights } = source();
    const others = flights
      .filter(({ delay }) => delay < 60)
      .uid('known')
      .keyBy('origin');
    const made = flights
      .keyBy('origin')
      .connect(others)
      .process({
        ...counted,
        processElement1: ({ origin }, { emit }) => emit({ origin, n: 1 }),
        processElement2: ({ origin, delay }, { emit }) => emit({ origin, n: delay }),
      });
    made.uid('a').sinkTo(twoPhaseSink('out')).uid('sink');
    const code = new Map<string, unknown>([
      ['./c.js#c', { ...counted, processElement1: () => 1, processElement2: () => 1 }],
    ]);
    const text = of(
      ...known,
      '{ uid: a, input: source, keyBy: origin, with: known, withKeyBy: origin, ' +
        'process: { module: ./c.js, export: c } }',
      sink,
    );
    const graph = jobOf(parsed(text), code);
    expect(graphShape(graph)).toEqual(graphShape(env.getJobGraph()));
    expect(graph.edges.filter(({ to }) => to === 'a')).toMatchObject([
      { from: 'source', operator: 0, input: 0, exchange: { kind: 'hash', field: 0 } },
      { from: 'source', operator: 1, input: 1, exchange: { kind: 'hash', field: 0 } },
    ]);
  });

  test('of an interval join', () => {
    const { env, flights } = source();
    const others = flights
      .filter(({ delay }) => delay < 60)
      .uid('known')
      .keyBy('origin');
    const made = flights.keyBy('origin').intervalJoin(others).between('-15m', '2h').join();
    made.uid('a').sinkTo(twoPhaseSink('out')).uid('sink');
    expectTypeOf(made.map<typeof out>)
      .parameter(0)
      .parameter(0)
      .toHaveProperty('right_delay')
      .toEqualTypeOf<number>();
    const text = of(
      ...known,
      '{ uid: a, input: source, keyBy: origin, with: known, withKeyBy: origin, ' +
        'intervalJoin: { from: -15m, to: 2h } }',
      sink,
    );
    const graph = jobOf(parsed(text));
    expect(graphShape(graph)).toEqual(graphShape(env.getJobGraph()));
    expect(graph.vertices[1]?.operators[0]?.operator).toMatchObject({ lower: -15, upper: 120 });
    expect(graph.vertices[1]?.operators[0]?.output.map(({ name }) => name)).toEqual([
      ...['origin', 'record', 'delay', 'minute'],
      ...['right_origin', 'right_record', 'right_delay', 'right_minute'],
    ]);
  });

  test('of broadcast state', () => {
    const { env, flights } = source();
    const rules = flights.map(({ origin, delay }) => ({ origin, limit: delay }), {
      origin: 'string',
      limit: 'int',
    });
    const made = flights.connect(rules.uid('rules').broadcast()).process({
      state: { origin: 'string', limit: 'int' },
      returns: { ...row, limit: 'int' },
      processElement: (flight, { state, emit }) =>
        emit({ ...flight, limit: state.get(flight.origin)?.limit ?? 15 }),
      processBroadcastElement: (rule, { state }) => state.put(rule.origin, rule),
    });
    made.uid('a').sinkTo(twoPhaseSink('out')).uid('sink');
    const text = of(
      '{ uid: rules, input: source, map: { origin: origin, limit: delay } }',
      '{ uid: a, input: source, with: rules, ' +
        'broadcastState: { key: origin, ruleKey: origin, take: { limit: 15 } } }',
      sink,
    );
    const graph = jobOf(parsed(text));
    expect(graphShape(graph)).toEqual(graphShape(env.getJobGraph()));
    expect(graph.edges.map(({ input, exchange }) => [input, exchange.kind])).toEqual([
      [0, 'forward'],
      [1, 'broadcast'],
    ]);
    const code = new Map<string, unknown>([
      [
        nameOfCode({ module: './c.js', export: 'c' }),
        {
          ...{ state: { origin: 'string', limit: 'int' }, returns: { ...row, limit: 'int' } },
          ...{ processElement: () => 1, processBroadcastElement: () => 1 },
        },
      ],
    ]);
    const coded = text.replace(
      /broadcastState: .* \}/,
      'broadcastState: { module: ./c.js, export: c } }',
    );
    expect(graphShape(jobOf(parsed(coded), code))).toEqual(graphShape(graph));
  });
});

describe('code', () => {
  const text = of(
    '{ uid: a, input: source, keyBy: origin, process: { module: ./c.js, export: c } }',
    sink,
  );

  test('runs when it is allowed', () => {
    expect(() => jobOf(parsed(text))).toThrow(
      'a.process: ./c.js#c is code of the user; it runs with --allow-code only',
    );
  });

  test('may be of the short form', () => {
    const apply = () => ({ state: {}, output: {} });
    const code = new Map([['./c.js#c', { state: { n: 'int' }, returns: out, apply }]]);
    const [, vertex] = jobOf(parsed(text), code).vertices;
    expect(vertex?.operators[0]?.operator.kind).toBe('keyed');
  });

  test.each<[string, string]>([
    ['process: { module: ./c.js, export: c }', 'a.process: ./c.js#c must be { states, returns, pr'],
    [
      'with: known, withKeyBy: origin, process: { module: ./c.js, export: c }',
      'a.process: ./c.js#c must be { states, returns, processElement1(row, ctx), processElement2',
    ],
    [
      'with: known, withKeyBy: origin, intervalJoin: { from: 0m, to: 1m, prefix: "" }',
      'intervalJoin.prefix: a field begins with a letter',
    ],
  ])('of another form is told: %s', (rest, message) => {
    const operator = `{ uid: a, input: source, keyBy: origin, ${rest} }`;
    const job = of(...known, operator, sink);
    expect(() => jobOf(parsed(job), new Map([['./c.js#c', 1]]))).toThrow(message);
  });
});

describe('mistakes', () => {
  const two = 'input: source, keyBy: origin, with: known, withKeyBy: origin';
  const join = 'intervalJoin: { from: -1h, to: 1h }';
  const rules = (changes: string): string =>
    `input: source, with: known, broadcastState: { ${changes} }`;

  /** An operator, the text of it at which the mistake stands, and the mistake. */
  test.each([
    ['input: source, keyBy: origin, ' + join, '{ uid', 'intervalJoin and broadcastState take a se'],
    [`${two}, aggregate: { n: count }`, '{ uid', 'with is the second input of process, intervalJ'],
    ['input: source, keyBy: origin, with: known, ' + join, '{ uid', 'withKeyBy is the key of the'],
    ['input: source, with: known, withKeyBy: origin, ' + join, '{ uid', 'aggregate, reduce, proce'],
    [
      `input: source, keyBy: origin, with: known, withKeyBy: delay, ${join}`,
      'delay',
      'withKeyBy: both keys are of one type, not string and int',
    ],
    [
      `input: source, keyBy: origin, with: no, withKeyBy: origin, ${join}`,
      'no,',
      'with: there is n',
    ],
    [`${two}, intervalJoin: { from: 1h, to: -1h }`, '-1h', 'intervalJoin.to: -1h is before 1h'],
    [`${two}, intervalJoin: { from: -1s, to: 1h }`, '-1s', 'intervalJoin.from: -1s is no whole'],
    [
      'input: source, keyBy: origin, with: source, withKeyBy: origin, ' + join,
      'source, k',
      'input: takes source twice; put a map between them',
    ],
    [
      rules('key: city, ruleKey: origin, take: { delay: 1 }'),
      'city',
      'broadcastState.key: there is',
    ],
    [
      rules('key: origin, ruleKey: delay, take: { delay: 1 }'),
      'delay',
      'broadcastState.ruleKey: both keys are of one type, not string and int',
    ],
    [
      rules('key: origin, ruleKey: origin, take: { delay: x }'),
      'x }',
      'broadcastState.take.delay: what stands where there is no rule is int too',
    ],
    [
      rules('key: origin, ruleKey: origin, take: { delay: 1 }'),
      '{ delay',
      'broadcastState.take: two fields are called delay',
    ],
  ])('%s', (rest, marker, message) => {
    const operator = `{ uid: a, ${rest} }`;
    const column = 7 + operator.indexOf(marker);
    const path = /^[a-zA-Z.]+: /.test(message) ? '.' : ': ';
    const text = of(...known, operator, sink);
    expect(() => parsed(text)).toThrow(ScenarioError);
    expect(() => parsed(text)).toThrow(
      `declared.yaml:9:${column}: job.operators.2${path}${message}`,
    );
  });

  test('a stream that is connected is broadcast, or by key like the other', () => {
    const { flights } = source();
    expect(() => flights.connect(flights.rebalance())).toThrow(
      'connect: takes a stream that is broadcast, as in connect(rules.broadcast())',
    );
    expect(() => flights.keyBy('origin').connect(flights.keyBy('delay'))).toThrow(
      'both keys are of one type, not string and int',
    );
    expect(() => flights.keyBy('origin').connect(flights as never)).toThrow(
      'keyBy(origin).connect: takes a stream by key; call keyBy on it',
    );
  });
});
