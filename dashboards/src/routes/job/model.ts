/** What the parts of a job's page share. */

import type { DeviceSeries, JobFootprint, JobItem, SeriesDocument } from '../../lib/api/types';
import { parse } from '../../lib/format/time';
import { stem } from '../../lib/runs';

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

/** `32 × H100 80GB HBM3 on 4 nodes` in parts. */
export function devicesOf(found: DeviceSeries | undefined): { count: number; name: string; nodes: string[] } | null {
  if (!found?.devices.length) return null;
  const counts = new Map<string, number>();
  for (const { name } of found.devices) counts.set(name, (counts.get(name) ?? 0) + 1);
  // A host's devices come along with the accelerators: the most of one kind are what the job is known by.
  const [name, count] = [...counts].sort((a, b) => b[1] - a[1])[0]!;
  return {
    count,
    name: name.replace(/^NVIDIA\s+/i, ''),
    nodes: [...new Set(found.devices.map((device) => device.node))],
  };
}

/** Jobs named like this one, without itself. */
export function likeRuns(job: JobFootprint, listed: JobItem[]): JobItem[] {
  const own = stem(titleOf(job));
  return listed.filter((item) => item.id !== job.id && stem(titleOf(item)) === own && (item.energy_mj ?? 0) > 0);
}

export function hoursOf(job: { started?: string | null; ended?: string | null }, now: number): number {
  const from = parse(job.started);
  return from == null ? 0 : ((parse(job.ended) ?? now) - from) / 3_600_000;
}
