/** The short log: one line a moment, in columns, without those that come with every record. */
import type { Entry } from '../history/entry.js';
import { isFrequent, lineOfMoment } from './lines.js';

const HEADER = '  time [s]    process#life        moment                subject  about';

/** Lines of the log, without line breaks. */
export function* shortLog(entries: readonly Entry[]): Generator<string> {
  yield HEADER;
  for (const entry of entries) if (!isFrequent(entry)) yield lineOfMoment(entry);
}
