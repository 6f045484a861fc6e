/** What reaches the handler of a subtask's barriers, and what it has the subtask do. */
import type { Micros } from '../../kernel/time.js';
import type { DeclineReason } from '../protocol.js';

export type BarrierEvent =
  | Readonly<{
      kind: 'barrierReceived';
      id: number;
      timestamp: Micros;
      channel: number;
      /** It has overtaken what stands before it on its channel, which is not blocked. */
      overtakes: boolean;
    }>
  /** A cancellation marker has come on a channel. */
  | Readonly<{ kind: 'markerReceived'; id: number; channel: number }>
  /** The coordinator has aborted the checkpoint. */
  | Readonly<{ kind: 'aborted'; id: number }>
  /** The producer of a channel has finished, and everything it sent was taken. */
  | Readonly<{ kind: 'channelEnded'; channel: number }>
  /** Told by the coordinator: every producer has finished (FLIP-147). */
  | Readonly<{ kind: 'triggered'; id: number; timestamp: Micros; overtakes: boolean }>;

export type BarrierEffect =
  | Readonly<{ kind: 'startAlignment'; id: number; timestamp: Micros }>
  | Readonly<{ kind: 'takeSnapshot'; id: number; timestamp: Micros }>
  /** From now on what is on its way over the inputs, before the barriers, is stored. */
  | Readonly<{ kind: 'storeInputs'; id: number; timestamp: Micros }>
  /** All of it has come. */
  | Readonly<{ kind: 'inputsStored'; id: number }>
  | Readonly<{ kind: 'giveUp'; id: number; reason: DeclineReason }>
  | Readonly<{ kind: 'resume'; channel: number }>;
