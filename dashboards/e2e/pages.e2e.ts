import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { found as defined } from '../src/testing/found';
import { api, open, settled, signIn, watch } from './browser';

const demo = inject('demo');
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
let browser: Browser;
let job = '';
let node = '';
let pair = '';

beforeAll(async () => {
  browser = await open();
  const jobs = await api<{ items: { id: string }[] }>(demo, '/api/v1/jobs?state=running');
  job = defined(jobs.items[0]).id;
  pair = (await api<{ items: { id: string }[] }>(demo, '/api/v1/jobs?limit=2')).items
    .map((item) => `id=${encodeURIComponent(item.id)}`)
    .join('&');
  node = (await api<{ items: { name: string }[] }>(demo, '/api/v1/nodes')).items[0]?.name ?? '';
});
afterAll(() => browser.close());

const places = (): Record<string, string> => ({
  overview: '/',
  jobs: '/jobs',
  job: `/jobs/${job}`,
  compare: `/jobs/compare?${pair}`,
  fleet: '/fleet',
  node: `/fleet/${node}`,
  grid: '/grid',
  budgets: '/budgets',
  reports: '/reports',
  admin: '/admin',
});
const NAMES = ['overview', 'jobs', 'job', 'compare', 'fleet', 'node', 'grid', 'budgets', 'reports', 'admin'];

interface Violation {
  id: string;
  impact: string;
  nodes: { target: string[]; failureSummary: string }[];
}

describe.each(['light', 'dark'] as const)('in %s', (theme) => {
  test.each(NAMES)('%s loads without complaint and axe finds nothing serious', async (name) => {
    const { page, context, complaints } = await watch(browser, demo, { theme });
    await signIn(page, demo, places()[name]);
    await settled(page);
    // Evaluated by the debugger, since the policy rightly refuses an inline script.
    await page.evaluate(axe);
    const violations = await page.evaluate(
      async () =>
        (await (window as unknown as { axe: { run: () => Promise<{ violations: unknown[] }> } }).axe.run())
          .violations as unknown,
    );
    const serious = (violations as Violation[]).filter(
      (violation) => violation.impact === 'serious' || violation.impact === 'critical',
    );
    expect(
      serious.map(
        ({ id, nodes }) =>
          `${id}: ${nodes
            .slice(0, 3)
            .map((found) => `${found.target.join(' ')} ${found.failureSummary}`)
            .join(' | ')}`,
      ),
    ).toEqual([]);
    expect(complaints).toEqual([]);
    await context.close();
  });
});

test.each(NAMES)('%s scrolls nothing sideways at 390 px', async (name) => {
  const { page, context } = await watch(browser, demo, { width: 390 });
  await signIn(page, demo, places()[name]);
  await settled(page);
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
  await context.close();
});

test('first numbers are printed, and nothing shifts while a page fills', async () => {
  const { page, context } = await watch(browser, demo);
  await signIn(page, demo);
  await settled(page);
  await page.addInitScript(() => {
    const found = { shift: 0, numbers: 0 };
    Object.assign(window, { found });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as (PerformanceEntry & { value: number; hadRecentInput: boolean })[])
        if (!entry.hadRecentInput) found.shift += entry.value;
    }).observe({ type: 'layout-shift', buffered: true });
    const look = (): void => {
      if (document.querySelector('[data-stat]')) found.numbers = performance.now();
      else requestAnimationFrame(look);
    };
    look();
  });
  await page.reload();
  await settled(page);
  const { shift, numbers } = await page.evaluate(
    () => (window as unknown as { found: { shift: number; numbers: number } }).found,
  );
  console.log(`first numbers after ${Math.round(numbers)} ms, layout shift ${shift.toFixed(3)}`);
  // How fast they are is for a machine of its own to say (docs/PERFORMANCE.md); here they come at all.
  expect(numbers).toBeGreaterThan(0);
  expect(shift).toBeLessThan(0.1);
  await context.close();
});
