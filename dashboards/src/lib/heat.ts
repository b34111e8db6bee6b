/** Heat maps: the load of many devices over time. */

import type { Device, DeviceSeries, SeriesDocument } from './api/types';
import type { TableData } from './download';
import { NO_DATA, quantity, watts } from './format/number';
import { interval, stamp, type Zone } from './format/time';
import { NO_READING, type HoverContent } from './hover';
import { itemAt } from './series';

export interface HeatRow {
  /** Named once where it changes, such as the node. */
  group: string;
  name: string;
  /** 0 to 1, one for each column; `null` is a gap. */
  values: (number | null)[];
}

const rowHighOf = (rows: number): number => Math.max(1, Math.min(16, Math.floor(320 / Math.max(1, rows))));

/** How high a heat map of so many rows is with its time axis, px. */
export const heatHigh = (rows: number): number => rows * rowHighOf(rows) + 24;

export interface HeatGroup {
  name: string;
  top: number;
  high: number;
}

/** Neighbouring rows of one group, and the height of a row, px. */
export function groupsOf(rows: HeatRow[]): { rowHigh: number; groups: HeatGroup[] } {
  const rowHigh = rowHighOf(rows.length);
  const groups: HeatGroup[] = [];
  for (const [index, row] of rows.entries()) {
    const last = groups.at(-1);
    if (last?.name === row.group) last.high += rowHigh;
    else groups.push({ name: row.group, top: index * rowHigh, high: rowHigh });
  }
  return { rowHigh, groups };
}

/** A name needs so much room, px. */
const NAME_HIGH = 14;

/** The groups whose names fit: where groups are thin, a name stands only where the last one left room. */
export function named(groups: HeatGroup[]): HeatGroup[] {
  let free = -1;
  return groups.filter((group) => {
    const middle = group.top + group.high / 2;
    if (middle < free) return false;
    free = middle + NAME_HIGH;
    return true;
  });
}

export type Rgb = [red: number, green: number, blue: number];

/** `#aabbcc`, which a minifier may have written as `#abc`. */
export function rgb(hex: string): Rgb {
  const digits = hex.length === 4 ? hex.slice(1).replace(/./g, '$&$&') : hex.slice(1);
  const number = Number.parseInt(digits, 16);
  return [number >> 16, (number >> 8) & 255, number & 255];
}

/** The colour of a value of 0 to 1 on an even scale of colours. */
export function blend(scale: Rgb[], value: number): Rgb {
  const place = Math.min(0.9999, Math.max(0, value)) * (scale.length - 1);
  const [low, high] = [itemAt(scale, Math.floor(place)), itemAt(scale, Math.floor(place) + 1)];
  const part = place - Math.floor(place);
  const mix = (from: number, to: number): number => Math.round(from + (to - from) * part);
  return [mix(low[0], high[0]), mix(low[1], high[1]), mix(low[2], high[2])];
}

type PoweredDevice = DeviceSeries['devices'][number];

/** Power of devices as a table: a column for each, W. */
export const deviceTable = (startMs: number[], devices: PoweredDevice[]): TableData => ({
  head: ['Start, UTC', ...devices.map((device) => `${device.node} ${device.index}, W`)],
  rows: startMs.map((ms, at) => [
    stamp(ms),
    ...devices.map(({ power_mean_mw: means }) => (means[at] == null ? null : watts(means[at]))),
  ]),
});

/** A cell of the heat map in words. */
export function describeDevice(
  { start_ms, bucket_s }: Pick<DeviceSeries, 'start_ms' | 'bucket_s'>,
  device: PoweredDevice,
  column: number,
  zone: Zone,
): HoverContent {
  const [start, value] = [itemAt(start_ms, column), device.power_mean_mw[column]];
  return {
    title: interval(start, start + bucket_s * 1000, zone),
    rows: [
      {
        label: `${device.node}, device ${device.index}`,
        value: value == null ? NO_DATA : quantity('power', watts(value)),
      },
    ],
    note: value == null ? NO_READING : `${device.name}, ${device.uuid}`,
  };
}

/** By node, then by index. */
export const byPlace = (a: PoweredDevice, b: PoweredDevice): number =>
  a.node.localeCompare(b.node) || a.index - b.index;

/** The top of a scale in W: the highest mean of any device, rounded up to a hundred. */
export function topOf(devices: PoweredDevice[]): number {
  const highest = devices
    .flatMap((device) => device.power_mean_mw)
    .reduce<number>((top, mw) => Math.max(top, mw ?? 0), 0);
  return Math.max(100, Math.ceil(watts(highest) / 100) * 100);
}

export interface NodeHeat {
  startMs: number[];
  bucketS: number;
  rows: (HeatRow & { device: Device; limit: number })[];
}

/**
 * Devices of one node, each with a series of its own, aligned to the moments that any of them has; `null` without a
 * series.
 */
export function nodeHeat(devices: Device[], series: (SeriesDocument | null)[]): NodeHeat | null {
  const bucketS = series.find((one) => one != null)?.bucket_s;
  if (!bucketS) return null;
  const known = series.map((one) => (one?.bucket_s === bucketS ? one : null));
  const startMs = [...new Set(known.flatMap((one) => one?.start_ms ?? []))].sort((a, b) => a - b);
  const rows = known.map((one, index) => {
    const device = itemAt(devices, index);
    const values = new Map(one?.start_ms.map((ms, at) => [ms, itemAt(one.power_mean_mw, at)]));
    const limit = device.limit_mw || Math.max(1, ...values.values());
    return {
      group: device.kind === 'accelerator' ? String(device.index) : device.kind,
      name: device.name,
      values: startMs.map((ms) => {
        const value = values.get(ms);
        return value == null ? null : value / limit;
      }),
      device,
      limit,
    };
  });
  return { startMs, bucketS, rows };
}
