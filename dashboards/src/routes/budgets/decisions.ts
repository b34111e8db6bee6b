/** Decisions in words. */

import type { Admission, Budget } from '../../lib/api/types';
import { amountOf, inBase, quantityOf } from '../../lib/budget';
import { grams, quantity, significant, wattHours } from '../../lib/format/number';

export const jobOf = (admission: Admission): string =>
  admission.answer.key ?? admission.job ?? admission.key ?? `admission ${admission.id}`;

/** `32 × NVIDIA H100, 24 h, project atlas-llm`: what was asked for. */
export function whatOf({ answer, project }: Admission): string {
  const { accelerators, hours, assumptions } = answer.estimate;
  const accelerator = assumptions.find((assumption) => assumption.name === 'accelerator')?.value;
  return `${accelerators} × ${accelerator ?? 'accelerators'}, ${significant(hours)} h${project ? `, project ${project}` : ''}`;
}

/** What a decision means now: `holds 0.006 t of atlas-llm`. */
export function outcomeOf(admission: Admission, budgets: Budget[]): string {
  const { state, answer, p95 } = admission;
  const first = answer.budgets.find((share) => share.unit != null);
  /** A budget that is younger than the decision holds too. */
  const hold = admission.holds[0];
  const holder = budgets.find((budget) => budget.id === hold?.budget);
  const kind = quantityOf(first?.unit ?? holder?.unit);
  const reserved = kind === 'energy' ? wattHours(p95.energy_mj) : grams(p95.co2e_ug);
  const used =
    admission.actual_mj == null ? null : p95.energy_mj > 0 ? (admission.actual_mj / p95.energy_mj) * reserved : 0;
  switch (state) {
    case 'held':
      return hold && holder
        ? `holds ${quantity(quantityOf(holder.unit), inBase(quantityOf(holder.unit), hold.held))} of ${holder.name}`
        : 'no budget counts it';
    case 'settled':
    case 'committed':
      return used == null
        ? state
        : `held ${quantity(kind, reserved)}, used ${quantity(kind, used)}, ${used > reserved ? `overran by ${quantity(kind, used - reserved)}` : `released ${quantity(kind, reserved - used)}`}`;
    case 'expired':
      return `its job was never seen: ${quantity(kind, reserved)} given back`;
    case 'released':
      return `gave back ${quantity(kind, reserved)}`;
    case 'checked':
      return first
        ? `${admission.answer.allowed ? 'would fit' : 'would not fit'}: needs ${amountOf(first, first.needed)} (p95)`
        : 'no budget applies';
    default:
      return answer.reason;
  }
}
