/** The chart of a job: its panels, what stands at a moment, and its data as a table. */

import type { IntensityDocument, JobFootprint, SeriesDocument } from '../../lib/api/types';
import { powerPanel, type CumulativePanel, type Panel } from '../../lib/charts/panels';
import { cumulative } from '../../lib/cumulative';
import type { TableData } from '../../lib/download';
import {
  NO_DATA,
  chosenUnit,
  grams,
  intensity,
  percent,
  quantity,
  wattHours,
  watts,
  type UnitChoice,
} from '../../lib/format/number';
import { HOUR, interval, stamp, type Zone } from '../../lib/format/time';
import { HOW_TO_EXPLAIN, NO_READING, gridRow, type HoverContent } from '../../lib/hover';
import { intensityAt } from '../../lib/intensity';
import { bucketAt, itemAt } from '../../lib/series';
import { interruptions, titleOf, type Life } from './model';

/** What a job's chart is drawn from. */
export interface JobChart {
  job: JobFootprint;
  series: SeriesDocument;
  life: Life;
  /** Intensity of its grid; `null` while it is not known. */
  grid: IntensityDocument | null;
  units: UnitChoice;
  /** When it is projected to end, and the total then. */
  projection: { at: number; p50: number; p95: number } | null;
  /** The IT part of what is held for it, g CO2e. */
  hold: number | null;
}

const gridAt = ({ grid }: Pick<JobChart, 'grid'>, ms: number): number | null => (grid ? intensityAt(grid, ms) : null);

/** From here on a running job's hour is not posted yet. */
const openFrom = ({ isRunning, to }: Life): number | null => (isRunning ? Math.floor(to / HOUR) * HOUR : null);

/** Power, the grid's intensity, and over the whole run the cumulative CO2e. */
export function jobPanels(chart: JobChart, isWhole: boolean): Panel[] {
  const { grid } = chart;
  const curve = powerPanel(chart.series, {
    height: 178,
    intensityAt: (ms) => gridAt(chart, ms),
    openFrom: openFrom(chart.life),
    notes: interruptions(chart.series),
  });
  const panels: Panel[] = [curve];
  if (grid?.start_ms.length)
    panels.push({ kind: 'band', zones: [{ name: '', series: grid, label: `${grid.zone}, g/kWh` }], hasNumbers: true });
  return isWhole ? [...panels, cumulativePanel(chart)] : panels;
}

function cumulativePanel(chart: JobChart): CumulativePanel {
  const { job, series, life, projection, hold, units } = chart;
  const total = grams(job.co2e_ug);
  return {
    kind: 'cumulative',
    height: 104,
    title: `CO₂e, cumulative${projection ? ', with projected total' : ''}`,
    unit: chosenUnit('carbon', Math.max(total, projection?.p95 ?? 0, hold ?? 0), units),
    points: cumulative(series, (ms) => gridAt(chart, ms), total),
    projection,
    hold,
    label: `${quantity('carbon', total, units)}${life.isRunning ? ' so far' : ''}`,
  };
}

/** A moment of the chart in words; `null` where nothing is known. */
export function describeMoment(chart: JobChart, ms: number, zone: Zone): HoverContent | null {
  const { series, life, grid } = chart;
  const index = bucketAt(series.start_ms, series.bucket_s, ms);
  const g = gridAt(chart, ms);
  const gridRows = grid && g != null ? [gridRow(grid.zone, g)] : [];
  if (index == null && ms > life.to) {
    const hour = Math.floor(ms / HOUR) * HOUR;
    return gridRows.length ? { title: interval(hour, hour + HOUR, zone), rows: gridRows, note: 'Not run yet.' } : null;
  }
  if (index == null)
    return {
      title: interval(ms, ms + 1000, zone),
      rows: [{ label: 'Power', value: NO_DATA }],
      note: `${NO_READING} The agent was silent or the device could not be read.`,
    };
  const start = itemAt(series.start_ms, index);
  const energy = wattHours(itemAt(series.energy_mj_per_bucket, index));
  const power = (values: number[]): string => quantity('power', watts(itemAt(values, index)));
  const open = openFrom(life);
  const isOpen = open != null && start >= open;
  return {
    title: interval(start, start + series.bucket_s * 1000, zone),
    rows: [
      { label: 'Power, mean', value: power(series.power_mean_mw) },
      { label: 'lowest to highest', value: `${power(series.power_min_mw)} to ${power(series.power_max_mw)}` },
      { label: 'Energy', value: quantity('energy', energy) },
      ...gridRows,
      ...(g == null ? [] : [{ label: 'CO₂e', value: quantity('carbon', (energy / 1000) * g) }]),
      { label: 'Covered', value: percent(itemAt(series.coverage, index), 1) },
    ],
    note: isOpen ? `Not posted yet: posted when the hour ends. ${HOW_TO_EXPLAIN}` : HOW_TO_EXPLAIN,
  };
}

/** The finding of the chart, for screen readers. */
export function chartName(chart: JobChart): string {
  const { job, series, life } = chart;
  const last = series.power_mean_mw.at(-1);
  const notes = interruptions(series).length;
  return [
    `Power of ${titleOf(job)}`,
    last == null ? NO_DATA : `${quantity('power', watts(last))} at the end`,
    notes ? `${notes} falls or gaps` : 'no falls',
    `grid intensity ${intensity(gridAt(chart, life.to - 1))} g/kWh`,
  ].join(', ');
}

export const chartTable = (chart: JobChart): TableData => ({
  head: ['Start, UTC', 'Energy, mJ', 'Power, W', 'Lowest, W', 'Highest, W', 'Covered', 'Grid, g/kWh'],
  rows: chart.series.start_ms.map((ms, index) => [
    stamp(ms),
    chart.series.energy_mj_per_bucket[index],
    watts(itemAt(chart.series.power_mean_mw, index)),
    watts(itemAt(chart.series.power_min_mw, index)),
    watts(itemAt(chart.series.power_max_mw, index)),
    chart.series.coverage[index],
    gridAt(chart, ms),
  ]),
});

/** Source and kind of the factors that the colours rest on. */
export function describeFactors({ zone, factor }: Pick<IntensityDocument, 'zone' | 'factor'>): string {
  if (!factor) return `Zone ${zone}. Location-based.`;
  const resolution = factor.resolution === 'yearly' ? 'one value for the year' : 'hourly';
  const source = `${factor.publisher}, edition ${factor.edition}`;
  return `Zone ${zone}: ${[factor.basis, factor.accounting, resolution, source].join(', ')}. Location-based.`;
}
