/** The grid of the next day: what it is expected to be, and when it is cleanest. */

import type { IntensityDocument } from '../../lib/api/types';
import { NARROW, intensity, signedPercent } from '../../lib/format/number';
import { DAY, clock, type Zone } from '../../lib/format/time';
import { bandCells, bestWindow, intensityAt, isFlat, type BandCell, type CleanWindow } from '../../lib/intensity';

/** So many hours in a row are looked for. */
export const BEST = 4;

export interface NextDay {
  zone: string;
  cells: BandCell[];
  isFlat: boolean;
  now: number | null;
  best: CleanWindow | null;
}

/** The 24 hours from `hour` on, as seen at `now`. */
export function nextDay(band: IntensityDocument, hour: number, now: number): NextDay {
  const flat = isFlat(band, hour, hour + DAY);
  return {
    zone: band.zone,
    cells: bandCells(band, hour, hour + DAY),
    isFlat: flat,
    now: intensityAt(band, now),
    best: flat ? null : bestWindow(band, hour, hour + DAY, BEST),
  };
}

/** For screen readers: `DE: 312 g/kWh now, cleanest 4 h from 02:00`. */
export function describeDay({ zone, now, best }: NextDay, clockZone: Zone): string {
  const cleanest = best ? `, cleanest ${BEST}${NARROW}h from ${clock(best.from, clockZone)}` : '';
  return `${zone}: ${intensity(now)} g/kWh now${cleanest}`;
}

/** When the grid is cleanest, and by how much. */
export function bestWords(
  { best, isFlat }: Pick<NextDay, 'best' | 'isFlat'>,
  zone: Zone,
): { text: string; change: string } {
  if (best)
    return { text: `cleanest ${BEST}${NARROW}h from ${clock(best.from, zone)},`, change: signedPercent(best.against) };
  return { text: isFlat ? 'one value for the year' : 'no forecast', change: '' };
}
