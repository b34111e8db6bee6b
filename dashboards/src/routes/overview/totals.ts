/** The figures of the overview: energy and CO2e of a time, of everything or of one site or project. */

import { address, follow, get } from '../../lib/api/client';
import type { Aggregate, AggregateExplanation, Report } from '../../lib/api/types';
import { fixed } from '../../lib/format/number';
import { stamp } from '../../lib/format/time';

export interface Totals {
  metered: Aggregate;
  idle: Aggregate;
  overhead: { energy_mj: number; co2e_ug_location: number };
  openMj: number;
  /** Jobs by project; `null` for one site, as the service has no rows for it. */
  rows: Report['rows'] | null;
}

export interface Scope {
  project: string | null;
  site: string | null;
}

export async function totals(from: number, to: number, { project, site }: Scope, signal: AbortSignal): Promise<Totals> {
  const range = { from: stamp(from), to: stamp(to) };
  if (!site) {
    const report = await get('/api/v1/reports/emissions', {
      query: { ...range, group_by: 'project', project: project ?? undefined },
      signal,
    });
    return {
      metered: report.metered,
      idle: report.idle,
      overhead: report.overhead,
      openMj: report.open.energy_mj,
      rows: report.rows,
    };
  }
  const explain = (more: Record<string, string>): string =>
    address('/api/v1/ledger/explain', {}, { ...range, site, ...(project && { project }), ...more });
  const [all, idle] = await Promise.all([
    follow<AggregateExplanation>(explain({}), signal),
    follow<AggregateExplanation>(explain({ idle: 'true' }), signal),
  ]);
  return {
    metered: aggregate(all, explain({})),
    idle: aggregate(idle, explain({ idle: 'true' })),
    overhead: {
      energy_mj: Number(all.total.overhead.energy_mj),
      co2e_ug_location: Number(all.total.overhead.co2e_ug_location),
    },
    openMj: Number(all.open.energy_mj),
    rows: null,
  };
}

function aggregate({ total }: AggregateExplanation, explain: string): Aggregate {
  return {
    energy_mj: Number(total.energy_mj),
    energy_mwh: total.energy_mwh,
    co2e_ug_location: Number(total.co2e_ug_location),
    co2e_t_location: total.co2e_t_location,
    quality: total.quality,
    explain,
  };
}

/** ` (PUE 1.10 to 1.42)`: the range of PUEs behind an overhead; empty without sites. */
export function pueWords(pues: number[]): string {
  if (!pues.length) return '';
  const [low, high] = [fixed(Math.min(...pues), 2), fixed(Math.max(...pues), 2)];
  return ` (PUE ${low === high ? low : `${low} to ${high}`})`;
}
