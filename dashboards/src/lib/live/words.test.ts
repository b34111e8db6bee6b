import { expect, test } from 'vitest';
import { asOf, describeLive } from './words';

const last = Date.UTC(2026, 10, 24, 14, 29);

test('the mark says how long ago the service was heard', () => {
  expect(describeLive({ state: 'connecting', last: null, now: last }, 'UTC')).toBe('Connecting');
  expect(describeLive({ state: 'live', last, now: last + 3_000 }, 'UTC')).toBe('Live, 3\u202fs ago');
  expect(describeLive({ state: 'stale', last, now: last + 120_000 }, 'UTC')).toBe(
    'Stale: last update 14:29, 2\u202fmin ago. Reconnecting',
  );
});

test('figures say how old they are only while nothing arrives', () => {
  expect(asOf({ state: 'stale', last }, 'UTC')).toBe('as of 14:29');
  expect(asOf({ state: 'live', last }, 'UTC')).toBeNull();
});
