/**
 * The situation of a job, as far as its history tells: who leads, what the job's status is, which
 * tasks do not run, which checkpoint waits for whom. A law that finds a job stuck says so with it.
 */
import { detailOf, type Entry } from '../history/entry.js';
import { subtasksOf, type JobGraph } from '../job/job-graph.js';
import { checkpointName, checkpointOfPointer } from './pointers.js';

type TaskState = { attempt: number; state: string };

export type Situation = {
  /** The process that leads; '' while nobody does. */
  leader: string;
  isRunning: boolean;
  readonly tasks: ReadonlyMap<string, TaskState>;
  /** The checkpoint that is under way, 0 for none, and whose acknowledgements are missing. */
  checkpoint: number;
  readonly missing: Set<string>;
  status: Entry | undefined;
  failure: Entry | undefined;
};

/** Nothing is known yet. */
export function noSituation(job: JobGraph): Situation {
  const names = subtasksOf(job);
  return {
    leader: '',
    isRunning: false,
    tasks: new Map(names.map((name) => [name, { attempt: -1, state: 'not deployed' }])),
    checkpoint: 0,
    missing: new Set(),
    status: undefined,
    failure: undefined,
  };
}

/** An entry may change the situation. */
export function observe(situation: Situation, entry: Entry): void {
  switch (entry.kind) {
    case 'leader':
      situation.leader = entry.process;
      return;
    case 'processCrashed':
      return crash(situation, entry.process);
    case 'jobStatus':
      situation.status = entry;
      situation.isRunning = false;
      return;
    case 'running':
      situation.isRunning = true;
      return;
    case 'failure':
      situation.failure = entry;
      return;
    case 'taskState':
      return changeTask(situation, entry);
    case 'triggered':
      situation.checkpoint = entry.subject;
      for (const name of situation.tasks.keys()) situation.missing.add(name);
      return;
    case 'acknowledged':
      if (entry.subject === situation.checkpoint) situation.missing.delete(entry.about);
      return;
    case 'aborted':
      return endCheckpoint(situation, entry.subject);
    case 'valueWritten':
      return endCheckpoint(situation, checkpointOfPointer(entry.about));
    default:
      return;
  }
}

/** The leader's plans go with it. */
function crash(situation: Situation, process: string): void {
  if (situation.leader !== process) return;
  situation.leader = '';
  situation.isRunning = false;
  situation.checkpoint = 0;
}

function changeTask({ tasks }: Situation, entry: Entry): void {
  const { attempt, state } = detailOf(entry, 'taskState');
  const task = tasks.get(entry.about);
  if (task === undefined || attempt < task.attempt) return;
  task.attempt = attempt;
  task.state = state;
}

function endCheckpoint(situation: Situation, checkpoint: number): void {
  if (checkpoint === situation.checkpoint) situation.checkpoint = 0;
}

/** The situation in words, the names in it, and the entries that it was last told by. */
export function textOfSituation(
  situation: Situation,
): Readonly<{ text: string; about: readonly string[]; proof: readonly (Entry | undefined)[] }> {
  const { leader, tasks, checkpoint, missing, status, failure } = situation;
  const idle = [...tasks].filter(([, { state }]) => state !== 'RUNNING');
  const parts = [
    leader === '' ? 'nobody leads' : leader + ' leads',
    status === undefined
      ? 'the job has no status'
      : 'the job is ' + detailOf(status, 'jobStatus').status,
  ];
  if (idle.length > 0)
    parts.push('not RUNNING: ' + idle.map(([name, { state }]) => name + ' ' + state).join(', '));
  if (checkpoint > 0) {
    const waits = missing.size === 0 ? ' waits for its pointer' : ' waits for ';
    parts.push(checkpointName(checkpoint) + waits + [...missing].join(', '));
  }
  if (failure !== undefined)
    parts.push('the last failure was: ' + detailOf(failure, 'failure').cause);
  const names = idle.map(([name]) => name);
  const about = checkpoint > 0 ? [...names, checkpointName(checkpoint), ...missing] : names;
  return { text: parts.join('; '), about: [...new Set(about)], proof: [failure, status] };
}
