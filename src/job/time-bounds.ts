/**
 * The ends of event time. Times of events are integers of 32 bits; the first of them is the time of
 * what has none and the watermark before anything is known, the last one is the watermark behind
 * all data. Source: Flink, Watermark.UNINITIALIZED and Watermark.MAX_WATERMARK.
 */

/** The time of a row that has none, and the watermark before anything is known. */
export const NO_TIME: number = -(2 ** 31);

/** The watermark at the end of the input. */
export const END_OF_TIME: number = 2 ** 31 - 1;
