/** What an explanation says of an entry: its windows, its batches, where it was metered. */

import type { Entry, Explanation } from './api/types';
import { counted, exact, fixed, percent } from './format/number';

type Window = Explanation['windows'][number];

/** The stored batches that the windows came in, each once. */
export const batchesOf = (windows: Window[]): Window['batch'][] => [
  ...new Map(windows.map(({ batch }) => [batch.batch, batch])).values(),
];

/** How many devices the windows are of. */
export const deviceCount = (windows: Window[]): number =>
  new Set(windows.map(({ device }) => textOf(device, 'uuid'))).size;

/** How the windows were metered: `counter, trapezoid`. */
export const methodsOf = (windows: Window[]): string =>
  [...new Set(windows.map(({ window }) => textOf(window, 'method').replaceAll('_', ' ')))].join(', ');

/** Energy of all devices by time, in order. */
export function energyByStart(windows: Window[]): number[] {
  const sums = new Map<string, number>();
  for (const { start, energy_mj } of windows) sums.set(start, (sums.get(start) ?? 0) + energy_mj);
  return [...sums].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, energy]) => energy);
}

/** Whose energy it was, in words. */
export const allocationOf = (entry: Pick<Entry, 'job'>): string =>
  entry.job ? `allocated to ${entry.job}` : 'not allocated to a job';

/** `12 windows, 8 devices, 99.95 % covered` */
export const describeWindows = (windows: Window[], coverage: number | null): string =>
  [counted(windows.length, 'window'), counted(deviceCount(windows), 'device'), `${percent(coverage, 2)} covered`].join(
    ', ',
  );

/** The product that an entry rests on, in integers. */
export const exactProduct = (entry: Pick<Entry, 'energy_mj' | 'intensity_mg_per_kwh' | 'co2e_ug'>): string =>
  `Exactly: ${exact(entry.energy_mj)} mJ × ${exact(entry.intensity_mg_per_kwh)} mg/kWh = ${exact(entry.co2e_ug)} µg`;

/** The facility overhead of an entry, in integers. */
export const exactOverhead = (entry: Pick<Entry, 'pue_ppm' | 'overhead_mj' | 'overhead_co2e_ug'>): string =>
  `Overhead at PUE ${fixed(entry.pue_ppm / 1e6, 3)}: ` +
  `${exact(entry.overhead_mj)} mJ, ${exact(entry.overhead_co2e_ug)} µg`;

/** Documents of agents are stored as they came, so their fields are not typed. */
function textOf(document: unknown, field: string): string {
  const value = (document as Record<string, unknown> | null)?.[field];
  return typeof value === 'string' ? value : 'unknown';
}
