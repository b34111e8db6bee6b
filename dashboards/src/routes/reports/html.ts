/** A report as one file to print or to send: no script, nothing loaded from anywhere. */

import type { Report } from '../../lib/api/types';
import { exact, percent, quantity, wattHours, grams } from '../../lib/format/number';
import { stamp } from '../../lib/format/time';
import type { Period } from './period';

const escaped = (text: string): string => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

export function html(report: Report, period: Period, groupBy: string): string {
  const row = (name: string, amount: { energy_mj: number; co2e_ug_location: number }): string =>
    `<tr><td>${escaped(name)}</td><td>${quantity('energy', wattHours(amount.energy_mj))}</td><td>${exact(amount.energy_mj)}</td><td>${quantity('carbon', grams(amount.co2e_ug_location))}</td><td>${exact(amount.co2e_ug_location)}</td></tr>`;
  const rows = report.rows.map((item) => row(item.group ?? 'none', item)).join('\n');
  const quality = report.quality;
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>${escaped(period.name)}, energy and CO2e by ${escaped(groupBy)}</title>
<style>body{font:14px/1.5 system-ui,sans-serif;max-width:900px;margin:40px auto;color:#15191d}table{border-collapse:collapse;width:100%}td,th{padding:4px 8px;border-bottom:1px solid #e5e5e0;text-align:right}td:first-child,th:first-child{text-align:left}tfoot td{font-weight:600}tfoot tr:last-child td{border-bottom:3px double #888}</style>
<h1>${escaped(period.name)}</h1>
<p>${stamp(period.from)} to ${stamp(period.range.to)}, UTC, end excluded. Location-based, IT energy by ${escaped(groupBy)}. ${period.closed ? `Closed ${escaped(period.closed.closed)}, version ${period.closed.version}.` : 'Not closed: figures may still move.'}</p>
<table><thead><tr><th>Group</th><th>Energy</th><th>mJ</th><th>CO2e</th><th>&micro;g</th></tr></thead>
<tbody>${rows}</tbody>
<tfoot>${row('jobs', report.total)}${row('idle', report.idle)}${row('metered', report.metered)}${row('facility overhead, on top', report.overhead)}</tfoot></table>
<p>Measured ${percent(quality.measured_share)}, modelled ${percent(quality.modelled_share)}, covered ${percent(quality.coverage, 2)}, at a factor that may be revised ${percent(quality.provisional_share)}. jobs + idle = metered, as integers.</p>
</html>
`;
}
