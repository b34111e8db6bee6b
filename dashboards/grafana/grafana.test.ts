import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { Panel } from '@grafana/schema';
import { describe, expect, test } from 'vitest';
import { dashboards } from './dashboards';
import { BUCKETS } from './flux';
import { errorsOf, shapeOf, unknownIn } from './fluxCheck';
import { interpolate, type Values } from './interpolate';
import { hasPromtool, rulesError, valuesError } from './promtool';
import { averageIntensity, energyTotal, idleShare, projectEnergy } from './promql';

const root = new URL('../../', import.meta.url);
const text = (path: string): string => readFileSync(new URL(path, root), 'utf8');
const panelsOf = (dashboard: (typeof dashboards)[number]['dashboard']): Panel[] => dashboard.panels as Panel[];

/** Every Flux text of a dashboard, with where it is. */
const fluxTexts = dashboards
  .filter(({ file }) => file.startsWith('influxdb/'))
  .flatMap(({ file, dashboard }) => [
    ...panelsOf(dashboard).flatMap(({ title, targets }) =>
      (targets ?? []).map((target) => ({ file, title: String(title), flux: String(target.query) })),
    ),
    ...(dashboard.templating?.list ?? []).map(({ name, query }) => ({
      file,
      title: `variable ${name}`,
      flux: String(query),
    })),
  ]);

const allValues = Object.fromEntries(
  dashboards.flatMap(({ dashboard }) =>
    (dashboard.templating?.list ?? []).flatMap(({ name, allValue }) => (allValue == null ? [] : [[name, allValue]])),
  ),
);
const NAMES = ['site', 'node', 'project', 'job', 'zone'];
const choose = (value: string[] | 'all'): Values['chosen'] => Object.fromEntries(NAMES.map((name) => [name, value]));
const DAY = { from: '2026-11-29T10:00:00.5Z', to: '2026-11-30T10:00:00.5Z', windowPeriod: '1m0s', allValues };
const plain: Values = { ...DAY, chosen: choose(['a']) };

describe('Flux', () => {
  test.each(fluxTexts)('$file: $title', async ({ flux }) => {
    const cases: Values[] = [
      plain,
      { ...DAY, chosen: { ...choose('all'), job: ['a'] } },
      { ...DAY, chosen: choose(['a', 'b c', 'd/e']) },
      { ...plain, from: '1960-01-01T00:00:00Z', to: '1975-01-01T00:00:00Z', windowPeriod: '168h0m0s' },
    ];
    for (const values of cases) expect(await errorsOf(interpolate(flux, values))).toEqual([]);
    expect(unknownIn(interpolate(flux, plain))).toEqual([]);
  });

  test.each(fluxTexts)('$file: $title takes a name for nothing but a name', ({ flux }) => {
    for (const name of ['/ or true or r.a =~ /', '" |> yield()', '${v.defaultBucket}', '\\', '.*', "a'`b", '$node'])
      expect(shapeOf(interpolate(flux, { ...plain, chosen: choose([name]) }))).toEqual(
        shapeOf(interpolate(flux, plain)),
      );
  });

  const listed = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '--', '*.flux'], {
    cwd: root,
    encoding: 'utf8',
  });
  const inReadme = [...text('deploy/influxdb/README.md').matchAll(/```flux\n(.*?)```/gs)];
  const others = [
    ...listed
      .split('\n')
      .filter(Boolean)
      // A query of the service has a place for the measurement.
      .map((path) => ({ path, flux: text(path).replaceAll('{measurement}', 'energy_window') })),
    ...inReadme.map(([, flux]) => ({ path: 'deploy/influxdb/README.md', flux: String(flux) })),
  ];
  test.each(others)('$path', async ({ flux }) => {
    expect(await errorsOf(flux)).toEqual([]);
    expect(unknownIn(flux)).toEqual([]);
  });

  test('the checks find what is wrong', async () => {
    const from = 'from(bucket: "a") |> range(start: -1h)';
    const filter = '|> filter(fn: (r) => r._measurement == "energy_hour" and r._field == "energy_mj")';
    expect(await errorsOf(`${from} ${filter}`)).toEqual([]);
    expect(await errorsOf('from(bucket: "a" |> range(start: -1h)')).not.toEqual([]);
    expect(await errorsOf(`${from} |> aggregateWindow(every: 1h, fun: sum)`)).not.toEqual([]);
    expect(await errorsOf(`${from} |> summ()`)).not.toEqual([]);
    expect(await errorsOf(`${from} |> map(fn: (r) => ({_value: 1 + 1.0}))`)).not.toEqual([]);
    expect(unknownIn(`${from} ${filter}`)).toEqual([]);
    expect(unknownIn(`${from} ${filter.replace('_hour', '_our')}`)).toContain('measurement energy_our');
    expect(unknownIn(`${from} ${filter.replace('_mj', '_j')}`)).toEqual(['field energy_j']);
    expect(unknownIn(`${from} ${filter} |> filter(fn: (r) => r.sight == "a")`)).toEqual(['column sight']);
    expect(unknownIn(`${from} ${filter} |> group(columns: ["projects"])`)).toEqual(['column projects']);
    expect(shapeOf(`${from} |> filter(fn: (r) => r.a =~ /a/)`)).toEqual(
      shapeOf(`${from} |> filter(fn: (r) => r.a =~ /b/)`),
    );
    expect(shapeOf(`${from} |> filter(fn: (r) => r.a =~ /a/)`)).not.toEqual(
      shapeOf(`${from} |> filter(fn: (r) => r.a =~ /a/ or true or r.a =~ /b/)`),
    );
  });

  test('the buckets are those that are set up', () => {
    for (const bucket of Object.values(BUCKETS))
      expect(text('deploy/influxdb/setup.sh')).toMatch(new RegExp(`^bucket ${bucket} `, 'm'));
    const named = [...fluxTexts.map(({ flux }) => flux), text('deploy/influxdb/hours.flux')].join('\n');
    const used = [...named.matchAll(/bucket: "([^"]+)"/g)].map(([, name]) => name);
    expect(new Set(used)).toEqual(new Set(Object.values(BUCKETS)));
  });
});

describe('PromQL', () => {
  const exprs = dashboards
    .filter(({ file }) => file.startsWith('prometheus/'))
    .flatMap(({ file, dashboard }) =>
      panelsOf(dashboard).flatMap(({ title, targets }) =>
        (targets ?? []).map(({ expr }) => ({ where: `${file}: ${title}`, expr: String(expr) })),
      ),
    );
  const queries = dashboards.flatMap(({ dashboard }) => (dashboard.templating?.list ?? []).map(({ query }) => query));
  const firstCells = text('docs/OPERATING.md').match(/^\| `wattledger_[^|]*/gm) ?? [];
  const documented = new Set(firstCells.join().match(/wattledger_\w+/g));

  test('names metrics that OPERATING.md lists', () => {
    const named = [...exprs.map(({ expr }) => expr), ...queries].flatMap((one) => String(one).match(/wattledger_\w+/g));
    expect(named.filter((name) => name && !documented.has(name))).toEqual([]);
  });

  test.skipIf(!hasPromtool())('is understood by Prometheus', () => {
    expect(rulesError(exprs.map(({ expr }) => expr))).toBe('');
    expect(rulesError(['sum(a'])).toMatch(/parse error/);
    expect(rulesError(['rate(a)'])).toMatch(/expected type range vector/);
  });

  test.skipIf(!hasPromtool())('counts what was metered once, while it is posted, reversed or begins', () => {
    const owner = 'site="s", project="p", holder="job"';
    const ledger = 'wattledger_ledger_energy_joules';
    const error = valuesError(
      {
        'wattledger_nodes{site="s"}': '1x60',
        [`${ledger}{${owner}, part="it"}`]: '0x29 3600000x19 1800000x11',
        [`${ledger}{${owner}, part="overhead"}`]: '0x29 900000x31',
        [`wattledger_open_energy_joules{${owner}}`]: '0x9 3600000x19 0x31',
        [`wattledger_ledger_co2e_grams{${owner}, part="it"}`]: '0x29 400x31',
        [`wattledger_open_energy_joules{site="s", project="", holder="idle"}`]: '0x39 3600000x21',
        [`${ledger}{site="s", project="new", holder="job", part="it"}`]: '_x39 3600000x21',
      },
      [
        [energyTotal, '5m', {}],
        [projectEnergy, '5m', {}],
        [energyTotal, '20m', { '{}': 1 }],
        [energyTotal, '35m', { '{}': 0 }],
        [energyTotal, '45m', { '{}': 2 }],
        [energyTotal, '60m', { '{}': -0.5 }],
        [idleShare, '45m', { '{}': 0.5 }],
        [averageIntensity, '40m', { '{}': 200 }],
        [
          projectEnergy,
          '40m',
          {
            '{holder="job", project="p"}': 0,
            '{holder="job", project="new"}': 1,
            '{holder="idle", project="idle"}': 1,
          },
        ],
      ],
    );
    expect(error).toBe('');
  });
});

describe.each(dashboards)('$file', ({ file, dashboard }) => {
  const panels = panelsOf(dashboard);

  // `npm run grafana` writes the files.
  test('is what the file has', async () => {
    await expect(`${JSON.stringify(dashboard, null, 2)}\n`).toMatchFileSnapshot(file);
  });

  test('numbers each panel once, and gives it a place of its own', () => {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const taken = new Set<string>();
    for (const { title, gridPos } of panels) {
      if (!gridPos) throw new Error(`${title} has no place`);
      const { x, y, w, h } = gridPos;
      expect(x + w, title).toBeLessThanOrEqual(24);
      for (let column = x; column < x + w; column++)
        for (let row = y; row < y + h; row++) {
          expect(taken, title).not.toContain(`${column} ${row}`);
          taken.add(`${column} ${row}`);
        }
    }
  });

  test('says what each panel counts', () => {
    for (const { title, description } of panels) expect(description, title).toMatch(/^[A-Z].*\.$/);
  });

  test('reads from a data source that is provisioned', () => {
    const uids = [...JSON.stringify(dashboard).matchAll(/"datasource":\{"type":"(\w+)","uid":"([^"]+)"/g)];
    expect(uids.length).toBeGreaterThan(panels.length);
    for (const [, type, uid] of uids)
      expect(text(`dashboards/grafana/provisioning/datasources/${type}.yml`)).toContain(`uid: ${uid}\n`);
  });
});

test('every dashboard has an address and a title of its own', () => {
  expect(new Set(dashboards.map(({ dashboard }) => dashboard.uid)).size).toBe(dashboards.length);
  expect(new Set(dashboards.map(({ dashboard }) => dashboard.title)).size).toBe(dashboards.length);
});
