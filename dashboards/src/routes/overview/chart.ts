/** Power of the fleet as a chart. */

import type { IntensityDocument, PowerDocument } from '../../lib/api/types';
import type { Panel } from '../../lib/charts/panels';
import type { TableData } from '../../lib/download';
import { NO_DATA, commonUnit, quantity } from '../../lib/format/number';
import { HOUR, interval, stamp, type Zone } from '../../lib/format/time';
import { HOW_TO_EXPLAIN, NO_READING, type HoverContent } from '../../lib/hover';
import { intensityAt } from '../../lib/intensity';
import { total, type Area } from '../../lib/power';
import type { Range } from '../../lib/range';
import { bucketAt, itemAt } from '../../lib/series';
import { bandPanel, bandRows } from '../grid/chart';

/** What the chart of the fleet is drawn from. */
export interface FleetChart {
  power: PowerDocument;
  areas: Area[];
  bands: IntensityDocument[];
  range: Range;
}

/** From here on the current hour is not posted yet. */
const openFrom = ({ isLive, to }: Range): number | null => (isLive ? Math.floor(to / HOUR) * HOUR : null);

/** The token of an area's colour as a class. */
export const swatchOf = ({ color }: Pick<Area, 'color'>): string => (color === 'idle' ? 'cat-idle' : color);

export function fleetPanels({ power, areas, bands, range }: FleetChart, now: number, isNarrow: boolean): Panel[] {
  const stack: Panel = {
    kind: 'stack',
    height: isNarrow ? 170 : 232,
    unit: commonUnit('power', total(power)),
    bucketS: power.bucket_s,
    startMs: power.start_ms,
    groups: areas,
    openFrom: openFrom(range),
  };
  return bands.length ? [stack, bandPanel(bands, Math.min(range.to, now), isNarrow)] : [stack];
}

/** A moment of the chart in words. */
export function describeMoment({ power, areas, bands, range }: FleetChart, ms: number, zone: Zone): HoverContent {
  const index = bucketAt(power.start_ms, power.bucket_s, ms);
  const grid = bandRows(bands, ms);
  if (index == null) {
    const isFuture = ms > range.to;
    return {
      title: interval(ms, ms + 1000, zone),
      rows: [...(isFuture ? [] : [{ label: 'Power', value: NO_DATA }]), ...grid],
      note: isFuture ? 'Forecast.' : NO_READING,
    };
  }
  const start = itemAt(power.start_ms, index);
  const open = openFrom(range);
  const isOpen = open != null && start + power.bucket_s * 1000 > open;
  const groups = areas.toReversed().map((area) => ({
    label: area.name,
    value: quantity('power', area.values[index]),
    swatch: swatchOf(area),
  }));
  return {
    title: interval(start, start + power.bucket_s * 1000, zone),
    rows: [{ label: 'Total', value: quantity('power', itemAt(total(power), index)) }, ...groups, ...grid],
    note: isOpen ? `Not posted yet. ${HOW_TO_EXPLAIN}` : HOW_TO_EXPLAIN,
  };
}

/** The finding of the chart, for screen readers. */
export function chartName(title: string, power: PowerDocument): string {
  const sums = total(power);
  const last = sums.at(-1);
  if (last === undefined) return `${title}. ${NO_DATA}`;
  return `${title}. ${quantity('power', last)} at the end, ${quantity('power', Math.max(...sums))} at most`;
}

export const fleetTable = ({ power, areas, bands }: FleetChart): TableData => ({
  head: ['Start, UTC', ...areas.map((area) => `${area.name}, W`), ...bands.map((band) => `${band.zone}, g/kWh`)],
  rows: power.start_ms.map((ms, at) => [
    stamp(ms),
    ...areas.map((area) => area.values[at]),
    ...bands.map((band) => intensityAt(band, ms)),
  ]),
});

/** The time to explain around a moment: its bucket, and an hour at least, since entries are of hours. */
export function explainedRange({ bucket_s }: PowerDocument, ms: number): { from: string; to: string } {
  const length = Math.max(HOUR, bucket_s * 1000);
  const start = Math.floor(ms / length) * length;
  return { from: stamp(start), to: stamp(start + length) };
}
