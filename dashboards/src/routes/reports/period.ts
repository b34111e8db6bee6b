/** Which time a report is of, and in what state: open, closed or restated. */

import type { PeriodItem } from '../../lib/api/types';
import { month, parse, startOfMonth } from '../../lib/format/time';
import { readRange, type Range } from '../../lib/range';

export interface Period {
  name: string;
  from: number;
  to: number;
  /** The end, or now where that is earlier. */
  range: Range;
  closed: PeriodItem | null;
  isOver: boolean;
}

/** Reports are of whole UTC months unless the address says otherwise, as the ledger's periods are UTC. */
export function readPeriod(query: URLSearchParams, periods: PeriodItem[], now: number): Period {
  const asked = periods.find((period) => String(period.id) === query.get('period'));
  const range = asked
    ? { preset: null, month: null, from: parse(asked.from)!, to: parse(asked.to)!, isLive: false }
    : readRange(query, now, 'UTC', 'month');
  const isMonth = range.preset === 'month' || range.month != null;
  const to = isMonth ? startOfMonth(range.from, 'UTC', 1) : range.to;
  const closed =
    asked ?? periods.find((period) => parse(period.from) === range.from && parse(period.to) === to) ?? null;
  return {
    name: closed?.name ?? (isMonth ? month(range.from, 'UTC') : 'Chosen time'),
    from: range.from,
    to,
    range,
    closed,
    isOver: to <= now,
  };
}

/** The months up to now, newest first: `2026-11`. */
export function months(now: number, count: number): { value: string; text: string }[] {
  return Array.from({ length: count }, (_, back) => {
    const start = startOfMonth(now, 'UTC', -back);
    return { value: new Date(start).toISOString().slice(0, 7), text: month(start, 'UTC') };
  });
}
