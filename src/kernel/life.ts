/**
 * Lives: what a process was before it crashed and what it is after are two contenders, though they
 * have one name.
 */

/** The name of one life of a process: `job-manager-0#2` is its second. */
export function lifeName(process: string, incarnation: number): string {
  return process + '#' + String(incarnation);
}
