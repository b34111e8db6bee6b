/** How the list of jobs is sorted, by the service and over all jobs of a filter, and what a filter's jobs sum to. */

import type { JobItem, JobTotals } from '../../lib/api/types';

export type SortName = 'started' | 'energy' | 'co2e' | 'intensity' | 'held-idle' | 'per-step';
export type StateName = 'all' | 'running' | 'ended' | 'failed';

/** As a reader reads it, and as the service names it. */
export const SORTS: Record<SortName, { text: string; server: string }> = {
  started: { text: 'start, the latest first', server: 'started' },
  energy: { text: 'energy', server: 'energy' },
  co2e: { text: 'CO₂e', server: 'co2e' },
  intensity: { text: 'g/kWh', server: 'intensity' },
  'held-idle': { text: 'held-idle share', server: 'held_idle' },
  'per-step': { text: 'energy per step', server: 'energy_per_step' },
};

export const hasFailed = (job: Pick<JobItem, 'exit_status'>): boolean =>
  job.exit_status != null && job.exit_status !== 0;

export interface Total {
  jobs: number;
  energy: number;
  co2e: number;
}

/** The sum of the named parts, from exact integers. */
export function totalOf(totals: JobTotals, parts: (keyof JobTotals)[]): Total {
  const sum = { jobs: 0, energy: 0, co2e: 0 };
  for (const part of parts) {
    sum.jobs += totals[part].jobs;
    sum.energy += totals[part].energy_mj;
    sum.co2e += totals[part].co2e_ug;
  }
  return sum;
}

/** What a tab of the page covers. */
export const PARTS: Record<StateName, (keyof JobTotals)[]> = {
  all: ['running', 'succeeded', 'failed'],
  running: ['running'],
  ended: ['succeeded', 'failed'],
  failed: ['failed'],
};
