/** Intensity of every zone in use over one range, for bands. */

import { get } from '../api/client';
import type { IntensityDocument } from '../api/types';
import { HOUR, stamp } from '../format/time';
import { sites } from './catalog.svelte';
import { resource, type Resource } from './resource.svelte';

export function zonesInUse(only: string | null = null): string[] {
  return sites()
    .filter((site) => !only || site.name === only)
    .map((site) => site.zone)
    .filter((zone, index, zones) => zones.indexOf(zone) === index)
    .sort();
}

/** The names of the sites in a zone, as one text; empty where there is none. */
export const sitesIn = (zone: string): string =>
  sites()
    .filter((site) => site.zone === zone)
    .map((site) => site.name)
    .join(', ');

/**
 * One series for each zone in use; zones without factors are left out. `range` is read inside, so that changes are
 * followed.
 */
export function zoneSeries(
  range: () => { from: number; to: number; points: number; site?: string | null },
): Resource<IntensityDocument[]> {
  return resource(
    async (signal) => {
      const { from, to, points, site } = range();
      const zones = zonesInUse(site ?? null);
      const query = { from: stamp(Math.floor(from / HOUR) * HOUR), to: stamp(Math.ceil(to / HOUR) * HOUR), points };
      const found = await Promise.all(
        zones.map((zone) =>
          get('/api/v1/grid/intensity/series', { query: { zone, ...query }, signal }).catch(() => null),
        ),
      );
      return found.filter((series) => series != null).filter((series) => series.start_ms.length > 0);
    },
    { topics: ['factors', 'site'], every: 10_000 },
  );
}
