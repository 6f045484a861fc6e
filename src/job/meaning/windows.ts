/**
 * Windows of event time. A window keeps what its records say, not what they add up to; when it
 * fires, that is computed from all of them. Source: Flink, WindowOperator, EventTimeTrigger,
 * MergingWindowSet, TimeWindow.
 */
import type { Words } from '../../kernel/actor.js';
import type { WindowAssigner, WindowOperator } from '../job-graph.js';
import type { RowType } from '../row.js';
import { agendaOf, nextDue, note, type Agenda } from './agenda.js';
import { gatheringOf, type Gathering, type Part } from './gathering.js';
import {
  keysOf,
  NO_TIMER,
  untilThrown,
  type Arrival,
  type Keys,
  type Outputs,
  type Stage,
} from './stage.js';
import { END_OF_TIME, NO_TIME } from '../time-bounds.js';

/** Which windows of time a record belongs to. */
type TimeAssigner = Exclude<WindowAssigner, { kind: 'count' }>;

type Span = Readonly<{ start: number; end: number }>;

type Window = Span & {
  /** Number and words of its key. */
  readonly key: number;
  readonly keyWords: Words;
  gathered: Part[];
  /** It will fire when the watermark reaches its last tick. */
  pending: boolean;
  /** It is over, or became part of another. */
  gone: boolean;
};

type Windows = Readonly<{
  operator: WindowOperator;
  assigner: TimeAssigner;
  gathering: Gathering;
  outputs: Outputs;
  /** By number of the key. */
  byKey: Map<number, Window[]>;
  /** By subtask: its watermark, and when windows fire and end there. */
  watermarks: number[];
  agendas: Agenda<Window>[];
}>;

/** A window operator over the records that come in. */
export function windowsStage(
  operator: WindowOperator,
  assigner: TimeAssigner,
  input: RowType,
  outputs: Outputs,
): Stage {
  const [keys] = keysOf([input], [operator.keyField]) as [Keys];
  const gathering = gatheringOf(operator.function);
  const state = { byKey: new Map(), watermarks: [], agendas: [] };
  const windows: Windows = { operator, assigner, gathering, outputs, ...state };
  return {
    record: (arrival) => {
      add(windows, keys, arrival);
    },
    watermark: (subtask, watermark) => {
      windows.watermarks[subtask] = watermark;
      advance(windows, subtask, watermark);
    },
    timer: () => NO_TIMER,
  };
}

function add(windows: Windows, keys: Keys, arrival: Arrival): void {
  const { operator, gathering, outputs, assigner } = windows;
  const { subtask, words, from, to, time } = arrival;
  const key = keys.numberOf(words, from);
  const keyWords = words.slice(keys.from, keys.to);
  const watermark = windows.watermarks[subtask] ?? NO_TIME;
  const part = gathering.read(words, from);
  let isLate = true;
  for (const span of spansOf(assigner, time)) {
    const window = windowFor(windows, span, key, keyWords);
    if (overAt(operator, window) <= watermark) {
      remove(windows, window);
      continue;
    }
    isLate = false;
    gathering.add(window.gathered, part);
    if (firesAt(window) <= watermark) fire(windows, window);
    else window.pending = true;
    const agenda = (windows.agendas[subtask] ??= agendaOf());
    note(agenda, firesAt(window), window);
    note(agenda, overAt(operator, window), window);
  }
  if (isLate) outputs.late(words, from, to, time);
}

/** The windows of a time, each as it would be alone. */
function spansOf(assigner: TimeAssigner, time: number): Span[] {
  if (assigner.kind === 'session') return [{ start: time, end: time + assigner.gap }];
  const { size, offset } = assigner;
  const slide = assigner.kind === 'sliding' ? assigner.slide : size;
  const into = (time - offset) % slide;
  const spans: Span[] = [];
  const last = time - (into < 0 ? into + slide : into);
  for (let start = last; start + size > time; start -= slide)
    spans.push({ start, end: start + size });
  return spans;
}

/** The window of a key over a span; sessions that overlap or touch it become one with it. */
function windowFor(windows: Windows, span: Span, key: number, keyWords: Words): Window {
  const { byKey, assigner, gathering } = windows;
  let own = byKey.get(key);
  if (own === undefined) byKey.set(key, (own = []));
  const isSession = assigner.kind === 'session';
  const met = own.filter(({ start, end }) =>
    isSession ? start <= span.end && end >= span.start : start === span.start,
  );
  const [only] = met;
  if (!isSession && only !== undefined) return only;
  met.sort((one, other) => one.start - other.start);
  const window: Window = {
    start: Math.min(span.start, ...met.map(({ start }) => start)),
    end: Math.max(span.end, ...met.map(({ end }) => end)),
    key,
    keyWords,
    gathered: met
      .map((one) => one.gathered)
      .reduce((one, other) => gathering.merge(one, other), []),
    pending: false,
    gone: false,
  };
  for (const part of met) remove(windows, part);
  own.push(window);
  return window;
}

/** Its last tick; at the end of the input every window fires. */
function firesAt({ end }: Span): number {
  return Math.min(end - 1, END_OF_TIME);
}

/** When nothing may be added to a window any more. */
function overAt({ allowedLateness }: WindowOperator, { end }: Span): number {
  return Math.min(end - 1 + allowedLateness, END_OF_TIME);
}

function remove({ byKey }: Windows, window: Window): void {
  window.gone = true;
  const own = byKey.get(window.key) as Window[];
  own.splice(own.indexOf(window), 1);
}

/** The watermark of a subtask has risen: windows fire and end, in the order of their times. */
function advance(windows: Windows, subtask: number, watermark: number): void {
  const agenda = windows.agendas[subtask];
  if (agenda === undefined) return;
  for (let due = nextDue(agenda, watermark); due !== undefined; due = nextDue(agenda, watermark)) {
    const { time, item: window } = due;
    if (window.gone) continue;
    if (window.pending && firesAt(window) <= time) fire(windows, window);
    if (overAt(windows.operator, window) <= time) remove(windows, window);
  }
}

function fire({ gathering, outputs }: Windows, window: Window): void {
  window.pending = false;
  untilThrown(() => {
    const row = gathering.result(window.gathered, window.keyWords, window);
    outputs.main(row, 0, row.length, window.end - 1);
  });
}
