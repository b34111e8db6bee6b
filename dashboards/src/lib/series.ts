/** Columnar series of the API: appending new buckets, breaking at gaps, adding up. */

/** A series with one array per column. Buckets without readings are left out. */
export interface Series {
  bucket_s: number;
  start_ms: number[];
  energy_mj_per_bucket: number[];
  power_min_mw: number[];
  power_mean_mw: number[];
  power_max_mw: number[];
  coverage: number[];
}

const COLUMNS = [
  'start_ms',
  'energy_mj_per_bucket',
  'power_min_mw',
  'power_mean_mw',
  'power_max_mw',
  'coverage',
] as const;

/**
 * `known` with everything from `tail`'s first bucket on replaced by `tail`: new buckets are appended, and the last
 * known ones, which may have grown, are updated. A tail with another bucket length replaces the whole series.
 */
export function mergeTail<T extends Series>(known: T | undefined, tail: T): T {
  if (!known || known.bucket_s !== tail.bucket_s) return tail;
  const first = tail.start_ms[0];
  if (first === undefined) return known;
  const keep = lowerBound(known.start_ms, first);
  const merged = { ...known };
  for (const column of COLUMNS) merged[column] = [...known[column].slice(0, keep), ...tail[column]];
  return merged;
}

/**
 * The query whose answer `mergeTail` appends to `known`: its last buckets and everything after them. The number of
 * points makes the service choose the same bucket length again: a shorter one would need more points, as lengths at
 * least double.
 */
export function tailQuery(known: Series, now: number): { from: string; points: number } {
  const length = known.bucket_s * 1000;
  const from = (known.start_ms.at(-1) ?? now) - 6 * length;
  return { from: new Date(from).toISOString(), points: Math.ceil((now - from) / length) + 1 };
}

/** Drops the buckets that ended before `from`, for a range whose start moves with the clock. */
export function dropBefore<T extends Series>(series: T, from: number): T {
  const keep = lowerBound(series.start_ms, from - series.bucket_s * 1000 + 1);
  if (keep === 0) return series;
  const rest = { ...series };
  for (const column of COLUMNS) rest[column] = series[column].slice(keep);
  return rest;
}

/**
 * The item at an index that the caller knows to be inside; an error where it is not, since the columns then disagree.
 */
export function itemAt<T>(values: ArrayLike<T>, index: number): T {
  const item = values[index];
  if (item === undefined) throw new RangeError(`index ${index} is outside of ${values.length} items`);
  return item;
}

/** Index of the first value not below `wanted` in ascending `values`. */
export function lowerBound(values: ArrayLike<number>, wanted: number): number {
  let [low, high] = [0, values.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (itemAt(values, middle) < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Index of the bucket that holds `ms`; `null` in a gap. */
export function bucketAt(startMs: ArrayLike<number>, bucketS: number, ms: number): number | null {
  const index = lowerBound(startMs, ms + 1) - 1;
  return index >= 0 && ms < itemAt(startMs, index) + bucketS * 1000 ? index : null;
}

/** Runs of neighbouring buckets as `[first, afterLast]`: between two runs is a gap. */
export function runs(startMs: ArrayLike<number>, bucketS: number): [number, number][] {
  const found: [number, number][] = [];
  let first = 0;
  for (let index = 1; index <= startMs.length; index++) {
    if (index < startMs.length && itemAt(startMs, index) - itemAt(startMs, index - 1) <= bucketS * 1000) continue;
    found.push([first, index]);
    first = index;
  }
  return found;
}

/** Runs of neighbours with the same key: `[first, afterLast, key]`. */
export function groupRuns<K>(length: number, key: (index: number) => K): [number, number, K][] {
  const found: [number, number, K][] = [];
  for (let index = 0; index < length; index++) {
    const [last, own] = [found.at(-1), key(index)];
    if (last && last[2] === own) last[1] = index + 1;
    else found.push([index, index + 1, own]);
  }
  return found;
}

export const sum = (values: Iterable<number>): number => {
  let total = 0;
  for (const value of values) total += value;
  return total;
};

export function median(values: number[]): number | null {
  if (!values.length) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? itemAt(sorted, middle) : (itemAt(sorted, middle - 1) + itemAt(sorted, middle)) / 2;
}
