// What a first visit loads before any chart, and what charts add, gzipped. Fails above the budgets of the design.
import { readFileSync, readdirSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const dist = new URL('../dist/', import.meta.url);
const size = (name) => gzipSync(readFileSync(new URL(name, dist)), { level: 9 }).length;
const kilobytes = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;

const html = readFileSync(new URL('index.html', dist), 'utf8');
const first = [...html.matchAll(/(?:src|href)="\/([^"]+\.js)"/g)].map((match) => match[1]);
const scripts = readdirSync(new URL('assets/', dist))
  .filter((name) => name.endsWith('.js'))
  .map((name) => `assets/${name}`);
const isChart = (name) => /\/(echarts|sankey)-/.test(name);

/** A script and all that it needs before it runs. */
function needs(name, found = new Set()) {
  if (found.has(name)) return found;
  found.add(name);
  const text = readFileSync(new URL(name, dist), 'utf8');
  for (const [, needed] of text.matchAll(/(?:from|import)\s*"\.\/([^"]+\.js)"/g)) needs(`assets/${needed}`, found);
  return found;
}
const more = (name) =>
  [...needs(name)]
    .filter((needed) => !first.includes(needed) && !isChart(needed))
    .reduce((sum, needed) => sum + size(needed), 0);
const page = Math.max(...scripts.filter((name) => !isChart(name)).map(more));

const firstLoad = first.reduce((sum, name) => sum + size(name), 0) + page;
const charts = scripts.filter(isChart).reduce((sum, name) => sum + size(name), 0);
for (const name of scripts) console.log(kilobytes(size(name)).padStart(10), name);
console.log(`first load, with the largest page: ${kilobytes(firstLoad)} of 90 kB`);
console.log(`charts, loaded after the first numbers: ${kilobytes(charts)} of 260 kB`);
if (firstLoad > 90_000 || charts > 260_000) {
  console.error('over budget');
  process.exit(1);
}
