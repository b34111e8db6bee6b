/** One value among many as dots on one axis, in pixels. */

import { decimalsOf, fixed } from '../format/number';
import { itemAt, median } from '../series';
import { niceScale } from './axis';

export interface Dot {
  id: string;
  name: string;
  value: number;
  /** The one that the others are compared with. */
  isThis: boolean;
}

export interface DotPlot {
  dots: (Dot & { x: number; y: number })[];
  ticks: { value: number; x: number; text: string }[];
  /** Of the others. */
  median: { value: number; x: number };
}

const MIDDLE = 74;
/** Dots that would cover each other move up and down in turn. */
const HEIGHTS = [0, -13, 13, -26, 26];
const MARGIN = 14;
const RADIUS = 5;

export function dotPlot(dots: Dot[], width: number): DotPlot {
  const values = dots.map((dot) => dot.value);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const { step } = niceScale(high - low || high, 5);
  const from = Math.max(0, Math.floor(low / step) * step);
  const to = Math.ceil((high * 1.0001) / step) * step;
  const x = (value: number): number => MARGIN + ((value - from) / (to - from || 1)) * (width - 2 * MARGIN);
  const middle = median(dots.filter((dot) => !dot.isThis).map((dot) => dot.value)) ?? 0;
  return {
    dots: apart(dots, x),
    ticks: Array.from({ length: Math.round((to - from) / step) + 1 }, (_, index) => {
      const value = from + index * step;
      return { value, x: x(value), text: fixed(value, Math.min(3, decimalsOf(step))) };
    }),
    median: { value: middle, x: x(middle) },
  };
}

function apart(dots: Dot[], x: (value: number) => number): DotPlot['dots'] {
  const ends = HEIGHTS.map(() => 0);
  return dots
    .toSorted((a, b) => a.value - b.value)
    .map((dot) => {
      const at = x(dot.value);
      const free = ends.findIndex((end) => end <= at - RADIUS);
      const row = Math.max(0, free);
      ends[row] = at + RADIUS;
      return { ...dot, x: at, y: MIDDLE + itemAt(HEIGHTS, row) };
    });
}
