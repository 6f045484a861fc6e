/** The CPU time of this process, for the documents that tell it. */
import process from 'node:process';

/** A meter that gives the seconds since it was last asked; at first since the process began. */
export function cpuMeter(): () => number {
  let last = 0;
  return () => {
    const { user, system } = process.cpuUsage();
    const seconds = (user + system - last) / 1_000_000;
    last = user + system;
    return seconds;
  };
}
