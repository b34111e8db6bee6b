/** Groups over time: stacked steps with their names at the right edge. */

import { runs, sum } from '../../series';
import { pushApart, type Label } from '../axis';
import { hatched, tokenColor } from '../palette';
import type { StackPanel } from '../panels';
import { areaUnder, polygon, shapes, steps, text, xOf, yOf, type Context, type Element } from './shapes';

interface GroupLabel extends Label {
  color: string;
}

export function stack(panel: StackPanel, context: Context): Element[] {
  const { palette, isNarrow } = context.frame;
  const areas: Element[] = [];
  const labels: GroupLabel[] = [];
  let below = new Array<number>(panel.startMs.length).fill(0);
  for (const group of panel.groups) {
    const above = below.map((value, at) => value + (group.values[at] ?? 0));
    const color = tokenColor(group.color, palette);
    for (const range of runs(panel.startMs, panel.bucketS)) {
      const top = steps(panel, above, range, context);
      const bottom = steps(panel, below, range, context).reverse();
      areas.push({
        ...polygon([...top, ...bottom], color),
        style: { fill: color, stroke: palette.surface, lineWidth: 0.6 },
      });
    }
    if (panel.startMs.length) labels.push({ ...place(below, above, panel, context), text: group.name, color });
    below = above;
  }
  if (panel.openFrom != null) areas.push(...open(panel, panel.openFrom, below, context));
  if (!isNarrow) name(labels, context);
  return [shapes(context, areas)];
}

/** The label of a group stands in the middle of its last three buckets. */
function place(
  below: number[],
  above: number[],
  { unit }: StackPanel,
  context: Context,
): { y: number; weight: number } {
  const [under, over] = [sum(below.slice(-3)), sum(above.slice(-3))];
  const count = Math.min(3, above.length) || 1;
  return { y: yOf((over + under) / 2 / count / unit.size, context), weight: over - under };
}

/** What is not posted yet is hatched. */
function open(panel: StackPanel, from: number, tops: number[], context: Context): Element[] {
  const start = panel.startMs.findIndex((ms) => ms >= from);
  if (start < 0) return [];
  return runs(panel.startMs, panel.bucketS)
    .map(([first, end]): [number, number] => [Math.max(first, start), end])
    .filter(([first, end]) => first < end)
    .map((range) => {
      const line = steps(panel, tops, range, context);
      return polygon(areaUnder(line, context), hatched('rgba(0,0,0,0)', context.frame.palette));
    });
}

function name(labels: GroupLabel[], { frame, graphic, top, height }: Context): void {
  const at = Math.min(frame.width - frame.right, xOf(frame.now ?? frame.to, frame)) + 10;
  for (const label of pushApart(labels, 15, top + 6, top + height - 6)) {
    graphic.push({
      type: 'rect',
      silent: true,
      z: 20,
      shape: { x: at, y: label.y - 4, width: 7, height: 7, r: 1.5 },
      style: { fill: label.color, stroke: frame.palette.surface, lineWidth: 1 },
    });
    const words = { size: 11.5, fill: frame.palette.ink, halo: true };
    graphic.push(text([at + 11, label.y - 6], shorten(label.text, 14), frame, words));
  }
}

const shorten = (text: string, most: number): string => (text.length > most ? `${text.slice(0, most - 1)}…` : text);
