/** The rows of the list of jobs, and the list as a file. */

import type { JobItem, JobTotals } from '../../lib/api/types';
import type { TableData } from '../../lib/download';
import { NO_DATA, counted } from '../../lib/format/number';
import { duration, parse } from '../../lib/format/time';
import { PARTS, hasFailed, totalOf, type Total } from './sorting';

/** A row is a job, or the head of a group with its sums. */
export type Row = { kind: 'head'; id: string; text: string; total: Total } | { kind: 'job'; id: string; job: JobItem };

/** Running jobs first, then ended ones; with a head for each where there are both. */
export function rowsOf(jobs: JobItem[], totals: JobTotals): Row[] {
  const parts = [
    { name: 'running', title: 'Running', jobs: jobs.filter((job) => !job.ended) },
    { name: 'ended', title: 'Ended', jobs: jobs.filter((job) => job.ended) },
  ] as const;
  const hasHeads = parts.every((part) => part.jobs.length > 0);
  return parts.flatMap(({ name, title, jobs }): Row[] => {
    const total = totalOf(totals, PARTS[name]);
    const head: Row = { kind: 'head', id: `\0${name}`, text: `${title}, ${counted(total.jobs, 'job')}`, total };
    return [...(hasHeads ? [head] : []), ...jobs.map((job): Row => ({ kind: 'job', id: job.id, job }))];
  });
}

/** The state of a job: a word, an icon and a tone. */
export interface JobState {
  word: string;
  icon: 'play' | 'failed' | 'check';
}

export function stateOf(job: Pick<JobItem, 'ended' | 'exit_status'>): JobState {
  if (!job.ended) return { word: 'running', icon: 'play' };
  return hasFailed(job) ? { word: `failed ${job.exit_status}`, icon: 'failed' } : { word: 'ended', icon: 'check' };
}

/** How long a job ran, or has been running. */
export function lastedOf(job: Pick<JobItem, 'started' | 'ended'>, now: number): string {
  const from = parse(job.started);
  return from == null ? NO_DATA : duration((parse(job.ended) ?? now) - from);
}

/** Above this share of idle device-hours a job stands out. */
const HOT = 0.2;
export const isMostlyIdle = (job: Pick<JobItem, 'held_idle_share'>): boolean => (job.held_idle_share ?? 0) > HOT;

export const jobsTable = (jobs: JobItem[]): TableData => ({
  head: [
    'id',
    'name',
    'project',
    'user',
    'started',
    'ended',
    'exit_status',
    'energy_mj',
    'co2e_ug_location',
    'g_per_kwh',
    'held_idle_share',
    'steps',
    'kwh_per_step',
  ],
  rows: jobs.map((job) => [
    job.id,
    job.name,
    job.project,
    job.labels.user,
    job.started,
    job.ended,
    job.exit_status,
    job.energy_mj,
    job.co2e_ug,
    job.intensity_g_per_kwh,
    job.held_idle_share,
    job.steps,
    job.kwh_per_step,
  ]),
});
