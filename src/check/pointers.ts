/**
 * The pointers of completed checkpoints: values in the registry under `checkpoints/` and the id in
 * 19 digits, so that the order of texts is the order of numbers. A checkpoint is completed from the
 * moment at which its pointer is there; nothing else completes it.
 */
const POINTER = /^checkpoints\/\d{19}$/;
const DIGITS_AT = 'checkpoints/'.length;

/** The checkpoint that a key of the registry points to; 0 for a key that is no pointer. */
export function checkpointOfPointer(key: string): number {
  return POINTER.test(key) ? Number(key.slice(DIGITS_AT)) : 0;
}

/** The checkpoint in whose place an object lies; 0 for one that lies elsewhere. */
export function placeOf(name: string): number {
  return Number(/^chk-(\d+)\//.exec(name)?.[1] ?? 0);
}

/** How a checkpoint is called in `about` and in messages. */
export function checkpointName(checkpoint: number): string {
  return 'checkpoint ' + String(checkpoint);
}
