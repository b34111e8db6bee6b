/** Forecasts beside what came, and marginal values beside averages. */

import type { Edition, Editions, IntensityDocument } from '../../lib/api/types';
import type { LinesPanel } from '../../lib/charts/panels';
import type { TableData } from '../../lib/download';
import { intensity } from '../../lib/format/number';
import { interval, stamp, type Zone } from '../../lib/format/time';
import { HOW_TO_ZOOM, type HoverContent } from '../../lib/hover';
import { isStandIn } from '../../lib/intensity';
import { bucketAt, itemAt } from '../../lib/series';

/** A forecast and what came, g/kWh by bucket; `null` where there is none. */
export interface ForecastComparison {
  edition: Edition;
  bucketS: number;
  startMs: number[];
  forecast: (number | null)[];
  actual: (number | null)[];
}

const inGrams = (milligrams: number | null): number | null => (milligrams == null ? null : milligrams / 1000);

/** The forecast that is compared: of averages, with most of the time known. */
function forecastOf(editions: Edition[]): Edition | undefined {
  return editions
    .filter((edition) => edition.is_forecast && edition.accounting !== 'marginal' && edition.known_share > 0)
    .sort((a, b) => Number(!!b.difference) - Number(!!a.difference) || b.known_share - a.known_share)[0];
}

/** `null` for a zone of which no forecast is known. */
export function comparisonOf(editions: Editions, series: IntensityDocument): ForecastComparison | null {
  const edition = forecastOf(editions.editions);
  if (!edition) return null;
  const actual = editions.start_ms.map((ms) => {
    const index = bucketAt(series.start_ms, series.bucket_s, ms);
    const status = index == null ? 'forecast' : itemAt(series.status, index);
    return index == null || status === 'forecast' || isStandIn(status)
      ? null
      : itemAt(series.intensity_mg_per_kwh, index) / 1000;
  });
  return {
    edition,
    bucketS: editions.bucket_s,
    startMs: editions.start_ms,
    forecast: edition.intensity_mg_per_kwh.map((value) => inGrams(value ?? null)),
    actual,
  };
}

export const comparisonPanel = ({ bucketS, startMs, forecast, actual }: ForecastComparison): LinesPanel => ({
  kind: 'lines',
  height: 150,
  unit: { name: 'g/kWh', size: 1 },
  bucketS,
  startMs,
  lines: [
    { name: 'actual', values: actual, isDashed: false },
    { name: 'forecast', values: forecast, isDashed: true },
  ],
});

/** A moment in words; `null` where neither is known. */
export function describeComparison(found: ForecastComparison, ms: number, zone: Zone): HoverContent | null {
  const index = bucketAt(found.startMs, found.bucketS, ms);
  if (index == null) return null;
  const [forecast, actual] = [found.forecast[index] ?? null, found.actual[index] ?? null];
  if (forecast == null && actual == null) return null;
  const start = itemAt(found.startMs, index);
  return {
    title: interval(start, start + found.bucketS * 1000, zone),
    rows: [
      { label: 'Actual', value: '', intensity: actual },
      { label: 'Forecast', value: '', intensity: forecast },
      ...(forecast == null || actual == null
        ? []
        : [{ label: 'Forecast less actual', value: `${intensity(forecast - actual)} g/kWh` }]),
    ],
    note: HOW_TO_ZOOM,
  };
}

export const comparisonTable = ({ startMs, forecast, actual }: ForecastComparison): TableData => ({
  head: ['Start, UTC', 'Actual, g/kWh', 'Forecast, g/kWh'],
  rows: startMs.map((ms, index) => [stamp(ms), actual[index], forecast[index]]),
});

/** The newest marginal value up to `now`, from the edition that has one; `null` where the zone has no such series. */
export function marginalOf(
  { editions, start_ms, bucket_s }: Editions,
  now: number,
): { edition: Edition; gramsPerKwh: number; from: number; to: number } | null {
  for (const edition of editions.filter(({ accounting, is_forecast }) => accounting === 'marginal' && !is_forecast)) {
    const index = start_ms.findLastIndex((ms, at) => ms <= now && edition.intensity_mg_per_kwh[at] != null);
    const value = edition.intensity_mg_per_kwh[index];
    if (value == null) continue;
    const length = Math.max(bucket_s, edition.step_s) * 1000;
    const from = Math.floor(itemAt(start_ms, index) / length) * length;
    return { edition, gramsPerKwh: value / 1000, from, to: from + length };
  }
  return null;
}
