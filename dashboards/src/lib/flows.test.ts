import { expect, test } from 'vitest';
import { byStep, links } from './flows';

test('the steps of the service fall into the steps of the scale', () => {
  const shares = [
    { from_g_per_kwh: 0, energy_mj: 5 },
    { from_g_per_kwh: 300, energy_mj: 7 },
    { from_g_per_kwh: 650, energy_mj: 9 },
  ];
  expect(byStep(shares, (share) => share.energy_mj)).toEqual([5, 0, 0, 0, 7, 0, 0, 9]);
});

test('what flows into a site flows out of it, and nothing that is nothing flows', () => {
  const uses = [
    { owner: 'a', site: 's', value: 10 },
    { owner: 'idle', site: 's', value: 3 },
    { owner: 'a', site: 't', value: 4 },
    { owner: 'b', site: 't', value: 0 },
  ];
  const { ownerSite, siteStep } = links(
    uses,
    new Map([
      ['s', [1, 2, 10, 0, 0, 0, 0, 0]],
      ['t', [0, 0, 0, 0, 0, 0, 0, 4]],
    ]),
  );
  for (const site of ['s', 't']) {
    const into = ownerSite.filter((link) => link.target === site).reduce((sum, link) => sum + link.value, 0);
    expect(siteStep.filter((link) => link.site === site).reduce((sum, link) => sum + link.value, 0)).toBe(into);
  }
  expect(ownerSite).toHaveLength(3);
  expect(siteStep).toHaveLength(4);
});
