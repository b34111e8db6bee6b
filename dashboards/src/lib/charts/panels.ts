/** The panels of a time chart, from top to bottom on one time axis. Values are in base units (W, g). */

import { commonUnit, watts } from '../format/number';
import type { IntensitySeries } from '../intensity';
import type { Series } from '../series';

/** A power curve whose area has the colour of the grid's intensity in that hour. */
export interface PaintedPanel {
  kind: 'painted';
  height: number;
  unit: { name: string; size: number };
  bucketS: number;
  startMs: number[];
  min: number[];
  mean: number[];
  max: number[];
  /** g/kWh at a moment; `null` paints neutral. */
  intensityAt: (ms: number) => number | null;
  /** From here on hours are not posted yet: hatched. */
  openFrom: number | null;
  /** Words over the curve. */
  notes: { at: number; text: string }[];
}

/** Power by group over time: stacked steps, idle last. */
export interface StackPanel {
  kind: 'stack';
  height: number;
  unit: { name: string; size: number };
  bucketS: number;
  startMs: number[];
  /** `color` is a token: `cat-1` to `cat-6`, `cat-other` or `idle`. */
  groups: { name: string; color: string; values: (number | null)[] }[];
  /** From here on hours are not posted yet: hatched. */
  openFrom: number | null;
}

/** One line of coloured hours for each zone. */
export interface BandPanel {
  kind: 'band';
  zones: { name: string; series: IntensitySeries; label: string }[];
  /** Numbers in the cells where they fit. */
  hasNumbers: boolean;
}

/** Several lines of steps on one axis, such as a forecast beside what came. */
export interface LinesPanel {
  kind: 'lines';
  height: number;
  unit: { name: string; size: number };
  bucketS: number;
  startMs: number[];
  /** `null` is a gap of the line. A dashed line is in the colour of projections, others in ink. */
  lines: { name: string; values: (number | null)[]; isDashed: boolean }[];
}

/** CO2e so far, and its projected total. */
export interface CumulativePanel {
  kind: 'cumulative';
  height: number;
  title: string;
  unit: { name: string; size: number };
  points: [number, number][];
  projection: { at: number; p50: number; p95: number } | null;
  /** The amount held in its budgets: a line that it should not cross. */
  hold: number | null;
  label: string;
}

export type Panel = PaintedPanel | StackPanel | BandPanel | LinesPanel | CumulativePanel;

/** The power of a job or a node as a curve in the colours of the grid. */
export const powerPanel = (
  series: Series,
  rest: Pick<PaintedPanel, 'height' | 'intensityAt' | 'openFrom' | 'notes'>,
): PaintedPanel => ({
  kind: 'painted',
  unit: commonUnit('power', series.power_max_mw.map(watts)),
  bucketS: series.bucket_s,
  startMs: series.start_ms,
  min: series.power_min_mw.map(watts),
  mean: series.power_mean_mw.map(watts),
  max: series.power_max_mw.map(watts),
  ...rest,
});

export const BAND_ROW = 22;
export const BAND_GAP = 5;

export interface Placed {
  panel: Panel;
  top: number;
  height: number;
}

/** Where panels stand, px, and how high the chart is. */
export function place(panels: Panel[]): { placed: Placed[]; height: number } {
  let top = 26;
  const placed: Placed[] = [];
  panels.forEach((panel, index) => {
    const height = panel.kind === 'band' ? panel.zones.length * BAND_ROW - 4 : panel.height;
    const before = panels[index - 1];
    if (before) top += panel.kind === 'cumulative' ? 34 : panel.kind === 'band' ? 8 : 20;
    placed.push({ panel, top, height });
    top += height;
  });
  return { placed, height: top + 26 };
}
