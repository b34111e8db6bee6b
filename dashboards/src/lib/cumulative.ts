import { sum } from './series';

/** Energy by bucket: starts, the length of a bucket and the energy of each. */
export interface EnergySeries {
  start_ms: number[];
  bucket_s: number;
  energy_mj_per_bucket: number[];
}

/**
 * CO2e so far over time as `[ms, g]`: the energy of each bucket times the intensity of its hour, scaled so that it ends
 * at the ledger's exact total.
 */
export function cumulative(
  series: EnergySeries,
  at: (ms: number) => number | null,
  totalGrams: number,
): [number, number][] {
  const length = series.bucket_s * 1000;
  const weights = series.start_ms.map(
    (ms, index) => (series.energy_mj_per_bucket[index] ?? 0) * (at(ms + length / 2) ?? 1),
  );
  const whole = sum(weights);
  const points = series.start_ms.slice(0, 1).map((ms): [number, number] => [ms, 0]);
  let running = 0;
  for (const [index, ms] of series.start_ms.entries()) {
    running += weights[index] ?? 0;
    points.push([ms + length, whole > 0 ? (running / whole) * totalGrams : 0]);
  }
  return points;
}
