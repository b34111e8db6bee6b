/** What a job holds in its budgets, in words. */

import type { Admission, Budget } from '../../lib/api/types';
import { inBase, quantityOf } from '../../lib/budget';
import { percent, quantity } from '../../lib/format/number';

const STATES: Record<Admission['state'], string> = {
  held: 'running within its hold',
  settled: 'settled from the ledger',
  committed: 'settled as reported',
  released: 'its hold was released',
  expired: 'its hold expired, as the job did not report in time',
  denied: 'denied',
  checked: 'only checked',
};

/** Share of the p95 that the job has used, with the overhead of the estimate. */
export function usedOf({ actual_mj, metered_mj, answer, p95 }: Admission): number {
  const used = actual_mj ?? metered_mj * answer.estimate.pue;
  return p95.energy_mj > 0 ? used / p95.energy_mj : 0;
}

export interface HoldWords {
  state: string;
  used: string;
  isBad: boolean;
}

/** `running within its hold`, `42 % of its p95 used`. */
export function describeHold(admission: Admission): HoldWords {
  const share = usedOf(admission);
  const isOver = share > 1;
  const isBreaking = admission.told === 'stop' || admission.told === 'breaking';
  const state = admission.state === 'held' && isOver ? 'running beyond its hold' : STATES[admission.state];
  const outcome = {
    stop: '; it is being stopped',
    breaking: '; it is projected to use more than it holds',
  }[admission.told as 'stop' | 'breaking'] as string | undefined;
  return {
    state,
    used: `${percent(share, 0)} of its p95 used${outcome ?? (isOver ? ': over, and posted in full' : '')}`,
    isBad: isBreaking || isOver,
  };
}

export interface HeldAmount {
  budget: Budget;
  /** `reserved 1.17 t, still held 302 kg` */
  words: string;
}

/** What it reserved in each budget that is known and, while it runs, what of that it still holds. */
export const holdsOf = (admission: Admission, budgets: Budget[]): HeldAmount[] =>
  admission.holds.flatMap((hold) => {
    const budget = budgets.find((known) => known.id === hold.budget);
    if (!budget) return [];
    const kind = quantityOf(budget.unit);
    const shown = (value: number): string => quantity(kind, inBase(kind, value));
    const still = admission.state === 'held' ? `, still held ${shown(hold.held)}` : '';
    return [{ budget, words: `reserved ${shown(hold.reserved)}${still}` }];
  });
