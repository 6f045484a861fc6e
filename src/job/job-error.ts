/**
 * A job that cannot be: the user's mistake, with the place in the job and the remedy.
 */
export class JobError extends Error {
  override readonly name: string = 'JobError';
  /** Where: an operator's uid, and the part of its declaration, as in `totals.keyBy`. */
  readonly place: string;
  readonly what: string;

  constructor(place: string, what: string) {
    super(place + ': ' + what);
    this.place = place;
    this.what = what;
  }
}
