/** The policy of a budget as the fields of a form, and back. */

import type { Budget, BudgetPolicy } from '../../lib/api/types';
import { limitFrom, limitText } from '../../lib/budget';

type Field<Name extends keyof BudgetPolicy> = NonNullable<BudgetPolicy[Name]>;

export const SCOPES: Record<Field<'scope'>, string> = {
  project: 'a project',
  label: 'a label',
  user: 'a user',
  site: 'a site',
  all: 'everything',
};
export const PERIODS: Record<Field<'period'>, string> = {
  week: 'weekly',
  month: 'monthly',
  quarter: 'quarterly',
  year: 'yearly',
  fixed: 'once, between two dates',
};
export const MODES: Record<Field<'mode'>, string> = {
  observe: 'observe: admit it, and record that it would have been denied',
  warn: 'warn: admit it with a warning',
  block: 'block: deny it',
};
export const ROLL_OVERS: Record<Field<'roll_over'>, string> = {
  none: 'expires',
  unused: 'is added to the next period',
  all: 'is added to the next period, and overruns are deducted',
};
export const OUTAGES: Record<Field<'outage'>, string> = { closed: 'deny jobs', open: 'admit jobs' };

/** What is typed and chosen in the form. */
export interface PolicyFields {
  name: string;
  scope: Field<'scope'>;
  /** The project, label, user or site. */
  whose: string;
  unit: Field<'unit'>;
  /** In t or MWh. */
  limit: string;
  period: Field<'period'>;
  from: string;
  to: string;
  zone: string;
  mode: Field<'mode'>;
  rollOver: Field<'roll_over'>;
  outage: Field<'outage'>;
  /** In percent, separated by commas or blanks. */
  thresholds: string;
  defaultHours: string;
  stopAfter: string;
}

const textOf = (value: number | null | undefined): string => (value == null ? '' : String(value));
const numberOf = (text: string): number | null => (text.trim() ? Number(text) : null);

/** The fields of a budget's policy; those of a new budget without one. */
export function fieldsOf(budget: Budget | null, zone: string): PolicyFields {
  const policy = budget as (Budget & BudgetPolicy) | null;
  return {
    name: policy?.name ?? '',
    scope: policy?.scope ?? 'project',
    whose: policy?.project ?? policy?.label ?? policy?.user ?? policy?.site ?? '',
    unit: policy?.unit ?? 'co2e',
    limit: policy ? limitText(policy) : '',
    period: policy?.period ?? 'month',
    from: policy?.from ?? '',
    to: policy?.to ?? '',
    zone: policy?.time_zone ?? zone,
    mode: policy?.mode ?? 'observe',
    rollOver: policy?.roll_over ?? 'none',
    outage: policy?.outage ?? 'open',
    thresholds: (policy?.thresholds ?? [50, 80, 95]).join(', '),
    defaultHours: textOf(policy?.default_hours),
    stopAfter: textOf(policy?.stop_after_s),
  };
}

/** The policy that the fields describe, as the API takes it. */
export function policyOf(fields: PolicyFields): BudgetPolicy {
  return {
    name: fields.name,
    scope: fields.scope,
    ...(fields.scope !== 'all' && { [fields.scope]: fields.whose }),
    unit: fields.unit,
    [fields.unit === 'energy' ? 'limit_mj' : 'limit_ug']: limitFrom(fields.limit, fields.unit),
    period: fields.period,
    time_zone: fields.zone,
    ...(fields.period === 'fixed' && { from: fields.from, to: fields.to }),
    roll_over: fields.rollOver,
    thresholds: fields.thresholds
      .split(/[\s,;]+/)
      .filter(Boolean)
      .map(Number),
    mode: fields.mode,
    outage: fields.outage,
    default_hours: numberOf(fields.defaultHours),
    stop_after_s: numberOf(fields.stopAfter),
  };
}
