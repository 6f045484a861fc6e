/**
 * Event time and windows as a scenario writes them. Spans of time are texts; whether they are, and
 * are whole ticks of the job, is found when the job is made.
 */
import * as z from 'zod';
import { otherForm } from '../kernel/did-you-mean.js';
import { timeUnits, type EventTimeDeclaration } from '../job/event-time.js';
import type { WindowDeclaration } from '../job/windows.js';
import { meant } from './meant.js';

const span = z.string().min(1);

/** How a source tells time, as a scenario says it. */
export type SourceTime = Omit<EventTimeDeclaration, 'idleAfter'> &
  Readonly<{ idleAfterMillis?: number | undefined }>;

/** How a source tells time. */
export const eventTime: z.ZodType<SourceTime, unknown> = z.strictObject({
  field: span,
  unit: z.enum(timeUnits as [EventTimeDeclaration['unit']]),
  outOfOrderness: span,
  idleAfterMillis: z.int().min(1).max(1_000_000_000).optional(),
  alignment: z
    .strictObject({
      group: span,
      maxDrift: span,
      updateMillis: z.int().min(1).max(3_600_000).optional(),
    })
    .optional(),
});

/** The same with its spans as texts. */
export function eventTimeOf({ idleAfterMillis: idle, ...told }: SourceTime): EventTimeDeclaration {
  return { ...told, idleAfter: idle === undefined ? undefined : `${String(idle)}ms` };
}

const forms: Readonly<Record<string, z.ZodType<WindowDeclaration, unknown>>> = {
  tumbling: z.strictObject({ tumbling: span, offset: span.optional() }),
  sliding: z.strictObject({ sliding: span, slide: span, offset: span.optional() }),
  session: z.strictObject({ session: span }),
  count: z.strictObject({ count: z.int().min(1).max(0x7fffffff) }),
};

const WINDOW =
  'a window is { tumbling: SPAN }, { sliding: SPAN, slide: SPAN }, { session: SPAN } or ' +
  '{ count: RECORDS }';

const windows = (): z.ZodType[] => Object.values(forms);

/** Which windows a record belongs to. */
export const window: z.ZodType<WindowDeclaration, unknown> = meant('window', windows, (value) => {
  if (typeof value !== 'object' || value === null) return WINDOW;
  const kind = Object.keys(forms).find((key) => key in value);
  return forms[kind ?? ''] ?? otherForm(value, Object.keys(forms), WINDOW);
});
