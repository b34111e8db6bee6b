import { beforeAll, expect, test } from 'vitest';
import { plain } from '../testing/plain';
import { setLocale } from './format/number';
import { idleShare, identity, isBalanced } from './ledger';

beforeAll(() => setLocale('en-US'));

const balance = {
  rows: [{ energy_mj: 3_600_000 }, { energy_mj: 5 }],
  idle: { energy_mj: 2 },
  metered: { energy_mj: 3_600_007 },
};

test('the ledger balances to the millijoule, or not at all', () => {
  expect(isBalanced(balance)).toBe(true);
  expect(isBalanced({ ...balance, idle: { energy_mj: 3 } })).toBe(false);
});

test('the identity shows what is rounded and what is exact', () => {
  expect(plain(identity(balance, 'auto'))).toBe(
    'jobs 1.00 Wh + idle <0.01 Wh = metered 1.00 Wh; as integers 3 600 005 + 2 = 3 600 007 mJ',
  );
});

test('nothing metered has no idle share', () => {
  expect(idleShare({ idle: { energy_mj: 1 }, metered: { energy_mj: 4 } })).toBe(0.25);
  expect(idleShare({ idle: { energy_mj: 0 }, metered: { energy_mj: 0 } })).toBeNull();
});
