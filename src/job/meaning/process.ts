/**
 * The user's function with states and timers, over plain maps. A timer is set once for its key and
 * time; those of event time fire in the order of their times when the watermark reaches them.
 * Source: Flink, KeyedProcessOperator, InternalTimerServiceImpl.
 */
import type { Words } from '../../kernel/actor.js';
import { readText } from '../../kernel/words.js';
import type { ProcessOperator } from '../job-graph.js';
import type { ProcessContext, State } from '../process-function.js';
import type { FieldValue, RowType } from '../row.js';
import { UserFunctionError } from '../user-function-error.js';
import { agendaOf, nextDue, note, strike, type Agenda } from './agenda.js';
import { called, objectAt, valuesOf, wordsOf } from './rows.js';
import { keysOf, untilThrown, type Keys, type Stage, type Take } from './stage.js';
import { stateOf } from './states.js';
import { NO_TIME } from '../time-bounds.js';

/** What is kept for one key. */
type Keyed = {
  readonly key: FieldValue;
  readonly states: Map<string, State>;
  /** Times of its timers of processing time. */
  readonly processing: Set<number>;
  /** The subtask that worked on it last. */
  home: number;
};

/** What the function is called with. */
type Call = {
  keyed: Keyed | undefined;
  timestamp: number | undefined;
  /** Time of the rows that it emits. */
  time: number;
  now: number;
  watermark: number;
  agenda: Agenda<Keyed>;
};

type Process = Readonly<{
  user: ProcessOperator['function'];
  isInt: boolean;
  /** By number of the key. */
  byKey: Map<number, Keyed>;
  /** By subtask: its watermark, and the timers of event time of the keys that enter there. */
  watermarks: number[];
  agendas: Agenda<Keyed>[];
  call: Call;
  context: ProcessContext;
}>;

/** A process function over the records that come in. */
export function processStage({ keyFields, function: user }: ProcessOperator, main: Take): Stage {
  const keys = keysOf(user.inputs, keyFields);
  const process = processOf(user, user.inputs[0]?.[keyFields[0] ?? 0]?.type === 'int', main);
  const { call, context } = process;
  return {
    record: ({ subtask, input, words, from, time, now }) => {
      const own = keys[input] as Keys;
      const number = own.numberOf(words, from);
      begin(process, subtask, keyedOf(process, number, words.subarray(own.from, own.to)), now);
      call.timestamp = time === NO_TIME ? undefined : time;
      call.time = time;
      const row = objectAt(user.inputs[input] as RowType, words, from);
      called(user.name, () => {
        user.processElement(row, context, input);
      });
    },
    watermark: (subtask, watermark, now) => {
      process.watermarks[subtask] = watermark;
      const agenda = (process.agendas[subtask] ??= agendaOf());
      let due = nextDue(agenda, watermark);
      for (; due !== undefined; due = nextDue(agenda, watermark)) {
        begin(process, subtask, due.item, now);
        fire(process, due.time, 'event');
      }
    },
    timer: (subtask, time, key, now) => {
      const keyed = keyedOf(process, (keys[0] as Keys).numberOfWords(key), key);
      if (!keyed.processing.delete(time)) return 'none is set';
      if (isOvertaken(process, subtask, time)) return 'an earlier one of the subtask is still set';
      begin(process, subtask, keyed, now ?? time);
      fire(process, time, 'processing');
      return undefined;
    },
  };
}

function processOf(user: Process['user'], isInt: boolean, main: Take): Process {
  const nothing = { keyed: undefined, timestamp: undefined, time: NO_TIME, now: 0 };
  const call: Call = { ...nothing, watermark: NO_TIME, agenda: agendaOf() };
  const context = contextOf(user, call, main);
  return { user, isInt, byKey: new Map(), watermarks: [], agendas: [], call, context };
}

/** Whether an earlier timer of the clock is set for a key that was last worked in the subtask. */
function isOvertaken({ byKey }: Process, subtask: number, time: number): boolean {
  for (const { home, processing } of byKey.values())
    if (home === subtask) for (const set of processing) if (set < time) return true;
  return false;
}

function keyedOf({ byKey, isInt }: Process, number: number, words: Words): Keyed {
  let keyed = byKey.get(number);
  if (keyed === undefined) {
    const key = isInt ? (words[0] as number) : readText(words, 0);
    byKey.set(number, (keyed = { key, states: new Map(), processing: new Set(), home: -1 }));
  }
  return keyed;
}

/** The function will be called for a key in a subtask; where no clock is told, none has gone on. */
function begin(process: Process, subtask: number, keyed: Keyed, now: number | undefined): void {
  const { call, watermarks, agendas } = process;
  call.keyed = keyed;
  keyed.home = subtask;
  call.now = now ?? call.now;
  call.watermark = watermarks[subtask] ?? NO_TIME;
  call.agenda = agendas[subtask] ??= agendaOf();
}

function fire(
  { user, call, context }: Process,
  time: number,
  domain: 'event' | 'processing',
): void {
  call.timestamp = time;
  call.time = domain === 'event' ? time : NO_TIME;
  untilThrown(() => {
    called(user.name, () => {
      user.onTimer(time, context, domain);
    });
  });
}

function contextOf(user: ProcessOperator['function'], call: Call, main: Take): ProcessContext {
  const keyed = (): Keyed => {
    if (call.keyed === undefined) throw new UserFunctionError('no record');
    return call.keyed;
  };
  return {
    get key() {
      return keyed().key;
    },
    get timestamp() {
      return call.timestamp;
    },
    currentWatermark: () => call.watermark,
    currentProcessingTime: () => call.now,
    registerEventTimeTimer: (time) => {
      note(call.agenda, whole(time), keyed());
    },
    deleteEventTimeTimer: (time) => {
      strike(call.agenda, time, keyed());
    },
    registerProcessingTimeTimer: (time) => keyed().processing.add(whole(time)),
    deleteProcessingTimeTimer: (time) => keyed().processing.delete(time),
    state: (name) => {
      const { states } = keyed();
      const descriptor = user.states[name];
      if (descriptor === undefined) throw new UserFunctionError(`no state is called ${name}`);
      let state = states.get(name);
      if (state === undefined) states.set(name, (state = stateOf(descriptor)));
      return state;
    },
    emit: (row) => {
      const words = wordsOf(valuesOf(user.output, row));
      main(words, 0, words.length, call.time);
    },
  };
}

/** A time for which a timer may be set. */
function whole(time: number): number {
  if (Number.isSafeInteger(time)) return time;
  throw new UserFunctionError('a timer is set for an integer');
}
