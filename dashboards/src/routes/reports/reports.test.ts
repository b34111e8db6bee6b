import { beforeAll, expect, test } from 'vitest';
import type { PeriodItem, Report } from '../../lib/api/types';
import { csv } from '../../lib/download';
import { setLocale } from '../../lib/format/number';
import { reportTable } from './csv';
import { draw, flowName, measures, type FlowSource } from './flow';
import { html } from './html';
import { chosenOption, months, periodOptions, periodQuery, readPeriod, stateOf } from './period';

beforeAll(() => setLocale('en-US'));
const NOW = Date.UTC(2026, 10, 24, 14, 32);
const periods = [
  {
    id: 1,
    name: 'October 2026',
    from: '2026-10-01T00:00:00Z',
    to: '2026-11-01T00:00:00Z',
    closed: '2026-11-03T00:00:00Z',
    version: 1,
  },
  {
    id: 2,
    name: 'Third quarter',
    from: '2026-07-01T00:00:00Z',
    to: '2026-10-01T00:00:00Z',
    closed: '2026-10-03T00:00:00Z',
    version: 2,
  },
] as unknown as PeriodItem[];
const read = (query: string) => readPeriod(new URLSearchParams(query), periods, NOW);

test('a report is of the current month unless the address says otherwise', () => {
  expect(read('')).toMatchObject({ name: 'November 2026', isMonth: true, closed: null, isOver: false });
  expect(read('range=2026-10')).toMatchObject({ name: 'October 2026', isOver: true, closed: { id: 1 } });
  expect(read('period=2')).toMatchObject({ name: 'Third quarter', closed: { id: 2 } });
  expect(read('from=2026-11-10&to=2026-11-17')).toMatchObject({
    name: '10 Nov to 16 Nov',
    isMonth: false,
    closed: null,
  });
  expect([true, false].map((isOver) => stateOf({ isOver }))).toEqual(['Ended, not closed', 'Open']);
});

test('the list has chosen dates, the months, and closed periods that are no month', () => {
  const texts = (query: string) => periodOptions(read(query), periods, NOW).map((option) => option.text);
  expect(texts('')).toHaveLength(19);
  expect(texts('').at(-1)).toBe('Third quarter');
  expect(texts('from=2026-11-10&to=2026-11-17')[0]).toBe('10 Nov to 16 Nov');
  expect(months(NOW, 2).map((month) => month.value)).toEqual(['2026-11', '2026-10']);
});

test('a choice goes into the address and comes back', () => {
  expect(periodQuery('2026-11', NOW).range).toBeNull();
  expect(periodQuery('2026-10', NOW).range).toBe('2026-10');
  expect(periodQuery('period 2', NOW).period).toBe('2');
  expect(chosenOption(read('range=2026-10'), null)).toBe('2026-10');
  expect(chosenOption(read('period=2'), '2')).toBe('period 2');
  expect(chosenOption(read('from=2026-11-10&to=2026-11-17'), null)).toBe('');
});

const amount = (energy_mj: number, co2e_ug_location = energy_mj) => ({
  energy_mj,
  energy_mwh: energy_mj / 3.6e12,
  co2e_ug_location,
  co2e_t_location: co2e_ug_location / 1e12,
  quality: { measured_share: 1, modelled_share: 0, coverage: 1, provisional_share: 0 },
  explain: '',
});
const report = (rows: [string | null, number][], idle = 0): Report => {
  const jobs = rows.reduce((sum, [, energy]) => sum + energy, 0);
  return {
    rows: rows.map(([group, energy]) => ({
      ...amount(energy),
      group,
      overhead: { energy_mj: 1, co2e_ug_location: 1 },
    })),
    total: amount(jobs),
    idle: amount(idle),
    metered: amount(jobs + idle),
    overhead: { energy_mj: 5, co2e_ug_location: 5 },
    quality: amount(0).quality,
  } as unknown as Report;
};

test('exports have every row, idle and the total, and markup in names is text', () => {
  const given = report(
    [
      ['<b>atlas</b>', 10],
      [null, 5],
    ],
    3,
  );
  const { head, rows } = reportTable(given);
  expect(rows.map((row) => [row[0], row[1], row[5]])).toEqual([
    ['<b>atlas</b>', 10, 1],
    ['', 5, 1],
    ['total', 15, undefined],
    ['idle', 3, undefined],
    ['metered', 18, 5],
  ]);
  expect(csv(head, rows).split('\r\n')[0]).toContain('energy_mj');
  const page = html(given, read('range=2026-10'), 'project');
  expect(page).toContain('&#60;b&#62;atlas');
  expect(page).toContain('Closed 2026-11-03T00:00:00Z, version 1.');
  expect(page).toContain('facility overhead, not included');
  expect(html(given, read(''), 'project')).toContain('Not closed: figures may still change.');
});

const explained = (energy: number, steps: { from_g_per_kwh: number; energy_mj: number; co2e_ug: number }[] = []) =>
  ({ total: { energy_mj: energy, co2e_ug_location: energy }, intensities: steps }) as never;

test('what no shown project used is of the others, and every width is conserved', () => {
  const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
  const source: FlowSource = {
    all: report([['paris', 280]]),
    projects: names.map((name, index) => ({ name, report: report([['paris', 70 - index * 10]]) })),
    sites: [
      {
        name: 'paris',
        idle: explained(20),
        all: explained(300, [{ from_g_per_kwh: 50, energy_mj: 300, co2e_ug: 300 }]),
      },
    ],
  };
  const { energy } = measures(source);
  expect(energy.uses.map((use) => [use.owner, use.value])).toEqual([
    ['a', 70],
    ['b', 60],
    ['c', 50],
    ['d', 40],
    ['e', 30],
    ['f', 20],
    ['others', 10],
    ['idle', 20],
  ]);
  const size = (value: number): string => `${value} mJ`;
  const flow = draw(energy, { size, colorOf: () => 'cat-1', isNarrow: false });
  expect(flow.nodes.filter((node) => node.column === 0).at(-1)).toMatchObject({ id: 'owner idle', color: 'idle' });
  expect(flow.nodes.at(-1)).toMatchObject({ id: 'step 2', title: '50 to 100 g/kWh', share: 1 });
  const sum = (side: 'source' | 'target'): number =>
    flow.links.filter((link) => link[side] === 'site paris').reduce((total, link) => total + link.value, 0);
  expect([sum('target'), sum('source')]).toEqual([300, 300]);
  expect(flowName(flow, 'IT energy', size)).toBe(
    'IT energy of 8 owners at 1 sites by 1 steps of grid intensity, 300 mJ in total',
  );
});
