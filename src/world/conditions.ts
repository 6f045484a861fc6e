/**
 * What the faults in force do to one process: the world sets it, the disk and the services
 * read it. Overlapping faults of one kind add up and heal one by one.
 */
export type Conditions = {
  /** Factors on the service's own time, one for each fault in force. */
  slow: number[];
  /** Shares of requests refused, and of answers lost, per mille, one for each fault in force. */
  failing: number[];
  unanswered: number[];
  /** Added to the process's clock. */
  skew: number;
  diskSlow: number[];
  diskFailing: number;
};

export function calmConditions(): Conditions {
  return {
    slow: [],
    failing: [],
    unanswered: [],
    skew: 0,
    diskSlow: [],
    diskFailing: 0,
  };
}

/** The largest of the factors in force, 1 without any. */
export function factorOf(factors: readonly number[]): number {
  let largest = 1;
  for (const factor of factors) if (factor > largest) largest = factor;
  return largest;
}

/** The largest of the shares in force, 0 without any. */
export function shareOf(shares: readonly number[]): number {
  let largest = 0;
  for (const share of shares) if (share > largest) largest = share;
  return largest;
}
