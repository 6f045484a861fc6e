/**
 * A connector driven by hand: what it asks is kept, and a test gives the answers.
 */
import type { Message, Out } from '../../../src/kernel/actor.js';
import type { ConnectorPort, ConnectorTag } from '../../../src/engine/connectors/port.js';
import type { LogAnswer } from '../../../src/kernel/protocols.js';

export type Asked = Readonly<{
  body: Message & Readonly<Record<string, unknown>>;
  tag: ConnectorTag;
  twice: boolean;
}>;

/** A port and what went through it. */
export function portByHand(attempt = 5): ConnectorPort & {
  readonly asked: Asked[];
  readonly moments: string[];
} {
  const asked: Asked[] = [];
  const moments: string[] = [];
  const out = {
    moment: (kind: string, subject: number) => void moments.push(`${kind} ${subject}`),
  } as unknown as Out; // connectors use no other verb
  return {
    ...{ out, subtask: 'sink[0]', attempt, triesMax: 2, asked, moments },
    ask: (body, tag, twice) => void asked.push({ body: { ...body }, tag, twice }),
    call: (body, tag) => void asked.push({ body: { ...body }, tag, twice: false }),
  };
}

/** An answer of that kind. */
export function answerOf(kind: LogAnswer['kind'], rest: object = {}): LogAnswer {
  return { kind, subject: 0, request: 1, ...rest } as LogAnswer;
}

/** Kinds of what was asked, with the transaction where there is one. */
export function linesOf(asked: readonly Asked[]): string[] {
  return asked.map(({ body }) => [body.kind, body['transaction']].filter(Boolean).join(' '));
}
