/** The recorder keeps what it is shown. */
import { expect, test } from 'vitest';

import type { Entry } from '../../src/history/entry.js';
import { recorder } from '../../src/history/recorder.js';

function entry(subject: number): Entry {
  const about = 'checkpoint';
  return { at: 5, process: 'a', incarnation: 1, kind: 'stored', subject, about, detail: undefined };
}

test('a recorder sees every kind and keeps the entries in order', () => {
  const kept = recorder();
  expect(kept.sees).toBe('all');
  kept.see(entry(1));
  kept.see(entry(2));
  expect(kept.entries).toEqual([entry(1), entry(2)]);
});

test('two recorders keep apart', () => {
  const one = recorder();
  recorder().see(entry(1));
  expect(one.entries).toEqual([]);
});
