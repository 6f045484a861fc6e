/**
 * exactly-once: what is visible is what the job means, no row less and none more. Each topic of a
 * sink holds the rows that follow from the input, or from what entered the operators before it
 * along the surviving history; and what entered those is what must have, each record once.
 *
 * No TLA+ module states it yet. What the output must be says `job/meaning`, which shares nothing
 * with the engine; `accounts` compares.
 *
 * What is visible stays so: a row that is not due, or is there more often than it is due,
 * convicts at the entry that shows it. What is missing convicts at the end of a finished run; a
 * run that FAILED is judged for what is there only. The verdict is unknown where a budget was
 * spent before everything was visible, and where it is not known what survived.
 *
 * Memory: that of `accounts`.
 */
import { deliveryEvidence, openDelivery } from './delivery.js';
import type { Law } from './verdict.js';

export const exactlyOnce: Law = {
  name: 'exactly-once',
  says: 'what is visible is what the job means, each row as often as it is due',
  source: "Flink's end-to-end exactly-once",
  invariants: ['I-EO'],
  judgesFrom: deliveryEvidence,
  open: (context) => openDelivery('exactly-once', context),
};
