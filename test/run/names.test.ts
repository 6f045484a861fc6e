/** A name in a scenario that is not there: its place, and the name that was meant, or all. */
import { expect, test } from 'vitest';
import { parseScenario, ScenarioError } from '../../src/run/scenario.js';

const good = `name: names
data:
  - topic: flights
    rows: [{ origin: ATL, delay: 3, minute: 0 }, { origin: LAS, delay: 5, minute: 1 }]
    columns: { origin: origin, delay: delay, minute: minute, number: $record }
    time: minute
    splits: 1
    recordsPerSecond: 10
  - { topic: drawn, columns: { key: { keys: 9 }, at: { every: 1 } }, records: 9, splits: 1,
      recordsPerSecond: 10 }
configuration:
  execution.checkpointing.interval: 100ms
  restart-strategy.type: fixed-delay
  taskmanager.numberOfTaskSlots: 4
  state.backend.rocksdb.log.level: INFO_LEVEL
ignore: [state.backend.rocksdb.log.level]
cluster: { taskManagers: 4 }
faults: { kinds: [crash] }
laws: [consistent-cut, progress]
expect: { progress: holds }
job:
  operators:
    - uid: source
      source: flights
      eventTime: { field: minute, unit: min, outOfOrderness: 0min }
    - uid: drawn
      source: drawn
      eventTime: { field: at, unit: min, outOfOrderness: 0min }
    - { uid: known, input: source, filter: { equals: [origin, { text: SFO }] } }
    - { uid: lines, input: source, map: { line: { format: '{origin} {delay}' }, sum: delay } }
    - { uid: words, input: lines, flatMap: { split: line, by: ' ', as: word } }
    - { uid: days, input: source, keyBy: origin, window: { tumbling: 1d },
        aggregate: { n: count, worst: { max: delay } } }
    - { uid: all, input: [source, days.late, known], map: { origin: origin } }
    - { uid: pairs, input: source, keyBy: origin, with: drawn, withKeyBy: key,
        intervalJoin: { from: 0min, to: 1min } }
    - { uid: rules, input: source, with: drawn,
        broadcastState: { key: origin, ruleKey: key, take: { at: 0 } } }
    - { uid: highest, input: source, operatorState: { highest: minute, as: top, state: union } }
    - { uid: calls, input: source, async: { ordered: true, map: { twice: { add: [delay, 1] } } } }
    - { uid: totals, input: source, sink: { kind: upsert, table: totals, key: [origin, number] } }
`;

const parsed = (text: string) => parseScenario(text, 'names.yaml');

/** What was changed in it, the text at which the mistake stands, its path, and what is said. */
type Mistake = readonly [from: string, to: string, marker: string, path: string, said: string];

const laws = 'consistent-cut, operator-cut, barrier-order, exactly-once';
const fields = 'there are origin, delay, minute, number';

const mistakes: readonly Mistake[] = [
  ['cluster:', 'clutser:', '{ taskM', 'clutser', 'there is no such field; did you mean cluster?'],
  ['taskManagers: 4', 'taskManager: 4', '4 }', 'cluster.taskManager', 'did you mean taskManagers?'],
  ['interval:', 'intervall:', '100ms', 'configuration.execution.checkpointing.intervall', 'mean'],
  ['fixed-delay', 'fixed-dealy', 'fixed-dealy', 'configuration.restart-strategy.type', 'did you'],
  [
    'INFO_LEVEL\nignore: [state.backend.rocksdb.log.level]',
    'INFO_LEVEL\nignore: [state.backend.rocksdb.log.levl]',
    'INFO_LEVEL',
    'configuration.state.backend.rocksdb.log.level',
    'ignore lists state.backend.rocksdb.log.levl; did you mean this key?',
  ],
  ['[crash]', '[crush]', 'crush', 'faults.kinds.0', 'is "crush"; did you mean crash?'],
  ['[crash]', '[flood]', 'flood', 'faults.kinds.0', 'it must be one of crash, pause, partition'],
  ['[consistent', '[consistant', 'consistant', 'laws.0', 'did you mean consistent-cut?'],
  ['[consistent-cut', '[gravity', 'gravity', 'laws.0', `it must be one of ${laws}`],
  ['{ progress:', '{ progres:', 'holds', 'expect.progres', 'did you mean progress?'],
  ['{ progress:', '{ at-least-once:', 'holds', 'expect.at-least-once', 'is not among the laws'],
  ['holds', 'hold', 'hold', 'expect.progress', 'is "hold"; did you mean holds?'],
  // Data.
  ['time: minute', 'time: minut', 'minut\n', 'data.0.time', 'no field minut; did you mean minute?'],
  ['time: minute', 'time: hour', 'hour', 'data.0.time', `there is no field hour; ${fields}`],
  ['delay: delay,', 'delay: dealy,', 'dealy', 'data.0.columns.delay', 'did you mean delay?'],
  ['delay: delay,', 'delay: late,', 'late,', 'data.0.columns.delay', 'there are origin, delay, mi'],
  ['$record', '$recrod', '$recrod', 'data.0.columns.number', 'did you mean $record?'],
  ['{ keys: 9', '{ key: 9', '{ key:', 'data.1.columns.key', 'called key; did you mean keys?'],
  ['{ keys: 9', '{ stars: 9', '{ stars', 'data.1.columns.key', 'called stars; a column is its'],
  ['recordsPerSecond', 'recordPerSecond', '10', 'data.0.recordPerSecond', 'mean recordsPerSecond?'],
  // Inputs and topics.
  [
    'input: source, filter',
    'input: sorce, filter',
    'sorce',
    'job.operators.2.input',
    'mean source?',
  ],
  ['[source, days', '[source, day', 'day.late', 'job.operators.6.input.1', 'mean days.late?'],
  ['days.late', 'days.lat', 'days.lat', 'job.operators.6.input.1', 'did you mean days.late?'],
  [', known]', ', kown]', 'kown', 'job.operators.6.input.2', 'did you mean known?'],
  ['input: lines', 'input: rules', 'rules', 'job.operators.4.input', 'does not stand before it'],
  ['input: lines', 'input: q', 'q, f', 'job.operators.4.input', 'there are source, drawn, known'],
  ['with: drawn,\n', 'with: drwan,\n', 'drwan', 'job.operators.8.with', 'did you mean drawn?'],
  ['source: flights', 'source: flihgts', 'flihgts', 'job.operators.0.source', 'mean flights?'],
  ['source: drawn', 'source: x', 'x\n', 'job.operators.1.source', 'there are flights, drawn'],
  // What an operator does.
  [', filter:', ', filtr:', '{ equals', 'job.operators.2.filtr', 'did you mean filter?'],
  ['{ equals:', '{ equal:', '{ equal:', 'job.operators.2.filter', 'did you mean equals?'],
  ['[origin, { text', '[orgin, { text', 'orgin', 'job.operators.2.filter.equals.0', 'mean origin?'],
  ['{ text: SFO }', 'SFO', 'SFO', 'job.operators.2.filter.equals.1', 'is written { text: SFO }'],
  [
    '{ text: SFO }',
    '{ txt: SFO }',
    '{ txt',
    'job.operators.2.filter.equals.1',
    'did you mean text?',
  ],
  [
    "'{origin} {delay}",
    "'{origin} {dealy}",
    "'{orig",
    'job.operators.3.map.line.format',
    'did you mean delay?',
  ],
  ['sum: delay', 'sum: dealy', 'dealy', 'job.operators.3.map.sum', 'did you mean delay?'],
  ['split: line', 'split: lines', 'lines, by', 'job.operators.4.flatMap.split', 'mean line?'],
  ['as: word', 'has: word', 'word }', 'job.operators.4.flatMap.has', 'did you mean as?'],
  [
    'keyBy: origin, window',
    'keyBy: orgin, window',
    'orgin',
    'job.operators.5.keyBy',
    'mean origin?',
  ],
  ['{ tumbling', '{ tumblin', '{ tumblin:', 'job.operators.5.window', 'did you mean tumbling?'],
  ['{ tumbling', '{ hops', '{ hops', 'job.operators.5.window', 'nothing is called hops; a window'],
  ['1d }', '1d, ofset: 6h }', '6h', 'job.operators.5.window.ofset', 'did you mean offset?'],
  ['n: count', 'n: cuont', 'cuont', 'job.operators.5.aggregate.n', 'did you mean count?'],
  ['{ max:', '{ maxi:', '{ maxi', 'job.operators.5.aggregate.worst', 'did you mean max?'],
  ['{ max:', '{ mean:', '{ mean', 'job.operators.5.aggregate.worst', 'one of sum, min, max, last'],
  ['max: delay', 'max: dealy', 'dealy', 'job.operators.5.aggregate.worst.max', 'mean delay?'],
  ['withKeyBy: key', 'withKeyBy: keys', 'keys,', 'job.operators.7.withKeyBy', 'did you mean key?'],
  ['withKeyBy: key', 'withKeyBy: who', 'who', 'job.operators.7.withKeyBy', 'there are key, at'],
  ['from: 0min', 'form: 0min', '0min, to', 'job.operators.7.intervalJoin.form', 'mean from?'],
  ['{ key: origin', '{ key: orgin', 'orgin', 'job.operators.8.broadcastState.key', 'mean origin?'],
  ['ruleKey: key', 'ruleKey: kee', 'kee', 'job.operators.8.broadcastState.ruleKey', 'mean key?'],
  ['{ at: 0 }', '{ att: 0 }', '0 }', 'job.operators.8.broadcastState.take.att', 'did you mean at?'],
  [
    'highest: minute',
    'highest: minutes',
    'minutes',
    'job.operators.9.operatorState.highest',
    'mean',
  ],
  ['state: union', 'state: onion', 'onion', 'job.operators.9.operatorState.state', 'mean union?'],
  ['[delay, 1]', '[dealy, 1]', 'dealy', 'job.operators.10.async.map.twice.add.0', 'mean delay?'],
  ['{ add:', '{ ad:', '{ ad:', 'job.operators.10.async.map.twice', 'did you mean add?'],
  ['kind: upsert', 'kind: upset', 'upset', 'job.operators.11.sink.kind', 'did you mean upsert?'],
  ['table:', 'tabel:', 'totals, key', 'job.operators.11.sink.tabel', 'did you mean table?'],
  ['[origin, number]', '[origin, nubmer]', 'nubmer', 'job.operators.11.sink.key.1', 'mean number?'],
  ['field: minute', 'field: minuet', 'minuet', 'job.operators.0.eventTime.field', 'mean minute?'],
  ['unit: min', 'unit: mins', 'mins', 'job.operators.0.eventTime.unit', 'did you mean min?'],
  [
    'filter: { equals: [origin, { text: SFO }] }',
    'filter: { modul: ./functions.js, export: known }',
    './functions.js',
    'job.operators.2.filter.modul',
    'did you mean module?',
  ],
  [
    'filter: { equals: [origin, { text: SFO }] }',
    'filter: { module: ./functions.js, exprot: known }',
    'known }',
    'job.operators.2.filter.exprot',
    'did you mean export?',
  ],
];

test('without a mistake it is a scenario', () => {
  expect(parsed(good).name).toBe('names');
});

test.each(mistakes)('%s: %s', (from, to, marker, path, said) => {
  const start = good.indexOf(from);
  expect(start).toBeGreaterThan(0);
  const text = good.replace(from, () => to);
  const before = text.slice(0, text.indexOf(marker, start)).split('\n');
  const place = `${String(before.length)}:${String((before.at(-1)?.length ?? 0) + 1)}`;
  const lines = messageOf(text).split('\n');
  const [own = ''] = lines.filter((line) => line.startsWith(`names.yaml:${place}: ${path}: `));
  expect(own, lines.join('\n')).toContain(said);
});

function messageOf(text: string): string {
  try {
    parsed(text);
  } catch (error) {
    if (error instanceof ScenarioError) return error.message;
    throw error;
  }
  return 'no mistake';
}
