import type { Misfortune } from '../../src/faults/fault.js';

/** The processes that a misfortune names. */
export function namesIn(what: Misfortune): readonly string[] {
  if (what.kind === 'partition') return [...what.from, ...what.to];
  if (what.kind === 'clog') return [what.from, what.to];
  return what.kind === 'break' ? what.between : [what.process];
}
