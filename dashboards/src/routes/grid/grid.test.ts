import { beforeAll, describe, expect, test } from 'vitest';
import type { Edition, Editions, FactorChoice, GreenerStart, IntensityDocument, Provider } from '../../lib/api/types';
import { setLocale } from '../../lib/format/number';
import { HOUR, stamp } from '../../lib/format/time';
import { past } from '../../lib/intensity';
import { found } from '../../testing/found';
import { plain } from '../../testing/plain';
import { bandPanel, hasNoHours, zonePanel } from './chart';
import { comparisonOf, comparisonPanel, comparisonTable, describeComparison, marginalOf } from './forecast';
import {
  ageWords,
  differenceOf,
  errorWords,
  gapWords,
  greenerWords,
  kindOf,
  needsWords,
  othersByNeeds,
  providerState,
  sourceOf,
  stepOf,
  timeOf,
} from './words';
import { zoneRows } from './zoneRows';

beforeAll(() => setLocale('en-US'));
const NOW = Date.UTC(2026, 10, 24, 14);

const choice = (changes: Partial<FactorChoice> = {}): FactorChoice => ({
  requested: 'DE',
  zone: 'DE',
  name: 'Germany',
  g_per_kwh: 300,
  intensity_mg_per_kwh: 300_000,
  basis: 'lifecycle',
  gas: 'CO2e',
  accounting: 'production',
  resolution: 'hour',
  period: '2026-11-24T13:00Z/2026-11-24T14:00Z',
  status: 'measured',
  publisher: 'TSO',
  edition: 'final',
  licence: 'CC0',
  fallback_step: 1,
  fallback: 'measured for that time',
  basis_changed: false,
  notes: [],
  ...changes,
});

const edition = (changes: Partial<Edition> = {}): Edition => ({
  zone: 'DE',
  publisher: 'TSO',
  edition: 'final',
  licence: 'CC0',
  basis: 'lifecycle',
  gas: 'CO2e',
  accounting: 'production',
  resolution: 'hour',
  step_s: 3600,
  is_forecast: false,
  status: 'measured',
  source: 'file',
  source_name: 'a.csv',
  obtained: stamp(NOW - 5 * 60_000),
  first: stamp(NOW - 2 * HOUR),
  last: stamp(NOW),
  known_share: 1,
  used_share: 1,
  typical_share: 0,
  standing: 'used',
  reason: '',
  difference: null,
  intensity_mg_per_kwh: [100_000, 200_000, null],
  ...changes,
});

const editions = (...all: Edition[]): Editions => ({
  zone: 'DE',
  name: 'Germany',
  from: stamp(NOW),
  to: stamp(NOW + 3 * HOUR),
  bucket_s: 3600,
  start_ms: [NOW, NOW + HOUR, NOW + 2 * HOUR],
  editions: all,
  editions_left_out: 0,
  gaps: [],
  gaps_left_out: 0,
});

const series = (status: string[], resolution = 'interval'): IntensityDocument =>
  ({
    zone: 'DE',
    bucket_s: 3600,
    start_ms: status.map((_, index) => NOW + index * HOUR),
    intensity_mg_per_kwh: status.map((_, index) => 100_000 + index * 100_000),
    min: status.map(() => 1),
    max: status.map(() => 1),
    status,
    factor: { resolution },
    other_factors: [],
  }) as unknown as IntensityDocument;

describe('what stands for an hour', () => {
  test.each([
    [choice(), 'measured', 'ok'],
    [choice({ status: 'forecast', fallback_step: 2 }), 'forecast', ''],
    [choice({ status: 'estimated', fallback_step: 3 }), 'computed from the mix', ''],
    [choice({ status: 'fallback', fallback_step: 4 }), 'climatology', 'warn'],
    [choice({ status: 'fallback', fallback_step: 6, resolution: 'year' }), 'yearly value', 'warn'],
    [choice({ status: 'fallback', fallback_step: 5, resolution: 'month' }), 'monthly value', 'warn'],
  ])('is named %#', (given, text, tone) => expect(kindOf(given)).toEqual({ text, tone }));

  test('says which time it describes', () => {
    const year = { resolution: 'year', period: '2024-01-01T00:00Z/2025-01-01T00:00Z' } as const;
    expect(timeOf(choice(year), 'UTC')).toBe('2024');
    expect(timeOf(choice(), 'UTC')).toMatch(/^24 Nov.*, 13:00 to 14:00$/);
  });

  test('a yearly value is no curve: it is neither painted nor labelled as an hour', () => {
    expect(hasNoHours(series(['fallback', 'fallback'], 'yearly'))).toBe(true);
    expect(hasNoHours(series(['fallback', 'measured'], 'yearly'))).toBe(false);
    // A climatology tells hours apart.
    expect(hasNoHours(series(['fallback', 'fallback']))).toBe(false);
    const panel = zonePanel(series(['measured', 'fallback']));
    expect([panel.intensityAt(NOW), panel.intensityAt(NOW + HOUR)]).toEqual([100, null]);
    const label = bandPanel([series(['fallback'], 'yearly')], NOW, false).zones[0]?.label ?? '';
    expect(plain(label)).toBe('100 yearly');
    expect(past(series(['measured', 'fallback']), NOW + 9 * HOUR).values).toEqual([100]);
    // Over, though a part of it has a forecast alone; and not over yet.
    expect(past(series(['forecast', 'forecast']), NOW + 1.5 * HOUR).values).toEqual([100]);
  });
});

test('sites of one zone share a row unless they want different factors', () => {
  const rows = zoneRows([
    { site: 'fra', choice: choice() },
    { site: 'par', choice: choice({ requested: 'FR', zone: 'FR' }) },
    { site: 'ber', choice: choice() },
    { site: 'muc', choice: choice({ basis: 'direct' }) },
    { site: 'gone', choice: null },
    { site: '', choice: choice({ requested: 'AT' }) },
  ]);
  expect(rows.map((row) => [row.choice.requested, row.sites])).toEqual([
    ['AT', []],
    ['DE', ['fra', 'ber']],
    ['DE', ['muc']],
    ['FR', ['par']],
  ]);
});

describe('forecast against actual', () => {
  const forecast = edition({
    edition: 'forecast',
    is_forecast: true,
    intensity_mg_per_kwh: [120_000, 180_000, 90_000],
    difference: { mean_mg_per_kwh: -6_667, absolute_mg_per_kwh: 13_333, hours: 3 },
  });

  test('what came is shown where it came, and never what stood in for it', () => {
    const compared = found(comparisonOf(editions(edition(), forecast), series(['measured', 'fallback', 'forecast'])));
    expect([compared.actual, compared.forecast]).toEqual([
      [100, null, null],
      [120, 180, 90],
    ]);
    expect(comparisonPanel(compared).lines.map(({ name, isDashed }) => [name, isDashed])).toEqual([
      ['actual', false],
      ['forecast', true],
    ]);
    expect(describeComparison(compared, NOW, 'UTC')?.rows.at(-1)).toEqual({
      label: 'Forecast less actual',
      value: '20 g/kWh',
    });
    expect(describeComparison(compared, NOW + HOUR, 'UTC')?.rows).toHaveLength(2);
    expect(comparisonTable(compared).rows[0]).toEqual(['2026-11-24T14:00:00Z', 100, 120]);
  });

  test('a zone without a forecast, or with one of marginal values alone, has nothing to compare', () => {
    const actual = series(['measured', 'measured', 'measured']);
    expect(comparisonOf(editions(edition()), actual)).toBeNull();
    expect(comparisonOf(editions({ ...forecast, accounting: 'marginal' }), actual)).toBeNull();
  });

  test('how far it was off', () => {
    expect(plain(found(differenceOf(forecast)))).toBe(
      'Forecasts were off by 13 g/kWh on average over 3 h, in the mean 7 too low',
    );
    expect(differenceOf(edition())).toBeNull();
  });
});

test('the marginal value is the newest of a marginal series, which is no forecast', () => {
  const marginal = edition({ accounting: 'marginal', intensity_mg_per_kwh: [500_000, null, 700_000] });
  const all = editions(edition(), { ...marginal, is_forecast: true }, marginal);
  expect(marginalOf(all, NOW + HOUR)).toMatchObject({ gramsPerKwh: 500, from: NOW });
  expect(marginalOf(editions(edition()), NOW + HOUR)).toBeNull();
});

test('an edition says how long its values describe and where they came from', () => {
  expect(plain(stepOf(edition({ step_s: 1800 })))).toBe('every 30 min');
  expect(stepOf(edition({ is_forecast: true }))).toBe('hourly, forecast');
  expect(stepOf(edition({ resolution: 'year', step_s: 31_622_400 }))).toBe('yearly');
  expect(plain(sourceOf(edition(), NOW, 'UTC'))).toBe('file a.csv, 5 min ago');
  const provider = edition({ source: 'provider', source_name: 'uk_carbon_intensity' });
  expect(plain(sourceOf(provider, NOW, 'UTC'))).toBe('UK Carbon Intensity, 5 min ago');
  expect(sourceOf(edition({ source: null }), NOW, 'UTC')).toBe('library of Wattledger');
});

test('a gap says what stands in', () => {
  const gap = {
    start: stamp(NOW),
    end: stamp(NOW + 2 * HOUR),
    fallback_step: 6,
    fallback: 'yearly national value',
    basis_changed: true,
    publisher: 'Ember',
    edition: '2025',
  };
  const words = gapWords(gap, 'UTC');
  expect(plain(words.length)).toBe('2 h');
  expect(words.standIn).toBe('yearly national value, of another type than wanted (step 6; Ember, 2025)');
});

test('the greener start: when, what it saves, how sure; and no advice where nothing is known', () => {
  const best = {
    now: stamp(NOW),
    start: stamp(NOW + 12 * HOUR),
    confidence: 'typical',
    g_per_kwh: 200,
    now_g_per_kwh: 300,
    saving_to_now_percent: 33.3,
    saving_to_mean_percent: 20,
    notes: ['some hours have no forecast'],
  } as GreenerStart;
  const words = greenerWords(best, 4, 'UTC');
  expect(words.advice).toMatch(/^Start 25 Nov/);
  expect(plain(words.saving)).toBe('200 g/kWh over 4 h: 33 % below a start now (300 g/kWh), 20 % below the mean start');
  expect(words.sure).toBe('Some hours have no forecast.');
  expect(greenerWords({ ...best, confidence: 'forecast', notes: [] }, 4, 'UTC').sure).toMatch(/^Values and forecasts/);
  expect(greenerWords({ ...best, confidence: 'unknown' }, 4, 'UTC').advice).toBe('No better start is known');
  expect(greenerWords({ ...best, start: best.now }, 4, 'UTC').advice).toBe('Start now');
});

describe('providers', () => {
  const provider = (changes: Partial<Provider>): Provider =>
    ({ name: 'entsoe', state: 'ok', needs: 'zones, key_file', zones: [], ...changes }) as Provider;

  test('their state, age, needs and last error are words', () => {
    expect(providerState('stale')).toEqual({ text: 'no new values', tone: 'warn' });
    expect(plain(ageWords(provider({ newest_value_age_s: 7200 })))).toBe('2 h old');
    expect(ageWords(provider({}))).toBe('no value yet');
    expect(['zones', 'zones, key_file', 'zones, key_file with USER:PASSWORD'].map(needsWords)).toEqual([
      'its zones, no key',
      'its zones and a key file',
      'its zones and a key file with USER:PASSWORD',
    ]);
    const failed = { last_error: 'HTTP 500', last_error_at: stamp(NOW - 120_000) };
    expect(plain(found(errorWords(provider({ ...failed, state: 'failing' }), NOW, 'UTC')))).toBe('HTTP 500, 2 min ago');
    expect(errorWords(provider(failed), NOW, 'UTC')).toMatch(/\(over\)$/);
    expect(errorWords(provider({}), NOW, 'UTC')).toBeNull();
  });

  test('those that are not asked take one line for all that need the same', () => {
    const not = { state: 'not_configured' } as const;
    const all = [
      provider({ ...not, name: 'rte', needs: 'zones' }),
      provider({ ...not, name: 'eia' }),
      provider({ ...not, name: 'ember' }),
      provider({ name: 'entsoe' }),
    ];
    expect(othersByNeeds(all)).toEqual([
      { needs: 'its zones, no key', names: ['RTE eCO2mix'] },
      { needs: 'its zones and a key file', names: ['EIA', 'Ember'] },
    ]);
  });
});
