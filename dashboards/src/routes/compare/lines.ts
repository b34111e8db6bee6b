/** The figures by which jobs are compared. */

import type { JobComparison } from '../../lib/api/types';
import type { TableData } from '../../lib/download';
import {
  averageIntensity,
  fixed,
  grams,
  percent,
  quantity,
  signedPercent,
  significant,
  wattHours,
  watts,
  type UnitChoice,
} from '../../lib/format/number';
import { duration, parse } from '../../lib/format/time';

export interface Line {
  name: string;
  value: (job: JobComparison) => number | null | undefined;
  text: (value: number) => string;
  isIntensity?: boolean;
  /** Whether less is better; `null` where it is neither. */
  less: boolean | null;
}

/** How long a job has run, ms. */
function lengthOf(job: JobComparison, now: number): number | null {
  if (job.duration_s != null) return job.duration_s * 1000;
  const started = parse(job.started);
  return started == null ? null : (parse(job.ended) ?? now) - started;
}

const costOf = (job: JobComparison) => job.footprint.metered.energy_cost?.[0];

/** All figures; `units` and `now` say how amounts and running jobs are shown. */
export function linesOf(jobs: JobComparison[], units: UnitChoice, now: number): Line[] {
  const currency = jobs.map(costOf).find((cost) => cost != null)?.currency ?? '';
  return [
    {
      name: 'Energy',
      value: (job) => wattHours(job.energy_mj),
      text: (value) => quantity('energy', value, units),
      less: true,
    },
    {
      name: 'CO2e, location-based',
      value: (job) => grams(job.co2e_ug),
      text: (value) => quantity('carbon', value, units),
      less: true,
    },
    {
      name: 'Average intensity, g/kWh',
      value: (job) => job.intensity_g_per_kwh ?? averageIntensity(job.co2e_ug, job.energy_mj),
      text: (value) => fixed(value, 0),
      isIntensity: true,
      less: true,
    },
    { name: 'Duration', value: (job) => lengthOf(job, now), text: duration, less: null },
    { name: 'Device-hours', value: (job) => job.device_hours, text: significant, less: null },
    {
      name: 'Energy per device-hour, kWh',
      value: (job) => job.energy_kwh_per_device_hour,
      text: (value) => fixed(value, 3),
      less: true,
    },
    {
      name: 'Mean power per device',
      value: (job) => (job.power_mean_mw_per_device == null ? null : watts(job.power_mean_mw_per_device)),
      text: (value) => quantity('power', value),
      less: null,
    },
    {
      name: 'Held idle, share of device-hours',
      value: (job) => job.held_idle_share,
      text: (value) => percent(value),
      less: true,
    },
    {
      name: 'Energy per step, Wh',
      value: (job) => (job.kwh_per_step == null ? null : job.kwh_per_step * 1000),
      text: (value) => fixed(value, 3),
      less: true,
    },
    {
      name: 'Energy cost',
      value: (job) => costOf(job)?.amount,
      text: (value) => `${fixed(value, 2)} ${currency}`,
      less: true,
    },
  ];
}

/** The lines that any of the jobs has a figure for, and the names of the others. */
export function split(lines: Line[], jobs: JobComparison[]): { known: Line[]; missing: string[] } {
  const known = lines.filter((line) => jobs.some((job) => line.value(job) != null));
  return { known, missing: lines.filter((line) => !known.includes(line)).map((line) => line.name) };
}

export interface Change {
  text: string;
  tone: 'good' | 'bad' | 'muted';
}

/** A change below half a percent has no colour. */
const NOISE = 0.005;

/** The change of a job's figure against that of the first job; `null` for the first itself, and without figures. */
export function against(line: Line, first: JobComparison | undefined, job: JobComparison): Change | null {
  if (!first || job === first) return null;
  const [base, own] = [line.value(first), line.value(job)];
  if (base == null || own == null || base === 0) return null;
  const share = own / base - 1;
  const isNeutral = line.less == null || Math.abs(share) < NOISE;
  return { text: signedPercent(share), tone: isNeutral ? 'muted' : share < 0 === line.less ? 'good' : 'bad' };
}

export const comparisonTable = (lines: Line[], jobs: JobComparison[]): TableData => ({
  head: ['figure', ...jobs.map((job) => job.id)],
  rows: lines.map((line) => [line.name, ...jobs.map((job) => line.value(job))]),
});
