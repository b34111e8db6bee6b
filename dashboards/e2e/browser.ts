/** A headless Chromium and pages that fail a test when something was said on the console that a reader must not see. */

import { type Browser, type BrowserContext, type Page, chromium } from 'playwright-core';
import args from './chromium.json';
import type { Running } from './service';

/** For whatever is awaited: a busy machine is slow, not wrong. */
export const PATIENCE = 240_000;

export const open = (): Promise<Browser> =>
  chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args });

export interface Watched {
  page: Page;
  context: BrowserContext;
  /** Console errors, CSP violations, exceptions, dialogs, answers of 5xx, requests to other hosts. */
  complaints: string[];
}

interface Options {
  width?: number;
  theme?: 'light' | 'dark';
}

export async function watch(
  browser: Browser,
  server: Running,
  { width = 1440, theme = 'light' }: Options = {},
): Promise<Watched> {
  const context = await browser.newContext({
    baseURL: server.url,
    viewport: { width, height: 1000 },
    colorScheme: theme,
    reducedMotion: 'reduce',
    acceptDownloads: true,
  });
  context.setDefaultTimeout(PATIENCE);
  const page = await context.newPage();
  const complaints: string[] = [];
  await context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) =>
      console.error(`CSP ${event.violatedDirective} ${event.blockedURI}`),
    );
  });
  page.on(
    'console',
    (message) => message.type() === 'error' && complaints.push(`console: ${message.text()} ${message.location().url}`),
  );
  page.on('pageerror', (error) => complaints.push(`exception: ${error.message}`));
  page.on('dialog', (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('request', (request) => {
    const { protocol, origin } = new URL(request.url());
    if (protocol.startsWith('http') && origin !== server.url) complaints.push(`another host: ${request.url()}`);
  });
  page.on(
    'response',
    (response) => response.status() >= 500 && complaints.push(`${response.status()}: ${response.url()}`),
  );
  return { page, context, complaints };
}

export async function signIn(page: Page, server: Running, path = '/'): Promise<void> {
  await page.goto(path);
  await page.fill('input[type=password]', server.token);
  await page.press('input[type=password]', 'Enter');
  await page.waitForSelector('main#content');
}

/** What the API says, with the token and not through the app. */
export async function api<T>(server: Running, path: string, init: RequestInit = {}): Promise<T> {
  const response = await fetch(server.url + path, {
    ...init,
    headers: { authorization: `Bearer ${server.token}`, 'content-type': 'application/json', ...init.headers },
  });
  if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
  const text = await response.text();
  return (text ? JSON.parse(text) : null) as T;
}

/** Nothing is loading any more: no placeholder, and every chart is drawn. */
export async function settled(page: Page): Promise<void> {
  await page.waitForSelector('main#content h1');
  await page.waitForFunction(() => !document.querySelector('.skeleton, .number.loading'));
  await page.waitForFunction(() =>
    [...document.querySelectorAll('.time-chart')].every((chart) => chart.querySelector('canvas')),
  );
  await page.evaluate(() => document.fonts.ready.then(() => undefined));
}
