/**
 * What the faults in force do to one process: the world sets it, the disk and the services
 * read it. Overlapping faults of one kind add up and heal one by one.
 */
export type Conditions = {
  /** Factors on the service's own time, one for each fault in force. */
  slow: Trouble[];
  /** Shares of requests refused, and of answers lost, per mille, one for each fault in force. */
  failing: Trouble[];
  unanswered: Trouble[];
  /** Added to the process's clock. */
  skew: number;
  diskSlow: number[];
  diskFailing: number;
};

/** What a fault does to requests about some objects, or to all. */
export type Trouble = Readonly<{
  /** A factor or a share. */
  size: number;
  /** Names of the objects; undefined for all. */
  objects: RegExp | undefined;
  /** Whether those that read or those that write are meant; undefined for all. */
  access: Access | undefined;
}>;

/** What a request does there; a call of a remote service neither reads nor writes. */
export type Access = 'read' | 'write';

/** What a fault may choose a request by. */
export type Errand = Readonly<{
  /** Name of what it is about; undefined if it names nothing. */
  object: string | undefined;
  access: Access | undefined;
}>;

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

/** The largest of the troubles in force for a request, 0 without any. */
export function sizeOf(troubles: readonly Trouble[], errand: Errand): number {
  let largest = 0;
  for (const trouble of troubles)
    if (trouble.size > largest && isMeant(trouble, errand)) largest = trouble.size;
  return largest;
}

function isMeant({ objects, access }: Trouble, errand: Errand): boolean {
  if (access !== undefined && access !== errand.access) return false;
  return objects === undefined || (errand.object !== undefined && objects.test(errand.object));
}
