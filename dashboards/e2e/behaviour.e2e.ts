import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { exact, figure, setLocale, wattHours, grams } from '../src/lib/format/number';
import { api, open, settled, signIn, watch } from './browser';
import { found as defined } from '../src/testing/found';
import { tied, untie } from './service';

const demo = inject('demo');
const empty = inject('empty');
let browser: Browser;

interface Job {
  id: string;
  name: string | null;
  ended: string | null;
  energy_mj: number;
  co2e_ug: number;
  explain: string;
}

beforeAll(async () => {
  setLocale('en-US');
  browser = await open();
});
afterAll(() => browser.close());

const text = async (page: Page, selector: string): Promise<string> => ((await page.textContent(selector)) ?? '').trim();
const endedJob = async (): Promise<Job> => {
  const { items } = await api<{ items: Job[] }>(demo, '/api/v1/jobs?state=ended&limit=50');
  const found = defined(items.find((job) => job.energy_mj > 0));
  return api<Job>(demo, `/api/v1/jobs/${found.id}`);
};

test('a wrong token is refused in words; a deep link stands after signing in; signing out ends it', async () => {
  const { page, context, complaints } = await watch(browser, demo);
  await page.goto('/jobs?state=running');
  await page.fill('input[type=password]', 'wl_wrong');
  await page.click('button[type=submit]');
  expect(await text(page, '[role=alert]')).toContain('This token is not valid');
  await page.fill('input[type=password]', demo.token);
  await page.click('button[type=submit]');
  await settled(page);
  expect(new URL(page.url()).pathname + new URL(page.url()).search).toBe('/jobs?state=running');
  const cookie = defined((await context.cookies())[0]);
  expect(cookie).toMatchObject({ httpOnly: true, sameSite: expect.stringMatching(/Lax|Strict/) as unknown });
  await page.click('nav.side button[aria-label="Sign out"]');
  await page.waitForSelector('input[type=password]');
  expect(await page.evaluate(async () => (await fetch('/api/v1/jobs')).status)).toBe(401);
  expect(complaints.filter((complaint) => !complaint.includes('401'))).toEqual([]);
  await context.close();
});

test.skipIf(!demo.signIn)('the link that is printed signs in once', async () => {
  const { page, context } = await watch(browser, demo);
  await page.goto(demo.signIn);
  await settled(page);
  const other = await watch(browser, demo);
  const response = await other.page.goto(demo.signIn);
  expect(response?.status()).toBe(410);
  await context.close();
  await other.context.close();
});

test("a job's figures are the API's, and explain leads to the stored batch and the exact integers", async () => {
  const job = await endedJob();
  const { page, context, complaints } = await watch(browser, demo);
  await signIn(page, demo, `/jobs/${job.id}`);
  await settled(page);
  expect(await text(page, '[data-stat="Energy"]')).toBe(figure('energy', wattHours(job.energy_mj)).number);
  expect(await text(page, '[data-stat="CO2e"]')).toBe(figure('carbon', grams(job.co2e_ug)).number);

  await page.click('button:has([data-stat="CO2e"])');
  await page.waitForSelector('[data-batches] code');
  expect(new URL(page.url()).searchParams.get('explain')).toContain(job.id);
  expect(await text(page, '[data-exact=energy_mj]')).toBe(exact(job.energy_mj));
  expect(await text(page, '[data-exact=co2e_ug]')).toBe(exact(job.co2e_ug));
  expect(await text(page, '[data-batches]')).toMatch(/seq \d+/);
  expect(await text(page, '[data-batches]')).toMatch(/sha256 [0-9a-f]{64}/);

  await page.reload();
  await page.waitForSelector('[data-batches] code');
  await page.keyboard.press('Escape');
  await page.waitForSelector('dialog[open]', { state: 'detached' });
  expect(new URL(page.url()).search).toBe('');
  expect(complaints.filter((complaint) => !complaint.includes('401'))).toEqual([]);
  await context.close();
});

test("the report's table is the API's and closes exactly", async () => {
  const { page, context } = await watch(browser, demo);
  // Whole days that are over: nothing of them is open any more.
  const day = (back: number): Date => new Date((Math.floor(Date.now() / 86_400_000) - back) * 86_400_000);
  const range = { from: day(3), to: day(1) };
  const query = `from=${range.from.toISOString()}&to=${range.to.toISOString()}`;
  const report = await api<{
    total: { energy_mj: number };
    idle: { energy_mj: number };
    metered: { energy_mj: number };
  }>(demo, `/api/v1/reports/emissions?${query}`);
  await signIn(page, demo, `/reports?${query}`);
  await settled(page);
  const identity = await text(page, '.identity');
  expect(identity).toContain('Closes exactly');
  expect(identity).toContain(
    `${exact(report.total.energy_mj)} + ${exact(report.idle.energy_mj)} = ${exact(report.metered.energy_mj)} mJ`,
  );
  await context.close();
});

test('live values move and the mark says so', async () => {
  const { page, context } = await watch(browser, demo);
  await signIn(page, demo);
  await settled(page);
  await page.waitForFunction(() => /^Live/.test(document.querySelector('[data-live]')?.textContent ?? ''));
  const before = await text(page, '[data-stat="Power now"]');
  await page.waitForFunction(
    (before) => document.querySelector('[data-stat="Power now"]')?.textContent.trim() !== before,
    before,
  );
  await context.close();
});

test('one event stream and no polling storm', async () => {
  const { page, context } = await watch(browser, demo);
  await signIn(page, demo);
  await settled(page);
  let streams = 0;
  let requests = 0;
  page.on('request', (request) => {
    if (request.url().endsWith('/api/v1/events')) streams++;
    else if (request.url().includes('/api/')) requests++;
  });
  await page.waitForTimeout(10_000);
  expect(streams).toBe(0);
  expect(requests).toBeLessThan(30);
  await context.close();
});

test('without events a page says that it is stale, greys its figures, and is live again by itself', async () => {
  const { page, context } = await watch(browser, demo);
  await page.clock.install();
  let isCut = false;
  await context.route('**/api/v1/events', (route) =>
    isCut
      ? route.abort()
      : route.fulfill({
          contentType: 'text/event-stream',
          body: 'retry: 500\nevent: change\ndata: {"what":"batch","id":"","project":null}\n\n',
        }),
  );
  await signIn(page, demo);
  await settled(page);
  await page.waitForSelector('[data-live=live]');
  isCut = true;
  await page.waitForRequest('**/api/v1/events');
  await page.clock.fastForward(30_000);
  await page.waitForSelector('[data-live=quiet]');
  await page.clock.fastForward(60_000);
  await page.waitForSelector('[data-live=stale]');
  await page.waitForSelector('text=/as of \\d\\d:\\d\\d/');
  isCut = false;
  await page.waitForSelector('[data-live=live]');
  await page.waitForFunction(() => !/as of \d\d:\d\d/.test(document.querySelector('main')?.textContent ?? ''));
  await context.close();
});

test('a hidden tab closes its stream and asks for nothing; seen again it catches up', async () => {
  const { page, context } = await watch(browser, demo);
  await page.addInitScript(() => {
    Object.assign(window, { isHidden: false });
    Object.defineProperty(document, 'hidden', { get: () => (window as unknown as { isHidden: boolean }).isHidden });
  });
  const show = (isHidden: boolean): Promise<void> =>
    page.evaluate((isHidden) => {
      Object.assign(window, { isHidden });
      document.dispatchEvent(new Event('visibilitychange'));
    }, isHidden);
  await signIn(page, demo);
  await settled(page);
  await page.waitForSelector('[data-live=live]');
  await show(true);
  await page.waitForLoadState('networkidle').catch(() => {});
  const asked: string[] = [];
  page.on('request', (request) => request.url().includes('/api/') && asked.push(request.url()));
  // What would have moved it: three newer batches.
  const seen = async (): Promise<string | undefined> =>
    (await api<{ items: { seen: string }[] }>(demo, '/api/v1/nodes')).items
      .map((node) => node.seen)
      .sort()
      .at(-1);
  for (let last = await seen(), news = 0; news < 8; await new Promise((resolve) => setTimeout(resolve, 250))) {
    const next = await seen();
    if (next !== last) news++;
    last = next;
  }
  expect(asked).toEqual([]);
  const stream = page.waitForRequest('**/api/v1/events');
  const answer = page.waitForRequest((request) => /\/api\/v1\/(power|reports)/.test(request.url()));
  await show(false);
  await Promise.all([stream, answer]);
  await context.close();
});

test("a session's cookie alone, without the mark beside it, is signed in", async () => {
  const first = await watch(browser, demo);
  await signIn(first.page, demo);
  const cookies = (await first.context.cookies()).filter((cookie) => cookie.httpOnly);
  expect(cookies).toHaveLength(1);
  const { page, context } = await watch(browser, demo);
  await context.addCookies(cookies);
  await page.goto('/jobs');
  await page.waitForSelector('main#content h1');
  expect(await page.locator('input[type=password]').count()).toBe(0);
  await first.context.close();
  await context.close();
});

test("every order of the jobs is the service's own, and totals are those of the filter", async () => {
  const { page, context } = await watch(browser, demo);
  await signIn(page, demo, '/jobs');
  for (const [name, server] of [
    ['started', 'started'],
    ['energy', 'energy'],
    ['co2e', 'co2e'],
    ['intensity', 'intensity'],
    ['held-idle', 'held_idle'],
    ['per-step', 'energy_per_step'],
  ] as const) {
    await page.goto(`/jobs?state=ended&sort=${name}`);
    await settled(page);
    const listed = await api<{ items: Job[] }>(demo, `/api/v1/jobs?state=ended&sort=${server}&limit=5`);
    const shown = await page
      .locator('td.job a')
      .evaluateAll((links) =>
        links.slice(0, 5).map((link) => decodeURIComponent(link.getAttribute('href')?.split('/').pop() ?? '')),
      );
    expect(shown).toEqual(listed.items.map((job) => job.id));
  }
  const totals = await api<{ succeeded: { jobs: number }; failed: { jobs: number } }>(demo, '/api/v1/jobs/totals');
  expect(await text(page, '[aria-label=State] button[aria-pressed=true]')).toBe(
    `Ended${totals.succeeded.jobs + totals.failed.jobs}`,
  );
  await context.close();
});

test('the demonstration shows a node fault, a device held idle, a late agent and hours that turn final', async () => {
  const kinds = new Set(
    (await api<{ items: { kind: string }[] }>(demo, '/api/v1/attention?limit=1000')).items.map((item) => item.kind),
  );
  for (const kind of ['agent_late', 'held_idle', 'gaps_reported']) expect(kinds).toContain(kind);
  const at = (hours: number): string => new Date(Date.now() + hours * 3_600_000).toISOString();
  const { status } = await api<{ status: string[] }>(
    demo,
    `/api/v1/grid/intensity/series?zone=DE&from=${at(-12)}&to=${at(12)}`,
  );
  for (const word of ['measured', 'provisional', 'forecast']) expect(status).toContain(word);
  const { page, context } = await watch(browser, demo);
  await signIn(page, demo, '/fleet');
  await settled(page);
  await page.waitForSelector('.heat');
  expect(await page.locator('text=Blank is a gap').count()).toBe(1);
  const gaps = await api<{ items: { reason: string }[] }>(demo, '/api/v1/gaps?limit=1000');
  expect(gaps.items.some((gap) => gap.reason === 'agent_stopped')).toBe(true);
  await context.close();
});

test('dragging zooms all charts, the address keeps it over a reload, a double click goes back', async () => {
  const { page, context } = await watch(browser, demo);
  await signIn(page, demo, '/?range=24h');
  await settled(page);
  const box = defined(await page.locator('.time-chart').first().boundingBox());
  await page.mouse.move(box.x + 120, box.y + 100);
  await page.mouse.down();
  await page.mouse.move(box.x + 300, box.y + 110, { steps: 4 });
  await page.mouse.up();
  await page.waitForURL(/from=/);
  const zoomed = page.url();
  await page.reload();
  await settled(page);
  expect(page.url()).toBe(zoomed);
  expect(await page.locator('button', { hasText: 'Zoom out' }).count()).toBe(1);
  await page.mouse.dblclick(box.x + 200, box.y + 100);
  await page.waitForURL((url) => !url.searchParams.has('from'));
  expect(new URL(page.url()).searchParams.get('range')).toBe('24h');
  await context.close();
});

test('filters stand in the address and survive a reload; an empty result says which filter emptied it', async () => {
  const { page, context } = await watch(browser, demo);
  await signIn(page, demo, '/jobs');
  await settled(page);
  const project = (await api<{ items: { name: string }[] }>(demo, '/api/v1/projects')).items[0]?.name ?? '';
  await page.keyboard.press('/');
  await page.keyboard.type(`project:${project} `);
  await page.waitForURL(/filter=project/);
  await page.reload();
  await settled(page);
  expect(await page.locator('.search .chip').textContent()).toContain(`project:${project}`);
  const listed = await api<{ items: unknown[] }>(demo, `/api/v1/jobs?limit=1000&project=${project}`);
  expect(await text(page, '[aria-label=State] button[aria-pressed=true]')).toBe(`All${listed.items.length}`);
  await page.fill('input[type=search]', 'zzz-no-such-run');
  await page.waitForSelector('text=No job matches');
  expect(await page.locator('button', { hasText: 'Remove' }).count()).toBe(2);
  await page.click('text=Clear all');
  await page.waitForURL((url) => !url.searchParams.has('filter'));
  await context.close();
});

test('two selected jobs compare', async () => {
  const { page, context, complaints } = await watch(browser, demo);
  await signIn(page, demo, '/jobs?state=ended');
  await settled(page);
  const boxes = page.locator('tbody input[type=checkbox]');
  await boxes.nth(0).check();
  await boxes.nth(1).check();
  await page.click('text=Compare');
  await page.waitForSelector('text=Energy per device-hour');
  expect(await page.locator('thead th').count()).toBe(3);
  expect(complaints.filter((complaint) => !complaint.includes('401'))).toEqual([]);
  await context.close();
});

test('exports download what is shown', async () => {
  const { page, context } = await watch(browser, demo);
  await signIn(page, demo, '/jobs?state=ended');
  await settled(page);
  const save = async (click: () => Promise<void>): Promise<{ name: string; content: string }> => {
    const [download] = await Promise.all([page.waitForEvent('download'), click()]);
    return { name: download.suggestedFilename(), content: readFileSync(await download.path(), 'utf8') };
  };
  const jobs = await save(() => page.click('text=Export'));
  expect(jobs.name).toBe('wattledger-jobs.csv');
  expect(jobs.content.split('\r\n')[0]).toContain('energy_mj');
  expect(jobs.content.split('\r\n').length).toBeGreaterThan(2);

  await page.goto('/reports');
  await settled(page);
  for (const [kind, expected] of [
    ['CSV', 'metered,'],
    ['JSON', '"metered"'],
    ['HTML', 'jobs + idle = metered'],
  ] as const) {
    const file = await save(() => page.locator('.page-head button', { hasText: kind }).click());
    expect(file.name).toMatch(new RegExp(`\\.${kind.toLowerCase()}$`));
    expect(file.content).toContain(expected);
  }

  await page.goto('/');
  await settled(page);
  await page.locator('.menu summary').first().click();
  const picture = await save(() => page.locator('.menu[open] button', { hasText: 'PNG' }).click());
  expect(picture.name).toMatch(/\.png$/);
  await page.locator('.menu summary').first().click();
  await page.locator('.menu[open] button', { hasText: 'Data as table' }).click();
  await page.waitForSelector('.scroll table tbody tr');
  await context.close();
});

test('keys: g then a letter, / to search, ? lists them, arrows step through a chart', async () => {
  const { page, context } = await watch(browser, demo);
  await signIn(page, demo);
  await settled(page);
  await page.keyboard.press('g');
  await page.keyboard.press('f');
  await page.waitForURL(/\/fleet$/);
  await page.keyboard.press('?');
  await page.waitForSelector('dialog[open] kbd');
  await page.keyboard.press('Escape');
  await page.goto('/');
  await settled(page);
  await page.locator('.time-chart').first().focus();
  await page.keyboard.press('ArrowLeft');
  await page.waitForSelector('.time-chart .frame');
  await context.close();
});

/** Names of jobs as somebody who wants to harm writes them. */
const HOSTILE = [
  '<script>alert(1)</script>',
  '"><script>alert(2)</script>',
  "'><img src=x onerror=alert(3)>",
  '<img src=x onerror=alert(4)>',
  '<svg onload=alert(5)>',
  '<svg/onload=alert(6)>',
  'javascript:alert(7)',
  '<a href="javascript:alert(8)">x</a>',
  '<iframe src="javascript:alert(9)">',
  '<body onload=alert(10)>',
  '{{constructor.constructor("alert(11)")()}}',
  '${alert(12)}',
  '</title><script>alert(13)</script>',
  '</textarea><script>alert(14)</script>',
  '<style>@import "//evil.example"</style>',
  '<link rel=stylesheet href=//evil.example>',
  '<base href=//evil.example>',
  '<math><mi//xlink:href="data:x,<script>alert(18)</script>">',
  '<details open ontoggle=alert(19)>',
  '<input autofocus onfocus=alert(20)>',
  '<video><source onerror=alert(21)>',
  '<marquee onstart=alert(22)>',
  '&lt;script&gt;alert(23)&lt;/script&gt;',
  '%3Cscript%3Ealert(24)%3C/script%3E',
  '\\u003cscript\\u003ealert(25)',
  '<scr<script>ipt>alert(26)</scr</script>ipt>',
  '{title|alert(27)}',
  '=HYPERLINK("//evil.example")',
  '\uff1cscript\uff1ealert(29)\uff1c/script\uff1e',
  'a'.repeat(200),
];

test('thirty hostile names of jobs are text everywhere', async () => {
  expect(HOSTILE).toHaveLength(30);
  const from = new Date(Date.now() - 3_600_000).toISOString();
  const register = (job: string, name: string) =>
    api(demo, '/api/v1/jobs', {
      method: 'POST',
      body: JSON.stringify({ job, name, labels: { user: name }, from, to: new Date().toISOString() }),
    });
  for (const [index, name] of HOSTILE.entries()) await register(`hostile-${index}`, name);
  await expect(register('turned', '\u202egnp.exe')).rejects.toThrow('answered 400');
  const { page, context, complaints } = await watch(browser, demo);
  await signIn(page, demo, '/jobs?filter=hostile-');
  await settled(page);
  const shown = await page.locator('td.job a').allTextContents();
  for (const name of HOSTILE) expect(shown.map((found) => found.trim())).toContain(name.trim());
  for (const [index, name] of HOSTILE.entries()) {
    await page.goto(`/jobs/hostile-${index}`);
    await settled(page);
    expect((await page.textContent('h1'))?.trim()).toBe(name.trim());
  }
  await page.goto('/jobs/compare?id=hostile-0&id=hostile-3');
  await settled(page);
  await page.goto('/reports?by=label:user');
  await settled(page);
  expect(complaints.filter((complaint) => !complaint.includes('401'))).toEqual([]);
  await context.close();
});

test('an empty service shows three steps and turns live by itself', async () => {
  const { page, context } = await watch(browser, empty);
  await signIn(page, empty);
  await page.waitForSelector('text=No energy yet');
  expect(await page.locator('.first ol > li').count()).toBe(3);
  expect(await page.locator('.first code').first().textContent()).toContain(`--server ${empty.url}`);
  const folder = mkdtempSync(join(tmpdir(), 'wattledger-agent-'));
  writeFileSync(join(folder, 'token'), empty.token, { mode: 0o600 });
  writeFileSync(
    join(folder, 'agent.toml'),
    [
      `server = "${empty.url}"`,
      'name = "first-node"',
      `token_file = "${join(folder, 'token')}"`,
      `spool = "${join(folder, 'spool.sqlite')}"`,
      'sources = ["synthetic:gpus=2,watts=300"]',
      'window_ms = 1000',
      'push_every_s = 1',
      '',
    ].join('\n'),
  );
  const agent = tied(folder, inject('binary'), ['agent', '--config', join(folder, 'agent.toml')]);
  let said = '';
  agent.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  try {
    await page.waitForSelector('[data-stat="Power now"]', {}).catch((error: unknown) => {
      throw new Error(`${(error as Error).message}\nthe agent said: ${said}`);
    });
    expect(await page.locator('text=No energy yet').count()).toBe(0);
  } finally {
    await untie(agent);
  }
  await context.close();
});
