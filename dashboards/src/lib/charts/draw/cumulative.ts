/** CO2e so far, where it is projected to end, and what is held for it. */

import { NARROW, columnDecimals, fixed } from '../../format/number';
import { pushApart } from '../axis';
import { hatched } from '../palette';
import type { CumulativePanel } from '../panels';
import { areaUnder, polygon, polyline, shapes, text, xOf, yOf, type Context, type Element, type Point } from './shapes';

export function cumulative(panel: CumulativePanel, context: Context): Element[] {
  const { frame, graphic } = context;
  const { palette } = frame;
  graphic.push(text([frame.left, context.top - 18], panel.title, frame, { size: 11.5, fill: palette.ink }));
  const points = panel.points.map((point) => at(point, panel, context));
  const end = points.at(-1);
  if (!end) return [];
  const elements = [
    polygon(areaUnder(points, context), palette.ink, 0.07),
    polyline(points, palette.ink, 1.6),
    ...projection(panel, end, context),
    ...hold(panel, context),
    { type: 'circle', shape: { cx: end[0], cy: end[1], r: 3 }, style: { fill: palette.ink } },
  ];
  const isLeft = end[0] > frame.left + 130;
  graphic.push(
    text([end[0] + (isLeft ? -8 : 8), end[1] - 18], panel.label, frame, {
      align: isLeft ? 'right' : 'left',
      size: 11.5,
      fill: palette.ink,
      weight: 600,
      halo: true,
    }),
  );
  return [shapes(context, elements, 3)];
}

const at = ([ms, value]: [number, number], { unit }: CumulativePanel, context: Context): Point => [
  xOf(ms, context.frame),
  yOf(value / unit.size, context),
];

/** A dashed line to the p50, and a fan between p50 and p95. */
function projection(panel: CumulativePanel, end: Point, context: Context): Element[] {
  if (!panel.projection) return [];
  const { frame, graphic } = context;
  const { at: when, p50, p95 } = panel.projection;
  const [middle, high] = [at([when, p50], panel, context), at([when, p95], panel, context)];
  const labels = [
    { y: middle[1] - 6, text: `p50 ${amount(p50, panel)}`, weight: 2, fill: frame.palette.accent },
    { y: high[1] - 8, text: `p95 ${amount(p95, panel)}`, weight: 1, fill: frame.palette.ink2 },
  ];
  for (const { y, text: words, fill } of pushApart(labels, 15, context.top - 8, context.top + context.height))
    graphic.push(text([frame.width - frame.right + 6, y], words, frame, { size: 11, fill, weight: 600 }));
  return [
    polygon([end, middle, high], hatched('rgba(128,120,255,.35)', frame.palette)),
    polyline([end, middle], frame.palette.accent, 1.6, [4, 3]),
  ];
}

function hold(panel: CumulativePanel, context: Context): Element[] {
  if (panel.hold == null) return [];
  const { frame, graphic } = context;
  const [right, high] = [frame.width - frame.right, yOf(panel.hold / panel.unit.size, context)];
  graphic.push(
    // At the left, where the curve begins at zero: at the right it would stand on the curve.
    text([frame.left + 6, high + 3], `held ${amount(panel.hold, panel)}`, frame, {
      size: 11,
      fill: frame.palette.ink2,
      halo: true,
    }),
  );
  const line: Point[] = [
    [frame.left, high],
    [right, high],
  ];
  return [polyline(line, frame.palette.ink3, 1.2, [2, 3])];
}

/** With as many decimals as tell p50, p95 and what is held apart. */
function amount(value: number, { unit, projection, hold }: CumulativePanel): string {
  const smallest = Math.min(value, projection?.p50 ?? value, hold ?? value);
  const decimals = Math.min(2, columnDecimals((smallest / unit.size) * 10));
  return `${fixed(value / unit.size, decimals)}${NARROW}${unit.name}`;
}
