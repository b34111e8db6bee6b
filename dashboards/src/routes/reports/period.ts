/** The period of a report, and its state: open, ended, closed or restated. */

import type { PeriodItem } from '../../lib/api/types';
import { month, parse, startOfMonth } from '../../lib/format/time';
import { customName, readRange, type Range } from '../../lib/range';

export interface Period {
  name: string;
  /** Whether it is a calendar month or a closed period; else it was chosen by its dates. */
  isMonth: boolean;
  from: number;
  to: number;
  /** The end, or now where that is earlier. */
  range: Range;
  closed: PeriodItem | null;
  isOver: boolean;
}

/** A whole UTC month unless the address says otherwise, as the periods of the ledger are in UTC. */
export function readPeriod(query: URLSearchParams, periods: PeriodItem[], now: number): Period {
  const asked = periods.find((period) => String(period.id) === query.get('period'));
  const range = (asked && rangeOf(asked)) ?? readRange(query, now, 'UTC', 'month');
  const isMonth = range.preset === 'month' || range.month != null;
  const to = isMonth ? startOfMonth(range.from, 'UTC', 1) : range.to;
  const closed =
    asked ?? periods.find((period) => parse(period.from) === range.from && parse(period.to) === to) ?? null;
  return {
    name: closed?.name ?? (isMonth ? month(range.from, 'UTC') : customName(range, 'UTC', now)),
    isMonth,
    from: range.from,
    to,
    range,
    closed,
    isOver: to <= now,
  };
}

function rangeOf({ from, to }: PeriodItem): Range | null {
  const [start, end] = [parse(from), parse(to)];
  return start == null || end == null ? null : { preset: null, month: null, from: start, to: end, isLive: false };
}

/** What the chip beside the name says. */
export const stateOf = ({ isOver }: Pick<Period, 'isOver'>): string => (isOver ? 'Ended, not closed' : 'Open');

/** A choice of the list of periods. */
export interface PeriodOption {
  value: string;
  text: string;
}

/** The months up to now, newest first: `2026-11`. */
export function months(now: number, count: number): PeriodOption[] {
  return Array.from({ length: count }, (_, back) => {
    const start = startOfMonth(now, 'UTC', -back);
    return { value: new Date(start).toISOString().slice(0, 7), text: month(start, 'UTC') };
  });
}

const MONTHS = 18;

/** The choices of the list: chosen dates where there are any, the last months, and closed periods that are no month. */
export function periodOptions(period: Period, periods: PeriodItem[], now: number): PeriodOption[] {
  const found = months(now, MONTHS);
  const isMonth = ({ from, name }: PeriodItem): boolean =>
    /^\w+ \d{4}$/.test(name) && found.some((month) => from.startsWith(`${month.value}-01T00:00:00`));
  return [
    ...(isCustom(period) ? [{ value: '', text: period.name }] : []),
    ...found,
    ...periods.filter((item) => !isMonth(item)).map((item) => ({ value: `period ${item.id}`, text: item.name })),
  ];
}

const isCustom = ({ closed, isMonth }: Period): boolean => !closed && !isMonth;

/** The choice that the address stands for. */
export function chosenOption(period: Period, asked: string | null): string {
  if (asked) return `period ${asked}`;
  return isCustom(period) ? '' : new Date(period.from).toISOString().slice(0, 7);
}

/** The changes to the address that choose one; the current month needs no entry. */
export function periodQuery(value: string, now: number): Record<string, string | null> {
  const none = { range: null, period: null, from: null, to: null };
  if (value.startsWith('period ')) return { ...none, period: value.slice(7) };
  return { ...none, range: value === months(now, 1)[0]?.value ? null : value };
}
