import { beforeAll, expect, test } from 'vitest';
import { plain } from '../testing/plain';
import { setLocale } from './format/number';
import { coreOf, describeQuality, mayChange } from './quality';

beforeAll(() => setLocale('en-US'));

const quality = (measured: number, provisional = 0) => ({
  measured_share: measured,
  coverage: 0.9995,
  provisional_share: provisional,
});

test('the core is full, half or hollow by what was measured', () => {
  expect([1, 0.5, 0].map((share) => coreOf(quality(share)))).toEqual(['full', 'half', 'hollow']);
  expect(coreOf(undefined)).toBe('hollow');
});

test('a figure may change while hours are not posted, or at factors that may be revised', () => {
  expect(mayChange(quality(1), false)).toBe(false);
  expect(mayChange(quality(1), true)).toBe(true);
  expect(mayChange(quality(1, 0.2), false)).toBe(true);
});

test('the mark says in words what it shows', () => {
  expect(plain(describeQuality(quality(1), false))).toBe('All measured; 99.95 % of the time covered; final factors');
  expect(plain(describeQuality(quality(0.8, 0.25), true))).toBe(
    '80.0 % measured, the rest modelled; 99.95 % of the time covered; 25.0 % at factors that may be revised',
  );
  expect(plain(describeQuality(quality(0), true))).toContain('Estimate, nothing measured');
  expect(plain(describeQuality(quality(0), true))).toContain('includes hours not yet posted');
  expect(describeQuality(null, false)).toBe('Quality not known');
});
