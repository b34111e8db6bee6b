/** Time ranges and how they are written into the address: `range=7d`, `range=2026-11`, or `from=…&to=…`. */

import { DAY, HOUR, day, interval, month, parse, stamp, startOfMonth, type Zone } from './format/time';

export type Preset = '24h' | '72h' | '7d' | '30d' | 'month';

export interface Range {
  /** `null` for a custom range. */
  preset: Preset | null;
  /** The calendar month, where the range is one: `2026-11`. */
  month: string | null;
  /** Half-open, ms UTC. */
  from: number;
  to: number;
  /** Whether its end moves with the clock. */
  isLive: boolean;
}

const NAMES: Record<Preset, string> = {
  '24h': '24 h',
  '72h': '72 h',
  '7d': '7 days',
  '30d': '30 days',
  month: 'month',
};
const LENGTHS: Record<Exclude<Preset, 'month'>, number> = {
  '24h': DAY,
  '72h': 3 * DAY,
  '7d': 7 * DAY,
  '30d': 30 * DAY,
};
const SHORTEST = 60_000;

/** The range in the address; `fallback` where it has none or one that cannot be read. */
export function readRange(query: URLSearchParams, now: number, zone: Zone, fallback: Preset): Range {
  const [from, to] = [parse(query.get('from')), parse(query.get('to'))];
  if (from != null && to != null && to - from >= SHORTEST)
    return { preset: null, month: null, from, to, isLive: false };
  const asked = query.get('range');
  if (asked && /^\d{4}-(0[1-9]|1[0-2])$/.test(asked)) return monthRange(asked, now, zone);
  return presetRange(isPreset(asked) ? asked : fallback, now, zone);
}

export const isPreset = (text: string | null): text is Preset => text === 'month' || (text != null && text in LENGTHS);

function presetRange(preset: Preset, now: number, zone: Zone): Range {
  if (preset === 'month') return { preset, month: null, from: startOfMonth(now, zone), to: now, isLive: true };
  return { preset, month: null, from: now - LENGTHS[preset], to: now, isLive: true };
}

function monthRange(name: string, now: number, zone: Zone): Range {
  const middle = Date.parse(`${name}-15T00:00:00Z`);
  const [from, end] = [startOfMonth(middle, zone), startOfMonth(middle, zone, 1)];
  const isLive = from <= now && now < end;
  return { preset: null, month: name, from, to: isLive ? now : end, isLive };
}

/** The changes to the address that choose a preset; the default one needs no entry. */
export function presetQuery(preset: Preset, fallback: Preset): Record<string, string | null> {
  return { range: preset === fallback ? null : preset, from: null, to: null };
}

/** The changes to the address after brushing a chart; the preset stays there, so that zooming out returns to it. */
export function customQuery(from: number, to: number): Record<string, string | null> {
  const [start, end] = from < to ? [from, to] : [to, from];
  return {
    from: stamp(Math.floor(start / 1000) * 1000),
    to: stamp(Math.ceil(Math.max(end, start + SHORTEST) / 1000) * 1000),
  };
}

/** The period to compare with: the same part of the previous month, or as long a time just before. */
export function before(range: Range, zone: Zone): { from: number; to: number; name: string } {
  if (range.preset === 'month' || range.month) {
    const from = startOfMonth(range.from, zone, -1);
    const to = Math.min(from + (range.to - range.from), range.from);
    const isWhole = !range.isLive;
    return {
      from,
      to: isWhole ? range.from : to,
      name: isWhole ? monthName(from, zone) : `1 to ${day(to - 1, zone, to)}`,
    };
  }
  const length = range.to - range.from;
  const name = range.preset ? `the previous ${NAMES[range.preset]}` : 'the previous period';
  return { from: range.from - length, to: range.from, name };
}

/** The range as titles name it: `November`, `7 days`, `10 to 16 Nov`. */
export function rangeName(range: Range, zone: Zone, now = Date.now()): string {
  if (range.preset === 'month' || range.month) return monthName(range.from, zone);
  return range.preset ? NAMES[range.preset] : customName(range, zone, now);
}

/** A custom range by its days, or by its hours where it lies within one day. */
export function customName({ from, to }: Pick<Range, 'from' | 'to'>, zone: Zone, now = Date.now()): string {
  const [first, last] = [day(from, zone, now), day(to - 1, zone, now)];
  return first === last ? interval(from, to, zone, now) : `${first} to ${last}`;
}

const monthName = (ms: number, zone: Zone): string => month(ms, zone).replace(/ \d+$/, '');

/** As many buckets as pixels, within the limits of the API. */
export const pointsFor = (pixels: number): number => Math.max(60, Math.min(2000, Math.round(pixels)));

/** A live end moves in steps, so that the same request is not repeated with every tick of the clock. */
export const steppedNow = (now: number, step = HOUR / 60): number => Math.ceil(now / step) * step;
