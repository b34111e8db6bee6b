/** The absolute scale of grid carbon intensity: eight steps that are never rescaled. */

import { bucketAt, itemAt } from './series';

/** Upper bounds of the first seven steps, g CO2e/kWh. */
export const BOUNDS = [50, 100, 200, 300, 400, 500, 650];

/** The step of the scale that an intensity falls into, 1 to 8. */
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

/** Hours in a row that are cleaner than the rest. */
export interface CleanWindow {
  from: number;
  to: number;
  gramsPerKwh: number;
  /** Against the mean of the whole time that was looked at; negative is cleaner. */
  against: number;
}

/**
 * The cleanest `hours` in a row within `[from, to)`; `null` with less data than that, or when every hour is the same.
 */
export function bestWindow(series: IntensitySeries, from: number, to: number, hours: number): CleanWindow | null {
  const length = series.bucket_s * 1000;
  // Whole buckets alone: what ends after `to` is no choice.
  const known = between(series, from, to - length + 1);
  const wide = Math.round((hours * 3_600_000) / length);
  if (wide < 1 || known.length <= wide) return null;
  const mean = meanOf(known);
  let best: { start: number; mean: number } | null = null;
  for (let at = 0; at + wide <= known.length; at++) {
    const own = known.slice(at, at + wide);
    const isWhole = itemAt(own, wide - 1).start - itemAt(own, 0).start === (wide - 1) * length;
    const ownMean = meanOf(own);
    if (isWhole && (!best || ownMean < best.mean - 1e-9)) best = { start: itemAt(own, 0).start, mean: ownMean };
  }
  if (!best || mean <= 0 || Math.abs(best.mean - mean) < 0.5) return null;
  return {
    from: best.start,
    to: best.start + wide * length,
    gramsPerKwh: best.mean,
    against: best.mean / mean - 1,
  };
}

interface Bucket {
  start: number;
  gramsPerKwh: number;
  status: string;
}

/** The buckets that start within `[from, to)`. */
function between(series: IntensitySeries, from: number, to: number): Bucket[] {
  return series.start_ms
    .map((start, index) => ({
      start,
      gramsPerKwh: itemAt(series.intensity_mg_per_kwh, index) / 1000,
      status: itemAt(series.status, index),
    }))
    .filter(({ start }) => start >= from && start < to);
}

const meanOf = (buckets: Bucket[]): number =>
  buckets.reduce((sum, { gramsPerKwh }) => sum + gramsPerKwh, 0) / buckets.length;

/** A stretch of a band with one colour. */
export interface BandCell {
  from: number;
  to: number;
  step: number;
  /** Forecast or provisional. */
  isHatched: boolean;
}

/** Measured values and fallbacks are there to stay; forecasts and provisional values may still change. */
export const isSettled = (status: string): boolean => status === 'measured' || status === 'fallback';

/** Whether a yearly value or a climatology stands in for the hour's own. */
export const isStandIn = (status: string): boolean => status === 'fallback';

/** Whether every hour within `[from, to)` has the same value, as where only a yearly factor is known. */
export const isFlat = (series: IntensitySeries, from = -Infinity, to = Infinity): boolean =>
  new Set(between(series, from, to).map((bucket) => bucket.gramsPerKwh)).size <= 1;

/** The hours within `[from, to)` as cells: neighbours with one colour are one cell, so that the hatch runs through. */
export function bandCells(series: IntensitySeries, from: number, to: number): BandCell[] {
  const length = series.bucket_s * 1000;
  const known = between(series, from, to);
  const hasOne = new Set(known.map((bucket) => bucket.gramsPerKwh)).size <= 1;
  const cells: BandCell[] = [];
  for (const bucket of known) {
    const last = cells.at(-1);
    const own = { step: step(bucket.gramsPerKwh), isHatched: bucket.status !== 'measured' && !hasOne };
    if (last?.to === bucket.start && last.step === own.step && last.isHatched === own.isHatched) last.to += length;
    else cells.push({ from: bucket.start, to: bucket.start + length, ...own });
  }
  return cells;
}

/**
 * Values of what has been, for a calendar: what lies after `now`, forecasts of what is not over, and days for which one
 * value of a longer time stands in are left out.
 */
export function past(
  series: IntensitySeries & { min?: number[]; max?: number[] },
  now: number,
): { startMs: number[]; values: number[] } {
  // A day that is over stays, though an hour of it has a forecast alone.
  const isOver = ({ start }: Bucket): boolean => start + series.bucket_s * 1000 <= now;
  const isOne = (index: number): boolean =>
    isStandIn(series.status[index] ?? '') && series.min?.[index] === series.max?.[index];
  const known = between(series, -Infinity, Infinity).filter(
    (bucket, index) => bucket.start <= now && (bucket.status !== 'forecast' || isOver(bucket)) && !isOne(index),
  );
  return { startMs: known.map((bucket) => bucket.start), values: known.map((bucket) => bucket.gramsPerKwh) };
}

/** g/kWh at a moment; `null` where nothing is known. */
export function intensityAt(series: IntensitySeries, ms: number): number | null {
  const index = bucketAt(series.start_ms, series.bucket_s, ms);
  return index == null ? null : itemAt(series.intensity_mg_per_kwh, index) / 1000;
}
