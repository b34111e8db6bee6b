/** Lines of steps on one axis, each named at its end. */

import { groupRuns } from '../../series';
import { pushApart } from '../axis';
import type { LinesPanel } from '../panels';
import { polyline, shapes, steps, text, yOf, type Context, type Element } from './shapes';

export function lines(panel: LinesPanel, context: Context): Element[] {
  const { frame, graphic, top, height } = context;
  const colorOf = (isDashed: boolean): string => (isDashed ? frame.palette.accent : frame.palette.ink);
  const elements: Element[] = [];
  const labels: { y: number; text: string; weight: number; fill: string }[] = [];
  for (const { name, values, isDashed } of panel.lines) {
    for (const [first, end, isKnown] of groupRuns(values.length, (at) => values[at] != null)) {
      if (!isKnown) continue;
      const line = steps(panel, values, [first, end], context);
      elements.push(polyline(line, colorOf(isDashed), isDashed ? 1.4 : 1.6, isDashed ? [4, 3] : undefined));
    }
    const last = values.findLast((value) => value != null);
    if (last == null) continue;
    labels.push({ y: yOf(last / panel.unit.size, context) - 7, text: name, weight: last, fill: colorOf(isDashed) });
  }
  for (const { y, text: name, fill } of pushApart(labels, 15, top - 8, top + height - 8))
    graphic.push(text([frame.width - frame.right + 6, y], name, frame, { size: 11.5, fill, weight: 600 }));
  return [shapes(context, elements, 3)];
}
