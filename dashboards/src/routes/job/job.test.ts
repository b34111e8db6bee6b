import { beforeAll, describe, expect, test } from 'vitest';
import type {
  Admission,
  AggregateExplanation,
  Budget,
  JobFootprint,
  JobItem,
  SeriesDocument,
  Site,
} from '../../lib/api/types';
import { setLocale } from '../../lib/format/number';
import { HOUR } from '../../lib/format/time';
import { plain } from '../../testing/plain';
import { chartName, chartTable, describeMoment, jobPanels, type JobChart } from './chart';
import { NO_MARGINAL, changeFact, energyFact, factorFact, marginalFact, overheadFact } from './facts';
import { describeHold, holdsOf, usedOf } from './hold';
import {
  againstUsual,
  describeRate,
  devicesOf,
  interruptions,
  lastPower,
  lifeOf,
  meanPower,
  noProjection,
  projectionOf,
  silentSince,
  similarRuns,
  usualDuration,
} from './model';

beforeAll(() => setLocale('en-US'));

const quality = { measured_share: 0.98, modelled_share: 0.02, coverage: 0.9995, provisional_share: 0.25 };
const job = {
  id: '7',
  name: 'train-r3',
  started: '2026-11-24T00:00:00Z',
  ended: null,
  energy_mj: 3_600_000_000,
  co2e_ug: 400e6,
  quality,
  footprint: { open: { energy_mj: 360_000_000 } },
} as unknown as JobFootprint;
const START = Date.parse('2026-11-24T00:00:00Z');
const series = (power: number[], starts = power.map((_, index) => START + index * 600_000)): SeriesDocument =>
  ({
    bucket_s: 600,
    start_ms: starts,
    energy_mj_per_bucket: power.map((watts) => watts * 600_000),
    power_min_mw: power.map((watts) => watts * 1000),
    power_mean_mw: power.map((watts) => watts * 1000),
    power_max_mw: power.map((watts) => watts * 1000),
    coverage: power.map(() => 1),
    quality: { coverage: 0.99 },
  }) as unknown as SeriesDocument;
const run = (id: string, hours: number, changes: Partial<JobItem> = {}): JobItem =>
  ({
    id,
    name: `train-r${id}`,
    started: '2026-11-20T00:00:00Z',
    ended: new Date(Date.parse('2026-11-20T00:00:00Z') + hours * HOUR).toISOString(),
    energy_mj: 1,
    co2e_ug: 1e6,
    exit_status: 0,
    ...changes,
  }) as JobItem;

describe('data quality in sentences', () => {
  test('energy: what was measured, what was covered, and that gaps are shown', () => {
    expect(plain(energyFact(job, undefined))).toBe('98.0 % measured, 2.0 % modelled; 99.95 % of the time covered');
    expect(energyFact(job, series([1]))).toContain('gaps as gaps');
  });

  test('a factor is named by its full type, with one value or a range', () => {
    const factor = {
      zone: 'DE',
      basis: 'lifecycle',
      gas: 'CO2e',
      accounting: 'location-based',
      publisher: 'Ember',
      edition: '2026',
      status: 'measured',
      intensity_min_mg_per_kwh: 312_000,
      intensity_max_mg_per_kwh: 480_000,
    } as unknown as AggregateExplanation['factors'][number];
    expect(factorFact(factor)).toBe(
      'DE, lifecycle, CO2e, location-based, 312 to 480 g/kWh; Ember, edition 2026; measured',
    );
    expect(factorFact({ ...factor, intensity_max_mg_per_kwh: 312_400 })).toContain(', 312 g/kWh;');
  });

  test('what may change', () => {
    expect(plain(changeFact(job))).toBe('25.0 % at factors that may be revised, 10.0 % in hours not yet posted');
  });

  test('overhead is that of the PUE at the end of the job', () => {
    const site = {
      name: 'paris',
      pue: [
        { pue_ppm: 1_300_000, since: '1970-01-01T00:00:00Z' },
        { pue_ppm: 1_200_000, since: '2026-11-10T00:00:00Z' },
        { pue_ppm: 1_100_000, since: '2026-12-10T00:00:00Z' },
      ],
    } as unknown as Site;
    expect(overheadFact(site, START, 'UTC')).toMatch(/^PUE 1\.20 of paris since 10 Nov/);
    expect(overheadFact(site, Date.parse('2026-11-01'), 'UTC')).toBe('PUE 1.30 of paris');
    expect(overheadFact(undefined, START, 'UTC')).toBe('None added: its nodes have no site');
  });

  test('a marginal factor is for information and in no total', () => {
    const factor = { zone: 'DE', g_per_kwh: 700, resolution: 'year', publisher: 'IFI', edition: '2025' };
    expect(plain(marginalFact(factor, 3_600_000_000, 'auto'))).toBe(
      '700 g at 700 g/kWh, DE, operating margin, one value for the year; IFI, edition 2025. ' +
        'For information; not in any total',
    );
    expect(NO_MARGINAL).toContain('not in any total');
  });
});

describe('what a job holds', () => {
  const admission = (changes: Record<string, unknown> = {}): Admission =>
    ({
      state: 'held',
      told: '',
      actual_mj: null,
      metered_mj: 50,
      p95: { energy_mj: 120, co2e_ug: 1 },
      answer: { estimate: { pue: 1.2 } },
      holds: [
        { budget: '1', reserved: 2e12, held: 1e12 },
        { budget: 'unknown', reserved: 1, held: 1 },
      ],
      ...changes,
    }) as unknown as Admission;

  test('metered IT energy counts with the overhead of the estimate', () => {
    expect(usedOf(admission())).toBe(0.5);
    expect(usedOf(admission({ actual_mj: 120 }))).toBe(1);
  });

  test('a job runs within its hold, or beyond it', () => {
    expect(plain(describeHold(admission()).state)).toBe('running within its hold');
    const breaking = describeHold(admission({ told: 'breaking' }));
    expect([breaking.state, breaking.isBad]).toEqual(['running within its hold', true]);
    expect(breaking.used).toContain('projected to use more than it holds');
    expect(describeHold(admission({ told: 'stop' })).used).toContain('being stopped');
    expect(describeHold(admission({ metered_mj: 200 })).state).toBe('running beyond its hold');
    expect(describeHold(admission({ metered_mj: 200 })).used).toContain('over, and posted in full');
    expect(describeHold(admission({ state: 'settled' })).state).toBe('settled from the ledger');
  });

  test('amounts are in the unit of each budget that is known', () => {
    const [hold, ...rest] = holdsOf(admission(), [{ id: '1', unit: 'co2e', name: 'atlas' } as Budget]);
    expect(plain(hold?.words ?? '')).toBe('reserved 2.00 t, still held 1.00 t');
    expect(rest).toEqual([]);
  });
});

describe('the run and similar runs', () => {
  test('a running job lasts until now, an ended one until its end', () => {
    expect(lifeOf(job, undefined, START + HOUR)).toEqual({ from: START, to: START + HOUR, isRunning: true });
    const ended = { ...job, ended: '2026-11-24T02:00:00Z' };
    expect(lifeOf(ended, undefined, START + 9 * HOUR)).toMatchObject({ to: START + 2 * HOUR, isRunning: false });
  });

  test('a job is known by the devices of which it has most', () => {
    const device = (name: string, node: string) => ({ name, node });
    const devices = [device('CPU', 'a'), device('NVIDIA H100', 'a'), device('NVIDIA H100', 'b')];
    expect(devicesOf({ devices } as never)).toEqual({ count: 2, name: 'H100', nodes: ['a', 'b'] });
    expect(devicesOf(undefined)).toBeNull();
  });

  test('similar runs share a name; a projection needs three that succeeded', () => {
    const runs = [run('1', 10), run('2', 10), run('3', 10, { exit_status: 1 }), run('4', 10, { name: 'other-r1' })];
    const similar = similarRuns(job, runs);
    expect(similar.map((item) => item.id)).toEqual(['1', '2', '3']);
    expect(projectionOf(job, similar, START + HOUR)).toBeNull();
    expect(noProjection(similar)).toBe('Needs 3 similar runs that succeeded; so far there are 2.');
    const more = [...similar, run('5', 10)];
    expect(projectionOf(job, more, START + HOUR)).toMatchObject({ p50: 4000, runs: 3 });
    expect(noProjection(more)).toBe('It has run longer than most of the 3 similar runs.');
    expect(usualDuration(more)).toBe(10 * HOUR);
  });

  test('comparisons in words', () => {
    expect(plain(againstUsual(80, 100) ?? '')).toBe('20 % lower than similar runs');
    expect(againstUsual(80, null)).toBeNull();
    expect(plain(describeRate(110, [100]))).toBe('10 % above the median of 1 similar run');
    expect(describeRate(300, [100, 100])).toBe('3.00 times the median of 2 similar runs');
    expect(describeRate(null, [1])).toBe('No similar run');
  });

  test('power now is that of the last whole bucket', () => {
    expect(lastPower(series([100, 200, 5]))).toBe(200);
    expect(lastPower(series([]))).toBeNull();
    expect(meanPower(series([100, 200]))).toBe(150);
  });

  test('a running job is silent after a quarter of an hour without readings', () => {
    const life = { from: START, to: START, isRunning: true };
    const end = START + 1_200_000;
    expect(silentSince(series([1, 1]), life, end + 15 * 60_000)).toBe(end);
    expect(silentSince(series([1, 1]), life, end + 15 * 60_000 - 1)).toBeNull();
    expect(silentSince(series([1, 1]), { ...life, isRunning: false }, end + HOUR)).toBeNull();
    expect(silentSince(series([]), life, end + HOUR)).toBeNull();
  });

  test('long falls and gaps are noted, in order', () => {
    const power = [100, 100, 10, 10, 10, 100, 100];
    expect(interruptions(series(power)).map((note) => note.text)).toEqual(['30 min at low power']);
    const starts = [0, 1, 2, 9, 10].map((index) => START + index * 600_000);
    expect(interruptions(series([100, 100, 100, 100, 100], starts)).map((note) => note.text)).toEqual([
      'no readings for 60 min',
    ]);
    expect(interruptions(series([100, 10, 100]))).toEqual([]);
  });
});

describe('the chart of a job', () => {
  const grid = {
    zone: 'DE',
    bucket_s: 3600,
    start_ms: [START, START + HOUR],
    intensity_mg_per_kwh: [300_000, 400_000],
    status: ['measured', 'forecast'],
  } as never;
  const chart: JobChart = {
    job,
    series: series([100, 200]),
    life: { from: START, to: START + 1_200_000, isRunning: true },
    grid,
    units: 'auto',
    projection: null,
    hold: null,
  };

  test('the whole run has power, grid and cumulative CO2e; a part of it no cumulative', () => {
    expect(jobPanels(chart, true).map((panel) => panel.kind)).toEqual(['painted', 'band', 'cumulative']);
    expect(jobPanels(chart, false).map((panel) => panel.kind)).toEqual(['painted', 'band']);
  });

  test('a moment: power, energy, grid and CO2e; no reading; not run yet', () => {
    const labels = (ms: number) => describeMoment(chart, ms, 'UTC')?.rows.map((row) => row.label);
    expect(labels(START)).toEqual(['Power, mean', 'lowest to highest', 'Energy', 'Grid DE', 'CO₂e', 'Covered']);
    expect(describeMoment(chart, START, 'UTC')?.note).toContain('Not posted yet');
    expect(describeMoment(chart, START - 1, 'UTC')?.note).toContain('No readings arrived');
    expect(describeMoment(chart, START + HOUR, 'UTC')?.note).toBe('Not run yet.');
    expect(describeMoment(chart, START + 9 * HOUR, 'UTC')).toBeNull();
  });

  test('its name says the finding, and its table has the numbers', () => {
    expect(plain(chartName(chart))).toBe('Power of train-r3, 200 W at the end, no falls, grid intensity 300 g/kWh');
    expect(chartTable(chart).rows[1]).toEqual(['2026-11-24T00:10:00Z', 120_000_000, 200, 200, 200, 1, 300]);
  });
});
