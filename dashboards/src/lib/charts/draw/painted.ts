/** A power curve whose area has the colour of the grid's intensity. */

import { step } from '../../intensity';
import { groupRuns, itemAt, runs } from '../../series';
import { ciColor, hatched } from '../palette';
import type { PaintedPanel } from '../panels';
import { areaUnder, polygon, polyline, shapes, steps, text, xOf, type Context, type Element } from './shapes';

export function painted(panel: PaintedPanel, context: Context): Element[] {
  const { palette } = context.frame;
  const [areas, lines]: [Element[], Element[]] = [[], []];
  const length = panel.bucketS * 1000;
  for (const [first, end] of runs(panel.startMs, panel.bucketS)) {
    const look = (offset: number): string => {
      const middle = itemAt(panel.startMs, first + offset) + length / 2;
      const value = panel.intensityAt(middle);
      const isOpen = panel.openFrom != null && middle >= panel.openFrom;
      return `${value == null ? 0 : step(value)}${isOpen ? 'o' : ''}`;
    };
    for (const [from, to, key] of groupRuns(end - first, look)) {
      const line = steps(panel, panel.mean, [first + from, first + to], context);
      const fill = key.startsWith('0') ? palette.other : ciColor(palette, Number.parseInt(key, 10));
      areas.push(polygon(areaUnder(line, context), key.endsWith('o') ? hatched(fill, palette) : fill));
    }
    const highs = steps(panel, panel.max, [first, end], context);
    const lows = steps(panel, panel.min, [first, end], context).reverse();
    lines.push(polygon([...highs, ...lows], palette.ink, 0.2));
    lines.push(polyline(steps(panel, panel.mean, [first, end], context), palette.ink, 1.3));
  }
  notes(panel, context);
  return [shapes(context, areas), shapes(context, lines, 4)];
}

/** Words over the curve, each with a tick; one that would cover the last is left out. */
function notes(panel: PaintedPanel, { frame, graphic, top }: Context): void {
  let lastEnd = -1e9;
  for (const note of panel.notes) {
    const [at, half] = [xOf(note.at, frame), note.text.length * 3.2];
    if (at < frame.left || at > frame.width - frame.right || at - half < lastEnd) continue;
    lastEnd = at + half;
    graphic.push({
      type: 'line',
      silent: true,
      z: 20,
      shape: { x1: at, y1: top + 4, x2: at, y2: top + 12 },
      style: { stroke: frame.palette.ink2 },
    });
    const words = { align: 'center', size: 11, fill: frame.palette.ink, halo: true } as const;
    graphic.push(text([at, top - 10], note.text, frame, words));
  }
}
