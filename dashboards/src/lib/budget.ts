/** A budget as a reader sees it: amounts in base units (Wh, g), where it will end, and in words what it does. */

import type { Budget, BudgetPolicy, BudgetShare } from './api/types';
import {
  commonUnit,
  fixed,
  grams,
  percent,
  quantity,
  significant,
  wattHours,
  type Quantity,
  type Unit,
} from './format/number';
import { DAY, HOUR, day, parse, parts, startOfDay, type Zone } from './format/time';

/** The integers of a budget's unit, mJ or µg, to Wh or g. */
export const inBase = (kind: Quantity, value: number): number => (kind === 'energy' ? wattHours(value) : grams(value));

export const quantityOf = (unit: 'energy' | 'co2e' | null | undefined): Quantity =>
  unit === 'energy' ? 'energy' : 'carbon';

export interface Amounts {
  kind: Quantity;
  spent: number;
  held: number;
  /** Below zero after an overrun. */
  free: number;
  /** The limit with what the last period left. */
  limit: number;
  carried: number;
  p50: number;
  p95: number;
}

/** `null` outside of the budget's dates, and where its policy cannot be read. */
export function amountsOf(budget: Budget): Amounts | null {
  if ('spent_mj' in budget) {
    const of = (value: number): number => wattHours(value);
    return {
      kind: 'energy',
      spent: of(budget.spent_mj),
      held: of(budget.held_mj),
      free: of(budget.free_mj),
      limit: of(budget.available_mj),
      carried: of(budget.carried_mj),
      p50: of(budget.projected_p50_mj),
      p95: of(budget.projected_p95_mj),
    };
  }
  if ('spent_ug' in budget) {
    const of = (value: number): number => grams(value);
    return {
      kind: 'carbon',
      spent: of(budget.spent_ug),
      held: of(budget.held_ug),
      free: of(budget.free_ug),
      limit: of(budget.available_ug),
      carried: of(budget.carried_ug),
      p50: of(budget.projected_p50_ug),
      p95: of(budget.projected_p95_ug),
    };
  }
  return null;
}

/** A unit for all amounts of one budget: that of its limit. */
export const unitOf = ({ kind, limit }: Amounts): Unit => commonUnit(kind, [limit]);

export interface Outlook {
  state: 'ok' | 'warn' | 'bad';
  /** `gone by 28 Nov` or `ends at 68 %`. */
  text: string;
  /** When nothing is left at the expected pace; `null` where the period ends before. */
  goneAt: number | null;
  /** The same at the p95 of the projection. */
  goneAtP95: number | null;
}

/** Where a budget will be at the end of its period, told at `now`. */
export function outlook(budget: Budget, amounts: Amounts, now: number): Outlook {
  const [to, zone] = [parse(budget.period_to) ?? now, zoneOf(budget)];
  const [goneAt, goneAtP95] = [goneBy(amounts, amounts.p50, now, to), goneBy(amounts, amounts.p95, now, to)];
  const share = amounts.limit > 0 ? amounts.p50 / amounts.limit : Infinity;
  const last = Math.max(0, ...(budget.thresholds ?? [])) / 100;
  if (amounts.spent >= amounts.limit) return { state: 'bad', text: 'spent', goneAt, goneAtP95 };
  if (goneAt != null) return { state: 'bad', text: `gone by ${day(goneAt, zone, now)}`, goneAt, goneAtP95 };
  if (amounts.free <= 0) return { state: 'bad', text: 'all is held', goneAt, goneAtP95 };
  const used = (amounts.spent + amounts.held) / amounts.limit;
  if (last > 0 && used >= last) return { state: 'bad', text: `${percent(used, 0)} used or held`, goneAt, goneAtP95 };
  return {
    state: goneAtP95 != null || (last > 0 && share >= last) ? 'warn' : 'ok',
    text: `ends at ${percent(share, 0)}`,
    goneAt,
    goneAtP95,
  };
}

/** When what is spent reaches the limit if it grows evenly to `projected` at `to`. */
function goneBy({ spent, limit }: Amounts, projected: number, now: number, to: number): number | null {
  if (projected < limit || projected <= spent || to <= now) return spent >= limit ? now : null;
  return now + ((limit - spent) / (projected - spent)) * (to - now);
}

/** Whether someone should look at it: it blocks and will break, or nothing can be admitted. */
export function isAtRisk(budget: Budget, now: number): boolean {
  if (budget.policy_error) return true;
  const amounts = amountsOf(budget);
  return amounts != null && outlook(budget, amounts, now).state === 'bad';
}

const EVERY = { week: 'weekly', month: 'monthly', quarter: 'quarterly', year: 'yearly', fixed: 'fixed dates' } as const;

/** `project, monthly, blocks at 100 %` */
export function describe(
  policy: Pick<BudgetPolicy, 'scope' | 'project' | 'label' | 'user' | 'site' | 'unit' | 'period' | 'mode'>,
): string {
  const whose = {
    project: `project ${policy.project}`,
    label: `label ${policy.label}`,
    user: `user ${policy.user}`,
    site: `site ${policy.site}`,
    all: 'all sites',
  }[policy.scope];
  const does = { block: 'blocks', warn: 'warns only', observe: 'observes only' }[policy.mode];
  return `${whose}, ${policy.unit === 'energy' ? 'energy, ' : ''}${EVERY[policy.period]}, ${does}`;
}

/** The clock by which its period begins. */
export const zoneOf = (budget: { time_zone?: string | null }): Zone => budget.time_zone ?? 'UTC';

export interface Left {
  at: number;
  /** Of the limit, not spent. */
  left: number;
}

/**
 * What was left at the end of every day of the period, up to `now`. What is spent but not posted yet, and so in no day, belongs to
 * today.
 */
export function burnDown(budget: Budget, amounts: Amounts, now: number): Left[] {
  const [from, to, zone] = [parse(budget.period_from), parse(budget.period_to), zoneOf(budget)];
  if (from == null || to == null) return [];
  const spent = new Map(budget.days.map((found) => [found.day, inBase(amounts.kind, found.spent)]));
  const points: Left[] = [{ at: from, left: amounts.limit }];
  let left = amounts.limit;
  const end = Math.min(now, to);
  for (let start = startOfDay(from, zone); start < end;) {
    const next = startOfDay(start + DAY + 6 * HOUR, zone);
    left -= spent.get(dateOf(start, zone)) ?? 0;
    if (next >= end) break;
    points.push({ at: next, left });
    start = next;
  }
  points.push({ at: end, left: amounts.limit - amounts.spent });
  return points;
}

function dateOf(ms: number, zone: Zone): string {
  const { year, month, day } = parts(ms, zone);
  return `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
}

/** An amount of a share of a decision, in words: `0.309 t`. */
export const amountOf = (share: Pick<BudgetShare, 'unit'>, value: number): string =>
  quantity(quantityOf(share.unit), inBase(quantityOf(share.unit), value));

/** The budget that stood most in the way: the one that lacks the most of what is needed. */
export function bindingOf(shares: BudgetShare[]): BudgetShare | undefined {
  const short = shares.filter((share) => !share.fits && (share.mode ?? 'block') === 'block');
  return short.sort(
    (a, b) => (b.needed - b.free) / Math.max(1, b.needed) - (a.needed - a.free) / Math.max(1, a.needed),
  )[0];
}

/** A limit that someone types in t or MWh, as the API takes it: µg or mJ; `null` for what is no positive number. */
export function limitFrom(text: string, unit: 'energy' | 'co2e'): number | null {
  const value = Number(text.replace(',', '.'));
  if (!text.trim() || !Number.isFinite(value) || value <= 0) return null;
  const limit = Math.round(value * (unit === 'energy' ? 3.6e12 : 1e12));
  return Number.isSafeInteger(limit) ? limit : null;
}

/** The other way, with as many digits as it was given. */
export const limitText = (policy: Pick<BudgetPolicy, 'unit' | 'limit_mj' | 'limit_ug'>): string =>
  String(policy.unit === 'energy' ? (policy.limit_mj ?? 0) / 3.6e12 : (policy.limit_ug ?? 0) / 1e12);

/** `2.5 days`, `9 h`: what is left of a period. */
export function timeLeft(ms: number): string {
  if (ms >= 2 * DAY) return `${fixed(Math.floor(ms / DAY), 0)} days ${fixed(Math.floor((ms % DAY) / HOUR), 0)} h left`;
  return ms >= HOUR ? `${significant(Math.floor(ms / HOUR))} h left` : 'less than an hour left';
}
