import { expect, test } from 'vitest';
import {
  heldIdle,
  heldIdleEnergy,
  hourProfile,
  lessPerStep,
  meanIntensity,
  otherHour,
  otherSite,
  ranked,
  type Run,
} from './cheaper';
import { DAY, HOUR, clock } from './format/time';
import type { IntensitySeries } from './intensity';
import { found } from '../testing/found';

const run: Run = { startMs: [18 * HOUR, 19 * HOUR], energy: [1, 3], grams: 1000 };
const flat = (value: number): IntensitySeries => ({
  bucket_s: 3600,
  start_ms: [18 * HOUR, 19 * HOUR],
  intensity_mg_per_kwh: [value * 1000, value * 1000],
  status: ['measured', 'measured'],
});

/** 100 g/kWh at night, 400 from 12 to 24, for `days`. */
function daily(days: number): IntensitySeries {
  const start_ms = Array.from({ length: days * 24 }, (_, index) => index * HOUR);
  return {
    bucket_s: 3600,
    start_ms,
    intensity_mg_per_kwh: start_ms.map((ms) => (ms % DAY < 12 * HOUR ? 100_000 : 400_000)),
    status: start_ms.map(() => 'measured'),
  };
}

test('intensity is weighted by energy, and unknown where too much of it is unknown', () => {
  expect(meanIntensity(run, (ms) => (ms === 18 * HOUR ? 100 : 500))).toBe(400);
  expect(meanIntensity(run, (ms) => (ms === 18 * HOUR ? 100 : null))).toBeNull();
});

test('another hour needs a week of measured hours and a difference', () => {
  expect(hourProfile(daily(6))).toBeNull();
  expect(hourProfile({ ...daily(10), status: daily(10).status.map(() => 'forecast') })).toBeNull();
  expect(hourProfile({ ...daily(10), intensity_mg_per_kwh: daily(10).start_ms.map(() => 300_000) })).toBeNull();
  const saving = found(otherHour(run, daily(10), 'DE', (ms) => clock(ms)));
  expect(saving.title).toBe('Start at 00:00 instead of 18:00');
  expect(saving.grams).toBeCloseTo(-750, 6);
  expect(saving.evidence).toContain('10 days');
});

test('another site counts its intensity and its overhead', () => {
  const saving = found(
    otherSite(run, { intensity: () => 400, pue: 1.2 }, { name: 'paris', zone: 'FR', series: flat(100), pue: 1.5 }),
  );
  expect(saving.share).toBeCloseTo((100 * 1.5) / (400 * 1.2) - 1, 9);
  expect(saving.evidence).toContain('yearly mean');
  expect(
    otherSite(run, { intensity: () => null, pue: 1 }, { name: 'x', zone: 'X', series: flat(1), pue: 1 }),
  ).toBeNull();
});

test('held-idle energy is what was drawn below the share of the limit', () => {
  const limits = new Map([['n u', 700_000]]);
  expect(heldIdleEnergy([{ node: 'n', uuid: 'u', power_mean_mw: [100_000, 300_000, null] }], limits, 25)).toBe(0.25);
  expect(heldIdleEnergy([{ node: 'n', uuid: 'other', power_mean_mw: [1] }], limits, 25)).toBeNull();
  expect(heldIdle(run, null)).toBeNull();
});

test('only what is worth naming is named, the largest first', () => {
  const words = { title: 't', detail: 'd', evidence: 'e' };
  const named = ranked([
    { ...words, grams: -5, share: -0.005 },
    { ...words, grams: -20, share: -0.02 },
    null,
    { ...words, grams: -90, share: -0.09 },
    { ...words, grams: 40, share: 0.04 },
  ]);
  expect(named.map((saving) => saving.grams)).toEqual([-90, -20]);
});

test('a similar run counts only with reported steps', () => {
  expect(lessPerStep(run, null, [{ name: 'a', kwhPerStep: 1 }])).toBeNull();
  expect(lessPerStep(run, 2, [{ name: 'a', kwhPerStep: null }])).toBeNull();
  const saving = lessPerStep(run, 2, [
    { name: 'a', kwhPerStep: 1.5 },
    { name: 'b', kwhPerStep: 1 },
  ]);
  expect(saving?.share).toBe(-0.5);
});
