// What pages cost with 10,000 jobs and 1,000 devices: `npm run measure` starts an empty service, tells it a day of 125
// nodes and 30 days of one job through the ingest path, keeps every node sending, and prints what the API and a browser
// take. Figures stand in docs/PERFORMANCE.md.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { chromium } from 'playwright-core';

const NODES = 125;
/** Nodes of the long job; the others have short ones. */
const LONG_NODES = 8;
const LONG_DAYS = 30;
const JOBS_PER_NODE = 86;
const ASKED = 60;
const MINUTE = 60;
const HOUR = 3_600;
const DAY = 86_400;

const now = Math.floor(Date.now() / 1000);
const today = Math.floor((now - DAY) / HOUR) * HOUR;
const until = Math.floor(now / MINUTE) * MINUTE;
let random = 88_172_645;
const draw = (most) => (random = (random * 1_103_515_245 + 12_345) % 2_147_483_648) % most;
const ns = (second) => `${second}000000000`;
/** JSON by hand, as nanoseconds are larger than a double holds exactly. */
const text = (value) => JSON.stringify(value);
const object = (fields) => `{${fields.map(([name, value]) => `"${name}":${value}`).join(',')}}`;

const binary = process.env.WATTLEDGER_BIN ?? fileURLToPath(new URL('../../target/release/wattledger', import.meta.url));
if (!existsSync(binary))
  throw new Error('no release build: run cargo build --release, or name a binary with WATTLEDGER_BIN');
const folder = mkdtempSync(join(tmpdir(), 'wattledger-measure-'));
const child = spawn(
  process.execPath,
  [
    fileURLToPath(new URL('tied.mjs', import.meta.url)),
    folder,
    binary,
    'serve',
    '--listen',
    '127.0.0.1:0',
    '--data',
    join(folder, 'data'),
  ],
  { stdio: ['pipe', 'pipe', 'pipe'] },
);
const service = await new Promise((resolve, reject) => {
  let said = '';
  const hear = (chunk) => {
    said += chunk;
    const url = /listening on (http:\S+)/.exec(said)?.[1];
    const token = /admin token: (wl_\w+)/.exec(said)?.[1];
    if (url && token && said.includes('sign in:')) resolve({ url, token });
  };
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  child.on('exit', (code) => reject(new Error(`serve ended with ${code}: ${said}`)));
});

async function ask(path, init = {}) {
  for (;;) {
    const response = await fetch(service.url + path, {
      ...init,
      headers: { authorization: `Bearer ${service.token}`, 'content-type': 'application/json', ...init.headers },
    });
    if (response.status === 429 || response.status === 503) {
      await new Promise((resolve) => setTimeout(resolve, 1000 * Number(response.headers.get('retry-after') ?? 1)));
      continue;
    }
    const text = await response.text();
    if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`);
    return { text, bytes: Number(response.headers.get('content-length') ?? text.length) };
  }
}

const nameOf = (number) => `node-${String(number).padStart(3, '0')}`;
const deviceOf = (number, index) =>
  index < 8 ? `GPU-${String(number).padStart(8, '0')}-8d0e-4b7a-9c51-00000000000${index}` : `rapl:package-${index - 8}`;
const devices = (number) =>
  Array.from({ length: 10 }, (_, index) => ({
    uuid: deviceOf(number, index),
    name: index < 8 ? 'NVIDIA H100 80GB HBM3' : 'CPU package',
    index: index % 8,
    kind: index < 8 ? 'accelerator' : 'host',
    sensor: 'counter',
    limit_mw: index < 8 ? 700_000 : 350_000,
    systematic_ppm: 50_000,
    driver_epoch: 1,
  }));
const sequences = new Map();

/** One batch of a node as text: windows of `step` seconds over `[from, to)`. */
function batch(number, from, to, step, { holdings = [], jobs = [] } = {}) {
  const sequence = (sequences.get(number) ?? 0) + 1;
  sequences.set(number, sequence);
  const windows = [];
  for (let start = from; start < to; start += step) {
    for (let index = 0; index < 10; index++) {
      const watts = index < 8 ? 90 + draw(560) : 90 + draw(60);
      const [end, energy] = [Math.min(start + step, to), watts * Math.min(step, to - start) * 1000];
      windows.push(
        object([
          ['device', text(deviceOf(number, index))],
          ['start_ns', ns(start)],
          ['end_ns', ns(end)],
          ['energy_mj', energy],
          ['covered_ns', ns(end - start)],
          ['method', '"counter"'],
          ['quality', '"counter"'],
          ['power_min_mw', watts * 900],
          ['power_peak_mw', watts * 1050],
          ['readings', end - start],
          ['integration_uncertainty_mj', 100],
          ['sensor_systematic_mj', Math.floor(energy / 20)],
        ]),
      );
    }
  }
  const hold = ({ device, job, start, end }) =>
    `{"device":"${device}","job":"${job}","weight":1,"start_ns":${ns(start)}${end ? `,"end_ns":${ns(end)}` : ''}}`;
  const tell = ({ id, project, name, start, end, user }) =>
    object([
      ['id', text(id)],
      ['project', text(project)],
      ['name', text(name)],
      ['labels', object([['user', text(user)]])],
      ['started_ns', ns(start)],
      ...(end
        ? [
            ['ended_ns', ns(end)],
            ['exit_status', draw(14) ? 0 : 1],
          ]
        : []),
    ]);
  return object([
    ['version', 1],
    ['agent', text(nameOf(number))],
    ['boot', text(String(number).padStart(32, '0'))],
    ['sequence', sequence],
    [
      'node',
      object([
        ['name', text(nameOf(number))],
        ['software', '"measure 1"'],
      ]),
    ],
    [
      'clock',
      object([
        ['wall_ns', ns(to)],
        ['monotonic_ns', ns(to)],
      ]),
    ],
    ['devices', JSON.stringify(devices(number))],
    ['windows', `[${windows.join(',')}]`],
    ['holdings', `[${holdings.map(hold).join(',')}]`],
    ['jobs', `[${jobs.map(tell).join(',')}]`],
  ]);
}
const send = (text) =>
  ask('/api/v1/batches', {
    method: 'POST',
    body: gzipSync(text, { level: 1 }),
    headers: { 'content-encoding': 'gzip' },
  });

/** The jobs of a node that begin or end in an hour. */
function shortJobs(number, from, to) {
  const length = Math.floor((until - today) / JOBS_PER_NODE);
  const found = { holdings: [], jobs: [] };
  for (let run = 0; run < JOBS_PER_NODE; run++) {
    const start = today + run * length;
    const end = run === JOBS_PER_NODE - 1 ? null : start + length;
    if (start >= to || (end ?? to) <= from) continue;
    const job = {
      id: `run-${number}-${run}`,
      project: `project-${number % 6}`,
      name: `train ${['resnet', 'llama', 'unet', 'vit'][run % 4]} r${run}`,
      user: `user${number % 9}`,
      start,
      end: end && end <= to ? end : null,
    };
    found.jobs.push(job);
    for (let index = 0; index < 10; index++)
      found.holdings.push({ device: deviceOf(number, index), job: job.id, start, end: job.end });
  }
  return found;
}
function longJob(number, from) {
  const job = { id: 'long', project: 'project-0', name: 'pretrain large r1', user: 'user0', start: from, end: null };
  return {
    jobs: number === 0 ? [job] : [],
    holdings: Array.from({ length: 10 }, (_, index) => ({
      device: deviceOf(number, index),
      job: 'long',
      start: from,
      end: null,
    })),
  };
}

async function fill() {
  await ask('/api/v1/sites', { method: 'POST', body: JSON.stringify({ name: 'hall', zone: 'DE', pue: 1.2 }) });
  const begin = today - (LONG_DAYS - 1) * DAY;
  const tellNode = async (number) => {
    if (number < LONG_NODES) {
      for (let day = begin; day < today; day += DAY)
        await send(batch(number, day, Math.min(day + DAY, today), 600, day === begin ? longJob(number, begin) : {}));
      for (let from = today; from < until; from += HOUR)
        await send(batch(number, from, Math.min(from + HOUR, until), MINUTE));
    } else {
      for (let from = today; from < until; from += HOUR)
        await send(
          batch(
            number,
            from,
            Math.min(from + HOUR, until),
            MINUTE,
            shortJobs(number, from, Math.min(from + HOUR, until)),
          ),
        );
    }
    await ask(`/api/v1/nodes/${nameOf(number)}/site`, { method: 'POST', body: JSON.stringify({ site: 'hall' }) });
  };
  const start = performance.now();
  for (let first = 0; first < NODES; first += 5)
    await Promise.all(Array.from({ length: Math.min(5, NODES - first) }, (_, index) => tellNode(first + index)));
  console.log(`filled in ${((performance.now() - start) / 1000).toFixed(0)} s`);
}

/** Every node sends ten seconds every ten seconds, in turns. */
function goLive() {
  let turn = 0;
  const reached = new Map();
  return setInterval(() => {
    const second = Math.floor(Date.now() / 1000);
    for (let count = 0; count < 3; count++) {
      const number = turn++ % NODES;
      const from = reached.get(number) ?? until;
      if (second - from < 8) continue;
      reached.set(number, second);
      send(batch(number, from, second, 10)).catch(() => {});
    }
  }, 240);
}

const spread = (times) => {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))].toFixed(0);
  return `p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, ${sorted.length} times`;
};

async function measureApi() {
  const iso = (second) => new Date(second * 1000).toISOString();
  const day = `from=${iso(now - DAY)}&to=${iso(now)}`;
  const calls = {
    'jobs, first 250 by energy': '/api/v1/jobs?limit=250&sort=energy',
    'jobs, first 250 by held-idle share': '/api/v1/jobs?limit=250&sort=held_idle&state=ended',
    'jobs, first 250 by g/kWh': '/api/v1/jobs?limit=250&sort=intensity&state=ended',
    "jobs, a filter's totals": '/api/v1/jobs/totals?project=project-1',
    'a job': '/api/v1/jobs/run-50-3',
    'its curve': '/api/v1/jobs/run-50-3/series?points=900',
    '30 days of one job of 64 GPUs, 500 points': '/api/v1/jobs/long/series?points=500',
    'its heat map, 160 columns': '/api/v1/jobs/long/devices/series?points=160',
    'heat map of 1,000 devices, 24 columns': `/api/v1/devices/series?${day}&points=24`,
    'power by project, a day in hours': `/api/v1/power?${day}&points=24`,
    'power by node, last 15 minutes': `/api/v1/power?group_by=node&from=${iso(now - 900)}&points=20`,
    'report of the day by project': `/api/v1/reports/emissions?${day}&group_by=project`,
    'explanation of the day': `/api/v1/ledger/explain?${day}`,
    attention: '/api/v1/attention?limit=1000',
    devices: '/api/v1/devices?limit=1000',
  };
  for (const [name, path] of Object.entries(calls)) {
    const times = [];
    let bytes = 0;
    for (let turn = 0; turn < ASKED; turn++) {
      const start = performance.now();
      ({ bytes } = await ask(path));
      times.push(performance.now() - start);
    }
    console.log(`${name}: ${spread(times)}, ${(bytes / 1000).toFixed(1)} kB`);
  }
}

async function measureBrowser() {
  const args = JSON.parse(readFileSync(new URL('chromium.json', import.meta.url), 'utf8'));
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args });
  const context = await browser.newContext({
    baseURL: service.url,
    viewport: { width: 1440, height: 1000 },
    reducedMotion: 'reduce',
  });
  context.setDefaultTimeout(120_000);
  const page = await context.newPage();
  await page.addInitScript(() => {
    const found = { shift: 0, first: 0, slowest: 0, interactions: 0 };
    Object.assign(window, { found });
    new PerformanceObserver((list) =>
      list.getEntries().forEach((entry) => !entry.hadRecentInput && (found.shift += entry.value)),
    ).observe({ type: 'layout-shift', buffered: true });
    new PerformanceObserver((list) =>
      list.getEntries().forEach((entry) => {
        if (!entry.interactionId) return;
        found.interactions++;
        found.slowest = Math.max(found.slowest, entry.duration);
      }),
    ).observe({ type: 'event', durationThreshold: 16, buffered: true });
    const look = () => {
      const numbers = [...document.querySelectorAll('[data-stat], td.number')].some((cell) =>
        /\d/.test(cell.textContent),
      );
      if (numbers) found.first = performance.now();
      else requestAnimationFrame(look);
    };
    look();
  });
  const settled = () =>
    page.waitForFunction(
      () => document.querySelector('main#content h1') && !document.querySelector('.skeleton, .number.loading'),
    );
  await page.goto('/');
  await page.fill('input[type=password]', service.token);
  await page.press('input[type=password]', 'Enter');
  await page.waitForSelector('main#content');
  for (const path of ['/', '/jobs', '/jobs/long', '/fleet']) {
    const firsts = [];
    let [shift, bytes] = [0, 0];
    for (let turn = 0; turn < 7; turn++) {
      await page.goto(path);
      await settled();
      const seen = await page.evaluate(() => ({
        ...window.found,
        bytes: performance.getEntriesByType('resource').reduce((sum, entry) => sum + (entry.transferSize ?? 0), 0),
      }));
      firsts.push(seen.first);
      shift = Math.max(shift, seen.shift);
      bytes = seen.bytes;
    }
    console.log(
      `${path}: first numbers ${spread(firsts)}, layout shift at most ${shift.toFixed(3)}, ` +
        `${(bytes / 1000).toFixed(0)} kB over the wire with a warm cache`,
    );
  }
  const acts = {
    '/jobs': async () => {
      for (const head of ['Energy', 'CO2e', 'g/kWh', 'Held-idle', 'Started']) {
        await page
          .locator('thead button', { hasText: head === 'CO2e' ? 'CO' : head })
          .first()
          .click();
        await settled();
      }
      for (let box = 0; box < 4; box++) await page.locator('tbody input[type=checkbox]').nth(box).click();
      for (let turn = 0; turn < 10; turn++) await page.mouse.wheel(0, 600);
      await page.keyboard.press('/');
      await page.keyboard.type('llama ', { delay: 30 });
      await settled();
    },
    '/fleet': async () => {
      const box = await page.locator('.heat').first().boundingBox();
      for (let step = 0; step < 40; step++) await page.mouse.move(box.x + 100 + step * 15, box.y + 20 + step * 5);
      await page.keyboard.press('?');
      await page.keyboard.press('Escape');
    },
    '/jobs/long': async () => {
      await page.locator('button:has([data-stat="CO2e so far"])').first().click();
      await page.waitForSelector('dialog[open]');
      await page.keyboard.press('Escape');
      await page.locator('.time-chart').first().focus();
      for (let turn = 0; turn < 10; turn++) await page.keyboard.press('ArrowLeft');
    },
  };
  for (const [path, act] of Object.entries(acts)) {
    await page.goto(path);
    await settled();
    await act();
    await page.waitForTimeout(500);
    const { slowest, interactions } = await page.evaluate(() => window.found);
    console.log(
      `${path}: slowest interaction until it is painted ${slowest || 'below 16'} ms ` +
        `(${interactions} of 16 ms and more)`,
    );
  }
  await browser.close();
}

console.log(`${cpus().length} cores of ${cpus()[0].model}`);
await fill();
const live = goLive();
try {
  await measureApi();
  await measureBrowser();
} finally {
  clearInterval(live);
  child.stdin.end();
}
