/**
 * The orders and states of the list of jobs, and the sums of a filter. The service sorts, over all jobs of the filter.
 */

import type { JobItem, JobTotals } from '../../lib/api/types';

export type SortName = 'started' | 'energy' | 'co2e' | 'intensity' | 'held-idle' | 'per-step';
export type StateName = 'all' | 'running' | 'ended' | 'failed';

/** The orders: as the page names them, and as the service does. */
export const SORTS: Record<SortName, { text: string; server: string }> = {
  started: { text: 'start, latest first', server: 'started' },
  energy: { text: 'energy', server: 'energy' },
  co2e: { text: 'CO₂e', server: 'co2e' },
  intensity: { text: 'g/kWh', server: 'intensity' },
  'held-idle': { text: 'share held idle', server: 'held_idle' },
  'per-step': { text: 'energy per step', server: 'energy_per_step' },
};

export const isSortName = (name: string | null): name is SortName => name != null && Object.hasOwn(SORTS, name);

export const TABS: { value: StateName; text: string }[] = [
  { value: 'all', text: 'All' },
  { value: 'running', text: 'Running' },
  { value: 'ended', text: 'Ended' },
  { value: 'failed', text: 'Failed' },
];
export const isStateName = (name: string | null): name is StateName => TABS.some((tab) => tab.value === name);

export const hasFailed = (job: Pick<JobItem, 'exit_status'>): boolean =>
  job.exit_status != null && job.exit_status !== 0;

export interface Total {
  jobs: number;
  energy: number;
  co2e: number;
}

/** The sum of these parts, from exact integers. */
export function totalOf(totals: JobTotals, parts: (keyof JobTotals)[]): Total {
  const sum = { jobs: 0, energy: 0, co2e: 0 };
  for (const part of parts) {
    sum.jobs += totals[part].jobs;
    sum.energy += totals[part].energy_mj;
    sum.co2e += totals[part].co2e_ug;
  }
  return sum;
}

/** The parts of the totals that a tab covers. */
export const PARTS: Record<StateName, (keyof JobTotals)[]> = {
  all: ['running', 'succeeded', 'failed'],
  running: ['running'],
  ended: ['succeeded', 'failed'],
  failed: ['failed'],
};
