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

/** Figures that a list has where the service gives them for every job; the columns appear with them. */
type Known = JobItem & { held_idle_share?: number | null; kwh_per_step?: number | null; quality?: { coverage: number } };

export const heldIdle = (job: Known): number | null => job.held_idle_share ?? null;
export const perStep = (job: Known): number | null => job.kwh_per_step ?? null;
export const coverage = (job: Known): number | null => job.quality?.coverage ?? null;

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
