/** From the meter to the gram: whose energy it was, where it was metered, how dirty the grid was. Conserved at every node. */

import type { IntensitySeries } from './intensity';
import { intensityAt, step } from './intensity';

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

/** `value` split by `weights` into whole parts that sum to it (largest remainder). */
export function split(value: number, weights: number[]): number[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (total <= 0) return weights.map((_, index) => (index === 0 ? value : 0));
  const exact = weights.map((weight) => (value * weight) / total);
  const parts = exact.map(Math.floor);
  let rest = Math.round(value - parts.reduce((sum, part) => sum + part, 0));
  const order = exact.map((part, index) => ({ index, remainder: part - Math.floor(part) })).sort((a, b) => b.remainder - a.remainder);
  for (const { index } of order) {
    if (rest-- <= 0) break;
    parts[index]!++;
  }
  return parts;
}

/** Energy and CO2e of a site in each of the eight steps of intensity, from its power by bucket. */
export function bands(startMs: number[], bucketS: number, energy: (number | null)[], intensity: IntensitySeries): { energy: number[]; carbon: number[] } {
  const found = { energy: new Array<number>(8).fill(0), carbon: new Array<number>(8).fill(0) };
  startMs.forEach((ms, at) => {
    const value = intensityAt(intensity, ms + bucketS * 500);
    if (value == null || energy[at] == null) return;
    found.energy[step(value) - 1]! += energy[at]!;
    found.carbon[step(value) - 1]! += energy[at]! * value;
  });
  return found;
}

/** Links owner → site → step. The sites' steps are weights: their sums are made to equal what was metered at the site. */
export function links(uses: Use[], steps: Map<string, number[]>): { ownerSite: Link[]; siteStep: { site: string; step: number; value: number }[] } {
  const ownerSite = uses.filter((use) => use.value > 0).map((use) => ({ source: use.owner, target: use.site, value: use.value }));
  const siteStep: { site: string; step: number; value: number }[] = [];
  for (const [site, weights] of steps) {
    const total = ownerSite.filter((link) => link.target === site).reduce((sum, link) => sum + link.value, 0);
    split(total, weights).forEach((value, index) => value > 0 && siteStep.push({ site, step: index + 1, value }));
  }
  return { ownerSite, siteStep };
}
