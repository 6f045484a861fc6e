/**
 * What a task takes from a snapshot before it runs.
 */
import {
  aheadIn,
  framesIn,
  witnessOf,
  type Sum,
  type WitnessFrame,
} from '../../history/witness.js';
import type { Words } from '../../kernel/actor.js';
import { readText } from '../../kernel/words.js';
import {
  initialize,
  restoreUnions,
  type OperatorStateInstance,
} from '../operators/operator-state.js';
import { restoreTallies } from '../connectors/split-source.js';
import { sectionsOf, SECTIONS_OF_OPERATOR } from '../state/snapshot.js';
import { endTask, userErrorOf } from './lifecycle.js';
import { restoreChannels } from './in-flight.js';
import { restoreOperator } from './operators.js';
import type { Task, TaskEnv } from './task.js';

/**
 * Takes the state that a snapshot holds; the task is not running yet.
 *
 * @returns false when the task failed because the bytes are not a snapshot
 */
export function restoreTask(
  task: Task,
  env: TaskEnv,
  objects: ReadonlyMap<string, Words | undefined>,
): boolean {
  const { handle, unions } = task.deployment;
  const words = objects.get(handle?.name ?? '');
  const sections = words === undefined ? undefined : sectionsOf(words);
  const hidden = sections?.[0] ?? nothing;
  const frame = framesIn(hidden).find(({ subtask }) => subtask === task.name);
  const ofOperators = 1 + SECTIONS_OF_OPERATOR * task.chain.length;
  const isWhole = sections?.length === ofOperators || sections?.length === ofOperators + 1;
  if (!isWhole || frame === undefined) {
    endTask(task, env, 'FAILED', 'the snapshot cannot be read');
    return false;
  }
  goOnFrom(task, frame, aheadIn(hidden));
  if (task.deployment.finished) task.carried = hidden;
  for (let at = 1; at < ofOperators; at += SECTIONS_OF_OPERATOR) {
    const uid = readText(sections[at] as Words, 0);
    const link = task.chain.find(({ declared }) => declared.uid === uid);
    if (link === undefined) {
      endTask(
        task,
        env,
        'FAILED',
        'the snapshot has state of an operator that is not here: ' + uid,
      );
      return false;
    }
    restoreOperator(link.instance, sections[at + 1] as Words, sections[at + 2] as Words);
    if (link.instance.kind !== 'operatorState') continue;
    const all = unions.map(({ name }) => operatorStateIn(objects.get(name), uid));
    if (!initializeLists(task, env, link.instance, all)) return false;
  }
  restoreChannels(task, sections[ofOperators] ?? nothing);
  return true;
}

/** The operator state of an operator in a snapshot of its vertex; undefined if it has none. */
function operatorStateIn(words: Words | undefined, uid: string): Words | undefined {
  const sections = words === undefined ? [] : (sectionsOf(words) ?? []);
  for (let at = 1; at + 1 < sections.length; at += SECTIONS_OF_OPERATOR)
    if (readText(sections[at] as Words, 0) === uid) return sections[at + 1];
  return undefined;
}

/** Makes the unions whole and lets the function put its lists in order; false if that failed. */
function initializeLists(
  task: Task,
  env: TaskEnv,
  instance: OperatorStateInstance,
  all: readonly (Words | undefined)[],
): boolean {
  if (all.includes(undefined)) {
    endTask(task, env, 'FAILED', 'a snapshot for a union cannot be read');
    return false;
  }
  try {
    if (all.length > 0) restoreUnions(instance, all as readonly Words[]);
    initialize(instance);
    return true;
  } catch (error) {
    endTask(task, env, 'FAILED', userErrorOf(error).message);
    return false;
  }
}

/** A subtask that had finished has no state; what it sent and received is known. */
export function restoreWitness(task: Task): void {
  const { deployment, source } = task;
  const words = deployment.witness ?? nothing;
  if (deployment.finished) task.carried = words;
  for (const frame of framesIn(words)) {
    const { subtask, inputs, outputs } = frame;
    if (subtask === task.name) goOnFrom(task, frame);
    else if (subtask === source?.edge.reader) restoreTallies(source, inputs, outputs);
  }
}

const nothing: Words = new Int32Array(0);

function goOnFrom(task: Task, frame: WitnessFrame, ahead?: Sum): void {
  task.witness = witnessOf(task.name, task.attempt, frame, ahead);
}
