import { beforeAll, expect, test } from 'vitest';
import type { Admission, Budget, Exception } from '../../lib/api/types';
import { amountsOf } from '../../lib/budget';
import { setLocale } from '../../lib/format/number';
import { found } from '../../testing/found';
import { plain } from '../../testing/plain';
import { exhaustionWords, finding, periodName, plotOf, projectionWords } from './burndown';
import {
  decisionsOf,
  exceptionWords,
  heldRows,
  optionTitle,
  outcomeOf,
  overrunWords,
  subjectOf,
  todayWords,
  whatOf,
} from './decisions';
import { fieldsOf, policyOf } from './policy';

beforeAll(() => setLocale('en-US'));
const T = 1e12;

const budget = (changes: Record<string, unknown> = {}): Budget =>
  ({
    id: '1',
    name: 'atlas',
    scope: 'project',
    project: 'atlas',
    unit: 'co2e',
    period: 'month',
    time_zone: 'UTC',
    mode: 'block',
    limit_ug: 4 * T,
    period_from: '2026-11-01T00:00:00Z',
    period_to: '2026-12-01T00:00:00Z',
    days: [],
    spent_ug: 2 * T,
    held_ug: 1 * T,
    free_ug: 1 * T,
    available_ug: 4 * T,
    carried_ug: 0,
    projected_p50_ug: 3 * T,
    projected_p95_ug: 3.5 * T,
    ...changes,
  }) as unknown as Budget;
const admission = (changes: Record<string, unknown> = {}): Admission =>
  ({
    id: '9',
    state: 'held',
    told: '',
    job: 'train-1',
    key: null,
    project: 'atlas',
    decided: '2026-11-24T10:00:00Z',
    resolved: null,
    metered_mj: 60,
    actual_mj: null,
    p95: { energy_mj: 120, co2e_ug: 1 * T },
    holds: [{ budget: '1', reserved: 1 * T, held: 0.5 * T }],
    answer: {
      key: null,
      allowed: true,
      reason: 'too much',
      budgets: [{ unit: 'co2e', needed: 1 * T }],
      estimate: {
        pue: 1.0,
        accelerators: 32,
        hours: 24,
        assumptions: [{ name: 'accelerator', value: 'NVIDIA H100' }],
      },
    },
    ...changes,
  }) as unknown as Admission;
const exception = (changes: Record<string, unknown> = {}): Exception =>
  ({
    id: '3',
    state: 'approved',
    admission: '9',
    name: 'ben',
    reason: 'once',
    asked_by: 'fay',
    decided: '2026-11-24T12:00:00Z',
    expires: '2026-11-25T00:00:00Z',
    ...changes,
  }) as unknown as Exception;
const NOON = Date.parse('2026-11-16T00:00:00Z');

test('what was asked for, and what became of it', () => {
  const outcome = (changes: Record<string, unknown>) => plain(outcomeOf(admission(changes), [budget()]));
  expect(whatOf(admission())).toBe('32 × NVIDIA H100, 24.0 h, project atlas');
  expect(outcome({})).toBe('holds 500 kg of atlas');
  expect(outcome({ holds: [] })).toBe('counts towards no budget');
  expect(outcome({ state: 'settled', actual_mj: 60 })).toBe('held 1.00 t, used 500 kg, released 500 kg');
  expect(outcome({ state: 'committed', actual_mj: 180 })).toBe('held 1.00 t, used 1.50 t, over by 500 kg');
  expect(outcome({ state: 'expired' })).toBe('its job never started: 1.00 t released');
  expect(outcome({ state: 'released' })).toBe('released 1.00 t');
  expect(outcome({ state: 'checked' })).toBe('would fit: needs 1.00 t (p95)');
  expect(outcome({ state: 'denied' })).toBe('too much');
});

test('decisions and overrides, newest first, and counted for today', () => {
  const admissions = [admission(), admission({ id: '8', state: 'denied', decided: '2026-11-23T10:00:00Z' })];
  const decisions = decisionsOf({ admissions, exceptions: [exception()], budgets: [budget()] }, 'UTC');
  expect(decisions.map((decision) => decision.word)).toEqual(['Override', 'Admitted', 'Denied']);
  expect(decisions[0]?.detail).toMatch(/^ben: once; until 25 Nov/);
  expect([decisions[1]?.job, decisions[2]?.denied?.id]).toEqual(['train-1', '8']);
  expect(todayWords(admissions, decisions, Date.parse('2026-11-24T00:00:00Z'))).toBe(
    'today 1 admitted, 0 denied, 1 overridden',
  );
});

test('what an exception is for, and how it stands', () => {
  const names = new Map([['1', 'atlas']]);
  expect(subjectOf(exception(), [admission()], names)).toBe('train-1');
  expect(subjectOf(exception({ admission: null, budget: '1' }), [], names)).toBe('everything in atlas');
  expect(subjectOf(exception(), [], names)).toBe('admission 9');
  expect(exceptionWords(exception())).toBe('fay requested an exception: approved by ben.');
  expect(exceptionWords(exception({ state: 'requested', name: null }))).toBe('fay requested an exception.');
});

test('what jobs hold: the largest first, with what they are about to do wrong', () => {
  const amounts = found(amountsOf(budget()));
  const rows = heldRows(
    [
      admission(),
      admission({ id: '2', metered_mj: 0, told: '', holds: [{ budget: '1', reserved: 2 * T, held: 2 * T }] }),
    ],
    budget(),
    amounts,
  );
  expect(rows.map((row) => [row.admission.id, row.reserved, row.used, row.note?.text])).toEqual([
    ['2', 2e6, 0, 'not started'],
    ['9', 1e6, 0.5e6, undefined],
  ]);
  expect(heldRows([admission({ told: 'stop' })], budget(), amounts)[0]?.note).toEqual({
    text: 'being stopped',
    isBad: true,
  });
});

test('small texts', () => {
  const clock = { zone: 'Europe/Berlin', zoneName: 'Berlin' };
  expect(optionTitle('fewer devices: 0.2 t', clock, NOON)).toBe('Fewer devices');
  expect(optionTitle('a start at 2026-12-02T14:00:00Z: 0.2 t', clock, NOON)).toBe('A start at 2 Dec 15:00 Berlin');
  expect(overrunWords(0)).toBe('None used more.');
  expect(overrunWords(1)).toBe('1 job used more; all of it is posted.');
});

test('a policy comes back from its form as it was', () => {
  const policy = {
    ...budget({ thresholds: [50, 90], roll_over: 'unused', outage: 'closed', default_hours: 8, stop_after_s: null }),
  } as Budget;
  expect(policyOf(fieldsOf(policy, 'Europe/Berlin'))).toEqual({
    name: 'atlas',
    scope: 'project',
    project: 'atlas',
    unit: 'co2e',
    limit_ug: 4 * T,
    period: 'month',
    time_zone: 'UTC',
    roll_over: 'unused',
    thresholds: [50, 90],
    mode: 'block',
    outage: 'closed',
    default_hours: 8,
    stop_after_s: null,
  });
  const fresh = fieldsOf(null, 'Europe/Berlin');
  expect(fresh).toMatchObject({ mode: 'observe', zone: 'Europe/Berlin', thresholds: '50, 80, 95' });
  expect(
    policyOf({ ...fresh, scope: 'all', unit: 'energy', limit: '2', period: 'fixed', from: 'a', to: 'b' }),
  ).toMatchObject({ limit_mj: 7.2e12, from: 'a', to: 'b' });
});

test('the burn-down says how much is left and when it is exhausted', () => {
  const words = (changes: Record<string, unknown>) => {
    const changed = budget(changes);
    const amounts = found(amountsOf(changed));
    const plot = plotOf(changed, amounts, NOON, { width: 640, right: 24 });
    return { plot, amounts, changed };
  };
  const well = words({});
  expect(periodName(well.changed, well.plot)).toBe('November 2026');
  expect(plain(finding(well.changed, well.amounts, well.plot))).toBe(
    'Remaining budget of atlas: 2.00 t of 4.00 t left, 1.00 t of it held; projected 75 %',
  );
  expect(plain(projectionWords(well.amounts, well.plot))).toBe('Projected total: 3.00 t (p95 3.50 t).');
  expect(exhaustionWords(well.plot)).toBeNull();
  // The curve starts at the limit at the left edge, and ends at what is left now.
  expect(well.plot.curve[0]).toEqual([44, well.plot.y(4e6)]);
  expect(well.plot.last[1]).toBe(well.plot.y(2e6));

  const bad = words({ projected_p50_ug: 6 * T, projected_p95_ug: 8 * T });
  expect(exhaustionWords(bad.plot)?.when).toMatch(/^Exhausted by 23 Nov/);
  expect(exhaustionWords(bad.plot)?.rest).toMatch(/at its p95 by 21 Nov/);
});
