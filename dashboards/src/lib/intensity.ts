/** The absolute scale of grid carbon intensity: eight steps that are never rescaled. */

/** Upper bounds of the first seven steps, g CO2e/kWh. */
export const BOUNDS = [50, 100, 200, 300, 400, 500, 650];

/** 1 to 8. */
export function step(gramsPerKwh: number): number {
  const index = BOUNDS.findIndex((bound) => gramsPerKwh < bound);
  return index < 0 ? BOUNDS.length + 1 : index + 1;
}

/** `under 50`, `50 to 100`, …, `over 650`. */
export function stepName(step: number): string {
  if (step <= 1) return `under ${BOUNDS[0]}`;
  if (step > BOUNDS.length) return `over ${BOUNDS[BOUNDS.length - 1]}`;
  return `${BOUNDS[step - 2]} to ${BOUNDS[step - 1]}`;
}

/** An hourly series of one zone. */
export interface IntensitySeries {
  bucket_s: number;
  start_ms: number[];
  intensity_mg_per_kwh: number[];
  status: string[];
}

export interface Window {
  from: number;
  to: number;
  gramsPerKwh: number;
  /** Against the mean of the whole time that was looked at; negative is cleaner. */
  against: number;
}

/** The cleanest `hours` in a row within `[from, to)`; `null` with less data than that, or when every hour is the same. */
export function bestWindow(series: IntensitySeries, from: number, to: number, hours: number): Window | null {
  const length = series.bucket_s * 1000;
  const indices = series.start_ms
    .map((_, index) => index)
    .filter((index) => series.start_ms[index]! >= from && series.start_ms[index]! + length <= to);
  const wide = Math.round((hours * 3_600_000) / length);
  if (wide < 1 || indices.length <= wide) return null;
  const values = indices.map((index) => series.intensity_mg_per_kwh[index]! / 1000);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  let best: { at: number; mean: number } | null = null;
  for (let at = 0; at + wide <= values.length; at++) {
    const isWhole = series.start_ms[indices[at + wide - 1]!]! - series.start_ms[indices[at]!]! === (wide - 1) * length;
    const own = values.slice(at, at + wide).reduce((sum, value) => sum + value, 0) / wide;
    if (isWhole && (!best || own < best.mean - 1e-9)) best = { at, mean: own };
  }
  if (!best || mean <= 0 || Math.abs(best.mean - mean) < 0.5) return null;
  const start = series.start_ms[indices[best.at]!]!;
  return { from: start, to: start + wide * length, gramsPerKwh: best.mean, against: best.mean / mean - 1 };
}

/** g/kWh at a moment; `null` where nothing is known. */
export function intensityAt(series: IntensitySeries, ms: number): number | null {
  const length = series.bucket_s * 1000;
  for (let index = series.start_ms.length - 1; index >= 0; index--) {
    const start = series.start_ms[index]!;
    if (start <= ms) return ms < start + length ? series.intensity_mg_per_kwh[index]! / 1000 : null;
  }
  return null;
}
