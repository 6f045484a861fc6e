/**
 * Times of rows as integers since 2000, by plain arithmetic: no clock, no zone of the machine.
 */

/** Minutes since 2000 of a time written `2001/01/13 14:56`. */
export function minuteOf(date: string): number {
  const [year, month, day, hour, minute] = date.split(/[/ :-]/).map(Number);
  const days = daysBefore(year ?? 2000, month ?? 1) + (day ?? 1) - 1;
  return (days * 24 + (hour ?? 0)) * 60 + (minute ?? 0);
}

const ISO = new RegExp(
  String.raw`^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:\.\d+)?` +
    String.raw`(?:Z|([+-])(\d\d):?(\d\d))?$`,
);

/**
 * Seconds since 2000 of a time of ISO 8601; a fraction is dropped, without a zone it is UTC.
 *
 * @returns undefined for any other text, a day that is in no calendar, and a time that 32 bits do
 *          not hold
 */
export function secondOf(text: string): number | undefined {
  const parts = ISO.exec(text);
  if (parts === null) return undefined;
  const [year, month, day, hour, minute, second] = parts.slice(1, 7).map(Number) as Six;
  const [zoneHour, zoneMinute] = [Number(parts[8] ?? 0), Number(parts[9] ?? 0)];
  const isTime = hour < 24 && minute < 60 && second < 60 && zoneHour < 24 && zoneMinute < 60;
  if (!isTime || year < 1901 || year > 2099 || month < 1 || month > 12) return undefined;
  if (day < 1 || day > daysIn(year, month)) return undefined;
  const zone = (zoneHour * 60 + zoneMinute) * (parts[7] === '-' ? -1 : 1);
  const days = daysBefore(year, month) + day - 1;
  const seconds = ((days * 24 + hour) * 60 + minute - zone) * 60 + second;
  return (seconds | 0) === seconds ? seconds : undefined;
}

type Six = [number, number, number, number, number, number];

const monthDays = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];

function daysBefore(year: number, month: number): number {
  const leaps = Math.floor((year - 1997) / 4);
  const isLeap = year % 4 === 0 && month > 2;
  return (year - 2000) * 365 + leaps + (monthDays[month - 1] ?? 0) + (isLeap ? 1 : 0);
}

function daysIn(year: number, month: number): number {
  const next = month === 12 ? daysBefore(year + 1, 1) : daysBefore(year, month + 1);
  return next - daysBefore(year, month);
}
