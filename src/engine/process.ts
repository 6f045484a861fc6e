/**
 * The engine's processes, for whoever runs them.
 */
export { client } from './client.js';
export { jobManager } from './job-manager.js';
export { taskManager } from './task-manager.js';
