/**
 * Time in a task: watermarks in, timers that are due, watermarks out; timers of processing time.
 * Firing takes service time like records do, and nothing else happens in the task meanwhile.
 * Source: Flink, AbstractStreamOperator.processWatermark, TimestampsAndWatermarks.
 */
import { purposeOf, within } from '../../kernel/noise.js';
import { noteTimer, noteWatermark } from '../../history/witness.js';
import { processAlarm, type ProcessInstance } from '../operators/process.js';
import { dueCount, firstTime, takeDue, type Timers } from '../state/timers.js';
import { holdWatermark } from '../operators/async.js';
import { collectorOf, type Link } from './chain.js';
import type { Element, InputChannel } from './gate.js';
import { timerCame, timersOfInstance } from './operators.js';
import { occupy, SERVICE_MICROS_MAX } from './processor.js';
import type { Due, Task, TaskEnv, TaskTimer } from './task.js';
import { sendQueued } from './transfer.js';
import {
  combine,
  statusCame,
  watermarkCame,
  type Valve,
  type ValveOutput,
} from './watermark-valve.js';
import { seal, type OutputChannel, type Sealed } from './writer.js';

const FIRING = purposeOf('firing');

/** A watermark, or word of an idle sender, has reached the front of its channel. */
export function receiveTime(
  task: Task,
  channel: InputChannel,
  element: Extract<Element, { kind: 'watermark' | 'watermarkStatus' }>,
): void {
  const { eventTime } = task;
  const valve = eventTime.valves[channel.input] as Valve;
  const outputs =
    element.kind === 'watermark'
      ? watermarkCame(valve, channel.place, element.watermark)
      : statusCame(valve, channel.place, element.idle);
  for (const output of outputs) task.told.push(...combine(eventTime, channel.input, output));
}

/** What the task has heard of time takes effect; timers that are due are put in service first. */
export function takeTime(task: Task, env: TaskEnv, told: ValveOutput): void {
  if (told.kind === 'status')
    return tellAll(task, env, { kind: 'watermarkStatus', idle: told.idle });
  const { watermark: time } = told;
  const timers = timersOf(task);
  const due = timers === undefined ? 0 : dueCount(timers, time);
  if (due === 0) advanceTo(task, env, time);
  else serve(task, env, { domain: 'event', time }, due);
}

/** Puts timers in service. */
function serve(task: Task, env: TaskEnv, due: Due, timers: number): void {
  const { serviceMicrosMin: min, serviceMicrosMax: max } = task;
  const draw = env.out.noise(FIRING, task.entity, task.firings, task.attempt);
  const micros = Math.min(timers * within(draw, min, max), SERVICE_MICROS_MAX / 2);
  task.firings += 1;
  task.ends[0] = micros;
  task.work = { count: 1, applied: 0, due };
  occupy(env.processor, task, env.out.workTime(), micros);
}

/** The time of timers in service is over: they fire. */
export function fireDue(task: Task, env: TaskEnv, { domain, time }: Due): void {
  if (domain === 'event') advanceTo(task, env, time);
  else fireAlarms(task, env, time);
}

/** A task has a new watermark: timers fire in the order of time, then those below hear it. */
export function advanceTo(task: Task, env: TaskEnv, watermark: number): void {
  const [head] = task.chain;
  if (head === undefined) return tellAll(task, env, { kind: 'watermark', watermark });
  noteWatermark(env.out, task.witness, watermark, clockOf(task, env));
  task.watermark = watermark;
  const timers = timersOf(task);
  if (timers !== undefined) {
    const out = collectorOf(task, env, head);
    for (let timer = takeDue(timers, watermark); timer; timer = takeDue(timers, watermark))
      timerCame(head.instance, out, timer);
    armAlarm(task, env);
  }
  pass(task, env, head, watermark);
}

/** The timers of the first operator; a task that was deployed as finished has none. */
function timersOf({ chain: [head] }: Task): Timers | undefined {
  return head && timersOfInstance(head.instance);
}

/** An operator of the chain has a watermark; one that waits for answers holds it back. */
function pass(task: Task, env: TaskEnv, link: Link, watermark: number): void {
  if (link.instance.kind === 'async' && holdWatermark(link.instance, watermark)) return;
  passOn(task, env, link, watermark);
}

/** A watermark leaves an operator, behind every record so far. */
export function passOn(task: Task, env: TaskEnv, link: Link, watermark: number): void {
  const { edges, lateEdges, declared } = link;
  for (const edge of [...edges, ...lateEdges])
    for (const channel of edge.channels) tell(env, channel, { kind: 'watermark', watermark });
  for (const place of new Set([...declared.next, ...declared.nextLate]))
    pass(task, env, task.chain[place] as Link, watermark);
}

/** Tells all below, behind every record so far. */
export function tellAll(task: Task, env: TaskEnv, sealed: Sealed): void {
  for (const channel of task.writer.channels) tell(env, channel, sealed);
}

function tell(env: TaskEnv, channel: OutputChannel, sealed: Sealed): void {
  seal(channel);
  channel.queue.push(sealed);
  sendQueued(env, channel);
}

/** The operator that may have timers of processing time; it is the first of its chain. */
function alarmed(task: Task): ProcessInstance | undefined {
  const instance = task.chain[0]?.instance;
  return instance?.kind === 'process' && instance.operator.function.usesProcessingTime
    ? instance
    : undefined;
}

/** The process's clock in milliseconds, for an operator that reads it. */
export function clockOf(task: Task, env: TaskEnv): number | undefined {
  return alarmed(task) === undefined ? undefined : Math.floor(env.out.now() / 1_000);
}

/**
 * Arms the clock for the first timer of processing time, if it is not armed for that. At the end of
 * the data timers of the clock stop. Source: Flink, StreamOperatorWrapper,
 * quiesceTimeServiceAndFinishOperator.
 */
export function armAlarm(task: Task, env: TaskEnv): void {
  const instance = alarmed(task);
  if (instance === undefined) return;
  const time = task.ending === 'no' ? firstTime(instance.alarms) : undefined;
  if (task.alarm?.time === time) return;
  if (task.alarm !== undefined) env.out.cancelTimer(task.alarm.handle);
  task.alarm = undefined;
  if (time === undefined) return;
  const timer: TaskTimer = { kind: 'alarm', subject: task.attempt % 2 ** 20, task };
  const delay = Math.max(0, time * 1_000 - env.out.now());
  task.alarm = { time, handle: env.out.setTimer(delay, timer) };
}

/** The clock has come to a timer of processing time: those that are due are put in service. */
export function alarmCame(task: Task, env: TaskEnv): void {
  task.alarm = undefined;
  const instance = alarmed(task);
  if (instance === undefined || task.ending !== 'no') return;
  const time = Math.floor(env.out.now() / 1_000);
  const due = dueCount(instance.alarms, time);
  if (due === 0) armAlarm(task, env);
  else serve(task, env, { domain: 'processing', time }, due);
}

function fireAlarms(task: Task, env: TaskEnv, upTo: number): void {
  const instance = alarmed(task);
  if (instance === undefined) return;
  const out = collectorOf(task, env, task.chain[0] as Link);
  const now = Math.floor(env.out.now() / 1_000);
  for (let timer = takeDue(instance.alarms, upTo); timer; timer = takeDue(instance.alarms, upTo)) {
    noteTimer(env.out, task.witness, timer.time, timer.key.words, now);
    processAlarm(instance, out, timer);
  }
  armAlarm(task, env);
}
