/**
 * What stored objects say of a checkpoint: frames found in the bytes of the objects that exist, by
 * the checkpoint that they name. A law that judges completed checkpoints asks for those of one when
 * its pointer is written.
 *
 * Memory: names of the objects that exist and hold frames, and the frames of checkpoints that are
 * newer than the newest completed one.
 */
import type { Entry } from '../history/entry.js';
import { caseOf, convict, hearing, verdictOf, type Case } from './case.js';
import { checkpointName, checkpointOfPointer } from './pointers.js';
import type { Checker, LawName } from './verdict.js';

/** A frame, and the entry of the object that holds it. */
export type Found<Frame> = Readonly<{ frame: Frame; entry: Entry }>;

/** What is wrong with a checkpoint. */
export type Fault<Frame> = Readonly<{
  message: string;
  about: readonly string[];
  found: readonly (Found<Frame> | undefined)[];
}>;

type Shelf<Frame> = {
  readonly open: Case;
  readonly objects: Map<string, readonly Found<Frame>[]>;
  newest: number;
};

/**
 * A checker of completed checkpoints by the frames that belong to them.
 *
 * @param framesOf  the frames in the bytes of an object, by the entry that it was written
 * @param faultOf   what is wrong with a checkpoint that has completed; it counts what it judges
 */
export function storedCheckpoints<Frame extends Readonly<{ checkpoint: number }>>(
  law: LawName,
  framesOf: (entry: Entry) => readonly Frame[],
  faultOf: (found: readonly Found<Frame>[], name: string, open: Case) => Fault<Frame> | undefined,
): Checker {
  const shelf: Shelf<Frame> = { open: caseOf(law), objects: new Map(), newest: 0 };
  const keep = (entry: Entry): void => {
    const found = framesOf(entry)
      .filter(({ checkpoint }) => checkpoint > shelf.newest)
      .map((frame) => ({ frame, entry }));
    if (found.length > 0) shelf.objects.set(entry.about, found);
    else shelf.objects.delete(entry.about);
  };
  const complete = (entry: Entry, index: number): void => {
    const checkpoint = checkpointOfPointer(entry.about);
    if (checkpoint <= shelf.newest) return;
    const all = [...shelf.objects.values()].flat();
    const name = checkpointName(checkpoint);
    const own = all.filter(({ frame }) => frame.checkpoint === checkpoint);
    const fault = faultOf(own, name, shelf.open);
    if (fault !== undefined) {
      const before = fault.found.map((one) => one?.entry);
      convict(shelf.open, entry, index, fault.message, [name, ...fault.about], before);
    }
    shelf.newest = checkpoint;
    for (const [object, found] of shelf.objects)
      if (found.every(({ frame }) => frame.checkpoint <= checkpoint)) shelf.objects.delete(object);
  };
  const see = (entry: Entry, index: number): void => {
    if (entry.kind === 'objectWritten') keep(entry);
    else if (entry.kind === 'objectDeleted') shelf.objects.delete(entry.about);
    else complete(entry, index);
  };
  const sees = ['objectWritten', 'objectDeleted', 'valueWritten'];
  return hearing(shelf.open, sees, [], see, () => verdictOf(shelf.open, 'holds', ''));
}
