/** Time ranges and how they are written into the address: `range=7d`, `range=2026-11`, or `from=…&to=…`. */

import { DAY, HOUR, day, month, parse, stamp, startOfMonth, type Zone } from './format/time';

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

const LENGTHS: Record<Exclude<Preset, 'month'>, number> = {
  '24h': DAY,
  '72h': 3 * DAY,
  '7d': 7 * DAY,
  '30d': 30 * DAY,
};
const SHORTEST = 60_000;

/** The range that the address asks for; `fallback` where it asks for none or for nonsense. */
export function readRange(query: URLSearchParams, now: number, zone: Zone, fallback: Preset): Range {
  const [from, to] = [parse(query.get('from')), parse(query.get('to'))];
  if (from != null && to != null && to - from >= SHORTEST)
    return { preset: null, month: null, from, to, isLive: false };
  const asked = query.get('range');
  if (asked && /^\d{4}-(0[1-9]|1[0-2])$/.test(asked)) return monthRange(asked, now, zone);
  return presetRange(isPreset(asked) ? asked : fallback, now, zone);
}

const isPreset = (text: string | null): text is Preset => text === 'month' || (text != null && text in LENGTHS);

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

/** What to put into the address for a preset; the default leaves none. */
export function presetQuery(preset: Preset, fallback: Preset): Record<string, string | null> {
  return { range: preset === fallback ? null : preset, from: null, to: null };
}

/** What to put into the address for a stretch that was brushed; the range that it was brushed in stays, to go back to. */
export function customQuery(from: number, to: number): Record<string, string | null> {
  const [start, end] = from < to ? [from, to] : [to, from];
  return {
    from: stamp(Math.floor(start / 1000) * 1000),
    to: stamp(Math.ceil(Math.max(end, start + SHORTEST) / 1000) * 1000),
  };
}

/** The time to compare with: the same part of the month before, or the same length before. */
export function before(range: Range, zone: Zone): { from: number; to: number; name: string } {
  if (range.preset === 'month' || range.month) {
    const from = startOfMonth(range.from, zone, -1);
    const to = Math.min(from + (range.to - range.from), range.from);
    const isWhole = !range.isLive;
    return {
      from,
      to: isWhole ? range.from : to,
      name: isWhole ? month(from, zone).split(' ')[0]! : `1 to ${day(to - 1, zone, to)}`,
    };
  }
  const length = range.to - range.from;
  const name =
    range.preset === '7d'
      ? 'the 7 days before'
      : range.preset === '30d'
        ? 'the 30 days before'
        : range.preset === '24h'
          ? 'the 24 h before'
          : 'the time before';
  return { from: range.from - length, to: range.from, name };
}

/** How the range is called in titles. */
export function rangeName(range: Range, zone: Zone): string {
  if (range.preset === 'month' || range.month) return month(range.from, zone).split(' ')[0]!;
  if (range.preset) return { '24h': '24 h', '72h': '72 h', '7d': '7 days', '30d': '30 days' }[range.preset];
  return range.to - range.from < DAY ? 'chosen hours' : 'chosen days';
}

/** As many buckets as pixels, within what the API gives. */
export const pointsFor = (pixels: number): number => Math.max(60, Math.min(2000, Math.round(pixels)));

/** A live end moves in steps, so that the same request is not made anew for every tick of the clock. */
export const steppedNow = (now: number, step = HOUR / 60): number => Math.ceil(now / step) * step;
