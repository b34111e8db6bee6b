/** The power of a node as a chart. */

import type { SeriesDocument } from '../../lib/api/types';
import type { TableData } from '../../lib/download';
import { NO_DATA, percent, quantity, watts } from '../../lib/format/number';
import { interval, stamp, type Zone } from '../../lib/format/time';
import { HOW_TO_EXPLAIN, NO_READING, gridRow, type HoverContent } from '../../lib/hover';
import { bucketAt, itemAt } from '../../lib/series';

/** The grid at a moment. */
export interface GridMoment {
  zone: string;
  gPerKwh: number | null;
}

/** A moment of a node's power in words. */
export function describePower(series: SeriesDocument, ms: number, grid: GridMoment | null, zone: Zone): HoverContent {
  const index = bucketAt(series.start_ms, series.bucket_s, ms);
  if (index == null)
    return { title: interval(ms, ms + 1000, zone), rows: [{ label: 'Power', value: NO_DATA }], note: NO_READING };
  const start = itemAt(series.start_ms, index);
  return {
    title: interval(start, start + series.bucket_s * 1000, zone),
    rows: [
      { label: 'Power, mean', value: quantity('power', watts(itemAt(series.power_mean_mw, index))) },
      { label: 'Covered', value: percent(itemAt(series.coverage, index)) },
      ...(grid?.gPerKwh == null ? [] : [gridRow(grid.zone, grid.gPerKwh)]),
    ],
    note: HOW_TO_EXPLAIN,
  };
}

export const powerTable = (series: SeriesDocument): TableData => ({
  head: ['Start, UTC', 'Energy, mJ', 'Power, W', 'Covered'],
  rows: series.start_ms.map((ms, index) => [
    stamp(ms),
    series.energy_mj_per_bucket[index],
    watts(itemAt(series.power_mean_mw, index)),
    series.coverage[index],
  ]),
});
