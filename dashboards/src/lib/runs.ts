/** Runs of one kind: how they are told from their names, and what their past says about one that is running. */

import { median } from './series';

/** `atlas-7b-pretrain-r3` to `atlas-7b-pretrain`: what is before the number of the run. */
export function stem(name: string): string {
  return name.replace(/(?:[-_.\s](?:r|run|v|seed|try)?\d+)+$/i, '') || name;
}

export interface LikeRun {
  grams: number;
  hours: number;
}

export interface Projection {
  /** g. */
  p50: number;
  p95: number;
  hours: number;
  runs: number;
}

export function quantile(values: number[], share: number): number | null {
  if (!values.length) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const at = (sorted.length - 1) * share;
  const [low, high] = [sorted[Math.floor(at)]!, sorted[Math.ceil(at)]!];
  return low + (high - low) * (at - Math.floor(at));
}

const RUNS_NEEDED = 3;

/**
 * Where a running job will end if it is as its like were: their length and their CO2e per hour against its own so far. `null`
 * without enough of them, and when it has already run longer than most did.
 */
export function project(soFar: LikeRun, ended: LikeRun[]): Projection | null {
  const known = ended.filter((run) => run.hours > 0 && run.grams > 0);
  if (known.length < RUNS_NEEDED || soFar.hours <= 0) return null;
  const hours = median(known.map((run) => run.hours))!;
  if (hours <= soFar.hours) return null;
  const perHour = soFar.grams / soFar.hours;
  const long = quantile(
    known.map((run) => run.hours),
    0.95,
  )!;
  return { p50: perHour * hours, p95: perHour * Math.max(long, hours), hours, runs: known.length };
}
