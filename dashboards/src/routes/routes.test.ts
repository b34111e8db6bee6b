import { beforeAll, expect, test } from 'vitest';
import { ApiError } from '../lib/api/client';
import type {
  IntensityDocument,
  JobComparison,
  JobItem,
  JobTotals,
  PowerDocument,
  SeriesDocument,
} from '../lib/api/types';
import { setLocale } from '../lib/format/number';
import { HOUR } from '../lib/format/time';
import { areas } from '../lib/power';
import { readRange } from '../lib/range';
import { plain } from '../testing/plain';
import { earlierZones, priceSteps, pueSteps, since, tokenEnd, tokenUse } from './admin/words';
import { against, comparisonTable, linesOf, split } from './compare/lines';
import { describePower, powerTable } from './fleet/chart';
import { bandTable, describeBands, describeZone, zonePanel, zoneTable } from './grid/chart';
import { isMostlyIdle, jobsTable, lastedOf, rowsOf, stateOf } from './jobs/rows';
import { isSortName, isStateName } from './jobs/sorting';
import { chartName, describeMoment, explainedRange, fleetPanels, fleetTable } from './overview/chart';
import { bestWords, describeDay, nextDay } from './overview/nextDay';
import { pueWords } from './overview/totals';
import { signInFailure } from './sign-in/failure';

beforeAll(() => setLocale('en-US'));
const NOW = Date.UTC(2026, 10, 24, 14);

test('values of a site are told with their time: from the start, or since a day', () => {
  expect(since('1970-01-01T00:00:00Z')).toBe('from the start');
  const pue = [
    { pue_ppm: 1_300_000, since: '1970-01-01T00:00:00Z' },
    { pue_ppm: 1_200_000, since: '2025-11-10T00:00:00Z' },
  ];
  const words = pueSteps({ pue } as never).map((step) => step.text);
  expect(words.join('')).toMatch(/^1\.20 since 10 Nov.*, before that 1\.30 from the start$/);
  expect(priceSteps({ price: undefined } as never)).toEqual([]);
  const zones = [
    { zone: 'DE', since: '1970-01-01T00:00:00Z' },
    { zone: 'FR', since: '2025-11-10T00:00:00Z' },
  ];
  expect(earlierZones({ zones } as never).map((step) => step.text)).toEqual([', before that DE from the start']);
});

test('a token: never used, last used, revoked, and when it expires', () => {
  const token = (changes: object) => ({ revoked: null, last_used: null, expires: null, ...changes }) as never;
  expect(tokenUse(token({}), NOW, 'UTC')).toBe('never used');
  expect(plain(tokenUse(token({ last_used: '2026-11-24T13:58:00Z' }), NOW, 'UTC'))).toBe('last used 2 min ago');
  expect(tokenUse(token({ revoked: '2025-11-20T00:00:00Z' }), NOW, 'UTC')).toMatch(/^revoked 20 Nov/);
  expect(tokenEnd(token({ expires: '2025-12-03T00:00:00Z' }), 'UTC')).toMatch(/^, expires 3 Dec/);
  expect(tokenEnd(token({}), 'UTC')).toBe('');
});

test('a refused token is explained, any other failure is passed on', () => {
  expect(signInFailure(new ApiError(401, 'unauthorized', 'x'))).toContain('This token is not valid');
  expect(signInFailure(new ApiError(0, 'unreachable', 'The service does not answer.'))).toBe(
    'The service does not answer.',
  );
});

const compared = (id: string, energy: number, changes: object = {}): JobComparison =>
  ({
    id,
    energy_mj: energy * 3.6e9,
    co2e_ug: energy * 400e6,
    started: '2026-11-24T10:00:00Z',
    ended: null,
    device_hours: 8,
    footprint: { metered: {} },
    ...changes,
  }) as unknown as JobComparison;

test('jobs compare by the figures that any of them has, against the first', () => {
  const jobs = [compared('a', 10), compared('b', 8, { held_idle_share: 0.1 })];
  const { known, missing } = split(linesOf(jobs, 'auto', NOW), jobs);
  expect(known.map((line) => line.name)).toContain('Held idle, share of device-hours');
  expect(missing).toContain('Energy cost');
  const line = (name: string) => known.filter((found) => found.name === name);
  const [energy] = line('Energy');
  const [duration] = line('Duration');
  const [a, b] = jobs;
  if (!energy || !duration || !a || !b) throw new Error('no line');
  expect(against(energy, a, b)).toMatchObject({ tone: 'good' });
  expect(plain(against(energy, a, b)?.text ?? '')).toBe('\u221220.0 %');
  expect(against(energy, a, a)).toBeNull();
  expect(plain(duration.text(duration.value(a) ?? 0))).toBe('4 h');
  expect(comparisonTable(known, jobs).head).toEqual(['figure', 'a', 'b']);
});

const item = (id: string, changes: object = {}): JobItem =>
  ({ id, started: '2026-11-24T13:00:00Z', ended: null, labels: {}, ...changes }) as unknown as JobItem;

test('running jobs come first, with heads where there are ended ones too', () => {
  const sums = { jobs: 1, energy_mj: 1, co2e_ug: 1 };
  const totals = { running: sums, succeeded: sums, failed: sums } as unknown as JobTotals;
  const ended = item('b', { ended: '2026-11-24T13:30:00Z', exit_status: 3 });
  expect(rowsOf([ended, item('a')], totals).map((row) => (row.kind === 'head' ? row.text : row.id))).toEqual([
    'Running, 1 job',
    'a',
    'Ended, 2 jobs',
    'b',
  ]);
  expect(rowsOf([item('a')], totals)).toHaveLength(1);
  expect([item('a'), ended, { ...ended, exit_status: 0 }].map((job) => stateOf(job).word)).toEqual([
    'running',
    'failed 3',
    'ended',
  ]);
  expect(plain(lastedOf(ended, NOW))).toBe('30 min');
  expect(plain(lastedOf(item('a'), NOW))).toBe('1 h');
  expect([0.1, 0.3].map((share) => isMostlyIdle({ held_idle_share: share }))).toEqual([false, true]);
  expect(jobsTable([ended]).rows[0]?.slice(0, 7)).toEqual([
    'b',
    undefined,
    undefined,
    undefined,
    '2026-11-24T13:00:00Z',
    '2026-11-24T13:30:00Z',
    3,
  ]);
});

test('an order or a state that the address makes up is none', () => {
  expect(['energy', 'toString', null].map(isSortName)).toEqual([true, false, false]);
  expect(['failed', 'lost', null].map(isStateName)).toEqual([true, false, false]);
});

const band = (values: number[], status = 'forecast'): IntensityDocument =>
  ({
    zone: 'DE',
    bucket_s: 3600,
    start_ms: values.map((_, index) => NOW + index * HOUR),
    intensity_mg_per_kwh: values.map((value) => value * 1000),
    status: values.map((_, index) => (index ? status : 'measured')),
  }) as unknown as IntensityDocument;

test('the next day has its cleanest hours, unless one value stands for all', () => {
  const values = Array.from({ length: 24 }, (_, hour) => (hour < 4 ? 100 : 300));
  const day = nextDay(band(values), NOW, NOW + 1);
  expect([day.isFlat, day.now, day.best?.from]).toEqual([false, 100, NOW]);
  expect(day.cells.map((cell) => [cell.step, cell.isHatched])).toEqual([
    [3, false],
    [3, true],
    [5, true],
  ]);
  expect(plain(describeDay(day, 'UTC'))).toBe('DE: 100 g/kWh now, cleanest 4 h from 14:00');
  expect(plain(bestWords(day, 'UTC').text)).toBe('cleanest 4 h from 14:00,');
  const flat = nextDay(band(values.map(() => 300)), NOW, NOW + 1);
  expect([flat.cells.length, bestWords(flat, 'UTC').text]).toEqual([1, 'one value for the year']);
  expect(bestWords({ best: null, isFlat: false }, 'UTC').text).toBe('no forecast');
  expect(pueWords([1.1, 1.42])).toBe(' (PUE 1.10 to 1.42)');
  expect([pueWords([1.1]), pueWords([])]).toEqual([' (PUE 1.10)', '']);
});

test('a zone as a curve: hatched from the first value that may change, with its status', () => {
  const zone = band([100, 300]);
  expect(zonePanel(zone).openFrom).toBe(NOW + HOUR);
  expect(zonePanel(band([100], 'measured')).openFrom).toBeNull();
  expect(describeZone(zone, NOW + HOUR, 'UTC')?.rows[1]?.value).toBe('forecast');
  expect(describeZone(zone, NOW + 9 * HOUR, 'UTC')).toBeNull();
  expect(zoneTable(zone).rows).toHaveLength(2);
  expect(bandTable([zone]).head).toEqual(['Start, UTC', 'DE, g/kWh']);
  expect(describeBands([zone], NOW + HOUR, NOW, 'UTC').note).toBe('Forecast.');
});

test('power of the fleet at a moment: the total, each group, the grid', () => {
  const power = {
    bucket_s: 600,
    start_ms: [NOW - 1_200_000],
    groups: [{ group: 'atlas', is_idle: false, power_mean_mw: [5_000_000], energy_mj: [1] }],
  } as unknown as PowerDocument;
  const range = readRange(new URLSearchParams(''), NOW, 'UTC', '24h');
  const groups = areas(power, () => 'cat-1', 'no project');
  const chart = { power, areas: groups, bands: [band([100])], range };
  expect(describeMoment(chart, NOW - 1_200_000, 'UTC').rows.map((row) => row.label)).toEqual([
    'Total',
    'atlas',
    'Grid DE',
  ]);
  expect(describeMoment(chart, NOW - 3 * HOUR, 'UTC').note).toContain('No readings');
  expect(describeMoment(chart, NOW + HOUR, 'UTC').note).toBe('Forecast.');
  expect(fleetPanels(chart, NOW, false).map((panel) => panel.kind)).toEqual(['stack', 'band']);
  expect(plain(chartName('Power', power))).toBe('Power. 5.00 kW at the end, 5.00 kW at most');
  expect(fleetTable(chart).head).toEqual(['Start, UTC', 'atlas, W', 'DE, g/kWh']);
  // An explanation is of an hour at least, since entries are of hours.
  expect(explainedRange(power, NOW + 600_000)).toEqual({ from: '2026-11-24T14:00:00Z', to: '2026-11-24T15:00:00Z' });
});

test('power of a node at a moment', () => {
  const series = {
    bucket_s: 60,
    start_ms: [NOW],
    energy_mj_per_bucket: [6],
    power_mean_mw: [412_000],
    coverage: [1],
  } as unknown as SeriesDocument;
  const grid = { zone: 'DE', gPerKwh: 300 };
  expect(describePower(series, NOW, grid, 'UTC').rows.map((row) => row.label)).toEqual([
    'Power, mean',
    'Covered',
    'Grid DE',
  ]);
  expect(describePower(series, NOW - 1, grid, 'UTC').rows[0]?.value).toBe('no data');
  expect(powerTable(series).rows).toEqual([['2026-11-24T14:00:00Z', 6, 412, 1]]);
});
