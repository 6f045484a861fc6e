/**
 * How a task works: its mailbox and its records, a batch at a time.
 *
 * A batch is begun lazily: nothing is applied until its time is over or something else reaches the
 * task; then the records whose service has ended are applied, the one in service is finished, the
 * mail is handled, and the rest goes on. A batch ends at the latest with the record that may fill
 * an output buffer, so buffers leave at the time of the record that filled them. With `batchMax`
 * 1 the same code works record by record; a test holds the two against each other.
 *
 * Work whose time is over is finished before anything else happens in the task manager at that
 * instant, whatever the order of the events; so a mail of the same microsecond finds the next
 * record in service, in a batch as record by record.
 */
import type { Words } from '../../kernel/actor.js';
import { unreachable } from '../../kernel/invariant.js';
import { purposeOf, within } from '../../kernel/noise.js';
import { advance, hashRecord, noteEntered, type Tally } from '../../history/witness.js';
import { enter, mayTakeRows, roomInChain, type Link } from './chain.js';
import { creditForRecycled, takeNext } from './gate.js';
import { occupy, release, servedOf, SERVICE_MICROS_MAX, shorten } from './processor.js';
import {
  abortSnapshot,
  completeCheckpoint,
  endChannel,
  overtaken,
  receiveEvent,
  synced,
  triggered,
} from './snapshots.js';
import type { Current, Mail, Task, TaskEnv, TaskTimer, Work } from './task.js';
import { alarmCame, armAlarm, clockOf, fireDue, receiveTime, takeTime } from './event-time.js';
import { noteTime } from '../connectors/source-time.js';
import { blockRead, hearCoordinator, reportWatermark } from './reader.js';
import { armReport, armSourceTime, tellSourceTime, timeOfRow } from './source-time.js';
import { emitReady, endInput } from './answers.js';
import { fetchAhead, takeBlock } from './blocks.js';
import { endTask, isFinishing, userErrorOf } from './lifecycle.js';
import { isAvailable, seal } from './writer.js';
import { endRecovery, startRunning } from './in-flight.js';
import { giveCredit, sendQueued } from './transfer.js';

const SERVICE = purposeOf('service');

/** The time of what the task has in service is over; what it goes on with follows on that. */
export function served(task: Task, env: TaskEnv): void {
  if (task.phase === 'snapshotting') synced(task, env);
  else if (task.work !== undefined) finishBatch(task, env, task.work);
  if (hasEnded(task)) return;
  proceed(task, env);
  rest(task, env);
}

/** Gives its share of the cores away, if the task has nothing in service any more. */
function rest(task: Task, env: TaskEnv): void {
  const isServed = task.work !== undefined || task.phase === 'snapshotting';
  if (!isServed) release(env.processor, task, env.out.workTime());
}

/** Hands a mail to the task; a batch in service is cut at the record in service. */
export function post(task: Task, env: TaskEnv, mail: Mail): void {
  if (task.phase === 'over') return;
  if (mail.kind === 'end' && task.phase !== 'running') {
    endTask(task, env, 'CANCELED', '');
    return;
  }
  task.mails.push(mail);
  if (task.work === undefined) proceed(task, env);
  else cut(task, env, task.work);
}

/** Works on, as long as there is something to do that takes no time. */
export function proceed(task: Task, env: TaskEnv): void {
  while (task.phase === 'running' && task.work === undefined) {
    const mail = task.mails.shift();
    if (mail !== undefined) {
      handle(task, env, mail);
      continue;
    }
    if (!mayWork(task, env)) return;
    if (emitReady(task, env)) continue;
    const told = task.told.shift();
    if (told !== undefined) {
      takeTime(task, env, told);
      continue;
    }
    if (task.current === undefined && !takeElement(task, env)) return;
    if (task.current !== undefined && !beginWork(task, env, task.current)) return;
  }
}

function handle(task: Task, env: TaskEnv, mail: Mail): void {
  switch (mail.kind) {
    case 'trigger':
      return triggered(task, env, mail.checkpoint, mail.timestamp);
    case 'barrier':
      return overtaken(task, env, mail.channel, mail.checkpoint, mail.timestamp);
    case 'complete':
      return completeCheckpoint(task, env, mail.checkpoint);
    case 'abort':
      return abortSnapshot(task, env, mail.checkpoint, mail.latest);
    case 'operatorEvent':
      hearCoordinator(task, env, mail.words);
      if (task.source !== undefined) fetchAhead(task, env, task.source);
      return;
    case 'end':
      return endTask(task, env, 'CANCELED', '');
    case 'results':
      return; // what may leave does so before the next record
    case 'tellWatermark':
      return tellSourceTime(task, env);
    case 'reportWatermark':
      if (task.source?.endReported === false) reportWatermark(task, env, task.source);
      return;
    case 'alarm':
      return alarmCame(task, env);
    default:
      return unreachable(mail);
  }
}

/** Whether every place that a record may go to can take it. */
function mayWork(task: Task, env: TaskEnv): boolean {
  if (isFinishing(task)) return false;
  const takes = mayTakeRows(task);
  if (!takes && !task.blocked) env.out.moment('blocked', 0, task.name, undefined);
  task.blocked = !takes;
  return takes;
}

/** Takes the next buffer, block or event; false when there is none. */
function takeElement(task: Task, env: TaskEnv): boolean {
  if (task.source !== undefined) return takeBlock(task, env, task.source);
  const next = takeNext(task.gate);
  if (next === undefined) {
    if (task.state === 'INITIALIZING') startRunning(task, env);
    return false;
  }
  const { channel, element } = next;
  if (element.kind === 'watermark' || element.kind === 'watermarkStatus') {
    receiveTime(task, channel, element);
    return true;
  }
  if (element.kind === 'endOfData') {
    task.endedChannels += 1;
    if (task.endedChannels === task.gate.channels.length) endInput(task, env);
    return true;
  }
  if (element.kind === 'endOfChannelState') {
    endRecovery(task, env);
    return true;
  }
  if (element.kind === 'endOfPartition') {
    endChannel(task, env, channel);
    return true;
  }
  if (element.kind !== 'records') {
    receiveEvent(task, env, channel, element);
    return true;
  }
  for (const aligning of task.aligning) aligning.bytesProcessed += 4 * element.words.length;
  const tally = task.witness.inputs[channel.index] as Tally;
  task.input = channel.input;
  task.current = {
    words: element.words,
    at: element.at,
    channel,
    sender: element.sender,
    recovered: element.recovered,
    place: channel.entity,
    split: undefined,
    number: tally.count,
  };
  return true;
}

/** Puts as many records in service as fit before something is full; false when none does. */
function beginWork(task: Task, env: TaskEnv, current: Current): boolean {
  const room = Math.min(env.batchMax, task.ends.length, roomInChain(task, env));
  if (room === 0) return false;
  const { serviceMicrosMin: min, serviceMicrosMax: max } = task;
  const life = current.channel === undefined ? 0 : task.attempt;
  const { words, place } = current;
  let at = current.at;
  let end = 0;
  let count = 0;
  while (count < room && at < words.length && end < SERVICE_MICROS_MAX / 2) {
    const n = current.number + count;
    end += min === max ? min : within(env.out.noise(SERVICE, place, n, life), min, max);
    task.ends[count] = end;
    count += 1;
    at += 1 + (words[at] as number);
  }
  task.work = { count, applied: 0, due: undefined };
  occupy(env.processor, task, env.out.workTime(), end);
  return true;
}

/** The time of the batch is over. */
function finishBatch(task: Task, env: TaskEnv, work: Work): void {
  work.applied += apply(task, env, work, work.count);
  if (!hasEnded(task)) finishWork(task, env);
}

/** Whether the task is over by now: a record that was applied may have ended it. */
function hasEnded(task: Task): boolean {
  return task.phase === 'over';
}

/** Applies what has ended by now: before anything else happens to the task. */
function settle(task: Task, env: TaskEnv): void {
  const { work } = task;
  if (work === undefined) return;
  const micros = task.ends[work.count - 1] as number;
  const past = servedOf(env.processor, task, env.out.workTime(), micros);
  let ended = work.applied;
  while (ended < work.count && (task.ends[ended] as number) <= past) ended += 1;
  work.applied += apply(task, env, work, ended);
}

/** Ends the batch with the record in service; the rest waits behind the mail. */
function cut(task: Task, env: TaskEnv, work: Work): void {
  settle(task, env);
  if (task.work === undefined) return;
  if (work.applied === work.count) {
    finishWork(task, env);
    proceed(task, env);
    rest(task, env);
    return;
  }
  if (work.count === work.applied + 1) return;
  const last = task.ends[work.count - 1] as number;
  work.count = work.applied + 1;
  shorten(env.processor, task, last - (task.ends[work.applied] as number));
}

/** The batch is over; a buffer that was worked whole is free again, a block is read. */
function finishWork(task: Task, env: TaskEnv): void {
  task.work = undefined;
  const { current } = task;
  if (current === undefined || current.at < current.words.length) return;
  task.current = undefined;
  const { channel, split } = current;
  if (split !== undefined) blockRead(task, env, split, current.words);
  if (channel === undefined || current.recovered) return;
  const credit = creditForRecycled(task.gate, channel);
  if (credit > 0) giveCredit(env, channel, credit);
}

/** Applies the records in service up to the `upTo`-th; returns how many. A user's error ends it. */
function apply(task: Task, env: TaskEnv, work: Work, upTo: number): number {
  const { current } = task;
  const count = upTo - work.applied;
  if (count <= 0) return 0;
  if (current === undefined && work.due === undefined) return 0;
  try {
    if (work.due !== undefined) fireDue(task, env, work.due);
    else if (current !== undefined) takeRecords(task, env, current, count);
  } catch (error) {
    endTask(task, env, 'FAILED', userErrorOf(error).message);
  }
  return count;
}

/** Applies records; those that entered user code are stated, also when it failed. */
function takeRecords(task: Task, env: TaskEnv, current: Current, count: number): void {
  const { at: from, number: first, channel } = current;
  try {
    applyRecords(task, env, current, count);
  } finally {
    if (channel !== undefined)
      noteEntered(
        env.out,
        task.witness,
        channel.index,
        current.number - first,
        current.sender,
        partOf(current.words, from, current.at),
        clockOf(task, env),
      );
  }
  armAlarm(task, env);
}

function partOf(words: Words, from: number, to: number): Words {
  return from === 0 && to === words.length ? words : words.subarray(from, to);
}

function applyRecords(task: Task, env: TaskEnv, current: Current, count: number): void {
  const tally = current.channel && (task.witness.inputs[current.channel.index] as Tally);
  const head = task.chain[0] as Link;
  for (let record = 0; record < count; record += 1) {
    const from = current.at + 1;
    const to = from + (current.words[current.at] as number);
    current.at = to;
    current.number += 1;
    hashRecord(current.words, from, to);
    if (tally !== undefined) advance(tally);
    if (current.split !== undefined) current.split.offset = current.number;
    const end = task.timed ? takeRecordTime(task, current, from, to) : to;
    enter(task, env, head, current.words, from, end);
  }
}

/** The time of a record: behind its row on a channel, in one of its fields at a source. */
function takeRecordTime(task: Task, { words, split }: Current, from: number, to: number): number {
  if (split === undefined) {
    task.time = words[to - 1] as number;
    return to - 1;
  }
  task.time = timeOfRow(task, words, from);
  noteTime(split, task.time);
  return to;
}

/** Sends every partly filled buffer on its way; done now and then, and before a barrier. */
function flush(task: Task, env: TaskEnv): void {
  for (const channel of task.writer.channels) {
    if (channel.openRecords === 0 || channel.queue.length >= task.writer.queuedMax) continue;
    seal(channel);
    sendQueued(env, channel);
  }
}

/** The flusher's turn: what has ended is applied, then every buffer leaves. */
export function flushDue(task: Task, env: TaskEnv): void {
  if (task.phase === 'over') return;
  settle(task, env);
  if (hasEnded(task)) return;
  flush(task, env);
  // It may have taken the last place of a queue: then only the record in service goes on.
  if (task.work !== undefined && !isAvailable(task.writer)) cut(task, env, task.work);
  armFlush(task, env);
}

/** It is time for a source to tell time. */
export function sourceTimeDue(task: Task, env: TaskEnv): void {
  if (task.phase === 'over') return;
  postOnce(task, env, { kind: 'tellWatermark' });
  armSourceTime(task, env);
}

/** It is time for a reader to report how far it is; at its end it has done so for good. */
export function reportDue(task: Task, env: TaskEnv): void {
  if (task.phase === 'over' || task.source?.endReported === true) return;
  postOnce(task, env, { kind: 'reportWatermark' });
  armReport(task, env);
}

/** Posts a mail, unless one of its kind waits. */
function postOnce(task: Task, env: TaskEnv, mail: Mail): void {
  if (!task.mails.some(({ kind }) => kind === mail.kind)) post(task, env, mail);
}

/** Arms the flusher. */
export function armFlush(task: Task, env: TaskEnv): void {
  if (task.writer.channels.length === 0) return;
  const timer: TaskTimer = { kind: 'flush', subject: task.attempt % 2 ** 20, task };
  env.out.setTimer(env.configuration.bufferTimeoutMicros, timer);
}
