/** What the mark in the top bar says. */

import { ago, clock, type Zone } from '../format/time';
import type { Liveness } from './merge';

/** When the service was last heard, and what follows from it now. */
export interface Heard {
  state: Liveness;
  last: number | null;
  now: number;
}

export function describeLive({ state, last, now }: Heard, zone: Zone): string {
  if (last == null) return 'Connecting';
  if (state === 'stale') return `Stale: last update ${clock(last, zone)}, ${ago(last, now, zone)}. Reconnecting`;
  return `Live, ${ago(last, now, zone)}`;
}

/** `as of 14:29` beside a figure while no updates arrive; `null` while they do. */
export const asOf = ({ state, last }: Omit<Heard, 'now'>, zone: Zone): string | null =>
  state === 'stale' && last != null ? `as of ${clock(last, zone)}` : null;
