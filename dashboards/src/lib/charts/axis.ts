/** Axes and labels: where ticks stand, and how labels avoid each other. */

import { DAY, HOUR, MINUTE, clock, day, parts, startOfDay, weekday, type Zone } from '../format/time';

/** A scale from zero whose steps are 1, 2, 2.5 or 5 times a power of ten. */
export function niceScale(largest: number, steps = 4): { max: number; step: number } {
  if (!(largest > 0)) return { max: 1, step: 1 };
  const raw = largest / steps;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = ([1, 2, 2.5, 5, 10].find((factor) => factor * power >= raw * 0.999) ?? 10) * power;
  return { max: Math.ceil((largest / step) * 0.999999) * step, step };
}

export interface Tick {
  at: number;
  text: string;
  /** Midnight, where the day is named. */
  isStrong: boolean;
}

const STEPS = [
  MINUTE,
  2 * MINUTE,
  5 * MINUTE,
  10 * MINUTE,
  15 * MINUTE,
  30 * MINUTE,
  HOUR,
  2 * HOUR,
  3 * HOUR,
  4 * HOUR,
  6 * HOUR,
  12 * HOUR,
  DAY,
  2 * DAY,
  7 * DAY,
  14 * DAY,
  30 * DAY,
];
const LONGEST = 91 * DAY;

/** Ticks of a time axis, about one for each `wide` px, on round times of the reader's clock. */
export function timeTicks(from: number, to: number, pixels: number, zone: Zone, wide = 74): Tick[] {
  const aim = (to - from) / Math.max(2, pixels / wide);
  const step = STEPS.find((step) => step >= aim) ?? LONGEST;
  const ticks: Tick[] = [];
  const isDays = step >= DAY;
  let at = startOfDay(from, zone);
  for (let guard = 0; at <= to && guard < 2000; guard++) {
    if (at >= from) ticks.push(tick(at, isDays, to - from, zone));
    const next = at + step;
    // Days are not all 24 h long: a step over midnight goes back to midnight.
    at = isDays
      ? startOfDay(next + 6 * HOUR, zone)
      : startOfDay(next, zone) > startOfDay(at, zone)
        ? startOfDay(next, zone)
        : next;
  }
  return ticks;
}

function tick(at: number, isDays: boolean, length: number, zone: Zone): Tick {
  const { hour, minute } = parts(at, zone);
  const isMidnight = hour === 0 && minute === 0;
  if (isDays) return { at, text: length <= 15 * DAY ? weekday(at, zone) : day(at, zone, at), isStrong: false };
  return { at, text: isMidnight ? day(at, zone, at) : clock(at, zone), isStrong: isMidnight };
}

export interface Label {
  /** Where it wants to be, px. */
  y: number;
  text: string;
  /** The larger stays when there is no room for all. */
  weight: number;
}

/** Moves labels apart within `[top, bottom]`, keeping their order; drops the lightest until they fit. */
export function pushApart<T extends Label>(labels: T[], gap: number, top: number, bottom: number): T[] {
  const room = Math.max(1, Math.floor((bottom - top) / gap) + 1);
  const kept = [...labels].sort((a, b) => b.weight - a.weight).slice(0, room);
  kept.sort((a, b) => a.y - b.y);
  const placed = kept.map((label) => ({ ...label, y: Math.min(bottom, Math.max(top, label.y)) }));
  let free = -Infinity;
  for (const label of placed) {
    label.y = Math.max(label.y, free);
    free = label.y + gap;
  }
  let limit = bottom;
  for (const label of placed.toReversed()) {
    label.y = Math.min(label.y, limit);
    limit = label.y - gap;
  }
  return placed;
}
