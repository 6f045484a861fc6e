/** The door of this room: every form in which a result is told. All of them are pure texts. */
export { failureReport } from './failure.js';
export { replayDocument, runDocument, type Trail } from './documents.js';
export { phasesText } from './phases.js';
export { rankOf, replayText, sweepText } from './screen.js';
export { shortLog } from './short-log.js';
