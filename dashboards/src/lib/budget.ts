/**
 * A budget as the app shows it: amounts in base units (Wh, g), the projection to the end of its period, its policy in
 * words.
 */

import type { Budget, BudgetPolicy, BudgetShare } from './api/types';
import { commonUnit, fixed, grams, percent, quantity, wattHours, type Quantity, type Unit } from './format/number';
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
  /** The limit, with what was carried over from the last period. */
  limit: number;
  carried: number;
  p50: number;
  p95: number;
}

/** `null` outside of the budget's dates, and where its policy cannot be read. */
export function amountsOf(budget: Budget): Amounts | null {
  if ('spent_mj' in budget) {
    return {
      kind: 'energy',
      spent: wattHours(budget.spent_mj),
      held: wattHours(budget.held_mj),
      free: wattHours(budget.free_mj),
      limit: wattHours(budget.available_mj),
      carried: wattHours(budget.carried_mj),
      p50: wattHours(budget.projected_p50_mj),
      p95: wattHours(budget.projected_p95_mj),
    };
  }
  if ('spent_ug' in budget) {
    return {
      kind: 'carbon',
      spent: grams(budget.spent_ug),
      held: grams(budget.held_ug),
      free: grams(budget.free_ug),
      limit: grams(budget.available_ug),
      carried: grams(budget.carried_ug),
      p50: grams(budget.projected_p50_ug),
      p95: grams(budget.projected_p95_ug),
    };
  }
  return null;
}

/** Share of the limit that is spent or held. */
export const usedShare = ({ spent, held, limit }: Amounts): number => (spent + held) / (limit || 1);

/** One unit for all amounts of a budget: that of its limit. */
export const unitOf = ({ kind, limit }: Amounts): Unit => commonUnit(kind, [limit]);

export interface Outlook {
  state: 'ok' | 'warn' | 'bad';
  /** `exhausted by 28 Nov` or `projected 68 %`. */
  text: string;
  /** When nothing is left at the expected pace; `null` where the period ends before. */
  exhaustedAt: number | null;
  /** The same at the p95 of the projection. */
  exhaustedAtP95: number | null;
}

/** Where a budget is expected to be at the end of its period, as seen at `now`. */
export function outlook(budget: Budget, amounts: Amounts, now: number): Outlook {
  const rest = { now, to: parse(budget.period_to) ?? now };
  const exhaustedAt = exhaustion(amounts, amounts.p50, rest);
  const exhaustedAtP95 = exhaustion(amounts, amounts.p95, rest);
  const verdict = (state: Outlook['state'], text: string): Outlook => ({ state, text, exhaustedAt, exhaustedAtP95 });
  const last = Math.max(0, ...(budget.thresholds ?? [])) / 100;
  const [share, used] = [amounts.limit > 0 ? amounts.p50 / amounts.limit : Infinity, usedShare(amounts)];
  if (amounts.spent >= amounts.limit) return verdict('bad', 'spent');
  if (exhaustedAt != null) return verdict('bad', `exhausted by ${day(exhaustedAt, zoneOf(budget), now)}`);
  if (amounts.free <= 0) return verdict('bad', 'fully held');
  if (last > 0 && used >= last) return verdict('bad', `${percent(used, 0)} spent or held`);
  const isClose = exhaustedAtP95 != null || (last > 0 && share >= last);
  return verdict(isClose ? 'warn' : 'ok', `projected ${percent(share, 0)}`);
}

/** When spending reaches the limit if it grows evenly to `projected` by the end of the period. */
function exhaustion(
  { spent, limit }: Amounts,
  projected: number,
  { now, to }: { now: number; to: number },
): number | null {
  if (projected < limit || projected <= spent || to <= now) return spent >= limit ? now : null;
  return now + ((limit - spent) / (projected - spent)) * (to - now);
}

/** Whether someone should act: the limit will be exceeded, or nothing can be admitted. */
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

/** The time zone in which its periods begin. */
export const zoneOf = (budget: { time_zone?: string | null }): Zone => budget.time_zone ?? 'UTC';

export interface Left {
  at: number;
  /** Of the limit, not spent. */
  left: number;
}

/**
 * What was left at the end of every day of the period, up to `now`. Energy that is not posted yet belongs to no day and
 * counts as today's.
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

/** An amount of a decision in the unit of its budget: `0.309 t`. */
export const amountOf = (share: Pick<BudgetShare, 'unit'>, value: number): string =>
  quantity(quantityOf(share.unit), inBase(quantityOf(share.unit), value));

/** The budget that refused: of those that block, the one that lacks the largest share of what is needed. */
export function bindingOf(shares: BudgetShare[]): BudgetShare | undefined {
  const short = shares.filter((share) => !share.fits && (share.mode ?? 'block') === 'block');
  return short.sort(
    (a, b) => (b.needed - b.free) / Math.max(1, b.needed) - (a.needed - a.free) / Math.max(1, a.needed),
  )[0];
}

/** A limit typed in t or MWh, as the API takes it: µg or mJ; `null` where it is not a positive number. */
export function limitFrom(text: string, unit: 'energy' | 'co2e'): number | null {
  const value = Number(text.replace(',', '.'));
  if (!text.trim() || !Number.isFinite(value) || value <= 0) return null;
  const limit = Math.round(value * (unit === 'energy' ? 3.6e12 : 1e12));
  return Number.isSafeInteger(limit) ? limit : null;
}

/** The limit of a policy as it is typed, in t or MWh, with as many digits as it has. */
export const limitText = (policy: Pick<BudgetPolicy, 'unit' | 'limit_mj' | 'limit_ug'>): string =>
  String(policy.unit === 'energy' ? (policy.limit_mj ?? 0) / 3.6e12 : (policy.limit_ug ?? 0) / 1e12);

/** `2 days 12 h left`, `9 h left`: the rest of a period. */
export function timeLeft(ms: number): string {
  if (ms >= 2 * DAY) return `${fixed(Math.floor(ms / DAY), 0)} days ${fixed(Math.floor((ms % DAY) / HOUR), 0)} h left`;
  return ms >= HOUR ? `${fixed(Math.floor(ms / HOUR), 0)} h left` : 'less than an hour left';
}

/** The parts of a limit in words, for a tooltip and for screen readers. */
export function describeShares(amounts: Amounts): string {
  const share = (value: number): string => percent(value / (amounts.limit || 1), 0);
  const parts = [`${share(amounts.spent)} spent`, `${share(amounts.held)} held`];
  return [...parts, `${quantity(amounts.kind, amounts.free)} free`, `projected ${share(amounts.p50)}`].join(', ');
}

/** A budget with its amounts and where it is expected to end. */
export interface Standing {
  budget: Budget;
  amounts: Amounts;
  prospect: Outlook;
}

/** Of a project's own budgets the one closest to its limit; `undefined` without one that applies now. */
export function tightest(budgets: Budget[], project: string, now: number): Standing | undefined {
  const own = budgets.filter((budget) => budget.scope === 'project' && budget.project === project);
  const standing = own.flatMap((budget): Standing[] => {
    const amounts = amountsOf(budget);
    return amounts ? [{ budget, amounts, prospect: outlook(budget, amounts, now) }] : [];
  });
  return standing.sort((a, b) => usedShare(b.amounts) - usedShare(a.amounts))[0];
}
