/** How the list of jobs is sorted. What the service cannot sort by is sorted here, among the loaded. */

import type { JobItem } from '../../lib/api/types';
import { burntAt } from '../../lib/format/number';

export type SortName = 'newest' | 'energy' | 'co2e' | 'intensity' | 'held-idle' | 'per-step';

export const SORTS: Record<SortName, { text: string; server?: string }> = {
  newest: { text: 'newest first', server: 'newest' },
  energy: { text: 'energy', server: 'energy' },
  co2e: { text: 'CO₂e', server: 'co2e' },
  intensity: { text: 'g/kWh' },
  'held-idle': { text: 'held-idle share' },
  'per-step': { text: 'kWh per step' },
};

export const hasFailed = (job: { exit_status?: number | null }): boolean => job.exit_status != null && job.exit_status !== 0;

export const heldIdle = (job: JobItem): number | null => number(job.held_idle_share);
export const perStep = (job: JobItem): number | null => number(job.kwh_per_step);
export const coverage = (job: JobItem): number | null => number((job.quality as { coverage?: number } | undefined)?.coverage ?? job.coverage);

const number = (value: unknown): number | null => (typeof value === 'number' ? value : null);

const KEYS: Partial<Record<SortName, (job: JobItem) => number | null>> = {
  energy: (job) => job.energy_mj ?? null,
  co2e: (job) => job.co2e_ug ?? null,
  intensity: (job) => burntAt(job.co2e_ug ?? 0, job.energy_mj ?? 0),
  'held-idle': heldIdle,
  'per-step': perStep,
};

/** Largest first; what has no figure comes last. */
export function sorted(jobs: JobItem[], by: SortName): JobItem[] {
  const key = KEYS[by];
  return key ? [...jobs].sort((a, b) => (key(b) ?? -1) - (key(a) ?? -1)) : jobs;
}
