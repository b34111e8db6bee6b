import { expect, test } from 'vitest';
import { DAY, HOUR, stamp } from './format/time';
import { before, customQuery, presetQuery, rangeName, readRange, steppedNow } from './range';

const NOW = Date.UTC(2026, 10, 24, 14, 32);
const read = (query: string) => readRange(new URLSearchParams(query), NOW, 'UTC', '7d');

test('nothing and nonsense are the default', () => {
  for (const query of ['', 'range=yesterday', 'range=2026-13', 'from=soon&to=later', 'from=2026-11-02&to=2026-11-01']) {
    expect(read(query)).toMatchObject({ preset: '7d', from: NOW - 7 * DAY, to: NOW, isLive: true });
  }
});

test('presets end now, a month begins at its first, a past month is whole', () => {
  expect(read('range=24h').from).toBe(NOW - DAY);
  expect(stamp(read('range=month').from)).toBe('2026-11-01T00:00:00Z');
  const october = read('range=2026-10');
  expect([stamp(october.from), stamp(october.to), october.isLive]).toEqual([
    '2026-10-01T00:00:00Z',
    '2026-11-01T00:00:00Z',
    false,
  ]);
  expect(read('range=2026-11')).toMatchObject({ to: NOW, isLive: true });
});

test('what was brushed goes into the address and comes back', () => {
  const query = customQuery(NOW - HOUR, NOW - 2 * HOUR);
  const back = read(
    new URLSearchParams(Object.entries(query).filter((pair): pair is [string, string] => pair[1] != null)).toString(),
  );
  expect(back).toMatchObject({ preset: null, from: NOW - 2 * HOUR, to: NOW - HOUR, isLive: false });
});

test('the shortest stretch is a minute', () => {
  const { from, to } = customQuery(NOW, NOW + 10);
  expect(Date.parse(to ?? '') - Date.parse(from ?? '')).toBe(60_000);
});

test('the default leaves no trace in the address', () => {
  expect(presetQuery('7d', '7d')).toEqual({ range: null, from: null, to: null });
  expect(presetQuery('24h', '7d').range).toBe('24h');
});

test('a month compares with the same part of the month before', () => {
  const past = before(read('range=month'), 'UTC');
  expect([stamp(past.from), stamp(past.to)]).toEqual(['2026-10-01T00:00:00Z', '2026-10-24T14:32:00Z']);
  expect(past.name).toBe('1 to 24 Oct');
  expect(before(read('range=2026-10'), 'UTC')).toMatchObject({ name: 'September', to: Date.UTC(2026, 9, 1) });
  expect(before(read('range=24h'), 'UTC').from).toBe(NOW - 2 * DAY);
});

test('31 days of March compare with all of February, not with a part of March', () => {
  const march = readRange(new URLSearchParams('range=2026-03'), NOW, 'UTC', '7d');
  const past = before(march, 'UTC');
  expect([stamp(past.from), stamp(past.to)]).toEqual(['2026-02-01T00:00:00Z', '2026-03-01T00:00:00Z']);
});

test('names', () => {
  expect(rangeName(read('range=month'), 'UTC')).toBe('November');
  expect(rangeName(read(''), 'UTC')).toBe('7 days');
  expect(rangeName(read('from=2026-11-10&to=2026-11-17'), 'UTC', NOW)).toBe('10 Nov to 16 Nov');
  expect(rangeName(read('from=2026-11-10T08:00:00Z&to=2026-11-10T10:00:00Z'), 'UTC', NOW)).toBe(
    '10 Nov, 08:00 to 10:00',
  );
  expect(before(read('range=24h'), 'UTC').name).toBe('the previous 24 h');
  expect(before(read('from=2026-11-10&to=2026-11-17'), 'UTC').name).toBe('the previous period');
  expect(steppedNow(NOW + 1)).toBe(NOW + 60_000);
});
