/** Panels to an ECharts option. Everything is drawn in pixels that are known beforehand, so that overlays fit without asking. */

import { fixed, NARROW } from '../format/number';
import type { Zone } from '../format/time';
import { clock } from '../format/time';
import { step } from '../intensity';
import { groupRuns, runs } from '../series';
import { niceScale, pushApart, timeTicks } from './axis';
import { hatched, type Palette } from './palette';
import {
  BAND_ROW,
  type BandPanel,
  type CumulativePanel,
  type PaintedPanel,
  type Placed,
  type StackPanel,
} from './panels';

export interface Frame {
  from: number;
  to: number;
  width: number;
  left: number;
  right: number;
  now: number | null;
  zone: Zone;
  palette: Palette;
  isNarrow: boolean;
}

type Element = Record<string, unknown>;

/** Everything as drawn elements: ECharts places, clips and paints them. */
export function option(placed: Placed[], frame: Frame): Record<string, unknown> {
  const grids: Element[] = [];
  const xAxes: Element[] = [];
  const yAxes: Element[] = [];
  const series: Element[] = [];
  const graphic: Element[] = [];
  placed.forEach(({ panel, top, height }, index) => {
    const isLast = index === placed.length - 1;
    grids.push({ left: frame.left, right: frame.right, top, height });
    xAxes.push(timeAxis(index, isLast, frame));
    const largest = largestOf(panel);
    const scale = niceScale(largest, height > 120 ? 4 : 2);
    yAxes.push(valueAxis(index, panel.kind === 'band' ? null : scale, frame));
    const context = { index, top, height, max: scale.max, frame, graphic };
    if (panel.kind === 'painted') series.push(...painted(panel, context));
    else if (panel.kind === 'stack') series.push(...stack(panel, context));
    else if (panel.kind === 'cumulative') series.push(...cumulative(panel, context));
    else band(panel, context);
    if (panel.kind !== 'band')
      graphic.push(
        text(frame.left - 6, top - 17, panel.unit.name, frame, { align: 'right', size: 11, fill: frame.palette.ink3 }),
      );
  });
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

function largestOf(panel: Placed['panel']): number {
  if (panel.kind === 'band') return 1;
  if (panel.kind === 'painted') return Math.max(...panel.max, 1e-9) / panel.unit.size;
  if (panel.kind === 'cumulative')
    return Math.max(panel.points.at(-1)?.[1] ?? 0, panel.projection?.p95 ?? 0, panel.hold ?? 0, 1e-9) / panel.unit.size;
  let largest = 1e-9;
  for (let at = 0; at < panel.startMs.length; at++)
    largest = Math.max(
      largest,
      panel.groups.reduce((sum, group) => sum + (group.values[at] ?? 0), 0),
    );
  return largest / panel.unit.size;
}

function timeAxis(gridIndex: number, hasLabels: boolean, frame: Frame): Element {
  const ticks = timeTicks(
    frame.from,
    frame.to,
    frame.width - frame.left - frame.right,
    frame.zone,
    frame.isNarrow ? 72 : 70,
  );
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
  const decimals = scale.step >= 1 ? 0 : Math.min(4, Math.ceil(-Math.log10(scale.step)));
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
      formatter: (value: number) => fixed(value, Number.isInteger(value) ? 0 : decimals),
    },
  };
}

interface Context {
  index: number;
  top: number;
  height: number;
  max: number;
  frame: Frame;
  graphic: Element[];
}

const x = (ms: number, frame: Frame): number =>
  frame.left + ((ms - frame.from) / (frame.to - frame.from)) * (frame.width - frame.left - frame.right);
const y = (value: number, { top, height, max }: Context): number => top + height * (1 - value / max);

/** A series that draws `polygons`, given in pixels, clipped to its grid. */
function shapes({ index }: Context, elements: Element[], z = 2): Element {
  return {
    type: 'custom',
    xAxisIndex: index,
    yAxisIndex: index,
    clip: true,
    silent: true,
    z,
    data: [[0, 0]],
    renderItem: () => ({ type: 'group', children: elements }),
  };
}

/** Buckets as steps: `[x, y]` at both ends of each. */
function steps(
  startMs: number[],
  bucketS: number,
  values: (number | null)[],
  [first, end]: [number, number],
  size: number,
  context: Context,
): [number, number][] {
  const points: [number, number][] = [];
  for (let at = first; at < end; at++) {
    const level = y((values[at] ?? 0) / size, context);
    points.push([x(startMs[at]!, context.frame), level], [x(startMs[at]! + bucketS * 1000, context.frame), level]);
  }
  return points;
}

function painted(panel: PaintedPanel, context: Context): Element[] {
  const { palette } = context.frame;
  const areas: Element[] = [];
  const lines: Element[] = [];
  const length = panel.bucketS * 1000;
  for (const [first, end] of runs(panel.startMs, panel.bucketS)) {
    const color = (offset: number): string => {
      const middle = panel.startMs[first + offset]! + length / 2;
      const value = panel.intensityAt(middle);
      const isOpen = panel.openFrom != null && middle >= panel.openFrom;
      return `${value == null ? 0 : step(value)}${isOpen ? 'o' : ''}`;
    };
    for (const [from, to, key] of groupRuns(end - first, color)) {
      const range: [number, number] = [first + from, first + to];
      const top = steps(panel.startMs, panel.bucketS, panel.mean, range, panel.unit.size, context);
      const base = context.top + context.height;
      const fill = key.startsWith('0') ? palette.other : palette.ci[Number(key[0]) - 1]!;
      areas.push(
        polygon(
          [...top, [top.at(-1)![0], base], [top[0]![0], base]],
          key.endsWith('o') ? hatched(fill, palette) : fill,
        ),
      );
    }
    const range: [number, number] = [first, end];
    const highs = steps(panel.startMs, panel.bucketS, panel.max, range, panel.unit.size, context);
    const lows = steps(panel.startMs, panel.bucketS, panel.min, range, panel.unit.size, context).reverse();
    lines.push(polygon([...highs, ...lows], palette.ink, 0.2));
    lines.push(
      polyline(steps(panel.startMs, panel.bucketS, panel.mean, range, panel.unit.size, context), palette.ink, 1.3),
    );
  }
  let lastEnd = -1e9;
  for (const note of panel.notes) {
    const at = x(note.at, context.frame);
    if (
      at < context.frame.left ||
      at > context.frame.width - context.frame.right ||
      at - note.text.length * 3.2 < lastEnd
    )
      continue;
    lastEnd = at + note.text.length * 3.2;
    context.graphic.push({
      type: 'line',
      silent: true,
      z: 20,
      shape: { x1: at, y1: context.top + 4, x2: at, y2: context.top + 12 },
      style: { stroke: palette.ink2 },
    });
    context.graphic.push(
      text(at, context.top - 10, note.text, context.frame, {
        align: 'center',
        size: 11,
        fill: palette.ink,
        halo: true,
      }),
    );
  }
  return [shapes(context, areas), shapes(context, lines, 4)];
}

function stack(panel: StackPanel, context: Context): Element[] {
  const { palette, frame } = { palette: context.frame.palette, frame: context.frame };
  const below = new Array<number>(panel.startMs.length).fill(0);
  const areas: Element[] = [];
  const labels: { y: number; text: string; weight: number; color: string }[] = [];
  for (const group of panel.groups) {
    const above = below.map((value, at) => value + (group.values[at] ?? 0));
    const color = tokenColor(group.color, palette);
    for (const range of runs(panel.startMs, panel.bucketS)) {
      const top = steps(panel.startMs, panel.bucketS, above, range, panel.unit.size, context);
      const bottom = steps(panel.startMs, panel.bucketS, below, range, panel.unit.size, context).reverse();
      areas.push({
        ...polygon([...top, ...bottom], color),
        style: { fill: color, stroke: palette.surface, lineWidth: 0.6 },
      });
    }
    const last = panel.startMs.length - 1;
    const recent = above.slice(Math.max(0, last - 2)).reduce((sum, value) => sum + value, 0);
    const under = below.slice(Math.max(0, last - 2)).reduce((sum, value) => sum + value, 0);
    const count = Math.min(3, last + 1) || 1;
    if (last >= 0)
      labels.push({
        y: y((recent + under) / 2 / count / panel.unit.size, context),
        text: group.name,
        weight: recent - under,
        color,
      });
    above.forEach((value, at) => (below[at] = value));
  }
  if (panel.openFrom != null) {
    for (const range of runs(panel.startMs, panel.bucketS)) {
      const open: [number, number] = [
        Math.max(
          range[0],
          panel.startMs.findIndex((start) => start >= panel.openFrom!),
        ),
        range[1],
      ];
      if (open[0] < range[0] || open[0] >= open[1]) continue;
      const top = steps(panel.startMs, panel.bucketS, below, open, panel.unit.size, context);
      const base = context.top + context.height;
      areas.push(polygon([...top, [top.at(-1)![0], base], [top[0]![0], base]], hatched('rgba(0,0,0,0)', palette)));
    }
  }
  if (!frame.isNarrow) {
    const at = Math.min(frame.width - frame.right, x(frame.now ?? frame.to, frame)) + 10;
    for (const label of pushApart(labels, 15, context.top + 6, context.top + context.height - 6)) {
      context.graphic.push({
        type: 'rect',
        silent: true,
        z: 20,
        shape: { x: at, y: label.y - 4, width: 7, height: 7, r: 1.5 },
        style: { fill: label.color, stroke: palette.surface, lineWidth: 1 },
      });
      context.graphic.push(
        text(at + 11, label.y - 6, shorten(label.text, 14), frame, { size: 11.5, fill: palette.ink, halo: true }),
      );
    }
  }
  return [shapes(context, areas)];
}

function tokenColor(token: string, palette: Palette): string {
  const number = /^cat-(\d)$/.exec(token)?.[1];
  return number ? palette.cat[Number(number) - 1]! : token === 'idle' ? palette.idle : palette.other;
}

function band(panel: BandPanel, context: Context): void {
  const { frame, graphic, top } = context;
  const [left, right] = [frame.left, frame.width - frame.right];
  panel.zones.forEach((zone, row) => {
    const [cellTop, cellHigh] = [top + row * BAND_ROW, BAND_ROW - 4];
    const length = zone.series.bucket_s * 1000;
    const cells = groupRuns(
      zone.series.start_ms.length,
      (at) =>
        `${step(zone.series.intensity_mg_per_kwh[at]! / 1000)}|${zone.series.status[at] === 'measured' || zone.series.status[at] === 'fallback' ? '' : 'h'}`,
    );
    for (const [first, end, key] of cells) {
      const [own, hatch] = key.split('|') as [string, string];
      const [from, to] = [
        Math.max(left, x(zone.series.start_ms[first]!, frame)),
        Math.min(right, x(zone.series.start_ms[end - 1]! + length, frame)),
      ];
      if (to <= from) continue;
      const color = frame.palette.ci[Number(own) - 1]!;
      graphic.push({
        type: 'rect',
        silent: true,
        z: 6,
        shape: { x: from, y: cellTop, width: to - from, height: cellHigh },
        style: { fill: hatch ? hatched(color, frame.palette) : color },
      });
      if (!panel.hasNumbers || to - from < 30) continue;
      const values = zone.series.intensity_mg_per_kwh.slice(first, end);
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length / 1000;
      const [fill, halo] = hatch ? [frame.palette.ink, true] : [frame.palette.ciInk[Number(own) - 1]!, false];
      graphic.push(
        text((from + to) / 2, cellTop + 2.5, fixed(mean, 0), frame, {
          align: 'center',
          size: 11,
          fill,
          halo,
          weight: 500,
        }),
      );
    }
    graphic.push(
      text(left - 6, cellTop + 2, panel.zones.length > 1 || frame.isNarrow ? zone.name : zone.name, frame, {
        align: 'right',
        size: 11,
        fill: frame.palette.ink2,
      }),
    );
    graphic.push(text(right + 8, cellTop + 2, zone.label, frame, { size: 11.5, fill: frame.palette.ink, weight: 600 }));
  });
}

function cumulative(panel: CumulativePanel, context: Context): Element[] {
  const { palette, frame } = { palette: context.frame.palette, frame: context.frame };
  const at = ([ms, value]: [number, number]): [number, number] => [x(ms, frame), y(value / panel.unit.size, context)];
  const points = panel.points.map(at);
  const elements: Element[] = [];
  const end = points.at(-1);
  context.graphic.push(text(frame.left, context.top - 18, panel.title, frame, { size: 11.5, fill: palette.ink }));
  if (!end) return [];
  const base = context.top + context.height;
  elements.push(
    polygon([...points, [end[0], base], [points[0]![0], base]], palette.ink, 0.07),
    polyline(points, palette.ink, 1.6),
  );
  if (panel.projection) {
    const [p50, p95] = [
      at([panel.projection.at, panel.projection.p50]),
      at([panel.projection.at, panel.projection.p95]),
    ];
    elements.push({ ...polygon([end, p50, p95], hatched('rgba(128,120,255,.35)', palette)) });
    elements.push({
      ...polyline([end, p50], palette.accent, 1.6),
      style: { stroke: palette.accent, fill: 'none', lineWidth: 1.6, lineDash: [4, 3] },
    });
    const labels = pushApart(
      [
        {
          y: p50[1] - 6,
          text: `p50 ${panel.unit.name ? fixed(panel.projection.p50 / panel.unit.size, 1) + NARROW + panel.unit.name : ''}`,
          weight: 2,
        },
        {
          y: p95[1] - 8,
          text: `p95 ${fixed(panel.projection.p95 / panel.unit.size, 1)}${NARROW}${panel.unit.name}`,
          weight: 1,
        },
      ],
      15,
      context.top - 8,
      base,
    );
    for (const label of labels)
      context.graphic.push(
        text(frame.width - frame.right + 6, label.y, label.text, frame, {
          size: 11,
          fill: label.text.startsWith('p50') ? palette.accent : palette.ink2,
          weight: 600,
        }),
      );
  }
  if (panel.hold != null) {
    const [right, high] = [frame.width - frame.right, y(panel.hold / panel.unit.size, context)];
    elements.push({
      ...polyline(
        [
          [frame.left, high],
          [right, high],
        ],
        palette.ink3,
        1.2,
      ),
      style: { stroke: palette.ink3, fill: 'none', lineWidth: 1.2, lineDash: [2, 3] },
    });
    context.graphic.push(
      text(right - 4, high + 3, `held ${fixed(panel.hold / panel.unit.size, 2)}${NARROW}${panel.unit.name}`, frame, {
        align: 'right',
        size: 11,
        fill: palette.ink2,
        halo: true,
      }),
    );
  }
  elements.push({ type: 'circle', shape: { cx: end[0], cy: end[1], r: 3 }, style: { fill: palette.ink } });
  const isLeft = end[0] > frame.left + 130;
  context.graphic.push(
    text(end[0] + (isLeft ? -8 : 8), end[1] - 18, panel.label, frame, {
      align: isLeft ? 'right' : 'left',
      size: 11.5,
      fill: palette.ink,
      weight: 600,
      halo: true,
    }),
  );
  return [shapes(context, elements, 3)];
}

function nowLine(placed: Placed[], frame: Frame, graphic: Element[]): void {
  if (frame.now == null || frame.now < frame.from || frame.now > frame.to || !placed.length) return;
  const [at, last] = [x(frame.now, frame), placed.at(-1)!];
  const top = placed[0]!.top - 14;
  graphic.push({
    type: 'line',
    silent: true,
    z: 12,
    shape: { x1: at, y1: top, x2: at, y2: last.top + last.height },
    style: { stroke: frame.palette.ink2, lineWidth: 1.2, lineDash: [1.5, 2.5] },
  });
  const isLeft = at > frame.width - 76;
  graphic.push(
    text(at + (isLeft ? -5 : 5), top - 4, `now ${clock(frame.now, frame.zone)}`, frame, {
      align: isLeft ? 'right' : 'left',
      size: 11.5,
      fill: frame.palette.ink,
      weight: 600,
    }),
  );
}

const polygon = (points: [number, number][], fill: unknown, opacity = 1): Element => ({
  type: 'polygon',
  shape: { points },
  style: { fill, opacity },
});
const polyline = (points: [number, number][], stroke: string, lineWidth: number): Element => ({
  type: 'polyline',
  shape: { points },
  style: { stroke, fill: 'none', lineWidth, lineJoin: 'round' },
});
const shorten = (text: string, most: number): string => (text.length > most ? `${text.slice(0, most - 1)}…` : text);

interface Words {
  align?: 'left' | 'center' | 'right';
  size: number;
  fill: string;
  weight?: number;
  halo?: boolean;
}

function text(
  x: number,
  y: number,
  content: string,
  frame: Frame,
  { align = 'left', size, fill, weight = 400, halo = false }: Words,
): Element {
  return {
    type: 'text',
    silent: true,
    z: 30,
    x,
    y,
    style: {
      text: content,
      align,
      verticalAlign: 'top',
      fill,
      fontSize: size,
      fontWeight: weight,
      fontFamily: frame.palette.font,
      ...(halo && { stroke: frame.palette.surface, lineWidth: 3 }),
    },
  };
}
