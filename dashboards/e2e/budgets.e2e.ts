import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { amountsOf } from '../src/lib/budget';
import type { Budget } from '../src/lib/api/types';
import { found as defined } from '../src/testing/found';
import { columnDecimals, commonUnit, fixed, setLocale } from '../src/lib/format/number';
import { api, open, settled, signIn, watch } from './browser';

const demo = inject('demo');
const empty = inject('empty');
let browser: Browser;

beforeAll(async () => {
  setLocale('en-US');
  browser = await open();
});
afterAll(() => browser.close());

const budgets = async (): Promise<Budget[]> => (await api<{ items: Budget[] }>(demo, '/api/v1/budgets')).items;

test('bars show what the API says, the one in danger is open, and a row opens another', async () => {
  const { page, context, complaints } = await watch(browser, demo);
  await signIn(page, demo, '/budgets');
  await settled(page);
  const known = await budgets();
  expect(
    await page
      .locator('tbody tr')
      .filter({ has: page.locator('.bar') })
      .count(),
  ).toBeGreaterThanOrEqual(known.length);
  const [worst, other] = [defined(known[0]), defined(known[1])];
  expect(await page.textContent('table[aria-label=Budgets] tr.chosen button')).toBe(worst.name);
  expect(await page.textContent('nav.side a[href="/budgets"] .count')).toMatch(/^\d+ at risk$/);
  // The limit does not move while a job runs.
  const amounts = defined(amountsOf(worst));
  const unit = commonUnit(amounts.kind, [amounts.limit]);
  expect(await page.textContent('table[aria-label=Budgets] tr.chosen td.limit')).toContain(
    fixed(amounts.limit / unit.size, columnDecimals(amounts.limit / unit.size)),
  );
  expect(await page.getAttribute('.chart[role=img]', 'aria-label')).toContain(`Remaining budget of ${worst.name}`);

  await page.click(`table[aria-label=Budgets] button:text-is("${other.name}")`);
  await page.waitForFunction(
    (name) =>
      document.querySelector('.chart[role=img]')?.getAttribute('aria-label')?.includes(`Remaining budget of ${name}`),
    other.name,
  );
  expect(new URL(page.url()).searchParams.get('budget')).toBe(other.id);
  await page.reload();
  await settled(page);
  expect(await page.textContent('table[aria-label=Budgets] tr.chosen button')).toBe(other.name);
  expect(complaints).toEqual([]);
  await context.close();
});

test('a denied job says why and what would fit; an approved one is admitted when sent again with its key', async () => {
  const key = `e2e-${Date.now()}`;
  const job = {
    key,
    project: 'atlas-llm',
    accelerator: 'NVIDIA H100 80GB HBM3',
    count: 32,
    hours: 500,
    site: 'frankfurt',
  };
  const refused = await api<{ allowed: boolean; id: string; options: { command: string }[] }>(
    demo,
    '/api/v1/admissions',
    { method: 'POST', body: JSON.stringify(job) },
  );
  expect(refused.allowed).toBe(false);
  const { page, context, complaints } = await watch(browser, demo);
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await signIn(page, demo, '/budgets');
  await page.waitForSelector(`.first:has-text("${key}")`);
  await settled(page);
  expect(await page.textContent('.first .denial')).toMatch(
    /Needs .* \(p95\)\. atlas-llm has .* free until \d+ \w+\. Short by/,
  );
  if (refused.options.length) {
    await page.click('.first .option button >> nth=0');
    await page.waitForSelector('text=Command copied');
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(refused.options[0]?.command);
  }

  await page.click('.first summary:has-text("Request an exception")');
  await page.fill('.first form input >> nth=0', 'fay');
  await page.fill('.first form input >> nth=1', 'the paper is due');
  await page.click('.first form button:has-text("Send request")');
  const request = page.locator('li', { hasText: 'the paper is due' });
  await request.locator('button:has-text("Decide")').click();
  await request.locator('input >> nth=0').fill('ben');
  await request.locator('input >> nth=1').fill('once, for the paper');
  await request.locator('button:has-text("Approve")').click();
  await page.waitForSelector(`li:has-text("ben approved ${key}, valid until")`);
  const again = await api<{ allowed: boolean; warnings: string[] }>(demo, '/api/v1/admissions', {
    method: 'POST',
    body: JSON.stringify(job),
  });
  expect(again.allowed).toBe(true);
  expect(again.warnings.join()).toContain('overridden by ben');
  await page.waitForSelector(`li:has-text("Admitted ${key}")`);
  // What it holds is given back, for whoever looks at the demonstration next.
  await api(demo, `/api/v1/admissions/${refused.id}`, { method: 'DELETE' });
  await page.waitForSelector(`li:has-text("Released ${key}")`);
  expect(complaints).toEqual([]);
  await context.close();
});

test('a job tells what it holds, and projects how their budget stands', async () => {
  const held = await api<{ items: { job: string; metered_mj: number; holds: unknown[] }[] }>(
    demo,
    '/api/v1/admissions?state=held&limit=1000',
  );
  const running = defined(held.items.find((admission) => admission.metered_mj > 0 && admission.holds.length));
  const { page, context, complaints } = await watch(browser, demo);
  await signIn(page, demo, `/jobs/${encodeURIComponent(running.job)}`);
  const card = page.locator('section[aria-label=Budget]');
  await card.waitFor();
  expect(await card.textContent()).toMatch(/running within its hold.*% of its p95 used.*reserved.*still held/s);
  await page.goto('/');
  await page.waitForSelector('a[href^="/budgets?budget="]');
  await page.goto('/admin');
  await page.waitForSelector('a[href^="/budgets?budget="]');
  expect(complaints).toEqual([]);
  await context.close();
});

test('a budget is created, edited, ended; its limit arrives to the microgram, a wrong one is refused', async () => {
  const { page, context, complaints } = await watch(browser, empty);
  await signIn(page, empty, '/budgets');
  await page.waitForSelector('text=No budgets yet');
  await page.click('button:has-text("New budget")');
  await page.fill('input >> nth=0', 'speech month');
  await page.fill('label:has-text("Project") input', 'speech');
  await page.fill('label:has-text("Limit") input', 'many');
  expect(await page.isDisabled('button:has-text("Create budget")')).toBe(true);
  await page.fill('label:has-text("Limit") input', '2.3');
  await page.fill('label:has-text("Alert thresholds") input', '500');
  await page.click('button:has-text("Create budget")');
  await page.waitForSelector('text=Not saved. Thresholds');
  await page.fill('label:has-text("Alert thresholds") input', '50, 90');
  await page.click('button:has-text("Create budget")');
  await page.waitForSelector('table[aria-label=Budgets] button:text-is("speech month")');
  const made = defined((await api<{ items: Record<string, unknown>[] }>(empty, '/api/v1/budgets')).items.at(-1));
  expect(made).toMatchObject({
    name: 'speech month',
    project: 'speech',
    unit: 'co2e',
    limit_ug: 2_300_000_000_000,
    mode: 'observe',
    thresholds: [50, 90],
  });

  await page.click('button:text-is("Edit")');
  await page.selectOption('label:has-text("If a job does not fit") select', 'block');
  await page.fill('label:has-text("Limit") input', '2.5');
  await page.fill('label:has-text("Reason") input', 'the weeks of looking are over');
  await page.click('button:text-is("Save")');
  await page.waitForSelector('table[aria-label=Budgets] :text("blocks")');
  expect((await api<Record<string, unknown>>(empty, `/api/v1/budgets/${made.id as string}`)).limit_ug).toBe(
    2_500_000_000_000,
  );

  await page.click('button:text-is("End budget")');
  await page.click('section[aria-label="End speech month"] button:text-is("End budget")');
  await page.waitForSelector('text=No budgets yet');
  expect(complaints.filter((complaint) => !complaint.includes('status of 400'))).toEqual([]);
  await context.close();
});
