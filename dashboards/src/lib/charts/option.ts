/**
 * Panels to an ECharts option. Everything is drawn in pixels that are known beforehand, so that overlays fit without
 * asking.
 */

import { decimalsOf, fixed } from '../format/number';
import { clock } from '../format/time';
import { niceScale, timeTicks } from './axis';
import { band } from './draw/band';
import { cumulative } from './draw/cumulative';
import { lines } from './draw/lines';
import { painted } from './draw/painted';
import { text, xOf, type Context, type Element, type Frame } from './draw/shapes';
import { stack } from './draw/stack';
import type { Panel, Placed } from './panels';

export type { Frame };

/** Everything as drawn elements: ECharts places, clips and paints them. */
export function option(placed: Placed[], frame: Frame): Record<string, unknown> {
  const grids: Element[] = [];
  const xAxes: Element[] = [];
  const yAxes: Element[] = [];
  const series: Element[] = [];
  const graphic: Element[] = [];
  for (const [index, { panel, top, height }] of placed.entries()) {
    grids.push({ left: frame.left, right: frame.right, top, height });
    xAxes.push(timeAxis(index, index === placed.length - 1, frame));
    const scale = niceScale(largestOf(panel), height > 120 ? 4 : 2);
    yAxes.push(valueAxis(index, panel.kind === 'band' ? null : scale, frame));
    series.push(...draw(panel, { index, top, height, max: scale.max, frame, graphic }));
    if (panel.kind !== 'band') {
      const words = { align: 'right', size: 11, fill: frame.palette.ink3 } as const;
      graphic.push(text([frame.left - 6, top - 17], panel.unit.name, frame, words));
    }
  }
  nowLine(placed, frame, graphic);
  return {
    animation: false,
    useUTC: frame.zone === 'UTC',
    textStyle: { fontFamily: frame.palette.font },
    grid: grids,
    xAxis: xAxes,
    yAxis: yAxes,
    series,
    graphic,
  };
}

function draw(panel: Panel, context: Context): Element[] {
  switch (panel.kind) {
    case 'painted':
      return painted(panel, context);
    case 'stack':
      return stack(panel, context);
    case 'lines':
      return lines(panel, context);
    case 'cumulative':
      return cumulative(panel, context);
    case 'band':
      band(panel, context);
      return [];
  }
}

function largestOf(panel: Panel): number {
  if (panel.kind === 'band') return 1;
  if (panel.kind === 'painted') return Math.max(...panel.max, 1e-9) / panel.unit.size;
  if (panel.kind === 'lines')
    return Math.max(...panel.lines.flatMap(({ values }) => values.map((value) => value ?? 0)), 1e-9) / panel.unit.size;
  if (panel.kind === 'cumulative') {
    const soFar = panel.points.at(-1)?.[1] ?? 0;
    return Math.max(soFar, panel.projection?.p95 ?? 0, panel.hold ?? 0, 1e-9) / panel.unit.size;
  }
  const sums = panel.startMs.map((_, at) => panel.groups.reduce((sum, group) => sum + (group.values[at] ?? 0), 0));
  return sums.reduce((largest, sum) => Math.max(largest, sum), 1e-9) / panel.unit.size;
}

function timeAxis(gridIndex: number, hasLabels: boolean, frame: Frame): Element {
  const pixels = frame.width - frame.left - frame.right;
  const ticks = timeTicks(frame.from, frame.to, pixels, frame.zone, frame.isNarrow ? 72 : 70);
  const words = new Map(ticks.map((tick) => [tick.at, tick]));
  return {
    gridIndex,
    type: 'value',
    min: frame.from,
    max: frame.to,
    axisLine: { show: true, onZero: false, lineStyle: { color: frame.palette.axis } },
    axisTick: { show: false },
    splitLine: { show: false },
    axisLabel: {
      show: hasLabels,
      customValues: ticks.map((tick) => tick.at),
      formatter: (value: number) => `{${words.get(value)?.isStrong ? 'day' : 'hour'}|${words.get(value)?.text ?? ''}}`,
      rich: {
        day: { fontWeight: 600, fontSize: 11, color: frame.palette.ink },
        hour: { fontSize: 11, color: frame.palette.ink3 },
      },
      hideOverlap: true,
      margin: 10,
    },
  };
}

function valueAxis(gridIndex: number, scale: { max: number; step: number } | null, frame: Frame): Element {
  if (!scale) return { gridIndex, type: 'value', min: 0, max: 1, show: false };
  return {
    gridIndex,
    type: 'value',
    min: 0,
    max: scale.max,
    interval: scale.step,
    axisLine: { show: false },
    axisTick: { show: false },
    splitLine: { lineStyle: { color: frame.palette.grid } },
    axisLabel: {
      color: frame.palette.ink3,
      fontSize: 11,
      formatter: (value: number) => fixed(value, Number.isInteger(value) ? 0 : decimalsOf(scale.step)),
    },
  };
}

function nowLine(placed: Placed[], frame: Frame, graphic: Element[]): void {
  const [first, last] = [placed[0], placed.at(-1)];
  if (frame.now == null || frame.now < frame.from || frame.now > frame.to || !first || !last) return;
  const [at, top] = [xOf(frame.now, frame), first.top - 14];
  graphic.push({
    type: 'line',
    silent: true,
    z: 12,
    shape: { x1: at, y1: top, x2: at, y2: last.top + last.height },
    style: { stroke: frame.palette.ink2, lineWidth: 1.2, lineDash: [1.5, 2.5] },
  });
  const isLeft = at > frame.width - 76;
  graphic.push(
    text([at + (isLeft ? -5 : 5), top - 4], `now ${clock(frame.now, frame.zone)}`, frame, {
      align: isLeft ? 'right' : 'left',
      size: 11.5,
      fill: frame.palette.ink,
      weight: 600,
    }),
  );
}
