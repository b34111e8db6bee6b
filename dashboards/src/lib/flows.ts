/** From the meter to the gram: whose energy it was, where it was metered, how dirty the grid was. Conserved at every node. */

import { BOUNDS, step } from './intensity';

/** What a project (or idle) used at a site, in any unit. */
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

/** What the service sums by step of intensity, as eight figures. */
export function byStep<Share extends { from_g_per_kwh: number }>(
  shares: Share[],
  value: (share: Share) => number,
): number[] {
  const found = new Array<number>(BOUNDS.length + 1).fill(0);
  for (const share of shares) found[step(share.from_g_per_kwh) - 1]! += value(share);
  return found;
}

/** Links owner → site → step: what leaves a site is what came to it, as the service's sums are. */
export function links(
  uses: Use[],
  steps: Map<string, number[]>,
): { ownerSite: Link[]; siteStep: { site: string; step: number; value: number }[] } {
  const ownerSite = uses
    .filter((use) => use.value > 0)
    .map((use) => ({ source: use.owner, target: use.site, value: use.value }));
  const siteStep: { site: string; step: number; value: number }[] = [];
  for (const [site, values] of steps)
    values.forEach((value, index) => value > 0 && siteStep.push({ site, step: index + 1, value }));
  return { ownerSite, siteStep };
}
