/** Decisions, holds and exceptions in words. */

import type { IconName } from '../../components/Icon.svelte';
import type { Admission, Budget, Exception } from '../../lib/api/types';
import { amountOf, inBase, quantityOf, type Amounts } from '../../lib/budget';
import { counted, grams, quantity, significant, wattHours } from '../../lib/format/number';
import { moment, parse, withLocalTimes, type Clock, type Zone } from '../../lib/format/time';

export const jobOf = (admission: Admission): string =>
  admission.answer.key ?? admission.job ?? admission.key ?? `admission ${admission.id}`;

/** `32 × NVIDIA H100, 24 h, project atlas-llm`: what was asked for. */
export function whatOf({ answer, project }: Admission): string {
  const { accelerators, hours, assumptions } = answer.estimate;
  const accelerator = assumptions.find((assumption) => assumption.name === 'accelerator')?.value;
  const devices = `${accelerators} × ${accelerator ?? 'accelerators'}`;
  return [devices, `${significant(hours)} h`, ...(project ? [`project ${project}`] : [])].join(', ');
}

/** What a decision means now: `holds 0.006 t of atlas-llm`. */
export function outcomeOf(admission: Admission, budgets: Budget[]): string {
  const { state, answer, p95 } = admission;
  const first = answer.budgets.find((share) => share.unit != null);
  /** A budget that was created after the decision holds too. */
  const hold = admission.holds[0];
  const holder = budgets.find((budget) => budget.id === hold?.budget);
  const kind = quantityOf(first?.unit ?? holder?.unit);
  const reserved = kind === 'energy' ? wattHours(p95.energy_mj) : grams(p95.co2e_ug);
  switch (state) {
    case 'held':
      return hold && holder
        ? `holds ${quantity(quantityOf(holder.unit), inBase(quantityOf(holder.unit), hold.held))} of ${holder.name}`
        : 'counts towards no budget';
    case 'settled':
    case 'committed': {
      if (admission.actual_mj == null) return 'settled';
      const used = p95.energy_mj > 0 ? (admission.actual_mj / p95.energy_mj) * reserved : 0;
      const rest =
        used > reserved ? `over by ${quantity(kind, used - reserved)}` : `released ${quantity(kind, reserved - used)}`;
      return `held ${quantity(kind, reserved)}, used ${quantity(kind, used)}, ${rest}`;
    }
    case 'expired':
      return `its job never started: ${quantity(kind, reserved)} released`;
    case 'released':
      return `released ${quantity(kind, reserved)}`;
    case 'checked':
      return first
        ? `${answer.allowed ? 'would fit' : 'would not fit'}: needs ${amountOf(first, first.needed)} (p95)`
        : 'no budget applies';
    default:
      return answer.reason;
  }
}

/** A line of the list of decisions. */
export interface Decision {
  id: string;
  at: number;
  icon: IconName;
  tone: 'ok' | 'bad' | 'warn' | 'muted';
  word: string;
  name: string;
  detail: string;
  /** The job that was metered, to link to. */
  job: string | null;
  /** The admission to explain, where it was denied. */
  denied: Admission | null;
}

const WORDS: Record<Admission['state'], Pick<Decision, 'word' | 'icon' | 'tone'>> = {
  held: { word: 'Admitted', icon: 'check', tone: 'ok' },
  denied: { word: 'Denied', icon: 'failed', tone: 'bad' },
  checked: { word: 'Checked', icon: 'info', tone: 'muted' },
  settled: { word: 'Settled', icon: 'check', tone: 'ok' },
  committed: { word: 'Settled', icon: 'check', tone: 'ok' },
  released: { word: 'Released', icon: 'check', tone: 'ok' },
  expired: { word: 'Expired', icon: 'clock', tone: 'muted' },
};

/** Everything that was decided: about jobs, and by people. */
export interface Decided {
  admissions: Admission[];
  exceptions: Exception[];
  budgets: Budget[];
}

/** Decisions and approved exceptions, newest first. */
export function decisionsOf({ admissions, exceptions, budgets }: Decided, zone: Zone): Decision[] {
  const decided = admissions.map((admission): Decision => ({
    id: `a${admission.id}`,
    at: parse(admission.resolved ?? admission.decided) ?? 0,
    ...WORDS[admission.state],
    name: jobOf(admission),
    detail: outcomeOf(admission, budgets),
    job: (admission.metered_mj > 0 ? admission.job : null) ?? null,
    denied: admission.state === 'denied' ? admission : null,
  }));
  const approved = exceptions.flatMap((exception): Decision[] => {
    const at = exception.state === 'approved' ? parse(exception.decided) : null;
    return at == null ? [] : [override(exception, at, admissions, zone)];
  });
  return [...decided, ...approved].sort((a, b) => b.at - a.at);
}

function override(exception: Exception, at: number, admissions: Admission[], zone: Zone): Decision {
  const until = exception.expires ? `until ${moment(parse(exception.expires), zone)}` : 'until revoked';
  return {
    id: `o${exception.id}`,
    at,
    icon: 'lock',
    tone: 'warn',
    word: 'Override',
    name: exceptionName(exception, admissions),
    detail: `${exception.name}: ${exception.reason}; ${until}`,
    job: null,
    denied: null,
  };
}

function exceptionName(exception: Exception, admissions: Admission[]): string {
  const found = admissions.find((admission) => admission.id === exception.admission);
  if (found) return jobOf(found);
  return exception.admission ? `admission ${exception.admission}` : (exception.project ?? 'the whole budget');
}

/** `today 3 admitted, 1 denied, 0 overridden` */
export function todayWords(admissions: Admission[], decisions: Decision[], since: number): string {
  const decided = admissions.filter(
    (admission) => (parse(admission.decided) ?? 0) >= since && admission.state !== 'checked',
  );
  const denied = decided.filter((admission) => admission.state === 'denied').length;
  const overridden = decisions.filter((decision) => decision.word === 'Override' && decision.at >= since).length;
  return `today ${decided.length - denied} admitted, ${denied} denied, ${overridden} overridden`;
}

/** What an exception is for: a job, or everything that a budget counts. */
export function subjectOf(exception: Exception, admissions: Admission[], budgets: ReadonlyMap<string, string>): string {
  const admission = admissions.find((found) => found.id === exception.admission);
  if (admission) return jobOf(admission);
  return exception.budget
    ? `everything in ${budgets.get(exception.budget) ?? `budget ${exception.budget}`}`
    : `admission ${exception.admission}`;
}

/** How the request for an exception stands: `fay requested an exception: refused by ben.` */
export function exceptionWords({ asked_by, state, name }: Exception): string {
  const outcome = state === 'requested' ? '' : `: ${state}${name ? ` by ${name}` : ''}`;
  return `${asked_by} requested an exception${outcome}.`;
}

/** A job that holds part of a budget. */
export interface HeldRow {
  admission: Admission;
  name: string;
  reserved: number;
  still: number;
  used: number;
  /** What its job is about to do wrong; `not started` before it has begun. */
  note: { text: string; isBad: boolean } | null;
}

const BREAKING: Record<string, string> = { breaking: 'projected beyond its hold', stop: 'being stopped' };

/** What jobs hold of a budget, in its base unit, the largest hold first. */
export function heldRows(admissions: Admission[], budget: Budget, { kind }: Pick<Amounts, 'kind'>): HeldRow[] {
  return admissions
    .map((admission): HeldRow => {
      const hold = admission.holds.find((found) => found.budget === budget.id);
      const text = BREAKING[admission.told];
      return {
        admission,
        name: admission.job ?? admission.key ?? `admission ${admission.id}`,
        reserved: inBase(kind, hold?.reserved ?? 0),
        still: inBase(kind, hold?.held ?? 0),
        used: usedOf(admission, kind),
        note: text ? { text, isBad: true } : admission.metered_mj ? null : { text: 'not started', isBad: false },
      };
    })
    .sort((a, b) => b.still - a.still);
}

/** What a job has used so far: IT energy as metered, with the overhead and the intensity of the estimate. */
function usedOf({ metered_mj, answer, p95 }: Admission, kind: Amounts['kind']): number {
  const facility = metered_mj * answer.estimate.pue;
  if (kind === 'energy') return inBase(kind, facility);
  return p95.energy_mj > 0 ? inBase(kind, (facility / p95.energy_mj) * p95.co2e_ug) : 0;
}

/** How many jobs used more than what was held. */
export const overrunWords = (jobs: number): string =>
  jobs ? `${counted(jobs, 'job')} used more; all of it is posted.` : 'None used more.';

/** An option's title without its amount, which stands in a column of its own, with times on the reader's clock. */
export function optionTitle(title: string, clock: Clock, now: number): string {
  const text = withLocalTimes(title.replace(/: [^:]*$/, ''), clock, now);
  return text.charAt(0).toUpperCase() + text.slice(1);
}
