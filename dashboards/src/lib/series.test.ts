import { expect, test } from 'vitest';
import { bucketAt, dropBefore, groupRuns, lowerBound, median, mergeTail, runs, tailQuery, type Series } from './series';

function series(starts: number[], energy = starts.map(() => 10), bucketS = 10): Series {
  return {
    bucket_s: bucketS,
    start_ms: starts,
    energy_mj_per_bucket: energy,
    power_min_mw: energy,
    power_mean_mw: energy,
    power_max_mw: energy,
    coverage: starts.map(() => 1),
  };
}

test('a tail replaces the buckets that it begins with and appends the rest', () => {
  const merged = mergeTail(series([0, 10_000, 20_000], [1, 2, 3]), series([20_000, 30_000], [7, 8]));
  expect(merged.start_ms).toEqual([0, 10_000, 20_000, 30_000]);
  expect(merged.energy_mj_per_bucket).toEqual([1, 2, 7, 8]);
  expect(merged.coverage).toHaveLength(4);
});

test('a tail after a gap leaves the gap', () => {
  expect(mergeTail(series([0]), series([50_000])).start_ms).toEqual([0, 50_000]);
});

test('an empty tail changes nothing, one of other buckets replaces all', () => {
  const known = series([0, 10_000]);
  expect(mergeTail(known, series([]))).toBe(known);
  const other = series([0], [5], 60);
  expect(mergeTail(known, other)).toBe(other);
  expect(mergeTail(undefined, known)).toBe(known);
});

test('a tail asks for so many points that a bucket of half the length would not fit', () => {
  const known = series([0, 10_000, 20_000, 30_000, 40_000, 50_000, 60_000, 70_000]);
  for (const since of [0, 3_000, 9_999, 25_000]) {
    const { from, points } = tailQuery(known, 80_000 + since);
    const span = 80_000 + since - Date.parse(from);
    expect(Math.ceil(span / 10_000)).toBeLessThanOrEqual(points);
    expect(Math.floor(span / 5_000)).toBeGreaterThan(points);
  }
});

test('what ended before the range is dropped, a bucket that reaches into it is not', () => {
  expect(dropBefore(series([0, 10_000, 20_000]), 15_000).start_ms).toEqual([10_000, 20_000]);
  expect(dropBefore(series([0, 10_000]), 10_000).start_ms).toEqual([10_000]);
});

test('runs break at gaps', () => {
  expect(runs([0, 10_000, 30_000, 40_000], 10)).toEqual([
    [0, 2],
    [2, 4],
  ]);
  expect(runs([], 10)).toEqual([]);
  expect(runs([5], 10)).toEqual([[0, 1]]);
});

test('a moment in a gap has no bucket', () => {
  const starts = [0, 10_000, 30_000];
  expect([0, 9_999, 10_000, 25_000, 39_999, 40_000, -1].map((ms) => bucketAt(starts, 10, ms))).toEqual([
    0,
    0,
    1,
    null,
    2,
    null,
    null,
  ]);
});

test('neighbours of one key join', () => {
  expect(groupRuns(5, (index) => 'aabba'[index])).toEqual([
    [0, 2, 'a'],
    [2, 4, 'b'],
    [4, 5, 'a'],
  ]);
});

test('small helpers', () => {
  expect(lowerBound([1, 3, 5], 3)).toBe(1);
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 2, 3])).toBe(2.5);
  expect(median([])).toBeNull();
});
