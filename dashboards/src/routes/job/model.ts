/** What a job's page derives from what the service gives. */

import type { DeviceSeries, JobComparison, JobFootprint, JobItem, SeriesDocument } from '../../lib/api/types';
import { counted, grams, percent, significant, watts, averageIntensity } from '../../lib/format/number';
import { MINUTE, parse } from '../../lib/format/time';
import { shortName } from '../../lib/fleet';
import { RUNS_NEEDED, project, stem, type Projection } from '../../lib/runs';
import { median, sum } from '../../lib/series';

/** From when to when a job runs. */
export interface Life {
  from: number;
  /** Its end, or now. */
  to: number;
  isRunning: boolean;
}

export function lifeOf(job: JobFootprint, series: SeriesDocument | undefined, now: number): Life {
  const ended = parse(job.ended);
  const from = parse(job.started) ?? series?.start_ms[0] ?? now - 3_600_000;
  return { from, to: Math.max(from + 60_000, ended ?? now), isRunning: ended == null };
}

export const titleOf = (job: { id: string; name?: string | null }): string => job.name ?? job.id;

/** The devices of a job: `32 × H100 80GB HBM3` on these nodes. */
export interface Allocation {
  count: number;
  name: string;
  nodes: string[];
}

export function devicesOf(found: DeviceSeries | undefined): Allocation | null {
  const counts = new Map<string, number>();
  for (const { name } of found?.devices ?? []) counts.set(name, (counts.get(name) ?? 0) + 1);
  // Devices of the host come along with accelerators: a job is known by the kind of which it has most.
  const [most] = [...counts].sort((a, b) => b[1] - a[1]);
  if (!found || !most) return null;
  const [name, count] = most;
  return { count, name: shortName(name), nodes: [...new Set(found.devices.map((device) => device.node))] };
}

/** Jobs named like this one, without itself. */
export function similarRuns(job: JobFootprint, listed: JobItem[]): JobItem[] {
  const own = stem(titleOf(job));
  return listed.filter((item) => item.id !== job.id && stem(titleOf(item)) === own && (item.energy_mj ?? 0) > 0);
}

interface Timed {
  started?: string | null;
  ended?: string | null;
}

export function hoursOf(job: Timed, now: number): number {
  const from = parse(job.started);
  return from == null ? 0 : ((parse(job.ended) ?? now) - from) / 3_600_000;
}

const hasSucceeded = (run: Pick<JobItem, 'ended' | 'exit_status'>): boolean => run.ended != null && !run.exit_status;

/** The projected total of a running job, from similar runs that succeeded. */
export function projectionOf(job: JobFootprint, similar: JobItem[], now: number): Projection | null {
  const soFar = { grams: grams(job.co2e_ug), hours: hoursOf(job, now) };
  const ended = similar.filter(hasSucceeded);
  return project(
    soFar,
    ended.map((item) => ({ grams: grams(item.co2e_ug ?? 0), hours: hoursOf(item, now) })),
  );
}

/** Why there is no projection. */
export function noProjection(similar: JobItem[]): string {
  const ended = similar.filter(hasSucceeded).length;
  return ended < RUNS_NEEDED
    ? `Needs ${RUNS_NEEDED} similar runs that succeeded; so far there ${ended === 1 ? 'is 1' : `are ${ended}`}.`
    : `It has run longer than most of the ${ended} similar runs.`;
}

/** Mean power of the metered time, W; `null` without readings. */
export function meanPower(series: SeriesDocument | undefined): number | null {
  if (!series?.start_ms.length) return null;
  return sum(series.energy_mj_per_bucket) / (series.start_ms.length * series.bucket_s) / 1000;
}

/** Power of the last whole bucket, W: the newest is still filling. */
export function lastPower(series: SeriesDocument | undefined): number | null {
  const power = series?.power_mean_mw.at(-2) ?? series?.power_mean_mw.at(-1);
  return power == null ? null : watts(power);
}

/** Without readings for so long a job is silent: from then on the service lists it as needing attention. */
const SILENT = 15 * MINUTE;

/** When the readings of a running job ended, once it is silent; `null` while it sends. */
export function silentSince(series: SeriesDocument | undefined, { isRunning }: Life, now: number): number | null {
  const last = series?.start_ms.at(-1);
  if (!series || last === undefined || !isRunning) return null;
  const end = last + series.bucket_s * 1000;
  return now - end >= SILENT ? end : null;
}

/** Median of the average intensities of runs, g/kWh. */
export const usualIntensity = (runs: JobItem[]): number | null =>
  median(
    runs
      .map((item) => averageIntensity(item.co2e_ug ?? 0, item.energy_mj ?? 0))
      .filter((value): value is number => value != null),
  );

/** Median duration of the runs that have ended, ms. */
export const usualDuration = (runs: Timed[]): number | null =>
  median(
    runs.flatMap(({ started, ended }) => {
      const [from, to] = [parse(started), parse(ended)];
      return from == null || to == null ? [] : [to - from];
    }),
  );

/**
 * `12 % below the usual of similar runs`: an intensity against the median; `null` without something to compare with.
 */
export function againstUsual(own: number | null, usual: number | null): string | null {
  if (own == null || !usual) return null;
  return `${percent(Math.abs(own / usual - 1), 0)} ${own < usual ? 'lower' : 'higher'} than similar runs`;
}

export interface RunRate {
  item: JobItem;
  /** g CO2e per hour. */
  perHour: number;
}

/** CO2e per hour, so that a running job compares with those that have ended; `null` for a run too short to tell. */
export function ratePerHour(item: Timed & { co2e_ug?: number | null }, now: number): number | null {
  const hours = hoursOf(item, now);
  return hours > 0.02 ? grams(item.co2e_ug ?? 0) / hours : null;
}

/** The runs whose rate is known. */
export const ratesOf = (runs: JobItem[], now: number): RunRate[] =>
  runs.flatMap((item) => {
    const perHour = ratePerHour(item, now);
    return perHour ? [{ item, perHour }] : [];
  });

/** How a rate compares with the median of others, in words. */
export function describeRate(own: number | null, others: number[]): string {
  const middle = median(others);
  if (!own || !middle) return 'No similar run';
  const ratio = own / middle;
  const apart =
    ratio > 2 ? `${significant(ratio)} times` : `${percent(Math.abs(ratio - 1), 0)} ${ratio < 1 ? 'below' : 'above'}`;
  return `${apart} the median of ${counted(others.length, 'similar run')}`;
}

export interface Note {
  at: number;
  text: string;
}

/** Shorter gaps and falls are common and not worth a note. */
const GAP_MIN = 120_000;
const FALL_MIN = 10;

/** Where power fell below half of its mean for three buckets or more, and where nothing was read. */
export function interruptions({ start_ms, power_mean_mw, bucket_s }: SeriesDocument): Note[] {
  const found: Note[] = [];
  const low = sum(power_mean_mw) / Math.max(1, power_mean_mw.length) / 2;
  const length = bucket_s * 1000;
  let fallFrom: { index: number; at: number } | null = null;
  let before: number | null = null;
  for (const [index, start] of start_ms.entries()) {
    const gap = before == null ? 0 : start - before - length;
    if (before != null && gap >= 2 * length && gap >= GAP_MIN)
      found.push({ at: before + length + gap / 2, text: `no readings for ${Math.round(gap / 60_000)} min` });
    const isLow = (power_mean_mw[index] ?? 0) < low;
    if (isLow && index > 0) fallFrom ??= { index, at: start };
    if (!isLow && fallFrom) {
      const [buckets, ms] = [index - fallFrom.index, (index - fallFrom.index) * length];
      const minutes = ms / 60_000;
      if (buckets >= 3 && minutes >= FALL_MIN)
        found.push({ at: fallFrom.at + ms / 2, text: `${Math.round(minutes)} min at low power` });
      fallFrom = null;
    }
    before = start;
  }
  return found.sort((a, b) => a.at - b.at);
}

/** The columns of a series as a file holds them. */
export const seriesTable = (series: SeriesDocument): { head: string[]; columns: number[][] } => ({
  head: ['energy_mj', 'power_min_mw', 'power_mean_mw', 'power_max_mw', 'coverage'],
  columns: [
    series.energy_mj_per_bucket,
    series.power_min_mw,
    series.power_mean_mw,
    series.power_max_mw,
    series.coverage,
  ],
});

/**
 * The jobs that are compared with this one: similar runs, or any other where there are none, since the service needs
 * two.
 */
export const comparedWith = (similar: JobItem[], company: JobItem[], id: string): string[] =>
  (similar.length ? similar.slice(0, 5) : company.filter((item) => item.id !== id).slice(0, 1)).map((item) => item.id);

/** Energy per step of the similar runs that were compared. */
export const stepsOf = (compared: JobComparison[], similar: JobItem[]): { name: string; kwhPerStep: number | null }[] =>
  compared
    .filter((item) => similar.some((run) => run.id === item.id))
    .map((item) => ({ name: titleOf(item), kwhPerStep: item.kwh_per_step ?? null }));
