/**
 * What code of the user begins and does not wait for: a promise that is rejected while nobody
 * listens, an exception in a callback. Node ends the process for one, and a worker thread without a
 * word; here they are kept, with who began them, for whoever asks.
 */
import { AsyncLocalStorage, createHook } from 'node:async_hooks';
import process from 'node:process';
import { setImmediate as turn, setTimeout } from 'node:timers/promises';

import { isOfStep } from '../kernel/guard.js';
import { textOfThrown } from '../job/user-function-error.js';

/** Something that failed when nobody waited for it. */
export type Failure = Readonly<{
  /** Who began it: a module while it was loaded, or a seed. */
  by: string;
  text: string;
}>;

/** `isTold`: it was refused what it began, so what becomes of that is no news. */
type Beginner = { readonly by: string; isTold: boolean };

const beginners = new AsyncLocalStorage<Beginner>();
let loading: Beginner | undefined;
let isListening = false;
let heard: Failure[] = [];

/**
 * Calls `body`; whatever it begins is known to be begun by this seed.
 *
 * @param isTold  whether what it gave tells already that it began something
 */
export function begunBy<T>(by: string, body: () => T, isTold: (given: T) => boolean): T {
  const beginner: Beginner = { by, isTold: false };
  const given = beginners.run(beginner, body);
  beginner.isTold = isTold(given);
  return given;
}

/** Listens from now on, for what code of the user began. All else ends the process as before. */
export function listenForFailures(): void {
  if (isListening) return;
  isListening = true;
  process.on('unhandledRejection', onRejection);
  process.on('uncaughtException', onException);
}

/** What was begun in a step counts there: the step was refused it. */
function onRejection(reason: unknown, promise: Promise<unknown>): void {
  if (!isOfStep(promise)) keep(reason, 'a promise was rejected, and nobody heard it');
}

function onException(thrown: unknown): void {
  keep(thrown, 'a callback threw');
}

function keep(thrown: unknown, what: string): void {
  // Of a microtask that throws Node does not say who began it.
  const beginner = beginners.getStore() ?? loading;
  if (beginner === undefined) return endProcess(thrown);
  const { by, isTold } = beginner;
  if (!isTold) heard.push({ by, text: `${what}: ${textOfThrown(thrown)}` });
}

/** As if nobody listened: a bug of ours. */
function endProcess(thrown: unknown): void {
  process.off('unhandledRejection', onRejection);
  process.off('uncaughtException', onException);
  process.once('exit', () => (process.exitCode = BUG));
  setImmediate(() => {
    throw thrown;
  });
}

/** The exit code of a bug of ours. */
const BUG = 70;

/**
 * What has failed since it was asked last, or does by the end of this turn of the event loop.
 *
 * @param by  who began it; anybody, if left out
 */
export async function failuresHeard(by?: string): Promise<readonly Failure[]> {
  if (!isListening) return [];
  await turn();
  const isAsked = (failure: Failure): boolean => by === undefined || failure.by === by;
  const asked = heard.filter(isAsked);
  heard = heard.filter((failure) => !isAsked(failure));
  return asked;
}

/** A timer or a connection; while it has a reference the process does not end. */
type Held = Readonly<{ hasRef: () => boolean; unref: () => unknown }>;

/**
 * Calls `load` and waits until nothing that it began holds up the process, so that what fails of it
 * fails before the first step.
 *
 * @param signal  to be aborted in any case, when it is over: what is still there holds up nothing
 */
export async function untilDone<T>(
  module: string,
  signal: AbortSignal,
  load: () => Promise<T>,
): Promise<T> {
  const held = new Map<number, Held>();
  const beginner: Beginner = { by: module, isTold: false };
  const hook = createHook({
    init: (id, _type, _trigger, resource) => {
      if (beginners.getStore() === beginner && isHeld(resource)) held.set(id, resource);
    },
    destroy: (id) => void held.delete(id),
  });
  const isBusy = (): boolean =>
    process.getActiveResourcesInfo().some(isRequest) ||
    [...held.values()].some((one) => one.hasRef());
  hook.enable();
  loading = beginner;
  signal.addEventListener('abort', () => {
    loading = undefined;
    hook.disable();
    for (const one of held.values()) one.unref();
  });
  const loaded = await beginners.run(beginner, load);
  await turn();
  // Nobody tells the end of a request, nor at once that of a timer.
  while (!signal.aborted && isBusy()) await setTimeout(LOOK_MILLIS);
  return loaded;
}

const LOOK_MILLIS = 1;

/** Whether a resource is a question that the platform has yet to answer. */
function isRequest(name: string): boolean {
  return name.includes('Req');
}

function isHeld(resource: object): resource is Held {
  return (
    'hasRef' in resource &&
    typeof resource.hasRef === 'function' &&
    'unref' in resource &&
    typeof resource.unref === 'function'
  );
}
