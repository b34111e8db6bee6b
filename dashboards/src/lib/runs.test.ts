import { expect, test } from 'vitest';
import { cumulative } from './cumulative';
import { project, quantile, stem } from './runs';
import { itemAt } from './series';
import { found } from '../testing/found';

test.each([
  ['atlas-7b-pretrain-r3', 'atlas-7b-pretrain'],
  ['det-finetune-coco_run12', 'det-finetune-coco'],
  ['train.2', 'train'],
  ['resnet50', 'resnet50'],
  ['42', '42'],
  ['sweep-seed-7-3', 'sweep-seed'],
])('%s is a run of %s', (name, kind) => expect(stem(name)).toBe(kind));

test('a projection needs three similar runs and something left to run', () => {
  const like = [10, 12, 14].map((hours) => ({ hours, grams: 100 }));
  expect(project({ grams: 50, hours: 5 }, like.slice(0, 2))).toBeNull();
  expect(project({ grams: 50, hours: 13 }, like)).toBeNull();
  const projection = found(project({ grams: 50, hours: 5 }, like));
  expect(projection).toMatchObject({ p50: 120, hours: 12, runs: 3 });
  expect(projection.p95).toBeCloseTo(10 * 13.8, 9);
});

test('quantiles interpolate', () => {
  expect(quantile([1, 2, 3, 4], 0.5)).toBe(2.5);
  expect(quantile([], 0.5)).toBeNull();
});

test('the cumulative curve begins at zero, never falls and ends at the exact total', () => {
  const points = cumulative(
    { start_ms: [0, 10_000, 20_000], bucket_s: 10, energy_mj_per_bucket: [5, 0, 10] },
    (ms) => (ms < 10_000 ? 400 : 100),
    282,
  );
  expect(points[0]).toEqual([0, 0]);
  expect(points.at(-1)).toEqual([30_000, 282]);
  points.slice(1).forEach(([, value], index) => expect(value).toBeGreaterThanOrEqual(itemAt(points, index)[1]));
  expect(itemAt(points, 1)[1]).toBeCloseTo(282 * (2000 / 3000), 9);
  expect(cumulative({ start_ms: [], bucket_s: 10, energy_mj_per_bucket: [] }, () => 1, 5)).toEqual([]);
});
