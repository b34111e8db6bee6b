// Every page of a running service, light and dark, 1440 and 390 px: `npm run pictures -- FOLDER`, with
// WATTLEDGER_SERVER and WATTLEDGER_TOKEN. To be put beside the design and judged as a person would.
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const [folder = 'pictures', only] = process.argv.slice(2);
const server = process.env.WATTLEDGER_SERVER ?? 'http://127.0.0.1:8780';
const token = process.env.WATTLEDGER_TOKEN;
if (!token) throw new Error('set WATTLEDGER_TOKEN to a token of the service');
const ask = async (path) => (await fetch(server + path, { headers: { authorization: `Bearer ${token}` } })).json();

const running = await ask('/api/v1/jobs?state=running&sort=energy&limit=1');
const job = encodeURIComponent(running.items[0]?.id ?? '');
const jobs = (await ask('/api/v1/jobs?limit=3')).items.map((item) => `id=${encodeURIComponent(item.id)}`).join('&');
const node = encodeURIComponent((await ask('/api/v1/nodes?limit=1')).items[0]?.name ?? '');
const pages = {
  overview: '/',
  jobs: '/jobs',
  job: `/jobs/${job}`,
  explain: `/jobs/${job}?explain=${encodeURIComponent(`job=${job}`)}`,
  compare: `/jobs/compare?${jobs}`,
  fleet: '/fleet',
  node: `/fleet/${node}`,
  grid: '/grid',
  budgets: '/budgets',
  reports: '/reports',
  admin: '/admin',
};

mkdirSync(folder, { recursive: true });
const args = JSON.parse(readFileSync(new URL('../e2e/chromium.json', import.meta.url), 'utf8'));
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args });
for (const theme of ['light', 'dark']) {
  for (const width of [1440, 390]) {
    const context = await browser.newContext({
      baseURL: server,
      viewport: { width, height: 1000 },
      colorScheme: theme,
      reducedMotion: 'reduce',
    });
    const page = await context.newPage();
    page.on('console', (message) => message.type() === 'error' && console.error(message.text()));
    page.on('pageerror', (error) => console.error(error.message));
    await page.goto('/');
    await page.fill('input[type=password]', token);
    await page.press('input[type=password]', 'Enter');
    await page.waitForSelector('main#content');
    for (const [name, path] of Object.entries(pages)) {
      if (only && only !== name) continue;
      await page.goto(path);
      await page
        .waitForFunction(
          () => document.querySelector('main h1') && !document.querySelector('.skeleton, .number.loading'),
          undefined,
          { timeout: 60_000 },
        )
        .catch(() => console.error(`${name} is still loading`));
      await page.waitForTimeout(1_500);
      const isLong = name === 'jobs' || name === 'explain';
      await page.screenshot({ path: join(folder, `${name}-${theme}-${width}.png`), fullPage: !isLong });
    }
    await context.close();
  }
}
await browser.close();
