/**
 * The guard: while a step runs, asking the platform for time, chance or a turn of its event loop
 * throws and says who asked. Outside a step everything behaves as before.
 *
 * A lint rule sees only our own sources; the guard also sees what a dependency or a user's function
 * does. It wraps the functions where they live (globals, prototypes, built-in modules) and lets
 * Node carry the change into named imports that were made before. What a module put aside by
 * itself, as in `const now = Date.now`, before `installGuard` was called, stays unguarded.
 *
 * A date made from arguments, as in `new Date(0)`, asks nobody for the time and is allowed.
 */
import { createHook } from 'node:async_hooks';
import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import perfHooks from 'node:perf_hooks';
import process from 'node:process';
import timers from 'node:timers';
import timersPromises from 'node:timers/promises';
import { promiseHooks } from 'node:v8';

/** A step asked the platform for what only the simulation may give. */
export class NondeterminismError extends Error {
  override readonly name: string = 'NondeterminismError';
  /** What was called, as in 'Math.random()'. */
  readonly api: string;
  /** Who called: file, line and column, as in 'file:///job/x.js:12:7'. */
  readonly place: string;

  constructor(api: string, place: string, instead: string, did = 'called') {
    super(`${api} ${did} inside a step at ${place}; ${instead} instead`);
    this.api = api;
    this.place = place;
  }
}

/** Whether a step runs; all that the wrappers test. `guarded` sets it. */
export const inStep: { active: boolean } = { active: false };

/**
 * Calls `body` as a step. May be nested; the outermost call ends the step, also when it throws.
 *
 * @returns what `body` returns; a promise would leave the step unfinished and unguarded
 * @throws NondeterminismError also when `body` caught it and went on
 */
export function guarded<T>(body: () => T): T {
  const before = inStep.active;
  inStep.active = true;
  if (!before) refused = undefined;
  try {
    const result = body();
    if (!before) throwRefused();
    return result;
  } finally {
    inStep.active = before;
  }
}

/** What the outermost step was refused first. */
let refused: NondeterminismError | undefined;

/** Whoever catches a refusal and goes on has been refused all the same. */
function throwRefused(): void {
  if (refused !== undefined) throw refused;
}

type Call = (this: unknown, ...args: unknown[]) => unknown;

const TIME = 'use the time of the step';
const CHANCE = 'use noise by place';
const TIMER = 'set a timer of the simulation';
const END = 'throw an error';

/** By their originals, so that what was one function under two names stays one. */
const wrappers = new Map<object, object>();

/** Wraps the platform's sources of time and chance, once; later calls do nothing. */
export function installGuard(): void {
  if (wrappers.size > 0) return;
  wrapDate();
  wrap(Date, 'Date', ['now'], TIME);
  wrap(Math, 'Math', ['random'], CHANCE);
  wrapTimers();
  wrap(Object.getPrototypeOf(perfHooks.performance) as object, 'performance', ['now'], TIME);
  wrap(process.hrtime, 'process.hrtime', ['bigint'], TIME);
  wrap(process, 'process', ['hrtime', 'uptime'], TIME);
  wrap(process, 'process', ['exit', 'abort', 'reallyExit'], END);
  wrapCrypto();
  syncBuiltinESMExports();
}

let seesLater = false;

/** Promises that were made, or settled, within a step. */
const ofSteps = new WeakSet<Promise<unknown>>();

/** What answers later: files, names, connections, other processes and threads, slow sums. */
const asksFile = /^(FSREQCALLBACK|FSEVENTWRAP|STATWATCHER)$/;
const asksOther = /REQUEST$|^(GET\w+REQWRAP|QUERYWRAP|TCPWRAP|UDPWRAP|PROCESSWRAP|WORKER)$/;

/**
 * Refuses promises and requests in steps too, from now on: what waits for one goes on after the
 * step. Where all code is ours this costs more than it finds.
 */
export function guardLater(): void {
  if (seesLater) return;
  seesLater = true;
  installGuard();
  promiseHooks.onInit(function init(promise, parent) {
    if (inStep.active) note('a promise', 'made', init);
    else if (!ofSteps.has(parent)) return;
    ofSteps.add(promise);
  });
  promiseHooks.onSettled(function settled(promise) {
    if (!inStep.active) return;
    note('a promise', 'settled', settled);
    ofSteps.add(promise);
  });
  const requests = createHook({
    init: function init(_id, type) {
      if (inStep.active && (asksFile.test(type) || asksOther.test(type)))
        note(`a request (${type})`, 'made', init);
    },
  });
  requests.enable();
}

/** Whether a promise was made or settled within a step, which was refused it. */
export function isOfStep(promise: Promise<unknown>): boolean {
  return ofSteps.has(promise);
}

/** The platform cannot be thrown into there, so the step is refused when it is over. */
function note(api: string, did: string, innermost: Frames): void {
  if (refused !== undefined) return;
  inStep.active = false;
  refused = new NondeterminismError(api, callerOf(innermost), 'return what is there', did);
  inStep.active = true;
}

function wrapTimers(): void {
  const names = ['setTimeout', 'setInterval', 'setImmediate'];
  wrap(globalThis, '', [...names, 'queueMicrotask'], TIMER);
  wrap(timers, '', names, TIMER);
  wrap(timersPromises, 'timersPromises', names, TIMER);
  const scheduler = Object.getPrototypeOf(timersPromises.scheduler) as object;
  wrap(scheduler, 'scheduler', ['wait', 'yield'], TIMER);
}

function wrapCrypto(): void {
  const draws = ['randomBytes', 'randomInt', 'randomUUID', 'randomFill', 'randomFillSync'];
  const aliases = ['pseudoRandomBytes', 'prng', 'rng'];
  wrap(crypto, 'crypto', [...draws, ...aliases], CHANCE);
  const web = Object.getPrototypeOf(crypto.webcrypto) as object;
  wrap(web, 'crypto', ['getRandomValues', 'randomUUID'], CHANCE);
}

/** Replaces functions of `owner` by wrappers; one that this version of Node lacks is left out. */
function wrap(owner: object, ownerName: string, names: readonly string[], instead: string): void {
  for (const name of names) {
    const original: unknown = Reflect.get(owner, name);
    const property = Object.getOwnPropertyDescriptor(owner, name);
    if (typeof original !== 'function' || property?.configurable !== true) continue;
    const api = ownerName === '' ? `${name}()` : `${ownerName}.${name}()`;
    const { enumerable = false } = property;
    Object.defineProperty(owner, name, {
      value: wrapperOf(original as Call, api, instead),
      writable: true,
      enumerable,
      configurable: true,
    });
  }
}

/** A proxy, because it keeps name, length, identity of properties and `this` of its original. */
function wrapperOf(original: Call, api: string, instead: string): object {
  const known = wrappers.get(original);
  if (known !== undefined) return known;
  const wrapper = new Proxy(original, {
    apply: function apply(target, self: unknown, args: unknown[]): unknown {
      if (inStep.active) refuse(api, instead, apply);
      return Reflect.apply(target, self, args);
    },
  });
  wrappers.set(original, wrapper);
  return wrapper;
}

/** `Date` differs: it may be called, constructed and extended, and made from arguments. */
function wrapDate(): void {
  const original = Date;
  const wrapper = new Proxy(original, {
    apply: function apply(target, self: unknown, args: unknown[]): unknown {
      if (inStep.active) refuse('Date()', TIME, apply);
      return Reflect.apply(target, self, args);
    },
    construct: function construct(target, args: unknown[], newTarget): object {
      if (inStep.active && args.length === 0) refuse('new Date()', TIME, construct);
      return Reflect.construct(target, args, newTarget) as object;
    },
  });
  wrappers.set(original, wrapper);
  globalThis.Date = wrapper;
  const constructor = { value: wrapper, writable: true, enumerable: false, configurable: true };
  Object.defineProperty(original.prototype, 'constructor', constructor);
}

type Frames = (...args: never[]) => unknown;

/** Throws; the flag is down meanwhile, since whoever prepares the stack may itself ask the time. */
function refuse(api: string, instead: string, innermost: Frames): never {
  inStep.active = false;
  try {
    refused ??= new NondeterminismError(api, callerOf(innermost), instead);
    throw refused;
  } finally {
    inStep.active = true;
  }
}

/** File, line and column of the first frame above `innermost` that is no part of the platform. */
function callerOf(innermost: Frames): string {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 100;
  const trace = { stack: '' };
  Error.captureStackTrace(trace, innermost);
  const frames = trace.stack.split('\n').slice(1);
  Error.stackTraceLimit = limit;
  const places = frames.map(placeOf);
  return places.find((place) => place !== undefined) ?? 'an unknown place';
}

/** The place that a line of a stack names, unless it lies within Node or V8. */
function placeOf(frame: string): string | undefined {
  const match = /\((.+:\d+:\d+)\)$/.exec(frame) ?? /^\s*at (?:async )?(.+:\d+:\d+)$/.exec(frame);
  const place = match?.[1];
  return place === undefined || place.startsWith('node:') ? undefined : place;
}
