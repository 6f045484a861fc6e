/**
 * The engine's processes, for whoever runs them.
 */
export { jobManager } from './job-manager.js';
export { taskManager } from './task-manager.js';
export type { JobManagerSetup } from './job-master/master.js';
export type { TaskManagerSetup } from './task/manager.js';
