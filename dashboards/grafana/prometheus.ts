/** The dashboards over the metrics of the service, read by Prometheus. */

import {
  INTENSITY,
  UNITS,
  alarms,
  bars,
  lines,
  stat,
  table,
  type Column,
  type Row,
  type Shown,
  type Unit,
} from './panels';
import { datasource, type Page, type Source, type Variable } from './pages';
import * as promql from './promql';

export const PROMETHEUS: Source = { name: 'Prometheus', type: 'prometheus', uid: 'wattledger-prometheus' };

type Asked = Omit<Shown, keyof Unit>;
type Target = Record<string, unknown>;

const target = (expr: string, refId: string, more: Target): Target => ({
  refId,
  datasource: datasource(PROMETHEUS),
  expr,
  editorMode: 'code',
  ...more,
});

const asked = (targets: Target[], title: string, description: string): Asked => ({
  title,
  description,
  datasource: datasource(PROMETHEUS),
  targets,
});

/** The value at the end of the range. */
const now = (expr: string, title: string, description: string): Asked =>
  asked([target(expr, 'A', { instant: true, range: false })], title, description);

/** Values over time, one series per value of a label. */
const overTime = (expr: string, label: string, title: string, description: string) => ({
  ...asked([target(expr, 'A', { instant: false, range: true, legendFormat: `{{${label}}}` })], title, description),
  legend: `\${__field.labels.${label}}`,
});

/** Rows of several values at the end of the range: `Value #A` is that of the first. */
const rows = (exprs: string[], title: string, description: string): Asked =>
  asked(
    exprs.map((expr, index) =>
      target(expr, String.fromCharCode(65 + index), { instant: true, range: false, format: 'table' }),
    ),
    title,
    description,
  );

const GROWTH = 'The growth in the time range; without a value where Prometheus did not read the service at its start.';
const POSTED = `Posted in the time range, after the end of a posting period. ${GROWTH}`;

const energy = stat({
  ...now(promql.energyTotal, 'Energy', `IT energy, without facility overhead, not yet posted included. ${GROWTH}`),
  unit: UNITS.energy,
});
const carbon = stat({
  ...now(promql.carbonTotal('it'), 'CO2e', `Location-based, of IT energy. ${POSTED}`),
  unit: UNITS.carbon,
});
const overhead = stat({
  ...now(
    promql.carbonTotal('overhead'),
    'CO2e of facility overhead',
    `Of cooling and power distribution (PUE), not included in CO2e. ${POSTED}`,
  ),
  unit: UNITS.carbon,
});
const intensity = stat({
  ...now(promql.averageIntensity, 'Average intensity', `CO2e divided by energy. ${POSTED}`),
  unit: UNITS.intensity,
  decimals: 0,
  steps: INTENSITY,
});

const intensityColumn = (name: string): Column => ({
  name,
  title: 'Intensity',
  unit: UNITS.intensity,
  decimals: 0,
  steps: INTENSITY,
  isColoured: true,
});

const count = (expr: string, title: string, description: string, steps?: Unit['steps']) =>
  stat({ ...now(expr, title, description), unit: UNITS.count, decimals: 0, steps });

const fleet: Row[] = [
  [
    4,
    [
      4,
      stat({
        ...now(
          promql.powerNow,
          'Power now',
          'IT power of devices with a window in the last 5 min; of all projects, as only sites have a power.',
        ),
        unit: UNITS.power,
      }),
    ],
    [4, energy],
    [4, carbon],
    [4, overhead],
    [4, intensity],
    [
      4,
      stat({
        ...now(promql.idleShare, 'Unallocated idle', `Share of all IT energy that no job held. ${GROWTH}`),
        unit: UNITS.share,
        decimals: 1,
      }),
    ],
  ],
  [
    11,
    [
      15,
      lines({
        ...overTime(
          promql.powerBySite,
          'site',
          'Power by site',
          'IT power, without facility overhead, of devices with a window in the last 5 min.',
        ),
        unit: UNITS.power,
        isStacked: true,
      }),
    ],
    [
      9,
      table({
        ...rows(
          [promql.projectEnergy, promql.projectCarbon, promql.projectIntensity],
          'Projects',
          `IT energy, not yet posted included; CO2e is location-based. ${POSTED}`,
        ),
        columns: [
          { name: 'project', title: 'Project' },
          { name: 'Value #A', title: 'Energy', unit: UNITS.energy },
          { name: 'Value #B', title: 'CO2e', unit: UNITS.carbon },
          intensityColumn('Value #C'),
        ],
        footer: ['Value #A', 'Value #B'],
      }),
    ],
  ],
  [
    9,
    [
      15,
      table({
        ...rows(
          [promql.nodePower, promql.nodeCoverage, promql.nodeAge],
          'Nodes',
          'Coverage is the share of the device time of the last day that was observed. At most 2,000 nodes are listed.',
        ),
        columns: [
          { name: 'node', title: 'Node' },
          { name: 'site', title: 'Site' },
          { name: 'Value #A', title: 'Power now', unit: UNITS.power },
          {
            name: 'Value #B',
            title: 'Coverage',
            unit: UNITS.share,
            decimals: 1,
            steps: alarms(0.95, 0.8),
            isColoured: true,
          },
          { name: 'Value #C', title: 'Last window', unit: UNITS.seconds, steps: alarms(300, 3600), isColoured: true },
        ],
        footer: ['Value #A'],
      }),
    ],
    [
      9,
      table({
        ...rows(
          [promql.attention],
          'Needs attention',
          'Things that need attention, by kind, as the web app lists them.',
        ),
        columns: [
          { name: 'kind', title: 'Kind' },
          { name: 'Value', title: 'Count', unit: UNITS.count, decimals: 0, steps: alarms(1, 100), isColoured: true },
        ],
      }),
    ],
  ],
  [
    4,
    [4, count(promql.nodes, 'Nodes', 'Nodes seen in the last 30 days.')],
    [4, count(promql.nodesLate, 'Nodes without news', 'Nodes whose newest window is older than 5 min.', alarms(1, 10))],
    [
      4,
      stat({
        ...now(
          promql.chartsBehind,
          'Charts behind',
          'Age of the oldest batch that the charts of the web app lack. Reports and budgets are not behind.',
        ),
        unit: UNITS.seconds,
        steps: alarms(60, 600),
      }),
    ],
    [
      4,
      count(
        promql.batchesRefused,
        'Batches refused',
        'Batches of agents that the service refused in the time range.',
        alarms(1, 10),
      ),
    ],
    [
      4,
      count(
        promql.closingsFailed,
        'Closings failed',
        'How often a period that had ended could not be posted in the time range.',
        alarms(1, 10),
      ),
    ],
    [4, count(promql.panics, 'Defects', 'Requests that met a defect of the service in the time range.', alarms(1, 10))],
  ],
];

const grid: Row[] = [
  [4, [6, energy], [6, carbon], [6, overhead], [6, intensity]],
  [
    10,
    [
      24,
      lines({
        ...overTime(
          promql.intensityBySite,
          'site',
          'Intensity of the energy used, by site',
          'CO2e divided by energy of what was posted in the hour before each point.',
        ),
        unit: UNITS.intensity,
        decimals: 0,
        interval: '5m',
      }),
    ],
  ],
  [
    9,
    [
      16,
      table({
        ...rows(
          [promql.siteEnergy, promql.siteCarbon('it'), promql.siteIntensity, promql.siteCarbon('overhead')],
          'Sites',
          `IT energy, not yet posted included; CO2e is location-based. ${POSTED}`,
        ),
        columns: [
          { name: 'site', title: 'Site' },
          { name: 'Value #A', title: 'Energy', unit: UNITS.energy },
          { name: 'Value #B', title: 'CO2e', unit: UNITS.carbon },
          intensityColumn('Value #C'),
          { name: 'Value #D', title: 'CO2e of overhead', unit: UNITS.carbon },
        ],
        footer: ['Value #A', 'Value #B', 'Value #D'],
      }),
    ],
    [
      8,
      table({
        ...rows(
          [promql.factorsAge],
          'Imported factors',
          'Time since the imported factors of a zone end; 0 while they reach the present. A yearly value stands in.',
        ),
        columns: [
          { name: 'zone', title: 'Zone' },
          {
            name: 'Value',
            title: 'Ended',
            unit: UNITS.seconds,
            steps: alarms(86_400, 172_800),
            isColoured: true,
          },
        ],
      }),
    ],
  ],
];

/** The thresholds that budgets have by default. */
const USED: Unit = {
  unit: UNITS.share,
  decimals: 0,
  steps: [
    { value: null, color: 'green' },
    { value: 0.8, color: 'orange' },
    { value: 0.95, color: 'red' },
  ],
};
const PROJECTED: Unit = { ...USED, steps: alarms(0.95, 1) };

const budgetTable = (unit: 'grams' | 'joules', title: string) => {
  const shown = unit === 'grams' ? UNITS.carbon : UNITS.energy;
  return table({
    ...rows(
      [
        ...(['limit', 'spent', 'held', 'free'] as const).map((part) => promql.budgetPart(part, unit)),
        promql.budgetShare('used', unit),
        promql.budgetShare('projected', unit),
      ],
      title,
      'Of the present period. Energy and CO2e include facility overhead; the limit includes what was carried over.',
    ),
    columns: [
      { name: 'budget', title: 'Budget' },
      { name: 'Value #A', title: 'Limit', unit: shown },
      { name: 'Value #B', title: 'Spent', unit: shown },
      { name: 'Value #C', title: 'Held', unit: shown },
      { name: 'Value #D', title: 'Free', unit: shown },
      { name: 'Value #E', title: 'Spent or held', ...USED, isColoured: true },
      { name: 'Value #F', title: 'Projected (p95)', ...PROJECTED, isColoured: true },
    ],
  });
};

const BURN_DOWN = 'What is neither spent nor held, over time; below 0 after an overrun.';

const budgets: Row[] = [
  [
    4,
    [5, count(promql.budgets, 'Budgets', 'Budgets that apply.')],
    [
      5,
      count(
        promql.budgetsTight,
        'Nearly or fully used',
        'Budgets of which 95 % or more is spent or held: the next job may be denied.',
        alarms(1, 10),
      ),
    ],
    [
      5,
      count(
        promql.budgetsUnreadable,
        'Policies not readable',
        'Budgets whose policy cannot be read, so that they deny every job.',
        alarms(0.5, 1),
      ),
    ],
    [5, count(promql.holds, 'Holds', 'Admissions that hold a part of a budget.')],
    [
      4,
      count(
        promql.holdsBreaking,
        'Holds breaking',
        'Holds that are not expected to suffice for their job.',
        alarms(1, 10),
      ),
    ],
  ],
  [
    9,
    [
      12,
      bars({
        ...overTime(promql.budgetUsed, 'budget', 'Spent or held', 'Share of the limit in the present period.'),
        ...USED,
      }),
    ],
    [
      12,
      bars({
        ...overTime(
          promql.budgetProjected,
          'budget',
          'Projected end of the period (p95)',
          'Share of the limit that one period in twenty like this one exceeds at its end.',
        ),
        ...PROJECTED,
      }),
    ],
  ],
  [7, [24, budgetTable('grams', 'Budgets of CO2e')]],
  [7, [24, budgetTable('joules', 'Budgets of energy')]],
  [
    9,
    [
      12,
      lines({
        ...overTime(promql.budgetPart('free', 'grams'), 'budget', 'Free CO2e', BURN_DOWN),
        unit: UNITS.carbon,
      }),
    ],
    [
      12,
      lines({
        ...overTime(promql.budgetPart('free', 'joules'), 'budget', 'Free energy', BURN_DOWN),
        unit: UNITS.energy,
      }),
    ],
  ],
];

const chooser = (name: string, label: string, metric: string): Variable => ({
  name,
  label,
  query: `label_values(${metric}, ${name})`,
  allValue: '.*',
});

const SITE = chooser('site', 'Site', 'wattledger_nodes');
const PROJECT = chooser('project', 'Project', 'wattledger_ledger_energy_joules');

export const pages: Page[] = [
  { name: 'fleet', title: 'Fleet', from: 'now-24h', variables: [SITE, PROJECT], rows: fleet },
  { name: 'grid', title: 'Grid', from: 'now-7d', variables: [SITE, PROJECT], rows: grid },
  {
    name: 'budgets',
    title: 'Budgets',
    from: 'now-30d',
    variables: [chooser('budget', 'Budget', 'wattledger_budget_unreadable')],
    rows: budgets,
  },
];
