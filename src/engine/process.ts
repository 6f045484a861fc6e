/**
 * The engine's processes, for whoever runs them.
 */
export { jobManager } from './job-manager.js';
export { taskManager } from './task-manager.js';
