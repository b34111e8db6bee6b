import { expect, test } from 'vitest';
import {
  DAY,
  HOUR,
  ago,
  clock,
  day,
  duration,
  interval,
  moment,
  month,
  parse,
  parts,
  sinceWhen,
  stamp,
  startOfDay,
  startOfMonth,
} from './time';

const NOW = Date.UTC(2026, 10, 24, 14, 32, 5);

test('moments read day, month, time; the year where it is another', () => {
  expect(moment(NOW, 'UTC', NOW)).toBe('24 Nov 14:32');
  expect(moment(Date.UTC(2025, 0, 2, 3, 4), 'UTC', NOW)).toBe('2 Jan 2025 03:04');
  expect(moment(NOW, 'Europe/Berlin', NOW)).toBe('24 Nov 15:32');
  expect(moment(null)).toBe('no data');
  expect(clock(NOW, 'UTC', true)).toBe('14:32:05');
  expect(day(NOW, 'Pacific/Auckland', NOW)).toBe('25 Nov');
  expect(month(NOW)).toBe('November 2026');
});

test('an interval of one day names it once', () => {
  expect(interval(NOW - 32 * 60_000 - 5_000, NOW, 'UTC', NOW)).toBe('24 Nov, 14:00 to 14:32');
  expect(interval(NOW - DAY, NOW, 'UTC', NOW)).toBe('23 Nov 14:32 to 24 Nov 14:32');
});

test.each([
  [31 * HOUR + 12 * 60_000, '31\u202fh 12\u202fmin'],
  [4 * 60_000 + 5_000, '4\u202fmin 5\u202fs'],
  [45_000, '45\u202fs'],
  [2 * HOUR, '2\u202fh'],
  [99 * HOUR, '4\u202fdays 3\u202fh'],
  [0, '0\u202fs'],
  [59_999, '1\u202fmin'],
])('%s ms last %s', (ms, text) => expect(duration(ms)).toBe(text));

test('relative only under an hour', () => {
  expect(ago(NOW - 20_000, NOW)).toBe('20\u202fs ago');
  expect(ago(NOW - 23 * 60_000, NOW)).toBe('23\u202fmin ago');
  expect(ago(NOW - 2 * HOUR, NOW)).toBe('24 Nov 12:32');
  expect(ago(NOW + 5_000, NOW)).toBe('0\u202fs ago');
});

test('what lasts longer than an hour is told by its start', () => {
  expect(sinceWhen(NOW - 5 * 60_000, NOW)).toBe('5\u202fmin ago');
  expect(sinceWhen(NOW - 2 * HOUR, NOW)).toBe('since 24 Nov 12:32');
});

test('midnight and the first of a month are those of the zone, also over a change of the clock', () => {
  expect(stamp(startOfDay(NOW, 'Europe/Berlin'))).toBe('2026-11-23T23:00:00Z');
  // Summer time begins on 29 March 2026 in Berlin: the month begins at +1, the day after at +2.
  expect(stamp(startOfMonth(Date.UTC(2026, 2, 30), 'Europe/Berlin'))).toBe('2026-02-28T23:00:00Z');
  expect(stamp(startOfDay(Date.UTC(2026, 2, 30, 12), 'Europe/Berlin'))).toBe('2026-03-29T22:00:00Z');
  expect(stamp(startOfMonth(NOW, 'UTC', -11))).toBe('2025-12-01T00:00:00Z');
});

test('what is no time is none', () => {
  expect(parse('soon')).toBeNull();
  expect(parse(null)).toBeNull();
  expect(parts(0).year).toBe(1970);
});
