import { expect, test } from 'vitest';
import { cumulative } from './cumulative';
import { project, quantile, stem } from './runs';

test.each([
  ['atlas-7b-pretrain-r3', 'atlas-7b-pretrain'],
  ['det-finetune-coco_run12', 'det-finetune-coco'],
  ['train.2', 'train'],
  ['resnet50', 'resnet50'],
  ['42', '42'],
  ['sweep-seed-7-3', 'sweep-seed'],
])('%s is a run of %s', (name, kind) => expect(stem(name)).toBe(kind));

test('a projection needs three like runs and something left to run', () => {
  const like = [10, 12, 14].map((hours) => ({ hours, grams: 100 }));
  expect(project({ grams: 50, hours: 5 }, like.slice(0, 2))).toBeNull();
  expect(project({ grams: 50, hours: 13 }, like)).toBeNull();
  const found = project({ grams: 50, hours: 5 }, like)!;
  expect(found).toMatchObject({ p50: 120, hours: 12, runs: 3 });
  expect(found.p95).toBeCloseTo(10 * 13.8, 9);
});

test('quantiles interpolate', () => {
  expect(quantile([1, 2, 3, 4], 0.5)).toBe(2.5);
  expect(quantile([], 0.5)).toBeNull();
});

test('the cumulative curve begins at zero, never falls and ends at the exact total', () => {
  const points = cumulative([0, 10_000, 20_000], 10, [5, 0, 10], (ms) => (ms < 10_000 ? 400 : 100), 282);
  expect(points[0]).toEqual([0, 0]);
  expect(points.at(-1)).toEqual([30_000, 282]);
  points.slice(1).forEach(([, value], index) => expect(value).toBeGreaterThanOrEqual(points[index]![1]));
  expect(points[1]![1]).toBeCloseTo(282 * (2000 / 3000), 9);
  expect(cumulative([], 10, [], () => 1, 5)).toEqual([]);
});
