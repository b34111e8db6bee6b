import { expect, test } from 'vitest';
import { bands, links, split } from './flows';
import { HOUR } from './format/time';

test('a split keeps the whole as an integer', () => {
  for (const [whole, weights] of [[10, [1, 1, 1]], [7, [0, 3, 0.1]], [1e15 + 1, [1, 2, 3, 4, 5, 6, 7, 8]], [5, [0, 0]]] as const) {
    const parts = split(whole, [...weights]);
    expect(parts.reduce((sum, part) => sum + part, 0)).toBe(whole);
    parts.forEach((part) => expect(Number.isInteger(part)).toBe(true));
  }
  expect(split(10, [1, 1, 1])).toEqual([4, 3, 3]);
});

test('hours fall into the absolute steps', () => {
  const series = { bucket_s: 3600, start_ms: [0, HOUR], intensity_mg_per_kwh: [40_000, 700_000], status: ['measured', 'measured'] };
  const found = bands([0, HOUR, 2 * HOUR], 3600, [5, 7, null], series);
  expect(found.energy).toEqual([5, 0, 0, 0, 0, 0, 0, 7]);
  expect(found.carbon[7]).toBe(4900);
});

test('what flows into a site flows out of it', () => {
  const uses = [{ owner: 'a', site: 's', value: 10 }, { owner: 'idle', site: 's', value: 3 }, { owner: 'a', site: 't', value: 4 }, { owner: 'b', site: 't', value: 0 }];
  const { ownerSite, siteStep } = links(uses, new Map([['s', [1, 1, 1, 0, 0, 0, 0, 0]], ['t', [0, 0, 0, 0, 0, 0, 0, 9]]]));
  for (const site of ['s', 't']) {
    const into = ownerSite.filter((link) => link.target === site).reduce((sum, link) => sum + link.value, 0);
    expect(siteStep.filter((link) => link.site === site).reduce((sum, link) => sum + link.value, 0)).toBe(into);
  }
  expect(ownerSite).toHaveLength(3);
});
