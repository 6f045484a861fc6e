/** Scenarios: what a person leaves out, and what a person gets wrong. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { totalsJob } from '../fixtures/flights.js';
import { parseScenario, ScenarioError, type ScenarioMistake } from '../../src/run/scenario.js';

const least = `name: least
data: { file: a.json, records: 10, splits: 1, shuffleMinutes: 0, recordsPerSecond: 10 }
configuration:
  checkpointIntervalMillis: 100
  taskManagers: 1
  slotsPerTaskManager: 1
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
        retainedCheckpoints: 1,
        restartAttempts: null,
        recordsPerBuffer: 32,
        watermarkIntervalMillis: 200,
      },
      costs: { requestAttempts: 3, latencyMicros: { min: 80, max: 300 } },
      faults: { kinds: [], max: 0, aimedPerMille: 500 },
      expect: {},
      budget: { simulatedSeconds: 600 },
    });
    expect(scenario.laws.length).toBeGreaterThan(0);
  });

  test('a task manager has as many cores as slots, unless told', () => {
    const text = least.replace('slotsPerTaskManager: 1', 'slotsPerTaskManager: 3');
    const { configuration } = parseScenario(text, 'least.yaml');
    expect(configuration.coresPerTaskManager).toBe(3);
    const told = text.replace('PerTaskManager: 3', 'PerTaskManager: 3\n  coresPerTaskManager: 2');
    expect(parseScenario(told, 'least.yaml').configuration.coresPerTaskManager).toBe(2);
    expect(placesOf(told.replace('coresPerTaskManager: 2', 'coresPerTaskManager: 0'))).toEqual([
      '7:24 configuration.coresPerTaskManager',
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
    expect(placesOf(text)).toEqual(['2:32 data.records', '5:17 configuration.taskManagers']);
  });

  test('a missing field stands at what should have it', () => {
    const text = least.replace('  taskManagers: 1\n', '');
    expect(placesOf(text)).toEqual(['4:3 configuration.taskManagers']);
  });

  test('an unknown field is one, and is named', () => {
    const [mistake] = mistakesOf(`${least}parallelisms: 1\n`);
    expect(mistake?.message).toContain('parallelisms');
  });

  test('text that is no YAML has a place too', () => {
    const [mistake, ...more] = mistakesOf('name: [1\ndata: x\n');
    expect(mistake?.line).toBe(2);
    expect(more.every(({ line }) => line >= 1)).toBe(true);
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
    expect(mistake?.path).toBe('configuration');
    expect(mistake?.message).toBe('the job needs 3 slots, the cluster has 1');
  });

  test('a heart that beats too late, no law, and a law that is expected and not asked for', () => {
    const slow = least.replace('slotsPer', 'heartbeatTimeoutMillis: 50\n  slotsPer');
    expect(placesOf(slow)).toEqual(['6:27 configuration.heartbeatTimeoutMillis']);
    expect(mistakesOf(`${least}laws: []\n`)[0]?.path).toBe('laws');
    const [mistake] = mistakesOf(`${least}laws: [progress]\nexpect: { one-attempt: violated }\n`);
    expect(mistake?.message).toBe('one-attempt is not among the laws');
  });

  test('laws, kinds of faults and expectations are known by their names', () => {
    expect(mistakesOf(`${least}laws: [gravity]\n`)[0]?.path).toBe('laws.0');
    expect(mistakesOf(`${least}faults: { kinds: [flood] }\n`)[0]?.path).toBe('faults.kinds.0');
    expect(mistakesOf(`${least}expect: { exactly-once: perhaps }\n`)).toHaveLength(1);
  });
});
