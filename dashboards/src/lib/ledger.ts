/** The closing identity of the ledger, recomputed here from the integers that the service gives. */

import { exact, quantity, wattHours, type UnitChoice } from './format/number';
import { sum } from './series';

interface Energy {
  energy_mj: number;
}

/** Energy of jobs, of idle devices, and of both as it was metered. */
export interface Balance {
  rows: Energy[];
  idle: Energy;
  metered: Energy;
}

/** Whether the rows and idle add up to what was metered, to the millijoule. */
export const isBalanced = ({ rows, idle, metered }: Balance): boolean =>
  sum(rows.map((row) => row.energy_mj)) + idle.energy_mj === metered.energy_mj;

/** The identity of a report: rounded for reading, and as the integers that it rests on. */
export function identity({ rows, idle, metered }: Balance, units: UnitChoice): string {
  const jobs = sum(rows.map((row) => row.energy_mj));
  const shown = (mj: number): string => quantity('energy', wattHours(mj), units);
  const rounded = `jobs ${shown(jobs)} + idle ${shown(idle.energy_mj)} = metered ${shown(metered.energy_mj)}`;
  return `${rounded}; as integers ${exact(jobs)} + ${exact(idle.energy_mj)} = ${exact(metered.energy_mj)} mJ`;
}

/** Share of the metered energy that no job had allocated; `null` where nothing was metered. */
export const idleShare = ({ idle, metered }: Omit<Balance, 'rows'>): number | null =>
  metered.energy_mj > 0 ? idle.energy_mj / metered.energy_mj : null;
