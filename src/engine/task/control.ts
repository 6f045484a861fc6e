/**
 * What passes between a task manager and the job manager. What an older epoch says is refused;
 * when the job manager is lost, by its connection or by its silence, every task is cancelled.
 */
import type { Out } from '../../kernel/actor.js';
import type { Deployment, ToTaskManager } from '../protocol.js';
import { serveRequests } from './exchange.js';
import { reportState } from './lifecycle.js';
import { portOf, report, type TaskManager } from './manager.js';
import { taskRestored } from './deploy.js';
import { fetchState } from './storage.js';
import { post } from './subtask.js';
import { taskOf, type Mail } from './task.js';

/** Opens the connection to the job manager. */
export function joinJobManager(manager: TaskManager, out: Out): void {
  const { control, setup } = manager;
  control.accepted = false;
  control.connection = out.connect(setup.jobManager, 'control');
}

/** The connection stands: the task manager says what it has, and waits for a leader's answer. */
export function hearLeaderless(manager: TaskManager, out: Out): void {
  const { connection } = manager.control;
  if (connection === undefined) return;
  const slots = manager.setup.configuration.slotsPerTaskManager;
  out.send(connection, { kind: 'registerTaskManager', subject: -1, ...{ slots } });
  expectHeartbeat(manager, out);
}

/**
 * The silence of the whole job manager is counted, once: its resource manager and its job master
 * are parts of one process, share one connection, and crash together, so any word of either shows
 * that both live. (In Flink a task executor counts that of each for itself.)
 */
function expectHeartbeat(manager: TaskManager, out: Out): void {
  const { control, setup } = manager;
  if (control.silence !== undefined) out.cancelTimer(control.silence);
  const timer = { kind: 'jobManagerSilent', subject: control.epoch };
  control.silence = out.setTimer(setup.configuration.heartbeatTimeoutMicros, timer);
}

/** The job manager is lost: no task of its goes on, and the task manager looks for it again. */
export function loseJobManager(manager: TaskManager, out: Out): void {
  const { control, env, setup } = manager;
  if (control.silence !== undefined) out.cancelTimer(control.silence);
  control.silence = undefined;
  control.connection = undefined;
  control.accepted = false;
  if (env !== undefined)
    for (const task of [...manager.tasks.values()]) post(task, env, { kind: 'end' });
  const timer = { kind: 'register', subject: control.epoch };
  out.setTimer(setup.configuration.registrationPauseMicros, timer);
}

/** The job manager says something. */
export function hearControl(manager: TaskManager, message: ToTaskManager, out: Out): void {
  const { control } = manager;
  if (message.epoch < control.epoch) return;
  control.epoch = message.epoch;
  expectHeartbeat(manager, out);
  switch (message.kind) {
    case 'taskManagerAccepted':
      control.accepted = true;
      return;
    case 'slotRequested':
      return report(manager, out, {
        kind: 'slotOffered',
        subject: message.subject,
        epoch: message.epoch,
      });
    case 'heartbeatRequested':
      return report(manager, out, {
        kind: 'heartbeatAnswered',
        subject: message.subject,
        to: message.by,
      });
    case 'deployTask':
      return deploy(manager, message.deployment, out);
    case 'cancelTask':
      return cancelTask(manager, message, out);
    case 'triggerCheckpoint':
      return trigger(manager, message, out);
    case 'notifyCheckpointComplete':
      return mail(manager, message, { kind: 'complete', checkpoint: message.subject });
    case 'notifyCheckpointAborted':
      return mail(manager, message, {
        kind: 'abort',
        checkpoint: message.subject,
        latest: message.latest,
      });
  }
}

type AboutTask = Extract<ToTaskManager, { about: object }>;

/** The mail for the attempt that is meant; any other is not there. */
function mail(manager: TaskManager, message: AboutTask, letter: Mail): void {
  const task = manager.tasks.get(message.about.name);
  const { env } = manager;
  if (task?.attempt === message.attempt && env !== undefined) post(task, env, letter);
}

function deploy(manager: TaskManager, deployment: Deployment, out: Out): void {
  const { env, setup } = manager;
  if (env === undefined) return;
  const task = taskOf(setup.job, deployment, setup.configuration, (...place) =>
    portOf(manager, out, deployment, ...place),
  );
  manager.tasks.set(task.name, task);
  for (const channel of task.gate.channels)
    manager.inputs.set(channel.entity.name, { task, channel });
  for (const channel of task.writer.channels)
    manager.outputs.set(channel.entity.name, { task, channel });
  serveRequests(manager, task, env);
  reportState(task, env, 'INITIALIZING', '');
  if (deployment.handle === undefined) taskRestored(task, env, undefined);
  else fetchState(manager, out, task);
}

/** A task that is not here is as good as cancelled. */
function cancelTask(manager: TaskManager, message: AboutTask, out: Out): void {
  const task = manager.tasks.get(message.about.name);
  if (task?.attempt === message.attempt) {
    mail(manager, message, { kind: 'end' });
    return;
  }
  const { about, attempt } = message;
  report(manager, out, {
    kind: 'taskStateChanged',
    subject: 0,
    about,
    attempt,
    state: 'CANCELED',
    cause: '',
    witness: undefined,
  });
}

type Trigger = Extract<ToTaskManager, { kind: 'triggerCheckpoint' }>;

/**
 * A task is told to begin a checkpoint; one that is not running declines, and so does the task
 * manager for one that is not here.
 */
function trigger(manager: TaskManager, message: Trigger, out: Out): void {
  const task = manager.tasks.get(message.about.name);
  const isHere = task?.attempt === message.attempt;
  if (isHere && task.state === 'RUNNING') {
    const { subject: checkpoint, timestamp } = message;
    mail(manager, message, { kind: 'trigger', checkpoint, timestamp });
    return;
  }
  const { subject, about, attempt } = message;
  const reason = isHere ? 'CHECKPOINT_DECLINED_TASK_NOT_READY' : 'TASK_CHECKPOINT_FAILURE';
  report(manager, out, { kind: 'checkpointDeclined', subject, about, attempt, reason });
}
