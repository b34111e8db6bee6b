/** Energy flow: by project, by site and by grid intensity. What enters a node leaves it again. */

import { BOUNDS, step } from './intensity';

/** What a project used at a site, or what was idle there, in any unit. */
export interface Use {
  owner: string;
  site: string;
  value: number;
}

export interface Link {
  source: string;
  target: string;
  value: number;
}

/** Sums by step of the intensity scale: eight figures, zero where the service gives no share. */
export function byStep<Share extends { from_g_per_kwh: number }>(
  shares: Share[],
  value: (share: Share) => number,
): number[] {
  const found = new Array<number>(BOUNDS.length + 1).fill(0);
  for (const share of shares) {
    const index = step(share.from_g_per_kwh) - 1;
    found[index] = (found[index] ?? 0) + value(share);
  }
  return found;
}

/** Links from owner to site and from site to step of the scale. */
export function links(
  uses: Use[],
  steps: Map<string, number[]>,
): { ownerSite: Link[]; siteStep: { site: string; step: number; value: number }[] } {
  const ownerSite = uses
    .filter((use) => use.value > 0)
    .map((use) => ({ source: use.owner, target: use.site, value: use.value }));
  const siteStep: { site: string; step: number; value: number }[] = [];
  for (const [site, values] of steps)
    for (const [index, value] of values.entries()) if (value > 0) siteStep.push({ site, step: index + 1, value });
  return { ownerSite, siteStep };
}
