/** What grid values are, where they come from and how their providers do, in words. */

import type { Edition, FactorChoice, FactorGap, GreenerStart, Provider } from '../../lib/api/types';
import { NARROW, intensity, percent } from '../../lib/format/number';
import { HOUR, ago, duration, interval, moment, parse, type Zone } from '../../lib/format/time';

export type Tone = '' | 'ok' | 'warn' | 'bad';

export interface Words {
  text: string;
  tone: Tone;
}

const LENGTHS = { hour: 'hourly', day: 'daily', month: 'monthly', year: 'yearly' } as const;
const CLIMATOLOGY = 4;
const FROM_MIX = 3;

/** Whether a value describes the hour itself, and not a day, a month or a year. */
export const isTimely = ({ resolution, fallback_step }: Pick<FactorChoice, 'resolution' | 'fallback_step'>): boolean =>
  resolution === 'hour' && fallback_step < CLIMATOLOGY;

/** `measured`, `forecast`, `climatology`, `yearly value`: what stands for an hour. */
export function kindOf(choice: Pick<FactorChoice, 'resolution' | 'fallback_step' | 'status'>): Words {
  if (choice.resolution !== 'hour') return { text: `${LENGTHS[choice.resolution]} value`, tone: 'warn' };
  if (choice.fallback_step === CLIMATOLOGY) return { text: 'climatology', tone: 'warn' };
  if (choice.fallback_step === FROM_MIX) return { text: 'computed from the mix', tone: '' };
  return { text: choice.status, tone: choice.status === 'measured' ? 'ok' : '' };
}

/** The time that a value describes: an hour with its date, or `2024`. */
export function timeOf({ period, resolution }: Pick<FactorChoice, 'period' | 'resolution'>, zone: Zone): string {
  const [from, to] = period.split('/').map((text) => parse(text));
  if (from == null || to == null) return period;
  if (resolution === 'year') return period.slice(0, 4);
  if (resolution === 'month') return period.slice(0, 7);
  return interval(from, to, zone);
}

/** `lifecycle, CO2e, production`: what a factor counts. */
export const typeOf = ({ basis, gas, accounting }: Pick<Edition, 'basis' | 'gas' | 'accounting'>): string =>
  [basis, gas, accounting].join(', ');

/** A text of the service as a sentence's start. */
export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** How long one value of an edition describes. */
export function stepOf({
  resolution,
  step_s,
  is_forecast,
}: Pick<Edition, 'resolution' | 'step_s' | 'is_forecast'>): string {
  const length = resolution === 'hour' && step_s < 3600 ? `every ${step_s / 60}${NARROW}min` : LENGTHS[resolution];
  return is_forecast ? `${length}, forecast` : length;
}

/** Where the values of an edition came from. */
export function sourceOf({ source, source_name, obtained }: Edition, now: number, zone: Zone): string {
  if (!source) return 'library of Wattledger';
  const when = parse(obtained);
  const name = source === 'provider' ? providerName(source_name ?? '') : `${source} ${source_name ?? ''}`;
  return `${name}${when == null ? '' : `, ${ago(when, now, zone)}`}`;
}

/** How far an edition lies from the values that count; `null` where nothing can be compared. */
export function differenceOf({ difference, is_forecast }: Pick<Edition, 'difference' | 'is_forecast'>): string | null {
  if (!difference) return null;
  const [size, mean] = [difference.absolute_mg_per_kwh / 1000, difference.mean_mg_per_kwh / 1000];
  const over = duration(difference.hours * HOUR);
  const side =
    Math.abs(mean) < 0.5
      ? 'as often too high as too low'
      : `in the mean ${intensity(Math.abs(mean))} too ${mean > 0 ? 'high' : 'low'}`;
  const what = is_forecast ? 'Forecasts were off' : 'Differs';
  return `${what} by ${intensity(size)} g/kWh on average over ${over}, ${side}`;
}

/** A gap: its time, its length, and what stands in. */
export function gapWords(gap: FactorGap, zone: Zone): { time: string; length: string; standIn: string } {
  const [from, to] = [parse(gap.start) ?? 0, parse(gap.end) ?? 0];
  const type = gap.basis_changed ? ', of another type than wanted' : '';
  return {
    time: interval(from, to, zone),
    length: duration(to - from),
    standIn: `${gap.fallback}${type} (step ${gap.fallback_step}; ${gap.publisher}, ${gap.edition})`,
  };
}

const SURE = 'Values and forecasts of these very hours are known';

/** The best start of a job of `hours`: what to do, what it saves, and how sure that is. */
export function greenerWords(
  best: GreenerStart,
  hours: number,
  zone: Zone,
): { advice: string; saving: string; sure: string } {
  const notes = best.confidence === 'forecast' ? [SURE, ...best.notes] : best.notes;
  const sure = notes.map((note) => `${capital(note)}.`).join(' ');
  const now = `${intensity(best.now_g_per_kwh)} g/kWh`;
  if (best.confidence === 'unknown' || best.start === best.now) {
    const why = best.confidence === 'unknown' ? 'No better start is known' : 'Start now';
    return { advice: why, saving: `${now} over the next ${hours}${NARROW}h`, sure };
  }
  const against = (share: number): string => percent(share / 100, 0);
  return {
    advice: `Start ${moment(parse(best.start), zone)}`,
    saving:
      `${intensity(best.g_per_kwh)} g/kWh over ${hours}${NARROW}h: ${against(best.saving_to_now_percent)} below ` +
      `a start now (${now}), ${against(best.saving_to_mean_percent)} below the mean start`,
    sure,
  };
}

const PROVIDERS: Record<string, string> = {
  electricity_maps: 'Electricity Maps',
  watttime: 'WattTime',
  uk_carbon_intensity: 'UK Carbon Intensity',
  entsoe: 'ENTSO-E',
  eia: 'EIA',
  energinet: 'Energinet',
  rte: 'RTE eCO2mix',
  open_electricity: 'OpenElectricity',
  ember: 'Ember',
};

export const providerName = (name: string): string => PROVIDERS[name] ?? name;

const STATES: Record<Provider['state'], Words> = {
  not_configured: { text: 'not asked', tone: '' },
  starting: { text: 'asked for the first time', tone: '' },
  ok: { text: 'up to date', tone: 'ok' },
  stale: { text: 'no new values', tone: 'warn' },
  failing: { text: 'failing', tone: 'bad' },
};

export const providerState = (state: Provider['state']): Words => STATES[state];

/** What it takes to ask a provider. */
export function needsWords(needs: string): string {
  if (!needs.includes('key_file')) return 'its zones, no key';
  return needs.includes('USER:PASSWORD') ? 'its zones and a key file with USER:PASSWORD' : 'its zones and a key file';
}

/** The age of a provider's newest value. */
export const ageWords = ({ newest_value_age_s: age }: Pick<Provider, 'newest_value_age_s'>): string =>
  age == null ? 'no value yet' : `${duration(age * 1000)} old`;

/** The last error of a provider with its time; over unless the provider is failing. */
export function errorWords(provider: Provider, now: number, zone: Zone): string | null {
  if (!provider.last_error) return null;
  const at = parse(provider.last_error_at);
  const when = at == null ? '' : `, ${ago(at, now, zone)}`;
  return `${provider.last_error}${when}${provider.state === 'failing' ? '' : ' (over)'}`;
}

/** Providers that are not asked, by what they need: one line for all that need the same. */
export function othersByNeeds(providers: Provider[]): { needs: string; names: string[] }[] {
  const found = new Map<string, string[]>();
  for (const { name, needs } of providers.filter(({ state }) => state === 'not_configured')) {
    const words = needsWords(needs);
    found.set(words, [...(found.get(words) ?? []), providerName(name)]);
  }
  return [...found].map(([needs, names]) => ({ needs, names }));
}
