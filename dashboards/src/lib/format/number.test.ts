import { beforeAll, expect, test } from 'vitest';
import {
  averageIntensity,
  change,
  chosenUnit,
  columnUnit,
  commonUnit,
  columnDecimals,
  counted,
  exact,
  figure,
  fixed,
  intensity,
  percent,
  quantity,
  setLocale,
  signedPercent,
  significant,
  unitFor,
} from './number';

beforeAll(() => setLocale('en-GB'));

test.each([
  [68.5, '68.5'],
  [33.1, '33.1'],
  [8.1, '8.10'],
  [245, '245'],
  [245.4, '245'],
  [9.996, '10.0'],
  [99.96, '100'],
  [0.474, '0.47'],
  [0.004, '<0.01'],
  [-0.004, '>\u22120.01'],
  [-23.4, '\u221223.4'],
  [0, '0'],
  [null, 'no data'],
  [Number.NaN, 'no data'],
])('a stat of %s reads %s', (value, text) => expect(significant(value)).toBe(text));

test.each([
  ['energy', 999.4, '999\u202fWh'],
  ['energy', 999.6, '1.00\u202fkWh'],
  ['energy', 33_100_000, '33.1\u202fMWh'],
  ['energy', 1.5e9, '1.50\u202fGWh'],
  ['carbon', 282_000, '282\u202fkg'],
  ['carbon', 999_600, '1.00\u202ft'],
  ['carbon', 5e12, '5,000\u202fkt'],
  ['power', 68_500, '68.5\u202fkW'],
  ['power', 0, '0\u202fW'],
] as const)('%s of %s reads %s: the unit switches where three digits round to 1,000', (kind, value, text) =>
  expect(quantity(kind, value)).toBe(text),
);

test('nothing is not zero', () => {
  expect(figure('energy', null)).toEqual({ number: 'no data', unit: '' });
  expect(quantity('carbon', undefined)).toBe('no data');
  expect(intensity(null)).toBe('no data');
});

test('a fixed unit stays, also where it reads badly', () => {
  expect(quantity('energy', 12, 'k')).toBe('0.01\u202fkWh');
  expect(quantity('energy', 4, 'k')).toBe('<0.01\u202fkWh');
  expect(chosenUnit('carbon', 5, 'M').name).toBe('t');
});

test('one unit for a column is that of its largest value', () => {
  expect(commonUnit('energy', [12, 4_000, null, 700]).name).toBe('kWh');
  expect(commonUnit('power', []).name).toBe('W');
  expect(unitFor('energy', -2_000).name).toBe('kWh');
});

test('the unit of a long column is that of its middle row', () => {
  expect(columnUnit('energy', [1_033_000, 626, 700, 130]).name).toBe('kWh');
  expect(columnUnit('energy', [9_000, 626, 700, 130]).name).toBe('Wh');
  expect(columnUnit('carbon', [400_000, 40_000, 3_000]).name).toBe('kg');
  expect(columnUnit('energy', [626], 'M').name).toBe('MWh');
  expect(columnUnit('energy', []).name).toBe('Wh');
});

test.each([
  [0.004, 2, '<0.01'],
  [0, 2, '0.00'],
  [-1.5, 1, '\u22121.5'],
  [1234.5, 0, '1,235'],
  [-0.00001, 2, '>\u22120.01'],
])('%s with %s decimals is %s', (value, decimals, text) => expect(fixed(value, decimals)).toBe(text));

test('a share below one is never rounded up to the whole', () => {
  expect(percent(0.99999, 1)).toBe('99.99\u202f%');
  expect(percent(1)).toBe('100.0\u202f%');
  expect(percent(0.0551)).toBe('5.5\u202f%');
  expect(percent(0.000001, 1)).toBe('<0.1\u202f%');
});

test('changes carry their sign, and none is claimed without something to compare with', () => {
  expect(change(120.8, 100)).toBe('+20.8\u202f%');
  expect(change(96.1, 100)).toBe('\u22123.9\u202f%');
  expect(change(5, 0)).toBeNull();
  expect(change(5, undefined)).toBeNull();
  expect(signedPercent(0)).toBe('0.0\u202f%');
});

test('the intensity of an amount is its carbon over its energy', () => {
  // 1 kWh = 3.6e9 mJ at 342 g/kWh = 342e6 µg
  expect(averageIntensity(342e6, 3.6e9)).toBeCloseTo(342, 9);
  expect(averageIntensity(0, 0)).toBeNull();
});

test('exact integers keep every digit, also those above 2^53', () => {
  expect(exact(17427910321)).toBe('17\u202f427\u202f910\u202f321');
  expect(exact('9223372036854775807')).toBe('9\u202f223\u202f372\u202f036\u202f854\u202f775\u202f807');
  expect(exact(-1234)).toBe('\u22121\u202f234');
  expect(exact(0)).toBe('0');
});

test('separators are those of the locale', () => {
  setLocale('de-DE');
  expect(fixed(1234.5, 1)).toBe('1.234,5');
  setLocale('en-GB');
});

test('decimals of a column and counted words', () => {
  expect([12345, 123, 12, 1].map(columnDecimals)).toEqual([0, 1, 2, 3]);
  expect(counted(1, 'entry', 'entries')).toBe('1 entry');
  expect(counted(1300, 'job')).toBe('1,300 jobs');
});
