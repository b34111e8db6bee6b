/** Power of the fleet by group, as the service answers it, made ready to be drawn. */

import type { PowerDocument } from './api/types';
import { watts } from './format/number';

export interface Area {
  name: string;
  color: string;
  /** W. */
  values: (number | null)[];
}

const SHOWN = 6;

/**
 * Groups as areas from the ground up: the largest first, the seventh and on as `other`, idle last. `colorOf` keeps a group's
 * colour whatever its place is.
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
      name: `${rest.length} others`,
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
  return power.start_ms.map(
    (_, at) => power.groups.reduce((sum, group) => sum + (group.energy_mj[at] ?? 0), 0) / 3.6e6,
  );
}

/** The last bucket that is whole: the newest is still filling. */
export function lastWhole(power: PowerDocument, now: number): number | null {
  for (let at = power.start_ms.length - 1; at >= 0; at--)
    if (power.start_ms[at]! + power.bucket_s * 1000 <= now) return at;
  return power.start_ms.length ? power.start_ms.length - 1 : null;
}
