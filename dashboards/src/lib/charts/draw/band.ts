/** One line of coloured hours for each grid zone. */

import { fixed } from '../../format/number';
import { isSettled, isStandIn, step, type IntensitySeries } from '../../intensity';
import { groupRuns, itemAt, sum } from '../../series';
import { ciColor, ciInk, hatched } from '../palette';
import { BAND_ROW, type BandPanel } from '../panels';
import { text, xOf, type Context } from './shapes';

/** A number needs so many pixels. */
const NUMBER_WIDE = 30;
/** Height of hours without a value of their own, px: they are not drawn as if they had one. */
const THIN = 5;

export function band(panel: BandPanel, context: Context): void {
  const { frame, graphic, top } = context;
  for (const [row, zone] of panel.zones.entries()) {
    const y = top + row * BAND_ROW;
    cells(zone.series, panel.hasNumbers, y, context);
    const ink = { size: 11, fill: frame.palette.ink2, align: 'right' } as const;
    graphic.push(text([frame.left - 6, y + 2], zone.name, frame, ink));
    const strong = { size: 11.5, fill: frame.palette.ink, weight: 600 };
    graphic.push(text([frame.width - frame.right + 8, y + 2], zone.label, frame, strong));
  }
}

function cells(series: IntensitySeries, hasNumbers: boolean, y: number, { frame, graphic }: Context): void {
  const { palette } = frame;
  const length = series.bucket_s * 1000;
  const found = groupRuns(series.start_ms.length, (at) => {
    const status = itemAt(series.status, at);
    const mark = isStandIn(status) ? 's' : isSettled(status) ? '' : 'h';
    return `${step(itemAt(series.intensity_mg_per_kwh, at) / 1000)}${mark}`;
  });
  for (const [first, end, key] of found) {
    const from = Math.max(frame.left, xOf(itemAt(series.start_ms, first), frame));
    const to = Math.min(frame.width - frame.right, xOf(itemAt(series.start_ms, end - 1) + length, frame));
    if (to <= from) continue;
    const [own, isHatched, isThin] = [Number.parseInt(key, 10), key.endsWith('h'), key.endsWith('s')];
    const height = isThin ? THIN : BAND_ROW - 4;
    const color = ciColor(palette, own);
    graphic.push({
      type: 'rect',
      silent: true,
      z: 6,
      shape: { x: from, y: y + (BAND_ROW - 4 - height) / 2, width: to - from, height },
      style: { fill: isHatched ? hatched(color, palette) : color },
    });
    if (!hasNumbers || isThin || to - from < NUMBER_WIDE) continue;
    const values = series.intensity_mg_per_kwh.slice(first, end);
    const fill = isHatched ? palette.ink : ciInk(palette, own);
    const words = { align: 'center', size: 11, fill, halo: isHatched, weight: 500 } as const;
    graphic.push(text([(from + to) / 2, y + 2.5], fixed(sum(values) / values.length / 1000, 0), frame, words));
  }
}
