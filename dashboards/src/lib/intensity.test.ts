import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { HOUR } from './format/time';
import { found } from '../testing/found';
import { bestWindow, intensityAt, step, stepName, type IntensitySeries } from './intensity';

const series = (values: number[]): IntensitySeries => ({
  bucket_s: 3600,
  start_ms: values.map((_, index) => index * HOUR),
  intensity_mg_per_kwh: values.map((value) => value * 1000),
  status: values.map(() => 'forecast'),
});

test.each([
  [0, 1],
  [49.9, 1],
  [50, 2],
  [100, 3],
  [199, 3],
  [200, 4],
  [317, 5],
  [461, 6],
  [560, 7],
  [649, 7],
  [650, 8],
  [900, 8],
])('%s g/kWh is step %s, whatever else is shown', (value, expected) => expect(step(value)).toBe(expected));

test('steps have names', () =>
  expect([1, 2, 7, 8].map(stepName)).toEqual(['under 50', '50 to 100', '500 to 650', 'over 650']));

test('the best window is the cleanest hours in a row, against the mean of all', () => {
  const best = found(bestWindow(series([300, 100, 100, 300, 50, 300]), 0, 6 * HOUR, 2));
  expect([best.from, best.to, best.gramsPerKwh]).toEqual([HOUR, 3 * HOUR, 100]);
  expect(best.against).toBeCloseTo(100 / (1150 / 6) - 1, 9);
});

test('no window without a choice', () => {
  expect(bestWindow(series([200, 200, 200]), 0, 3 * HOUR, 2)).toBeNull();
  expect(bestWindow(series([200, 100]), 0, 2 * HOUR, 4)).toBeNull();
  expect(bestWindow(series([]), 0, HOUR, 1)).toBeNull();
});

test('a window never spans a gap', () => {
  const gapped: IntensitySeries = { ...series([300, 100, 50, 300]), start_ms: [0, HOUR, 5 * HOUR, 6 * HOUR] };
  expect(bestWindow(gapped, 0, 7 * HOUR, 2)?.gramsPerKwh).toBe(175);
});

test('an hour that is not there has no intensity', () => {
  const known = series([100, 200]);
  expect([0, HOUR, 2 * HOUR - 1, 2 * HOUR, -1].map((ms) => intensityAt(known, ms))).toEqual([
    100,
    200,
    200,
    null,
    null,
  ]);
});

test('the dark theme gives every colour that is not the same in both themes', () => {
  const css = readFileSync(new URL('../tokens.css', import.meta.url), 'utf8');
  const [, light = '', dark = ''] = /^:root \{(.*?)^\}.*^:root\[data-theme='dark'\] \{(.*?)^\}/ms.exec(css) ?? [];
  const names = (block: string): string[] =>
    [...block.matchAll(/^ {2}(--[\w-]+): (?:#|rgba)/gm)].map(([, name]) => name ?? '');
  expect(names(light).length).toBeGreaterThan(50);
  expect(names(dark).sort()).toEqual(names(light).sort());
});
