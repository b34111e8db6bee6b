/** The burn-down chart of a budget, in pixels. */

import type { Budget } from '../../lib/api/types';
import { burnDown, outlook, unitOf, zoneOf, type Amounts, type Outlook } from '../../lib/budget';
import { niceScale, timeTicks } from '../../lib/charts/axis';
import { columnDecimals, decimalsOf, fixed, quantity, type Unit } from '../../lib/format/number';
import { day, moment, month, parse, stamp, type Zone } from '../../lib/format/time';
import type { TableData } from '../../lib/download';

export type Point = [x: number, y: number];

export interface Frame {
  width: number;
  right: number;
}

export const HIGH = 300;
export const TOP = 34;
export const LEFT = 44;
const BOTTOM = 26;

export interface BurnDownPlot {
  prospect: Outlook;
  unit: Unit;
  zone: Zone;
  from: number;
  to: number;
  /** Now, or the end of a period that has ended. */
  now: number;
  isOver: boolean;
  x: (ms: number) => number;
  y: (value: number) => number;
  /** Where nothing is left. */
  base: number;
  /** What was left, day by day. */
  curve: Point[];
  last: Point;
  /** Where the projections leave the chart: when nothing is left, or with what is left at the end. */
  p50: Point;
  p95: Point;
  /** How high what is held is, from the end of the curve down. */
  heldHigh: number;
  rows: { y: number; text: string }[];
  ticks: { x: number; text: string; at: number }[];
}

export function plotOf(budget: Budget, amounts: Amounts, at: number, { width, right }: Frame): BurnDownPlot {
  const from = parse(budget.period_from) ?? at;
  const to = parse(budget.period_to) ?? at;
  const [zone, unit, now] = [zoneOf(budget), unitOf(amounts), Math.min(to, at)];
  const prospect = outlook(budget, amounts, now);
  const scale = niceScale(Math.max(amounts.limit, 1e-9) / unit.size, 4);
  const x = (ms: number): number => LEFT + ((ms - from) / (to - from || 1)) * (width - LEFT - right);
  const y = (value: number): number =>
    TOP + (HIGH - TOP - BOTTOM) * (1 - Math.min(1, Math.max(0, value / unit.size / scale.max)));
  const base = y(0);
  const curve = burnDown(budget, amounts, now).map((point): Point => [x(point.at), y(point.left)]);
  const last = curve.at(-1) ?? [LEFT, base];
  const goal = (exhaustedAt: number | null, projected: number): Point =>
    exhaustedAt == null ? [x(to), y(amounts.limit - projected)] : [x(Math.min(to, exhaustedAt)), base];
  return {
    prospect,
    unit,
    zone,
    from,
    to,
    now,
    isOver: now >= to,
    x,
    y,
    base,
    curve,
    last,
    p50: goal(prospect.exhaustedAt, amounts.p50),
    p95: goal(prospect.exhaustedAtP95, amounts.p95),
    heldHigh: y(amounts.limit - amounts.spent - amounts.held) - last[1],
    rows: Array.from({ length: Math.round(scale.max / scale.step) + 1 }, (_, index) => ({
      y: y(index * scale.step * unit.size),
      text: fixed(index * scale.step, Number.isInteger(scale.step) ? 0 : Math.max(1, decimalsOf(scale.step))),
    })),
    ticks: timeTicks(from, to, width - LEFT - right, zone, 76).map((tick) => ({ ...tick, x: x(tick.at) })),
  };
}

/** Points of an SVG polygon or line. */
export const pointsOf = (points: Point[]): string =>
  points.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(' ');

/** An amount with as many decimals as the limit needs. */
export const amountText = (value: number, { limit }: Amounts, unit: Unit): string =>
  `${fixed(value / unit.size, columnDecimals(limit / unit.size))} ${unit.name}`;

/** `November 2026`, or its dates. */
export const periodName = ({ period }: Pick<Budget, 'period'>, { from, to, zone }: BurnDownPlot): string =>
  period === 'month' ? month(from, zone) : `${day(from, zone)} to ${day(to - 1, zone)}`;

/** The finding of the chart, for screen readers. */
export function finding({ name }: Pick<Budget, 'name'>, amounts: Amounts, { prospect }: BurnDownPlot): string {
  const shown = (value: number): string => quantity(amounts.kind, value);
  const left = `${shown(amounts.limit - amounts.spent)} of ${shown(amounts.limit)} left`;
  return `Remaining budget of ${name}: ${left}, ${shown(amounts.held)} of it held; ${prospect.text}`;
}

/** When the budget is exhausted at the pace so far; `null` where it lasts until the end of the period. */
export function exhaustionWords({ prospect, zone }: BurnDownPlot): { when: string; rest: string } | null {
  if (prospect.exhaustedAt == null) return null;
  const p95 = prospect.exhaustedAtP95;
  const rest = p95 == null ? '' : `, at its p95 by ${moment(p95, zone)}`;
  return { when: `Exhausted by ${moment(prospect.exhaustedAt, zone)}`, rest: ` at the pace of this period${rest}.` };
}

/** Where the budget is expected to end. */
export function projectionWords({ kind, p50, p95 }: Amounts, { prospect, zone, isOver }: BurnDownPlot): string {
  if (isOver) return 'The period has ended.';
  const early = prospect.exhaustedAtP95;
  const total = `Projected total: ${quantity(kind, p50)} (p95 ${quantity(kind, p95)})`;
  return early == null ? `${total}.` : `${total}; at the p95 it is exhausted by ${moment(early, zone)}.`;
}

/** What the chart shows besides, in words. */
export function legend({ kind, carried }: Amounts, { zone }: BurnDownPlot): string {
  const more = carried ? ` The limit includes ${quantity(kind, carried)} carried over from the last period.` : '';
  return `Dashed: even pace. Days are in the time zone ${zone}.${more}`;
}

export const burnDownTable = (budget: Budget, amounts: Amounts, { now, unit }: BurnDownPlot): TableData => ({
  head: ['until', `left, ${unit.name}`],
  rows: burnDown(budget, amounts, now).map((point) => [
    stamp(point.at),
    Number((point.left / unit.size).toPrecision(9)),
  ]),
});
