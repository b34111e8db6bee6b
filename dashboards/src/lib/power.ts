/** Power of the fleet by group, as the service gives it, made ready for charts. */

import type { PowerDocument } from './api/types';
import { wattHours, watts } from './format/number';
import { itemAt } from './series';

export interface Area {
  name: string;
  color: string;
  /** W. */
  values: (number | null)[];
}

const SHOWN = 6;

/**
 * Groups as areas from the bottom up: the largest first, the seventh and later ones as one, idle last. `colorOf` gives
 * a group its colour whatever its place is; `nameless` is what jobs without a group are called.
 */
export function areas(power: PowerDocument, colorOf: (group: string | null) => string, nameless: string): Area[] {
  const energy = (group: PowerDocument['groups'][number]): number =>
    group.energy_mj.reduce<number>((sum, value) => sum + (value ?? 0), 0);
  const held = power.groups.filter((group) => !group.is_idle).sort((a, b) => energy(b) - energy(a));
  const found = held.slice(0, SHOWN).map((group) => ({
    name: group.group ?? nameless,
    color: colorOf(group.group ?? null),
    values: inWatts(group.power_mean_mw),
  }));
  const rest = held.slice(SHOWN);
  if (rest.length)
    found.push({
      name: `${rest.length} more`,
      color: 'cat-other',
      values: added(rest.map((group) => group.power_mean_mw)),
    });
  const idle = power.groups.filter((group) => group.is_idle);
  if (idle.length) found.push({ name: 'idle', color: 'idle', values: added(idle.map((group) => group.power_mean_mw)) });
  return found;
}

const inWatts = (values: (number | null)[]): (number | null)[] =>
  values.map((value) => (value == null ? null : watts(value)));

function added(lists: (number | null)[][]): (number | null)[] {
  const length = lists[0]?.length ?? 0;
  return Array.from({ length }, (_, at) =>
    lists.every((list) => list[at] == null) ? null : lists.reduce((sum, list) => sum + watts(list[at] ?? 0), 0),
  );
}

/** All groups together, W, one for each bucket. */
export function total(power: PowerDocument): number[] {
  return power.start_ms.map((_, at) =>
    power.groups.reduce((sum, group) => sum + watts(group.power_mean_mw[at] ?? 0), 0),
  );
}

/** Energy of all groups, Wh, by bucket. */
export function energyByBucket(power: PowerDocument): number[] {
  return power.start_ms.map((_, at) =>
    wattHours(power.groups.reduce((sum, group) => sum + (group.energy_mj[at] ?? 0), 0)),
  );
}

/** The last bucket that is whole: the newest is still filling. */
export function lastWhole(power: PowerDocument, now: number): number | null {
  for (let at = power.start_ms.length - 1; at >= 0; at--)
    if (itemAt(power.start_ms, at) + power.bucket_s * 1000 <= now) return at;
  return power.start_ms.length ? power.start_ms.length - 1 : null;
}

/** All groups together in the last whole bucket, W; `null` where nothing was metered. */
export function powerNow(power: PowerDocument, now: number): number | null {
  const at = lastWhole(power, now);
  return at == null ? null : (total(power)[at] ?? null);
}

/** Each group in the last whole bucket, W; parts of one group, such as its idle devices, are added. */
export function powerNowByGroup(power: PowerDocument, now: number): Map<string, number> {
  const found = new Map<string, number>();
  const at = lastWhole(power, now);
  if (at == null) return found;
  for (const { group, power_mean_mw: means } of power.groups)
    if (group != null) found.set(group, (found.get(group) ?? 0) + watts(means[at] ?? 0));
  return found;
}

/** The power of these groups alone. */
export const only = (power: PowerDocument, has: (group: string) => boolean): PowerDocument => ({
  ...power,
  groups: power.groups.filter(({ group }) => group != null && has(group)),
});
