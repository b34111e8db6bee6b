/** How good a figure is: how much of it was measured, and whether it may still change. */

import { percent } from './format/number';

export interface Quality {
  measured_share: number;
  modelled_share?: number;
  /** Share of the time in which readings arrived. */
  coverage: number;
  /** Share of the energy that was posted at a factor that may be revised. */
  provisional_share?: number;
}

/** Full: all measured. Half: part modelled. Hollow: nothing measured. */
export type Core = 'full' | 'half' | 'hollow';

export function coreOf(quality: Quality | null | undefined): Core {
  if (!quality || quality.measured_share <= 0) return 'hollow';
  return quality.measured_share >= 0.999999 ? 'full' : 'half';
}

/** Whether part of the figure may still change. */
export const mayChange = (quality: Quality | null | undefined, isOpen: boolean): boolean =>
  isOpen || (quality?.provisional_share ?? 0) > 0;

/** The mark in words, for a tooltip and for screen readers. */
export function describeQuality(quality: Quality | null | undefined, isOpen: boolean): string {
  if (!quality) return 'Quality not known';
  const measured = {
    full: 'All measured',
    half: `${percent(quality.measured_share)} measured, the rest modelled`,
    hollow: 'Estimate, nothing measured',
  }[coreOf(quality)];
  return `${measured}; ${percent(quality.coverage, 2)} of the time covered; ${changes(quality, isOpen)}`;
}

function changes({ provisional_share: share = 0 }: Quality, isOpen: boolean): string {
  if (share > 0) return `${percent(share)} at factors that may be revised`;
  return isOpen ? 'includes hours not yet posted' : 'final factors';
}
