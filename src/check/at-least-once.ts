/**
 * at-least-once: at the end of a run that finished, every row that the job means is visible, and
 * every record has entered the operators that it must, at least as often as is due; and never is a
 * row visible, in a topic that depends on the input alone, that follows from nothing in it.
 *
 * No TLA+ module states it yet. What is visible more often is not judged, nor, in a topic that
 * is derived from what entered the operators before it, what a restore has taken back since.
 *
 * It is judged by the same accounts as `exactly-once`. A foreign row convicts at once, a missing
 * one at the end of a finished run; a run that FAILED is judged for what is there only.
 *
 * Memory: that of `accounts`.
 */
import { deliveryEvidence, openDelivery } from './delivery.js';
import type { Law } from './verdict.js';

export const atLeastOnce: Law = {
  name: 'at-least-once',
  says: 'at the end everything that the job means is visible, and nothing foreign ever is',
  source: "Flink's delivery guarantees",
  invariants: ['I-ALO'],
  judgesFrom: deliveryEvidence,
  open: (context) => openDelivery('at-least-once', context),
};
