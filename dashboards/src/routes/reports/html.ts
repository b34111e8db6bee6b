/** A report as one file to print or to send: without scripts, and without anything loaded from elsewhere. */

import type { Report } from '../../lib/api/types';
import { exact, grams, percent, quantity, wattHours } from '../../lib/format/number';
import { stamp } from '../../lib/format/time';
import type { Period } from './period';

const escaped = (text: string): string => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

const STYLE = [
  'body{font:14px/1.5 system-ui,sans-serif;max-width:900px;margin:40px auto;color:#15191d}',
  'table{border-collapse:collapse;width:100%}',
  'td,th{padding:4px 8px;border-bottom:1px solid #e5e5e0;text-align:right}',
  'td:first-child,th:first-child{text-align:left}',
  'tfoot td{font-weight:600}',
  'tfoot tr:last-child td{border-bottom:3px double #888}',
].join('');

interface Amount {
  energy_mj: number;
  co2e_ug_location: number;
}

function row(name: string, { energy_mj, co2e_ug_location }: Amount): string {
  const cells = [
    escaped(name),
    quantity('energy', wattHours(energy_mj)),
    exact(energy_mj),
    quantity('carbon', grams(co2e_ug_location)),
    exact(co2e_ug_location),
  ];
  return `<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`;
}

export function html(report: Report, period: Period, groupBy: string): string {
  const { quality } = report;
  const state = period.closed
    ? `Closed ${escaped(period.closed.closed)}, version ${period.closed.version}.`
    : 'Not closed: figures may still change.';
  const facts = [
    `Measured ${percent(quality.measured_share)}`,
    `modelled ${percent(quality.modelled_share)}`,
    `covered ${percent(quality.coverage, 2)}`,
    `at factors that may be revised ${percent(quality.provisional_share)}`,
  ];
  const range = `${stamp(period.from)} to ${stamp(period.range.to)}, UTC, end excluded.`;
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>${escaped(period.name)}, energy and CO2e by ${escaped(groupBy)}</title>
<style>${STYLE}</style>
<h1>${escaped(period.name)}</h1>
<p>${range} Location-based, IT energy by ${escaped(groupBy)}. ${state}</p>
<table><thead><tr><th>Group</th><th>Energy</th><th>mJ</th><th>CO2e</th><th>&micro;g</th></tr></thead>
<tbody>${report.rows.map((item) => row(item.group ?? 'none', item)).join('\n')}</tbody>
<tfoot>
${row('jobs', report.total)}
${row('idle', report.idle)}
${row('metered', report.metered)}
${row('facility overhead, not included', report.overhead)}
</tfoot></table>
<p>${facts.join(', ')}. jobs + idle = metered, as integers.</p>
</html>
`;
}
