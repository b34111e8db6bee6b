/**
 * Data quality of a job in sentences: how its energy was metered, which factors it was posted at, what may still
 * change.
 */

import type { AggregateExplanation, JobFootprint, SeriesDocument, Site } from '../../lib/api/types';
import { fixed, intensity, percent, quantity, type UnitChoice } from '../../lib/format/number';
import { day, parse, type Zone } from '../../lib/format/time';

/** `98.0 % measured, 2.0 % modelled; 99.95 % of the time covered` */
export function energyFact({ quality }: Pick<JobFootprint, 'quality'>, series: SeriesDocument | undefined): string {
  const shares = `${percent(quality.measured_share)} measured, ${percent(quality.modelled_share)} modelled`;
  const gaps = series && series.quality.coverage < 0.999 ? '. The curve shows gaps as gaps' : '';
  return `${shares}; ${percent(quality.coverage, 2)} of the time covered${gaps}`;
}

type Factor = AggregateExplanation['factors'][number];

/** `DE, lifecycle, CO2e, location-based, 312 to 480 g/kWh; Ember, edition 2026; measured` */
export function factorFact(factor: Factor): string {
  const low = intensity(factor.intensity_min_mg_per_kwh / 1000);
  const high = intensity(factor.intensity_max_mg_per_kwh / 1000);
  const range = low === high ? low : `${low} to ${high}`;
  const type = [factor.zone, factor.basis, factor.gas, factor.accounting].join(', ');
  return `${type}, ${range} g/kWh; ${factor.publisher}, edition ${factor.edition}; ${factor.status}`;
}

/** What may still change: energy at factors that are not final, and energy that is not posted yet. */
export function changeFact({
  quality,
  footprint,
  energy_mj,
}: Pick<JobFootprint, 'quality' | 'footprint' | 'energy_mj'>): string {
  const revised = `${percent(quality.provisional_share)} at factors that may be revised`;
  const open = footprint.open.energy_mj;
  return open > 0 ? `${revised}, ${percent(open / Math.max(1, energy_mj))} in hours not yet posted` : revised;
}

/** The PUE that applied at the end of the job. */
export function overheadFact(site: Pick<Site, 'name' | 'pue'> | undefined, at: number, zone: Zone): string {
  const step = site?.pue.filter((found) => (parse(found.since) ?? 0) <= at).at(-1);
  if (!site || !step) return 'None added: its nodes have no site';
  const since = parse(step.since);
  return `PUE ${fixed(step.pue_ppm / 1e6, 2)} of ${site.name}${since ? ` since ${day(since, zone)}` : ''}`;
}

/** A marginal factor: what one more kilowatt-hour causes in the zone. */
export interface MarginalFactor {
  zone: string;
  g_per_kwh: number;
  resolution: string;
  publisher: string;
  edition: string;
}

export const NO_MARGINAL = 'No marginal factor for this zone. It would be for information only and is not in any total';

/** CO2e of the job at the operating margin. */
export function marginalFact(factor: MarginalFactor, energyMj: number, units: UnitChoice): string {
  const amount = quantity('carbon', (energyMj / 3.6e9) * factor.g_per_kwh, units);
  const detail = factor.resolution === 'year' ? 'one value for the year' : `by the ${factor.resolution}`;
  const source = `${factor.zone}, operating margin, ${detail}; ${factor.publisher}, edition ${factor.edition}`;
  return `${amount} at ${intensity(factor.g_per_kwh)} g/kWh, ${source}. For information; not in any total`;
}
