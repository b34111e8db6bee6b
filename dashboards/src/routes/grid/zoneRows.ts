/** The zones in use as rows: one for all sites that take the same value. */

import type { FactorChoice } from '../../lib/api/types';

export interface ZoneRow {
  key: string;
  choice: FactorChoice;
  /** Names of the sites; none for a zone that is only looked at. */
  sites: string[];
}

/** Sites of one zone share a row unless they want different factors. */
export function zoneRows(found: { site: string; choice: FactorChoice | null }[]): ZoneRow[] {
  const rows = new Map<string, ZoneRow>();
  for (const { site, choice } of found) {
    if (!choice) continue;
    const { requested, zone, publisher, edition, basis, gas, accounting, status } = choice;
    const key = JSON.stringify([requested, zone, publisher, edition, basis, gas, accounting, status]);
    const row = rows.get(key) ?? { key, choice, sites: [] };
    if (site) row.sites.push(site);
    rows.set(key, row);
  }
  return [...rows.values()].sort((a, b) => a.choice.requested.localeCompare(b.choice.requested));
}
