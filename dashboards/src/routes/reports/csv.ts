/** A report as a CSV file. */

import type { Report } from '../../lib/api/types';
import type { Cell, TableData } from '../../lib/download';

const HEAD = [
  'group',
  'energy_mj',
  'energy_mwh',
  'co2e_ug_location',
  'co2e_t_location',
  'overhead_energy_mj',
  'overhead_co2e_ug_location',
  'measured_share',
  'modelled_share',
  'coverage',
  'provisional_share',
];

type Overhead = Pick<Report['overhead'], 'energy_mj' | 'co2e_ug_location'>;
type Amount = Omit<Report['total'], 'explain' | 'energy_cost'>;

function line(group: string, amount: Amount, overhead: Overhead | null): Cell[] {
  const { quality } = amount;
  return [
    group,
    amount.energy_mj,
    amount.energy_mwh,
    amount.co2e_ug_location,
    amount.co2e_t_location,
    overhead?.energy_mj,
    overhead?.co2e_ug_location,
    quality.measured_share,
    quality.modelled_share,
    quality.coverage,
    quality.provisional_share,
  ];
}

/** A row for each group, then the total of all jobs, idle, and what was metered. */
export const reportTable = (report: Report): TableData => ({
  head: HEAD,
  rows: [
    ...report.rows.map((row) => line(row.group ?? '', row, row.overhead)),
    line('total', report.total, null),
    line('idle', report.idle, null),
    line('metered', report.metered, report.overhead),
  ],
});
