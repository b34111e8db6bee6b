/** Similar runs: how names tell that runs are of one kind, and what past runs predict for one that is running. */

import { itemAt, median } from './series';

/** The name of a run without its number: `atlas-7b-pretrain` of `atlas-7b-pretrain-r3`. */
export function stem(name: string): string {
  return name.replace(/(?:[-_.\s](?:r|run|v|seed|try)?\d+)+$/i, '') || name;
}

export interface RunSoFar {
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
  const [low, high] = [itemAt(sorted, Math.floor(at)), itemAt(sorted, Math.ceil(at))];
  return low + (high - low) * (at - Math.floor(at));
}

/** A projection from fewer runs would say more than is known. */
export const RUNS_NEEDED = 3;

/**
 * The total that a running job will reach if it lasts as long as similar runs did and goes on emitting at its own rate.
 * `null` with too few similar runs, and once it has run longer than most of them.
 */
export function project(soFar: RunSoFar, ended: RunSoFar[]): Projection | null {
  const known = ended.filter((run) => run.hours > 0 && run.grams > 0);
  if (known.length < RUNS_NEEDED || soFar.hours <= 0) return null;
  const lengths = known.map((run) => run.hours);
  const [hours, long] = [median(lengths), quantile(lengths, 0.95)];
  if (hours == null || long == null || hours <= soFar.hours) return null;
  const perHour = soFar.grams / soFar.hours;

  return { p50: perHour * hours, p95: perHour * Math.max(long, hours), hours, runs: known.length };
}
