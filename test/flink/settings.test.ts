/** The effective configuration: Flink's keys, defaults and units, and what is wrong with a key. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isKnownKey, knownKeys, renamedTo } from '../../src/flink/key-book.js';
import { options } from '../../src/flink/options.js';
import { givenSettings, settingsOf } from '../../src/flink/settings.js';

const least = {
  'execution.checkpointing.interval': '5s',
  'restart-strategy.type': 'fixed-delay',
};

const of = (more: Readonly<Record<string, unknown>>, ignored: readonly string[] = []) =>
  settingsOf(givenSettings({ ...least, ...more }), ignored);

const told = (more: Readonly<Record<string, unknown>>, ignored?: readonly string[]) =>
  of(more, ignored).mistakes.map(({ path, message }) => `${path.join('/')}: ${message}`);

test('the defaults are those of Flink 2.2.1', () => {
  const { settings, mistakes } = of({});
  expect(mistakes).toEqual([]);
  expect(settings).toMatchObject({
    'execution.checkpointing.timeout': '10min',
    'execution.checkpointing.min-pause': '0ms',
    'execution.checkpointing.tolerable-failed-checkpoints': 0,
    'execution.checkpointing.num-retained': 1,
    'restart-strategy.fixed-delay.attempts': 1,
    'restart-strategy.fixed-delay.delay': '1s',
    'heartbeat.interval': '10s',
    'heartbeat.timeout': '50s',
    'taskmanager.numberOfTaskSlots': 1,
    'pipeline.auto-watermark-interval': '200ms',
    'execution.buffer-timeout.interval': '100ms',
    'state.backend.type': 'hashmap',
  });
});

test('keys may be nested, as in config.yaml', () => {
  const nested = {
    execution: { checkpointing: { interval: 'PT3S', 'min-pause': 20 } },
    'restart-strategy': { type: 'Fixed-Delay', 'fixed-delay.delay': '2 s' },
  };
  const { settings, mistakes } = settingsOf(givenSettings(nested), []);
  expect(mistakes).toEqual([]);
  expect(settings).toMatchObject({
    'execution.checkpointing.interval': '3s',
    'execution.checkpointing.min-pause': '20ms',
    'restart-strategy.type': 'fixed-delay',
    'restart-strategy.fixed-delay.delay': '2s',
  });
});

test('what is effective is effective again', () => {
  const { settings } = of({ 'state.backend.rocksdb.log.level': 'INFO_LEVEL' }, [
    'state.backend.rocksdb.log.level',
  ]);
  const again = settingsOf(givenSettings(settings), ['state.backend.rocksdb.log.level']);
  expect(again).toEqual({ settings, mistakes: [] });
});

test('a former name of a key sets the key', () => {
  const { settings, mistakes } = of({ 'state.checkpoints.num-retained': 3 });
  expect(mistakes).toEqual([]);
  expect(settings['execution.checkpointing.num-retained']).toBe(3);
  const both = { 'execution.checkpointing.num-retained': 3, 'state.checkpoints.num-retained': 3 };
  expect(told(both)).toEqual([
    'state.checkpoints.num-retained: is set twice: it is execution.checkpointing.num-retained now',
  ]);
});

describe('mistakes', () => {
  test.each([
    ['execution.checkpointing.intervall', 'did you mean execution.checkpointing.interval?'],
    ['heartbeats.timeout', 'did you mean heartbeat.timeout?'],
    ['checkpointIntervalMillis', 'did you mean execution.checkpointing.interval?'],
    ['setMinRestoreBaseOffset', 'the nearest is execution.state-recovery.path'],
    ['setMinInProgressCheckpoint', 'is execution.checkpointing.max-concurrent-checkpoints'],
    ['setMaxConcurrentTasks', 'the nearest is taskmanager.numberOfTaskSlots'],
    ['backup.mode', 'the nearest is high-availability.type'],
    ['taskmanager.network.memory.buffers-per-channel', '2 exclusive buffers per channel'],
    ['state.backend.rocksdb.log.level', 'the engine does not model it yet'],
    ['state.backend.changelog.enabled', undefined],
    ['metrics.reporter.prom.port', 'the engine does not model it yet'],
    ['constructor', 'Flink has no such key'],
  ])('%s', (key, answer) => {
    const said = told({ [key]: false });
    if (answer === undefined) expect(said).toEqual([]);
    else expect(said).toEqual([expect.stringContaining(answer)]);
  });

  test.each([
    ['execution.checkpointing.timeout', 'soon', '"soon" is no duration; write it as 5s'],
    ['execution.checkpointing.timeout', '11575d', 'must be at most 11574d'],
    ['execution.checkpointing.timeout', '9ms', 'must be at least 10ms'],
    ['execution.buffer-timeout.interval', 0, '0 sends each record at once'],
    ['taskmanager.numberOfTaskSlots', '2.0', '"2.0" is no integer'],
    ['taskmanager.numberOfTaskSlots', 0, 'must be from 1 to 32'],
    ['state.backend.type', 'rocksdb', 'does not model "rocksdb" yet; it has hashmap'],
    ['state.backend.type', 'hashmapp', 'did you mean hashmap?'],
    ['execution.checkpointing.unaligned.enabled', 'yes', 'Flink has false, true'],
    ['execution.checkpointing.mode', { a: 1 }, 'Flink has no such key'],
    ['execution.checkpointing.mode', null, 'null is no value of it'],
  ])('%s: %j', (key, value, answer) => {
    expect(told({ [key]: value })).toEqual([expect.stringContaining(answer)]);
  });

  test('what decides which protocol runs must be said', () => {
    const { mistakes } = settingsOf([], []);
    expect(mistakes.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^execution.checkpointing.interval must be set: unset means no check/),
      expect.stringMatching(/^restart-strategy.type must be set: unset means exponential-delay/),
    ]);
    expect(told({ 'restart-strategy.type': 'exponential-delay' })).toEqual([
      expect.stringContaining('does not model "exponential-delay" yet; it has fixed-delay'),
    ]);
  });

  test('only what the engine does not honour can be ignored', () => {
    expect(told({ 'heartbeat.timeout': '60s' }, ['heartbeat.timeout'])).toEqual([
      expect.stringContaining('take it off ignore'),
    ]);
    expect(told({ 'akka.ask.timeout': '60s' }, ['akka.ask.timeout'])).toEqual([]);
    expect(told({ 'akka.ask.timeout': '60s' })).toEqual([
      expect.stringContaining('pekko.ask.time'),
    ]);
    expect(told({ nonsense: 1 }, ['nonsense'])).toEqual([expect.stringContaining('no such key')]);
  });
});

test('every key of the table is one of Flink, and every former name leads to one', () => {
  for (const { key } of options) expect([key, isKnownKey(key)]).toEqual([key, true]);
  expect(knownKeys().length).toBeGreaterThan(850);
  for (const former of ['restart-strategy', 'state.backend', 'recovery.mode', 'akka.framesize'])
    expect(isKnownKey(renamedTo(former) ?? '')).toBe(true);
});

test('any mapping gives settings or mistakes, and mistakes name what was written', () => {
  const key = fc.oneof(fc.string(), fc.constantFrom(...options.map((option) => option.key)));
  const value = fc.oneof(fc.jsonValue(), fc.string(), fc.integer());
  fc.assert(
    fc.property(fc.dictionary(key, value), (given) => {
      const flat = givenSettings(given);
      const { settings, mistakes } = settingsOf(flat, []);
      const paths = new Set(flat.map(({ path }) => path.join('\n')));
      for (const { path } of mistakes)
        expect(path.length === 0 || paths.has(path.join('\n'))).toBe(true);
      if (mistakes.length === 0)
        expect(settingsOf(givenSettings(settings), []).mistakes).toEqual([]);
    }),
  );
});
