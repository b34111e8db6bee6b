/** The intensity of zones as charts. */

import type { IntensityDocument } from '../../lib/api/types';
import type { BandPanel, PaintedPanel } from '../../lib/charts/panels';
import type { TableData } from '../../lib/download';
import { NARROW, intensity } from '../../lib/format/number';
import { HOUR, interval, stamp, type Zone } from '../../lib/format/time';
import { HOW_TO_ZOOM, gridRow, type HoverContent } from '../../lib/hover';
import { intensityAt, isSettled } from '../../lib/intensity';
import { bucketAt, itemAt } from '../../lib/series';

const inGrams = (milligrams: number[]): number[] => milligrams.map((value) => value / 1000);

export const gramsOf = (series: IntensityDocument): number[] => inGrams(series.intensity_mg_per_kwh);

/** One zone as a curve in its own colours; hatched from the first value that may change. */
export function zonePanel(series: IntensityDocument): PaintedPanel {
  const unsettled = series.status.findIndex((status) => !isSettled(status));
  return {
    kind: 'painted',
    height: 190,
    unit: { name: 'g/kWh', size: 1 },
    bucketS: series.bucket_s,
    startMs: series.start_ms,
    min: inGrams(series.min ?? series.intensity_mg_per_kwh),
    mean: gramsOf(series),
    max: inGrams(series.max ?? series.intensity_mg_per_kwh),
    intensityAt: (ms) => intensityAt(series, ms),
    openFrom: unsettled < 0 ? null : itemAt(series.start_ms, unsettled),
    notes: [],
  };
}

/** A moment of one zone in words; `null` where nothing is known. */
export function describeZone(series: IntensityDocument, ms: number, zone: Zone): HoverContent | null {
  const index = bucketAt(series.start_ms, series.bucket_s, ms);
  if (index == null) return null;
  const start = itemAt(series.start_ms, index);
  return {
    title: interval(start, start + series.bucket_s * 1000, zone),
    rows: [
      gridRow(series.zone, itemAt(series.intensity_mg_per_kwh, index) / 1000),
      { label: 'Status', value: itemAt(series.status, index) },
    ],
    note: HOW_TO_ZOOM,
  };
}

export const zoneTable = (series: IntensityDocument): TableData => {
  const grams = gramsOf(series);
  return {
    head: ['Start, UTC', 'g/kWh', 'Status'],
    rows: series.start_ms.map((ms, index) => [stamp(ms), grams[index], series.status[index]]),
  };
};

/** Several zones as bands, each with its value at `at` beside it. */
export const bandPanel = (bands: IntensityDocument[], at: number, isNarrow: boolean): BandPanel => ({
  kind: 'band',
  hasNumbers: false,
  zones: bands.map((band) => ({
    name: band.zone,
    series: band,
    label: `${intensity(intensityAt(band, at))}${NARROW}${isNarrow ? 'g' : 'g/kWh'}`,
  })),
});

/** A row for each zone at a moment. */
export const bandRows = (bands: IntensityDocument[], ms: number): HoverContent['rows'] =>
  bands.map((band) => gridRow(band.zone, intensityAt(band, ms)));

/** An hour of several zones in words; what lies after `now` is a forecast. */
export function describeBands(bands: IntensityDocument[], ms: number, now: number, zone: Zone): HoverContent {
  const start = Math.floor(ms / HOUR) * HOUR;
  return {
    title: interval(start, start + HOUR, zone),
    rows: bandRows(bands, ms),
    note: ms > now ? 'Forecast.' : HOW_TO_ZOOM,
  };
}

export const bandTable = (bands: IntensityDocument[]): TableData => ({
  head: ['Start, UTC', ...bands.map((band) => `${band.zone}, g/kWh`)],
  rows: (bands[0]?.start_ms ?? []).map((ms) => [stamp(ms), ...bands.map((band) => intensityAt(band, ms))]),
});

/** `lifecycle, CO2e, location-based, yearly`: the type of a factor. */
export const typeOf = (factor: { basis: string; gas: string; accounting: string; resolution: string }): string =>
  [factor.basis, factor.gas, factor.accounting, factor.resolution === 'yearly' ? 'yearly' : 'hourly or finer'].join(
    ', ',
  );
