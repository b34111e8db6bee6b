/** A year as a calendar: weeks as columns, days of the week as rows, Monday first. UTC, as factors are. */

import { DAY } from './format/time';

export interface CalendarDay {
  ms: number;
  week: number;
  weekday: number;
  /** `null` where nothing is known. */
  value: number | null;
}

/** Days of `year` with the value of the bucket that begins on them. */
export function calendar(year: number, startMs: number[], values: number[]): CalendarDay[] {
  const byDay = new Map<number, { sum: number; count: number }>();
  for (const [index, ms] of startMs.entries()) {
    const value = values[index];
    if (value === undefined) continue;
    const day = Math.floor(ms / DAY) * DAY;
    const known = byDay.get(day) ?? { sum: 0, count: 0 };
    byDay.set(day, { sum: known.sum + value, count: known.count + 1 });
  }
  const first = Date.UTC(year, 0, 1);
  const shift = (new Date(first).getUTCDay() + 6) % 7;
  const length = (Date.UTC(year + 1, 0, 1) - first) / DAY;
  return Array.from({ length }, (_, index) => {
    const ms = first + index * DAY;
    const known = byDay.get(ms);
    return {
      ms,
      week: Math.floor((index + shift) / 7),
      weekday: (index + shift) % 7,
      value: known ? known.sum / known.count : null,
    };
  });
}
