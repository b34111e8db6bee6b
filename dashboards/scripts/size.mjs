// What a first visit loads before any chart, and what charts add, gzipped. Fails above the budgets of the design.
import { readFileSync, readdirSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const dist = new URL('../dist/', import.meta.url);
const size = (name) => gzipSync(readFileSync(new URL(name, dist)), { level: 9 }).length;
const kilobytes = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;

const html = readFileSync(new URL('index.html', dist), 'utf8');
const first = [...html.matchAll(/(?:src|href)="\/([^"]+\.js)"/g)].map((match) => match[1]);
const scripts = readdirSync(new URL('assets/', dist)).filter((name) => name.endsWith('.js')).map((name) => `assets/${name}`);
const isChart = (name) => /\/(echarts|sankey|charts?)-/.test(name);
const page = Math.max(...scripts.filter((name) => !first.includes(name) && !isChart(name)).map(size));

const firstLoad = first.reduce((sum, name) => sum + size(name), 0) + page;
const charts = scripts.filter(isChart).reduce((sum, name) => sum + size(name), 0);
for (const name of scripts) console.log(kilobytes(size(name)).padStart(10), name);
console.log(`first load, with the largest page: ${kilobytes(firstLoad)} of 90 kB`);
console.log(`charts, loaded after the first numbers: ${kilobytes(charts)} of 260 kB`);
if (firstLoad > 90_000 || charts > 260_000) {
  console.error('over budget');
  process.exit(1);
}
