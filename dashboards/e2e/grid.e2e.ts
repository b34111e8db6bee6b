/** The Grid page: which value counts and why, forecasts against what came, yearly values, and providers that fail. */

import { mkdtempSync, writeFileSync } from 'node:fs';
import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { intensity, setLocale } from '../src/lib/format/number';
import { found as defined } from '../src/testing/found';
import { api, open, settled, signIn, watch } from './browser';
import { start, untie } from './service';

const demo = inject('demo');
const HALF_HOUR = 1_800_000;
let browser: Browser;

interface Choice {
  g_per_kwh: number;
  publisher: string;
  edition: string;
  licence: string;
}
interface Edition {
  edition: string;
  standing: string;
  reason: string;
  is_forecast: boolean;
  difference: { absolute_mg_per_kwh: number } | null;
}

beforeAll(async () => {
  setLocale('en-US');
  browser = await open();
});
afterAll(() => browser.close());

const textOf = async (page: Page, selector: string): Promise<string> =>
  ((await page.textContent(selector)) ?? '').replace(/\s+/g, ' ').trim();
const table = (name: string): string => `table:has(caption:text-is("${name}"))`;

test('each zone has the value that counts now, with its source and licence; editions say why they count', async () => {
  const { page, context, complaints } = await watch(browser, demo);
  await signIn(page, demo, '/grid?zone=DE');
  await settled(page);
  await page.waitForSelector('[data-editions]');
  const now = await api<Choice>(demo, '/api/v1/grid/intensity?zone=DE');
  const row = await textOf(page, `${table('Grid intensity now, by zone')} tbody tr:has(a:text-is("DE"))`);
  for (const expected of [intensity(now.g_per_kwh), now.publisher, now.edition, now.licence])
    expect(row).toContain(expected);

  const { editions } = await api<{ editions: Edition[] }>(demo, '/api/v1/grid/editions?zone=DE');
  const shown = await textOf(page, '[data-editions] table');
  for (const { edition } of editions) expect(shown).toContain(edition);
  expect(shown).toMatch(/Counts for \d+ % of this time: measured for that time/);
  expect(shown).toMatch(/Counts for \d+ % of this time: forecast for that time, as nothing better is known/);
  expect(shown).toContain('Marginal: a second number beside the average, which enters no total');
  expect(await textOf(page, '[data-marginal]')).toContain('made up');

  const chart = page.locator('.card:has(h2:text-is("Forecast against actual"))');
  expect(await chart.locator('[role=application]').getAttribute('aria-label')).toMatch(/Forecasts were off by \d+ g/);
  await chart.locator('summary').press('Enter');
  await chart.locator('text=Data as table').press('Enter');
  expect(await chart.locator('table tbody tr').count()).toBeGreaterThan(24);
  expect(complaints.filter((complaint) => !complaint.includes('401'))).toEqual([]);
  await context.close();
});

test('every gap of a time is listed with what stands in, or the page says that there is none', async () => {
  const { page, context } = await watch(browser, demo);
  const hour = (back: number): string => `${new Date(Date.now() - back * 3_600_000).toISOString().slice(0, 13)}:00:00Z`;
  const range = `from=${hour(90)}&to=${hour(2)}`;
  const { gaps } = await api<{ gaps: { fallback: string }[] }>(demo, `/api/v1/grid/editions?zone=GB&${range}`);
  await signIn(page, demo, `/grid?zone=GB&${range}`);
  await settled(page);
  const shown = await textOf(page, '[data-gaps]');
  if (!gaps.length) expect(shown).toContain('Every past hour of this time since the first value has one');
  else expect(await page.locator('[data-gaps] tbody tr').count()).toBe(gaps.length);
  for (const { fallback } of gaps) expect(shown).toContain(fallback);
  await context.close();
});

test('the greener start of the page is that of the API, for the length that is chosen', async () => {
  const { page, context } = await watch(browser, demo);
  await signIn(page, demo, '/grid?zone=GB');
  await settled(page);
  await page.click('[aria-label="Length of the job"] button:text-is("12\u202fh")');
  await page.waitForSelector('code:text-is("wattledger grid best --site london --hours 12")');
  expect(new URL(page.url()).searchParams.get('hours')).toBe('12');
  expect(await textOf(page, '[data-advice]')).toMatch(/^Start /);
  await context.close();
});

test('a zone of which only yearly values are known says so, and draws no curve and no calendar', async () => {
  const { page, context } = await watch(browser, demo);
  await signIn(page, demo, '/grid?zone=US-CAL-CISO');
  await settled(page);
  await page.waitForSelector('[data-yearly]');
  const card = page.locator('.card:has(h2:text-is("Grid intensity over time"))');
  expect(await card.locator('.time-chart').count()).toBe(0);
  expect(await page.locator('.calendar').count()).toBe(0);
  const row = await textOf(page, `${table('Grid intensity now, by zone')} tbody tr:has(a:text-is("US-CAL-CISO"))`);
  expect(row).toMatch(/yearly value.*step 6 of 6/);
  await context.close();
});

/** A stand-in of Great Britain's operator: values up to two hours ago, forecasts beyond; nothing while it is down. */
function standIn(state: { isDown: boolean }): Promise<Server> {
  const minutes = (ms: number): string => `${new Date(ms).toISOString().slice(0, 16)}Z`;
  const server = createServer((request, response) => {
    const [, first, last] = /^\/intensity\/([^/]+)\/([^/?]+)/.exec(request.url ?? '') ?? [];
    if (state.isDown || !first || !last) return void response.writeHead(500).end();
    const from = Math.floor(Date.parse(first) / HALF_HOUR) * HALF_HOUR;
    const to = last === 'fw48h' ? from + 96 * HALF_HOUR : Date.parse(last);
    const data = Array.from({ length: Math.max(0, Math.ceil((to - from) / HALF_HOUR)) }, (_, index) => {
      const [start, end] = [from + index * HALF_HOUR, from + (index + 1) * HALF_HOUR];
      const actual = end <= Date.now() - 4 * HALF_HOUR ? 120 : null;
      return { from: minutes(start), to: minutes(end), intensity: { forecast: 150, actual, index: 'low' } };
    });
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ data }));
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

test('a provider is up to date or failing, with last success, age of the newest value and error', async () => {
  const state = { isDown: false };
  const server = await standIn(state);
  const folder = mkdtempSync(join(tmpdir(), 'wattledger-e2e-grid-'));
  const config = join(folder, 'wattledger.toml');
  const { port } = server.address() as AddressInfo;
  writeFileSync(
    config,
    `[grid.providers.uk_carbon_intensity]\nzones = ["GB"]\nbase_url = "http://127.0.0.1:${port}"\n`,
  );
  const { process, running } = await start(inject('binary'), 'serve', '--config', config);
  try {
    const provider = async (): Promise<{ state: string }> => {
      const { items } = await api<{ items: { name: string; state: string }[] }>(running, '/api/v1/grid/providers');
      return defined(items.find(({ name }) => name === 'uk_carbon_intensity'));
    };
    await expect.poll(async () => (await provider()).state, { timeout: 240_000 }).toBe('ok');
    const { page, context, complaints } = await watch(browser, running);
    await signIn(page, running, '/grid?zone=GB');
    await settled(page);
    const asked = `${table('Providers that are asked')} tbody tr`;
    expect(await textOf(page, asked)).toMatch(
      /UK Carbon Intensity.*up to date.*GB: 120 g\/kWh.*2 h.* old.*ago.*none.*its zones, no key/,
    );
    // The others are listed once, by what they need.
    expect(await page.locator('dl[aria-label^="Providers that are not asked"] dt').count()).toBe(3);

    state.isDown = true;
    await api(running, '/api/v1/grid/providers/uk_carbon_intensity/sync', { method: 'POST' }).catch(() => null);
    await expect.poll(async () => (await provider()).state, { timeout: 240_000 }).toBe('failing');
    await page.reload();
    await settled(page);
    expect(await textOf(page, asked)).toMatch(/failing.*GB: 120 g\/kWh.*500/);
    expect(complaints.filter((complaint) => !complaint.includes('401'))).toEqual([]);
    await context.close();
  } finally {
    await untie(process);
    server.close();
  }
});
