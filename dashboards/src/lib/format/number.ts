/**
 * Numbers as the whole product writes them: narrow no-break space before a unit, true minus, the locale's separators,
 * the next unit from 1,000 on, `<0.01` for small values and "no data" for missing ones.
 */

import { itemAt } from '../series';

export const NARROW = '\u202f';
export const MINUS = '\u2212';
export const NO_DATA = 'no data';

/** Physical quantities; each has its own ladder of units. */
export type Quantity = 'energy' | 'power' | 'carbon';

/** A unit and how many base units (Wh, W, g) it holds. */
export interface Unit {
  name: string;
  size: number;
}

const LADDERS: Record<Quantity, Unit[]> = {
  energy: ladder(['Wh', 'kWh', 'MWh', 'GWh']),
  power: ladder(['W', 'kW', 'MW', 'GW']),
  carbon: ladder(['g', 'kg', 't', 'kt']),
};

function ladder(names: string[]): Unit[] {
  return names.map((name, step) => ({ name, size: 1000 ** step }));
}

/** The API's exact integers to base units. */
export const wattHours = (millijoules: number): number => millijoules / 3.6e6;
export const grams = (micrograms: number): number => micrograms / 1e6;
export const watts = (milliwatts: number): number => milliwatts / 1e3;

/** Average intensity of an amount, g/kWh: its carbon over its energy; `null` without energy. */
export function averageIntensity(co2eMicrograms: number, energyMillijoules: number): number | null {
  return energyMillijoules > 0 ? grams(co2eMicrograms) / (wattHours(energyMillijoules) / 1000) : null;
}

let locale: string | undefined;

/** For tests, and for a reader who wants other separators than the browser's. */
export function setLocale(name: string | undefined): void {
  locale = name;
  formats.clear();
}

const formats = new Map<string, Intl.NumberFormat>();

function formatter(key: string, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  let format = formats.get(key);
  if (!format) {
    format = new Intl.NumberFormat(locale, options);
    formats.set(key, format);
  }
  return format;
}

const withTrueMinus = (text: string): string => text.replace('-', MINUS);

/** A number with a fixed count of decimals; `<0.01` where it would round to zero without being zero. */
export function fixed(value: number | null | undefined, decimals: number): string {
  if (value == null || !Number.isFinite(value)) return NO_DATA;
  const format = formatter(`f${decimals}`, { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
  const smallest = 10 ** -decimals;
  if (value !== 0 && Math.abs(value) < smallest / 2) {
    return value > 0 ? `<${format.format(smallest)}` : `>${MINUS}${format.format(smallest)}`;
  }
  return withTrueMinus(format.format(value === 0 || Math.abs(value) < smallest / 2 ? 0 : value));
}

/** A number with three significant digits, as stats show it: at most two decimals, none from 100 on. */
export function significant(value: number | null | undefined): string {
  if (value == null || !Number.isFinite(value)) return NO_DATA;
  const size = Math.abs(value);
  if (value === 0) return fixed(0, 0);
  if (size < 0.01) return value > 0 ? `<${fixed(0.01, 2)}` : `>${MINUS}${fixed(0.01, 2)}`;
  return fixed(value, size < 9.995 ? 2 : size < 99.95 ? 1 : 0);
}

/** The unit in which `value` base units read well: it switches where three digits would round to 1,000. */
export function unitFor(quantity: Quantity, value: number): Unit {
  const units = LADDERS[quantity];
  const size = Math.abs(value);
  return units.findLast((unit, step) => step === 0 || size >= 999.5 * (unit.size / 1000)) ?? itemAt(units, 0);
}

/** The unit that the reader fixed for the page; `auto` leaves it to the value. */
export type UnitChoice = 'auto' | 'k' | 'M';

export function chosenUnit(quantity: Quantity, value: number, choice: UnitChoice): Unit {
  if (choice === 'auto') return unitFor(quantity, value);
  return itemAt(LADDERS[quantity], choice === 'k' ? 1 : 2);
}

/** A figure in two parts, since number and unit are drawn apart. */
export interface Figure {
  number: string;
  unit: string;
}

/** The figure of what is not known. */
export const NOTHING: Figure = { number: NO_DATA, unit: '' };

/** `value` base units (Wh, W, g) for a stat. */
export function figure(quantity: Quantity, value: number | null | undefined, choice: UnitChoice = 'auto'): Figure {
  if (value == null || !Number.isFinite(value)) return NOTHING;
  const unit = chosenUnit(quantity, value, choice);
  return { number: significant(value / unit.size), unit: unit.name };
}

/** The same in one text, with the narrow space. */
export function quantity(kind: Quantity, value: number | null | undefined, choice: UnitChoice = 'auto'): string {
  const { number, unit } = figure(kind, value, choice);
  return unit ? number + NARROW + unit : number;
}

/** One unit for a whole column or axis: that of its largest value. */
export function commonUnit(
  kind: Quantity,
  values: Iterable<number | null | undefined>,
  choice: UnitChoice = 'auto',
): Unit {
  let largest = 0;
  for (const value of values) largest = Math.max(largest, Math.abs(value ?? 0));
  return chosenUnit(kind, largest, choice);
}

/**
 * One unit for a column of many rows: the one in which the middle row reads well, since one very large row would turn
 * all others into zeros; a larger unit where the largest row would need more than five digits.
 */
export function columnUnit(kind: Quantity, values: (number | null | undefined)[], choice: UnitChoice = 'auto'): Unit {
  const sizes = values
    .map((value) => Math.abs(value ?? 0))
    .filter((value) => value > 0)
    .sort((a, b) => a - b);
  if (choice !== 'auto' || !sizes.length) return commonUnit(kind, values, choice);
  const middle = unitFor(kind, itemAt(sizes, sizes.length >> 1));
  const largest = itemAt(sizes, sizes.length - 1);
  return (
    LADDERS[kind].find((unit) => unit.size >= middle.size && largest / unit.size < 100_000) ?? commonUnit(kind, values)
  );
}

/** As many decimals as the steps of an axis need. */
export const decimalsOf = (step: number): number => (step >= 1 ? 0 : Math.min(4, Math.ceil(-Math.log10(step))));

/** Decimals for a column whose largest value is `largest`: enough to tell its rows apart, the same in every row. */
export function columnDecimals(largest: number): number {
  const size = Math.abs(largest);
  return size >= 1000 ? 0 : size >= 100 ? 1 : size >= 10 ? 2 : 3;
}

/** A share of 0 to 1 in percent, without the sign: the unit stands in the head or beside it. */
export function percentNumber(share: number | null | undefined, decimals = 1): string {
  if (share == null || !Number.isFinite(share)) return NO_DATA;
  const percent = share * 100;
  // 99.96 % covered is not all of it, so it is never rounded up to 100.
  if (percent < 100 && percent >= 100 - 0.5 * 10 ** -decimals)
    return fixed(Math.floor(percent * 10 ** (decimals + 1)) / 10 ** (decimals + 1), decimals + 1);
  return fixed(percent, decimals);
}

export function percent(share: number | null | undefined, decimals = 1): string {
  const number = percentNumber(share, decimals);
  return number === NO_DATA ? number : `${number}${NARROW}%`;
}

/** A change from `before` with its sign; `null` where there is nothing to compare with. */
export function change(now: number, before: number | null | undefined): string | null {
  if (before == null || before === 0 || !Number.isFinite(before)) return null;
  return signedPercent((now - before) / Math.abs(before));
}

export function signedPercent(share: number): string {
  const text = fixed(share * 100, 1);
  return `${share > 0 && !text.startsWith('<') ? '+' : ''}${text}${NARROW}%`;
}

/** A change is coloured only where it is more than noise: an increase of energy or CO2e is bad, a decrease good. */
export function changeTone(text: string | null): '' | 'good' | 'bad' {
  if (!text || /^[+\u2212]?[<>]?\u2212?0[.,]/.test(text)) return '';
  return text.startsWith('+') ? 'bad' : 'good';
}

/** An intensity for a stat. */
export const intensityFigure = (gramsPerKwh: number | null): Figure =>
  gramsPerKwh == null ? NOTHING : { number: significant(gramsPerKwh), unit: 'g/kWh' };

/** g/kWh, whole; one decimal where it is explained. */
export function intensity(gramsPerKwh: number | null | undefined, decimals = 0): string {
  return gramsPerKwh == null ? NO_DATA : fixed(gramsPerKwh, decimals);
}

/** An exact integer, digits in threes. Takes text too, since some are larger than a double holds. */
export function exact(value: number | bigint | string | null | undefined): string {
  if (value == null) return NO_DATA;
  const digits = String(value);
  return digits.replace('-', MINUS).replace(/\B(?=(\d{3})+(?!\d))/g, NARROW);
}

/** A count. */
export const count = (value: number): string => fixed(value, 0);

/** `1 job`, `13 jobs`. */
export const counted = (value: number, one: string, many = `${one}s`): string =>
  `${count(value)} ${value === 1 ? one : many}`;
