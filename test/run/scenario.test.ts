/** Scenarios: what a person leaves out, and what a person gets wrong. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { totalsJob } from '../fixtures/flights.js';
import { coresOf } from '../../src/run/configuration.js';
import { parseScenario, ScenarioError, type ScenarioMistake } from '../../src/run/scenario.js';
import { fuzz } from '../fuzz.js';

const least = `name: least
data: { file: a.json, records: 10, splits: 1, shuffleMinutes: 0, recordsPerSecond: 10 }
configuration:
  execution.checkpointing.interval: 100ms
  restart-strategy.type: fixed-delay
  restart-strategy.fixed-delay.attempts: 2147483647
  taskmanager.numberOfTaskSlots: 1
cluster:
  taskManagers: 1
job: ${JSON.stringify(totalsJob({ source: 1, keyed: 1, sink: 1 }))}
`;

function mistakesOf(text: string): readonly ScenarioMistake[] {
  try {
    parseScenario(text, 'bad.yaml');
  } catch (error) {
    if (error instanceof ScenarioError) return error.mistakes;
    throw error;
  }
  return [];
}

const placesOf = (text: string) =>
  mistakesOf(text).map(({ line, column, path }) => `${line}:${column} ${path}`);

describe('defaults', () => {
  test('what is left out is filled in', () => {
    const scenario = parseScenario(least, 'least.yaml');
    expect(scenario).toMatchObject({
      data: [{ topic: 'flights', columns: { record: '$record' } }],
      configuration: {
        'execution.checkpointing.num-retained': 1,
        'execution.checkpointing.timeout': '10min',
        'pipeline.auto-watermark-interval': '200ms',
      },
      cluster: { recordsPerBuffer: 32 },
      costs: { requestAttempts: 3, latencyMicros: { min: 80, max: 300 } },
      faults: { kinds: [], max: 0, aimedPerMille: 500 },
      expect: {},
      budget: { simulatedSeconds: 600 },
    });
    expect(scenario.laws.length).toBeGreaterThan(0);
  });

  test('a task manager has as many cores as slots, unless told', () => {
    const text = least.replace('TaskSlots: 1', 'TaskSlots: 3');
    expect(coresOf(parseScenario(text, 'least.yaml'))).toBe(3);
    const told = text.replace('taskManagers: 1', 'taskManagers: 1\n  coresPerTaskManager: 2');
    expect(coresOf(parseScenario(told, 'least.yaml'))).toBe(2);
    expect(placesOf(told.replace('coresPerTaskManager: 2', 'coresPerTaskManager: 0'))).toEqual([
      '10:24 cluster.coresPerTaskManager',
    ]);
  });

  test('what is given stays', () => {
    const scenario = parseScenario(`${least}budget: { events: 5 }\n`, 'least.yaml');
    expect(scenario).toMatchObject({ budget: { simulatedSeconds: 600, events: 5 } });
  });

  test.each(['small', 'flights', 'flights-plain-sink'])('%s of the package is one', (name) => {
    const file = new URL(`../../scenarios/${name}.yaml`, import.meta.url);
    expect(parseScenario(readFileSync(file, 'utf8'), name).name).toBe(name);
  });

  test('ten million records may be asked for, and no more', () => {
    const of = (records: number) => least.replace('records: 10,', `records: ${records},`);
    expect(parseScenario(of(10_000_000), 'many.yaml').data[0]?.records).toBe(10_000_000);
    expect(placesOf(of(10_000_001))).toEqual(['2:32 data.records']);
  });
});

describe('mistakes', () => {
  test('all at once, each with its place', () => {
    const text = least
      .replace('records: 10,', 'records: none,')
      .replace('taskManagers: 1', 'taskManagers: 0');
    expect(placesOf(text)).toEqual(['2:32 data.records', '9:17 cluster.taskManagers']);
  });

  test('a missing field stands at what should have it', () => {
    const text = least.replace('  taskManagers: 1\n', '  recordsPerBuffer: 8\n');
    expect(placesOf(text)).toEqual(['9:3 cluster.taskManagers']);
  });

  test('an unknown field is one, and is named', () => {
    const [mistake] = mistakesOf(`${least}parallelisms: 1\n`);
    expect(mistake?.message).toContain('there is no such field; there are name, job');
  });

  test('each says what is wrong and what would be right', () => {
    const wrong: readonly (readonly [from: string, to: string, said: string])[] = [
      ['records: 10,', 'records: none,', 'data.records: is "none"; it must be a number'],
      ['records: 10,', 'records: 0,', 'data.records: is 0; it must be at least 1'],
      [
        'splits: 1',
        'splits: 1, split: 2',
        'data.split: there is no such field; did you mean splits?',
      ],
      ['taskManagers: 1', 'workers: 1', 'cluster.taskManagers: is missing; it must be a number'],
      ['two-phase', 'two-fase', '.sink.kind: is "two-fase"; did you mean two-phase?'],
      [
        'two-phase',
        'kafka',
        '.sink.kind: is "kafka"; it must be one of two-phase, plain, file, upsert',
      ],
      ['name: least', 'name: Least', 'name: a name has lower-case letters, digits and hyphens'],
      ['name: least', 'name: [a]', 'name: is ["a"]; it must be a text'],
    ];
    for (const [from, to, said] of wrong) {
      const lines = mistakesOf(least.replace(from, to)).map(
        ({ path, message }) => `${path}: ${message}`,
      );
      expect(lines).toContainEqual(expect.stringContaining(said));
    }
    const [law] = mistakesOf(`${least}laws: [exactly-onces]\n`);
    expect(law?.message).toBe('is "exactly-onces"; did you mean exactly-once?');
  });

  test('a width that the job does not say is that of the configuration', () => {
    const unsaid = least.replace('"parallelism":1,', '');
    const wide = unsaid.replace('taskmanager', 'parallelism.default: 2\n  taskmanager');
    const roomy = wide.replace('TaskSlots: 1', 'TaskSlots: 4');
    expect(parseScenario(roomy, 'wide.yaml').job).toMatchObject({ parallelism: 2 });
    const said = roomy.replace('job: {', 'job: {"parallelism":3,');
    expect(parseScenario(said, 'wide.yaml').job).toMatchObject({ parallelism: 3 });
    const again = JSON.stringify(parseScenario(roomy, 'wide.yaml'));
    expect(parseScenario(again, 'again.json').job).toMatchObject({ parallelism: 2 });
  });

  test('what is ignored must be there', () => {
    const [mistake] = mistakesOf(`${least}ignore: [pekko.ask.timeout]\n`);
    expect(mistake?.message).toBe(
      'pekko.ask.timeout is not set in configuration; take it off the list',
    );
  });

  test('text that is no YAML has a place too', () => {
    const [mistake, ...more] = mistakesOf('name: [1\ndata: x\n');
    expect(mistake?.line).toBe(2);
    expect(more.every(({ line }) => line >= 1)).toBe(true);
  });

  test.each([
    ['name: a\nname: b\n', '2:1: Map keys must be unique'],
    ['1: a\n"1": b\n', '2:1: Map keys must be unique'],
    ['[a]: b\n', '1:1: a key is a text; write one'],
    ['name: *a\n', '1:7: Unresolved alias'],
    ['name: &a [*a]\n', '1:11: more than 100 values stand within each other'],
    ['['.repeat(30_000), '1:102: more than 100 values stand within each other'],
    ['- '.repeat(30_000), '1:203: more than 100 values stand within each other'],
  ])('text that is none, %#', (text, message) => {
    expect(() => parseScenario(text, 'bad.yaml')).toThrow(`bad.yaml:${message}`);
  });

  test('the message is a line for each, as editors read them', () => {
    const text = least.replace('records: 10,', 'records: none,');
    expect(() => parseScenario(text, 'bad.yaml')).toThrow(/^bad\.yaml:2:32: data\.records: /);
  });

  test('spans and ranges must not run backwards', () => {
    const span = `${least}costs: { logMicros: { min: 5, max: 4 } }\n`;
    expect(mistakesOf(span)[0]?.path).toBe('costs.logMicros');
    const faults = '{ fromMillis: 5, toMillis: 4, minMillis: 9, maxMillis: 8 }';
    const paths = mistakesOf(`${least}faults: ${faults}\n`).map(({ path }) => path);
    expect(paths).toEqual(['faults.toMillis', 'faults.maxMillis']);
  });

  test('a job that needs more slots than there are', () => {
    const wide = totalsJob({ source: 1, keyed: 3, sink: 1 });
    const text = least.replace(/^job: .*$/m, `job: ${JSON.stringify(wide)}`);
    const [mistake] = mistakesOf(text);
    expect(mistake?.path).toBe('cluster');
    expect(mistake?.message).toBe('the job needs 3 slots, the cluster has 1');
  });

  test('a heart that beats too late, no law, and a law that is expected and not asked for', () => {
    const slow = least.replace('taskmanager.', 'heartbeat.timeout: 50ms\n  taskmanager.');
    expect(placesOf(slow)).toEqual(['7:22 configuration.heartbeat.timeout']);
    const enabled = 'execution.checkpointing.unaligned.enabled';
    for (const clash of ['mode: AT_LEAST_ONCE', 'max-concurrent-checkpoints: 2']) {
      const both = `${enabled}: true\n  execution.checkpointing.${clash}\n  taskmanager.`;
      const [place, ...more] = placesOf(least.replace('taskmanager.', both));
      expect(place).toContain(`configuration.${enabled}`);
      expect(more).toEqual([]);
    }
    expect(mistakesOf(`${least}laws: []\n`)[0]?.path).toBe('laws');
    const [mistake] = mistakesOf(`${least}laws: [progress]\nexpect: { one-attempt: violated }\n`);
    expect(mistake?.message).toBe('one-attempt is not among the laws; list it there');
  });

  test('laws, kinds of faults and expectations are known by their names', () => {
    expect(mistakesOf(`${least}laws: [gravity]\n`)[0]?.path).toBe('laws.0');
    expect(mistakesOf(`${least}faults: { kinds: [flood] }\n`)[0]?.path).toBe('faults.kinds.0');
    expect(mistakesOf(`${least}expect: { exactly-once: perhaps }\n`)).toHaveLength(1);
  });
});

describe('any input is a scenario, or has mistakes that are told with their places', () => {
  /** Every path into a value. */
  function pathsOf(value: unknown, path: readonly string[] = []): (readonly string[])[] {
    if (typeof value !== 'object' || value === null) return [path];
    const inner = Object.entries(value).flatMap(([key, one]) => pathsOf(one, [...path, key]));
    return [path, ...inner];
  }

  function replaced(value: unknown, [step, ...rest]: readonly string[], by: unknown): unknown {
    if (step === undefined) return by;
    const copy = Array.isArray(value) ? [...(value as unknown[])] : { ...(value as object) };
    const fields = copy as Record<string, unknown>;
    fields[step] = replaced(fields[step], rest, by);
    return copy;
  }

  function soundly(text: string): void {
    for (const { line, column, message } of mistakesOf(text)) {
      expect(line).toBeGreaterThanOrEqual(1);
      expect(column).toBeGreaterThanOrEqual(1);
      expect(message).not.toMatch(/undefined|\[object|^$/);
    }
  }

  test('a field of a good one changed to anything', () => {
    const good: unknown = parse(least);
    const path = fc.constantFrom(...pathsOf(good));
    const change = fc.oneof(fc.jsonValue(), fc.constantFrom(null, -1, 0.5, '', 1e300, [], {}));
    fc.assert(
      fc.property(path, change, (at, by) => {
        soundly(JSON.stringify(replaced(good, at, by)));
      }),
      fuzz(500),
    );
  });

  test('a key of a good one changed, or one more', () => {
    const good: unknown = parse(least);
    const path = fc.constantFrom(...pathsOf(good).filter(({ length }) => length > 0));
    const name = fc.string().filter((key) => key !== 'length'); // a list takes a number there
    fc.assert(
      fc.property(path, name, fc.jsonValue(), (at, key, value) => {
        soundly(JSON.stringify(replaced(good, [...at.slice(0, -1), key], value)));
      }),
      fuzz(300),
    );
  });

  test('any text', () => {
    fc.assert(fc.property(fc.string(), soundly));
    fc.assert(
      fc.property(fc.nat(least.length), fc.string(), (at, more) => {
        soundly(least.slice(0, at) + more + least.slice(at));
      }),
    );
  });
});
