/** What drawn elements are made of: the frame they stand in, positions in pixels, polygons, lines and words. */

import type { Zone } from '../../format/time';
import { itemAt } from '../../series';
import type { Palette } from '../palette';

/** Where a chart stands and in which colours it is drawn. */
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

/** An element of an ECharts option. */
export type Element = Record<string, unknown>;

/** Where a panel stands in the frame; `graphic` gathers what is drawn outside of its grid. */
export interface Context {
  index: number;
  top: number;
  height: number;
  /** The top of its value axis, in the unit of the panel. */
  max: number;
  frame: Frame;
  graphic: Element[];
}

export type Point = [x: number, y: number];

export const xOf = (ms: number, frame: Frame): number =>
  frame.left + ((ms - frame.from) / (frame.to - frame.from)) * (frame.width - frame.left - frame.right);

export const yOf = (value: number, { top, height, max }: Context): number => top + height * (1 - value / max);

/** A series that draws `elements`, given in pixels, clipped to its grid. */
export function shapes({ index }: Context, elements: Element[], z = 2): Element {
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

/** Buckets of a panel: their starts, their length and the size of the panel's unit. */
export interface Buckets {
  startMs: number[];
  bucketS: number;
  unit: { size: number };
}

/** Buckets `[first, end)` as steps: a point at both ends of each. */
export function steps(
  { startMs, bucketS, unit }: Buckets,
  values: (number | null)[],
  [first, end]: [number, number],
  context: Context,
): Point[] {
  const points: Point[] = [];
  for (let at = first; at < end; at++) {
    const [level, start] = [yOf((values[at] ?? 0) / unit.size, context), itemAt(startMs, at)];
    points.push([xOf(start, context.frame), level], [xOf(start + bucketS * 1000, context.frame), level]);
  }
  return points;
}

/** The area between a line and the bottom of the panel. */
export function areaUnder(line: Point[], { top, height }: Context): Point[] {
  const [first, last] = [line[0], line.at(-1)];
  return first && last ? [...line, [last[0], top + height], [first[0], top + height]] : [];
}

export const polygon = (points: Point[], fill: unknown, opacity = 1): Element => ({
  type: 'polygon',
  shape: { points },
  style: { fill, opacity },
});

export const polyline = (points: Point[], stroke: string, lineWidth: number, lineDash?: number[]): Element => ({
  type: 'polyline',
  shape: { points },
  style: { stroke, fill: 'none', lineWidth, lineJoin: 'round', ...(lineDash && { lineDash }) },
});

interface Words {
  align?: 'left' | 'center' | 'right';
  size: number;
  fill: string;
  weight?: number;
  /** A rim in the colour of the card, where words stand on a curve. */
  halo?: boolean;
}

export function text(
  [x, y]: Point,
  content: string,
  { palette }: Frame,
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
      fontFamily: palette.font,
      ...(halo && { stroke: palette.surface, lineWidth: 3 }),
    },
  };
}
