/** Times and durations as the whole product writes them: `24 Nov 14:32`, `31 h 12 min`, relative only under an hour. */

import { NARROW, NO_DATA } from './number';

/** A time zone by its IANA name, such as `Europe/Berlin`; `UTC` unless the reader chose another. */
export type Zone = string;

/** A clock and the name that the app gives it. */
export interface Clock {
  zone: Zone;
  zoneName: string;
}

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const MONTHS_LONG = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];
const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

/** A time by its parts in a zone. */
export interface Parts {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  weekday: number;
}

const formats = new Map<Zone, Intl.DateTimeFormat>();

function format(zone: Zone): Intl.DateTimeFormat {
  let found = formats.get(zone);
  if (!found) {
    const options = {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    } as const;
    found = new Intl.DateTimeFormat('en-GB', options);
    formats.set(zone, found);
  }
  return found;
}

export function parts(ms: number, zone: Zone = 'UTC'): Parts {
  const found: Record<string, number> = {};
  for (const { type, value } of format(zone).formatToParts(ms)) found[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = found;
  return { year, month, day, hour, minute, second, weekday: new Date(Date.UTC(year, month - 1, day)).getUTCDay() };
}

const two = (value: number): string => String(value).padStart(2, '0');

/** `14:32` */
export function clock(ms: number, zone: Zone = 'UTC', withSeconds = false): string {
  const { hour, minute, second } = parts(ms, zone);
  return `${two(hour)}:${two(minute)}${withSeconds ? `:${two(second)}` : ''}`;
}

/** `24 Nov`, with the year where it is not that of `now`. */
export function day(ms: number, zone: Zone = 'UTC', now = Date.now()): string {
  const { year, month, day } = parts(ms, zone);
  return `${day} ${MONTHS[month - 1]}${year === parts(now, zone).year ? '' : ` ${year}`}`;
}

/** `Tue 24` for axes of a week. */
export function weekday(ms: number, zone: Zone = 'UTC'): string {
  const found = parts(ms, zone);
  return `${WEEKDAYS[found.weekday]} ${found.day}`;
}

/** `24 Nov 14:32` */
export function moment(ms: number | null | undefined, zone: Zone = 'UTC', now = Date.now()): string {
  return ms == null || Number.isNaN(ms) ? NO_DATA : `${day(ms, zone, now)} ${clock(ms, zone)}`;
}

/** `14:00 to 14:32` of one day, or both in full. */
export function interval(from: number, to: number, zone: Zone = 'UTC', now = Date.now()): string {
  const isSameDay = day(from, zone) === day(to - 1, zone);
  return isSameDay
    ? `${day(from, zone, now)}, ${clock(from, zone)} to ${clock(to, zone)}`
    : `${moment(from, zone, now)} to ${moment(to, zone, now)}`;
}

/** `November 2026` */
export function month(ms: number, zone: Zone = 'UTC'): string {
  const { year, month } = parts(ms, zone);
  return `${MONTHS_LONG[month - 1]} ${year}`;
}

/** `31 h 12 min`, `4 min 5 s`, `12 days 3 h`: two units, the smaller one left out at zero. */
export function duration(ms: number | null | undefined): string {
  if (ms == null || !Number.isFinite(ms)) return NO_DATA;
  const seconds = Math.max(0, Math.round(ms / SECOND));
  const unit = (value: number, name: string): string => `${value}${NARROW}${name}`;
  const pair = (large: string, small: number, name: string): string =>
    small ? `${large} ${unit(small, name)}` : large;
  if (seconds < 60) return unit(seconds, 's');
  if (seconds < 3600) return pair(unit(Math.floor(seconds / 60), 'min'), seconds % 60, 's');
  const minutes = Math.round(seconds / 60);
  if (minutes < 72 * 60) return pair(unit(Math.floor(minutes / 60), 'h'), minutes % 60, 'min');
  const hours = Math.round(minutes / 60);
  return pair(unit(Math.floor(hours / 24), 'days'), hours % 24, 'h');
}

/** `20 s ago`, `23 min ago`; from an hour on the time itself. */
export function ago(ms: number, now: number, zone: Zone = 'UTC'): string {
  const passed = Math.max(0, now - ms);
  if (passed < MINUTE) return `${Math.floor(passed / SECOND)}${NARROW}s ago`;
  if (passed < HOUR) return `${Math.floor(passed / MINUTE)}${NARROW}min ago`;
  return moment(ms, zone, now);
}

/** `23 min ago`, or `since 24 Nov 14:32`: how long something has lasted. */
export const sinceWhen = (ms: number, now: number, zone: Zone = 'UTC'): string =>
  now - ms < HOUR ? ago(ms, now, zone) : `since ${moment(ms, zone, now)}`;

const STAMP = /\d{4}-\d\d-\d\dT[\d:.]+Z/g;

/** A text of the service with its times on the reader's clock. */
export const withLocalTimes = (text: string, { zone, zoneName }: Clock, now: number): string =>
  text.replace(STAMP, (stamp) => `${moment(parse(stamp), zone, now)} ${zoneName}`);

/** RFC 3339 to ms. */
export function parse(text: string | null | undefined): number | null {
  if (!text) return null;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? null : ms;
}

/** ms to RFC 3339; fractions of a second only where there are any. */
export const stamp = (ms: number): string => new Date(ms).toISOString().replace(/\.000Z$/, 'Z');

/** The first moment of the day, or of the month, that holds `ms` in `zone`. */
export function startOfDay(ms: number, zone: Zone = 'UTC'): number {
  const { year, month, day } = parts(ms, zone);
  return fromParts(year, month, day, zone);
}

export function startOfMonth(ms: number, zone: Zone = 'UTC', shift = 0): number {
  const { year, month } = parts(ms, zone);
  return fromParts(year, month + shift, 1, zone);
}

/**
 * Midnight of a date in a zone, found from UTC's midnight and the zone's offset; in two passes, since the offset may
 * change.
 */
function fromParts(year: number, month: number, day: number, zone: Zone): number {
  const wanted = Date.UTC(year, month - 1, day);
  let found = wanted;
  for (let pass = 0; pass < 2; pass++) {
    const shown = parts(found, zone);
    found += wanted - Date.UTC(shown.year, shown.month - 1, shown.day, shown.hour, shown.minute, shown.second);
  }
  return found;
}
