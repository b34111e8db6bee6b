import { expect, test } from 'vitest';
import { calendar } from './calendar';
import { projectColor } from './colors';
import { csv, fileName } from './download';
import { match } from './match';
import { areas, lastWhole, total } from './power';
import { barScale } from './table';

test('bars scale to the second largest times 1.25, or to the largest where that is less', () => {
  expect(barScale([100, 10, 5])).toBe(12.5);
  expect(barScale([11, 10])).toBe(11);
  expect(barScale([7])).toBe(7);
  expect(barScale([null, 0])).toBe(0);
});

test('a project keeps its colour, the seventh and none are other', () => {
  const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
  expect(['a', 'f', 'g', null, 'z'].map((name) => projectColor(names, name))).toEqual([
    'cat-1',
    'cat-6',
    'cat-other',
    'cat-other',
    'cat-other',
  ]);
});

test('exports are RFC 4180 and run nothing', () => {
  expect(
    csv(
      ['name', 'value'],
      [
        ['a,"b"', 1.5],
        ['=1+1', null],
        ['-2', -2],
        ['@x', 0],
        ['two\r\nlines', 1],
      ],
    ),
  ).toBe('name,value\r\n"a,""b""",1.5\r\n\'=1+1,\r\n\'-2,-2\r\n\'@x,0\r\n"two\r\nlines",1\r\n');
  expect(fileName('../../<b>Jobs</b> "now"', 'csv')).toBe('wattledger-b-jobs-b-now.csv');
});

test('paths', () => {
  expect(match('/jobs/{id}', '/jobs/a%2Fb%20%3Cx%3E')).toEqual({ id: 'a/b <x>' });
  expect(match('/jobs/{id}', '/jobs')).toBeNull();
  expect(match('/jobs', '/jobs/')).toEqual({});
  expect(match('/', '/')).toEqual({});
  expect(match('/jobs/{id}', '/jobs/%E0%A4%A')).toBeNull();
});

test('areas: the largest at the ground, the seventh and on together, idle last', () => {
  const group = (name: string | null, value: number, is_idle = false) => ({
    group: name,
    is_idle,
    power_mean_mw: [value * 1000, null],
    energy_mj: [value, null],
  });
  const power = {
    from: '',
    to: '',
    bucket_s: 10,
    start_ms: [0, 10_000],
    is_complete: true,
    groups: [
      group(null, 1, true),
      ...['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map((name, index) => group(name, index + 2)),
    ],
  };
  const found = areas(power, () => 'cat-1', 'none');
  expect(found.map((area) => area.name)).toEqual(['h', 'g', 'f', 'e', 'd', 'c', '2 more', 'idle']);
  expect(found[6]?.values).toEqual([5, null]);
  expect(total(power)[0]).toBe(45);
  expect(lastWhole(power, 15_000)).toBe(0);
});

test('a calendar has every day of the year in its week', () => {
  const days = calendar(2026, [Date.UTC(2026, 0, 1), Date.UTC(2026, 0, 1, 12)], [100, 300]);
  expect(days).toHaveLength(365);
  expect(days[0]).toMatchObject({ week: 0, weekday: 3, value: 200 });
  expect(days[4]).toMatchObject({ week: 1, weekday: 0, value: null });
  expect(calendar(2028, [], [])).toHaveLength(366);
});
