/** The intensity of zones as charts. */

import type { IntensityDocument } from '../../lib/api/types';
import type { BandPanel, PaintedPanel } from '../../lib/charts/panels';
import type { TableData } from '../../lib/download';
import { NARROW, intensity } from '../../lib/format/number';
import { HOUR, interval, stamp, type Zone } from '../../lib/format/time';
import { HOW_TO_ZOOM, gridRow, type HoverContent } from '../../lib/hover';
import { intensityAt, isSettled, isStandIn } from '../../lib/intensity';
import { bucketAt, itemAt } from '../../lib/series';

const inGrams = (milligrams: number[]): number[] => milligrams.map((value) => value / 1000);

export const gramsOf = (series: IntensityDocument): number[] => inGrams(series.intensity_mg_per_kwh);

/** Whether no hour has a value of its own: nothing but days, months or years stands for this time. */
export const hasNoHours = (series: IntensityDocument): boolean =>
  series.status.every(isStandIn) &&
  [series.factor, ...(series.other_factors ?? [])].every((factor) => factor?.resolution !== 'interval');

/** The intensity of an hour's own value; `null` where something stands in, which is not painted as if it were one. */
function ownIntensityAt(series: IntensityDocument, ms: number): number | null {
  const index = bucketAt(series.start_ms, series.bucket_s, ms);
  return index == null || isStandIn(itemAt(series.status, index)) ? null : intensityAt(series, ms);
}

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
    intensityAt: (ms) => ownIntensityAt(series, ms),
    openFrom: unsettled < 0 ? null : itemAt(series.start_ms, unsettled),
    notes: [],
  };
}

/** `fallback` says what it means: a climatology or a value of a longer time. */
const statusName = (status: string): string => (isStandIn(status) ? 'stand-in for the hour' : status);

/** A moment of one zone in words; `null` where nothing is known. */
export function describeZone(series: IntensityDocument, ms: number, zone: Zone): HoverContent | null {
  const index = bucketAt(series.start_ms, series.bucket_s, ms);
  if (index == null) return null;
  const start = itemAt(series.start_ms, index);
  return {
    title: interval(start, start + series.bucket_s * 1000, zone),
    rows: [
      gridRow(series.zone, itemAt(series.intensity_mg_per_kwh, index) / 1000),
      { label: 'Status', value: statusName(itemAt(series.status, index)) },
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
    label: `${intensity(intensityAt(band, at))}${NARROW}${isNarrow ? 'g' : hasNoHours(band) ? 'yearly' : 'g/kWh'}`,
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
