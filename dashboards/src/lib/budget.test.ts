import { beforeAll, describe as group, expect, test } from 'vitest';
import type { Budget, BudgetShare } from './api/types';
import { amountsOf, bindingOf, burnDown, describe, isAtRisk, limitFrom, limitText, outlook } from './budget';
import { setLocale } from './format/number';
import { found } from '../testing/found';
import { plain } from '../testing/plain';

beforeAll(() => setLocale('en-US'));

const T = 1e12;
/** A month of Berlin that began at 23:00 UTC; 4.2 t. */
const budget = (changes: Partial<Budget> & Record<string, unknown> = {}): Budget =>
  ({
    id: '1',
    created: '2026-10-01T00:00:00Z',
    name: 'atlas-llm',
    scope: 'project',
    project: 'atlas-llm',
    unit: 'co2e',
    limit_ug: 4.2 * T,
    period: 'month',
    time_zone: 'Europe/Berlin',
    thresholds: [50, 80, 95],
    mode: 'block',
    period_from: '2026-10-31T23:00:00Z',
    period_to: '2026-11-30T23:00:00Z',
    days: [],
    decisions: [],
    spent_ug: 2.1 * T,
    held_ug: 0.1 * T,
    free_ug: 2 * T,
    available_ug: 4.2 * T,
    carried_ug: 0,
    projected_p50_ug: 3 * T,
    projected_p95_ug: 3.2 * T,
    ...changes,
  }) as Budget;
const now = Date.parse('2026-11-15T23:00:00Z');
const prospectOf = (changes: Record<string, unknown>): { state: string; text: string } => {
  const changed = budget(changes);
  const { state, text } = outlook(changed, found(amountsOf(changed)), now);
  return { state, text };
};

group('where a budget ends', () => {
  test.each([
    ['well within', {}, 'ok', 'projected 71 %'],
    ['past its last threshold', { projected_p50_ug: 4.1 * T, projected_p95_ug: 4.15 * T }, 'warn', 'projected 98 %'],
    ['its p95 breaks it', { projected_p95_ug: 4.3 * T }, 'warn', 'projected 71 %'],
    // 2.1 t are left and 4.2 t would be spent in 15 days: half of them.
    ['it breaks', { projected_p50_ug: 6.3 * T, projected_p95_ug: 7 * T }, 'bad', 'exhausted by 23 Nov'],
    ['little is free', { held_ug: 2 * T, free_ug: 0.1 * T, projected_p50_ug: 4.1 * T }, 'bad', '98 % spent or held'],
    ['all is held', { held_ug: 2.1 * T, free_ug: 0, projected_p50_ug: 4.1 * T }, 'bad', 'fully held'],
    ['it is spent', { spent_ug: 4.3 * T, free_ug: -0.1 * T, projected_p50_ug: 5 * T }, 'bad', 'spent'],
  ])('%s', (_, changes, state, text) =>
    expect({ ...prospectOf(changes), text: plain(prospectOf(changes).text) }).toEqual({ state, text }),
  );

  test('outside of its dates it is nothing, and unreadable it is at risk', () => {
    const bare = Object.fromEntries(Object.entries(budget()).filter(([name]) => !/_ug$|_mj$/.test(name)));
    expect(amountsOf(bare as unknown as Budget)).toBeNull();
    expect(isAtRisk(bare as unknown as Budget, now)).toBe(false);
    expect(isAtRisk({ ...bare, policy_error: 'unknown mode' } as unknown as Budget, now)).toBe(true);
  });
});

test('the burn-down begins at the limit, falls by the days of the budget and ends at what is not spent', () => {
  const changed = budget({
    days: [
      { day: '2026-11-01', spent: 0.5 * T },
      { day: '2026-11-03', spent: 1 * T },
    ],
  });
  const points = burnDown(changed, found(amountsOf(changed)), now);
  expect(points[0]).toEqual({ at: Date.parse('2026-10-31T23:00:00Z'), left: 4.2e6 });
  expect(points.slice(1, 4).map(({ left }) => Math.round(left))).toEqual([3.7e6, 3.7e6, 2.7e6]);
  // What is open, 0.6 t, is in no day: it is today's.
  expect(points.at(-1)).toEqual({ at: now, left: 2.1e6 });
  expect(points.map(({ at }) => at)).toEqual([...points.map(({ at }) => at)].sort((a, b) => a - b));
});

test('days are those of the budget through the change of the clocks', () => {
  const changed = budget({
    period_from: '2026-09-30T22:00:00Z',
    period_to: '2026-10-31T23:00:00Z',
    days: [
      { day: '2026-10-25', spent: 1 * T },
      { day: '2026-10-26', spent: 1 * T },
    ],
    spent_ug: 2 * T,
  });
  const points = burnDown(changed, found(amountsOf(changed)), Date.parse('2026-10-31T20:00:00Z'));
  const at = (text: string): number => Math.round(found(points.find((point) => point.at === Date.parse(text))).left);
  expect([at('2026-10-24T22:00:00Z'), at('2026-10-25T23:00:00Z'), at('2026-10-26T23:00:00Z')]).toEqual([
    4.2e6, 3.2e6, 2.2e6,
  ]);
});

test('a policy in words', () => {
  expect(describe(budget() as never)).toBe('project atlas-llm, monthly, blocks');
  expect(describe({ scope: 'all', unit: 'energy', period: 'year', mode: 'observe' })).toBe(
    'all sites, energy, yearly, observes only',
  );
});

test('limits are typed in t or MWh', () => {
  expect(limitFrom('4.2', 'co2e')).toBe(4.2 * T);
  expect(limitFrom('52', 'energy')).toBe(187_200_000_000_000);
  expect(limitFrom('4,2', 'co2e')).toBe(4.2 * T);
  for (const wrong of ['', '0', '-1', 'many', '1e30']) expect(limitFrom(wrong, 'co2e')).toBeNull();
  expect(limitText({ unit: 'energy', limit_mj: 187_200_000_000_000 })).toBe('52');
});

test('the budget in the way is the one that lacks most, and only one that blocks', () => {
  const share = (name: string, needed: number, free: number, mode: string): BudgetShare =>
    ({ name, needed, free, mode, fits: needed <= free }) as BudgetShare;
  const shares = [
    share('wide', 10, 9, 'block'),
    share('narrow', 10, 2, 'block'),
    share('looks', 10, 0, 'observe'),
    share('fits', 10, 20, 'block'),
  ];
  expect(bindingOf(shares)?.name).toBe('narrow');
  expect(bindingOf([share('looks', 10, 0, 'warn')])).toBeUndefined();
});
