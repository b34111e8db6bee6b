/** The dashboards over the series that the service mirrors to InfluxDB 2. */

import { format_from_js_file, parse } from '@influxdata/flux-lsp-node';
import * as flux from './flux';
import type { Tag } from './flux';
import {
  INTENSITY,
  UNITS,
  alarms,
  bands,
  lines,
  stat,
  table,
  type Column,
  type Lines,
  type Row,
  type Shown,
} from './panels';
import { datasource, type Page, type Source, type Variable } from './pages';

export const INFLUXDB: Source = { name: 'InfluxDB', type: 'influxdb', uid: 'wattledger-influxdb' };

type Texts = Pick<Shown, 'title' | 'description'>;

/** The text as InfluxData's formatter lays it out, which takes what Grafana replaces in expressions for a mistake. */
const formatted = (query: string): string =>
  format_from_js_file(parse(query.replaceAll(/\$\{(\w+):regex\}/g, '<$1>'))).replaceAll(/<(\w+)>/g, '${$1:regex}');

/** A query and the texts of its panel. */
const ask = (query: string, title: string, description: string) => ({
  title,
  description,
  datasource: datasource(INFLUXDB),
  targets: [{ refId: 'A', datasource: datasource(INFLUXDB), query: formatted(query) }],
});

const chooser = (tag: Tag, label: string, narrowedBy: Tag[], isSingle = false): Variable => ({
  name: tag,
  label,
  query: formatted(flux.tagValues(tag, narrowedBy)),
  ...(isSingle ? {} : { allValue: flux.allOf(tag) }),
});

const LAG = 'Ranges over two days are read from hours, which are there two to three hours after their end.';
const POSTED = 'Counts posting periods that begin in the time range; a period is posted after it has ended.';

const FLEET: Tag[] = ['site', 'node', 'project'];
/** Idle energy has no project. */
const PLACE: Tag[] = ['site', 'node'];
const JOB: Tag[] = ['job'];

const energy = (tags: Tag[]) =>
  stat({
    ...ask(flux.energyTotal(tags), 'Energy', `IT energy, without facility overhead. ${LAG}`),
    unit: UNITS.energy,
  });

const carbon = (tags: Tag[]) =>
  stat({
    ...ask(flux.carbonTotal('co2e_ug', tags), 'CO2e', `Location-based, of IT energy. ${POSTED}`),
    unit: UNITS.carbon,
  });

const intensity = (tags: Tag[]) =>
  stat({
    ...ask(flux.averageIntensity(tags), 'Average intensity', `CO2e divided by energy. ${POSTED}`),
    unit: UNITS.intensity,
    decimals: 0,
    steps: INTENSITY,
  });

const quality = (tags: Tag[]): [number, ReturnType<typeof stat>][] => [
  [
    6,
    stat({
      ...ask(
        flux.modelledShare(tags),
        'Energy modelled, or gaps filled',
        'Share of the energy that sensors did not measure. Counts settled hours, two to three hours late.',
      ),
      unit: UNITS.share,
      decimals: 2,
      steps: alarms(0.05, 0.2),
    }),
  ],
  [
    6,
    stat({
      ...ask(
        flux.coverage(tags),
        'Time covered by readings',
        'Observed part of the metered device time. Counts settled hours, two to three hours late.',
      ),
      unit: UNITS.share,
      decimals: 2,
      steps: alarms(0.95, 0.8),
    }),
  ],
];

const power = (query: string, { title, description }: Texts, more: Partial<Lines> = {}) =>
  lines({ ...ask(query, title, description), unit: UNITS.power, ...more });

const POSTED_COLUMNS: Column[] = [
  { name: 'energy_kwh', title: 'Energy', unit: UNITS.energy },
  { name: 'co2e_kg', title: 'CO2e', unit: UNITS.carbon },
  { name: 'g_per_kwh', title: 'Intensity', unit: UNITS.intensity, decimals: 0, steps: INTENSITY, isColoured: true },
];

const fleet: Row[] = [
  [
    4,
    [
      4,
      stat({
        ...ask(flux.powerNow(FLEET), 'Power now', 'IT power: the mean of five minutes, up to a minute ago.'),
        unit: UNITS.power,
      }),
    ],
    [4, energy(FLEET)],
    [4, carbon(FLEET)],
    [
      4,
      stat({
        ...ask(
          flux.carbonTotal('overhead_co2e_ug', FLEET),
          'CO2e of facility overhead',
          `Of cooling and power distribution (PUE), not included in CO2e. ${POSTED}`,
        ),
        unit: UNITS.carbon,
      }),
    ],
    [4, intensity(FLEET)],
    [
      4,
      stat({
        ...ask(flux.idleShare(PLACE), 'Unallocated idle', `Share of all IT energy that no job held. ${LAG}`),
        unit: UNITS.share,
        decimals: 1,
      }),
    ],
  ],
  [
    11,
    [
      15,
      power(
        flux.powerByProject(FLEET),
        { title: 'Power by project', description: `IT power, without facility overhead. ${LAG}` },
        { isStacked: true },
      ),
    ],
    [
      9,
      table({
        ...ask(flux.projects(FLEET), 'Projects', `IT energy, location-based, most CO2e first. ${POSTED}`),
        columns: [{ name: 'name', title: 'Project' }, ...POSTED_COLUMNS],
        footer: ['energy_kwh', 'co2e_kg'],
      }),
    ],
  ],
  [
    6,
    [
      24,
      bands(
        ask(
          flux.intensityBySite(FLEET),
          'Intensity of the energy used, by site',
          `CO2e divided by energy, hour by hour. ${POSTED}`,
        ),
      ),
    ],
  ],
  [
    9,
    [
      24,
      table({
        ...ask(flux.nodes(PLACE), 'Nodes', `Of all projects. Mean power is over the whole time range. ${LAG}`),
        columns: [
          { name: 'node', title: 'Node' },
          { name: 'energy_kwh', title: 'Energy', unit: UNITS.energy },
          { name: 'power_w', title: 'Mean power', unit: UNITS.power },
          { name: 'idle', title: 'Unallocated idle', unit: UNITS.share, decimals: 1 },
        ],
        footer: ['energy_kwh', 'power_w'],
      }),
    ],
  ],
  [
    4,
    ...quality(FLEET),
    [
      6,
      stat({
        ...ask(
          flux.mirrorAge,
          'Newest mirrored window',
          'Time since its end. Where it grows, the mirror is behind or nothing meters; panels lack what is newer.',
        ),
        unit: UNITS.seconds,
        decimals: 0,
        steps: alarms(60, 600),
      }),
    ],
    [
      6,
      stat({
        ...ask(
          flux.pointsRefused,
          'Points refused',
          'By InfluxDB, since the service started; its log says why. They are in the ledger, and missing here.',
        ),
        unit: UNITS.count,
        steps: alarms(1, 1000),
      }),
    ],
  ],
];

const DEVICE = 'r.node + " " + r.device';

const job: Row[] = [
  [
    4,
    [
      4,
      stat({
        ...ask(flux.meanPower(JOB), 'Mean power', `Of all devices, while the job held any. ${LAG}`),
        unit: UNITS.power,
      }),
    ],
    [4, energy(JOB)],
    [4, carbon(JOB)],
    [4, intensity(JOB)],
    [
      4,
      stat({
        ...ask(
          flux.heldIdle(JOB),
          'Held idle',
          'Share of the time of its accelerators in which they drew almost no power. Counts settled hours.',
        ),
        unit: UNITS.share,
        decimals: 1,
      }),
    ],
    [
      4,
      stat({
        ...ask(flux.deviceHours(JOB), 'Device-hours', `Time of its accelerators, all together. ${LAG}`),
        unit: UNITS.hours,
      }),
    ],
  ],
  [
    10,
    [
      14,
      power(
        flux.powerBy(['component'], 'r.component', JOB),
        { title: 'Power by component', description: `IT power, without facility overhead. ${LAG}` },
        { isStacked: true, calcs: ['mean', 'max'] },
      ),
    ],
    [
      10,
      lines({
        ...ask(flux.energySoFar(JOB), 'Energy so far', `IT energy since the start of the time range. ${LAG}`),
        unit: UNITS.energy,
        legend: 'Energy',
      }),
    ],
  ],
  [
    5,
    [
      24,
      bands(
        ask(
          flux.intensityBySite(JOB),
          'Intensity of its energy, by site',
          `CO2e divided by energy, hour by hour. ${POSTED}`,
        ),
      ),
    ],
  ],
  [
    10,
    [
      24,
      power(
        flux.powerBy(['node', 'device'], DEVICE, JOB),
        { title: 'Power per device', description: `The share of the job, where it shares a device. ${LAG}` },
        { calcs: ['mean', 'max'] },
      ),
    ],
  ],
  [
    9,
    [
      24,
      table({
        ...ask(flux.devices(JOB), 'Devices', `Most energy first. Mean power is over the time it was held. ${LAG}`),
        columns: [
          { name: 'node', title: 'Node' },
          { name: 'component', title: 'Component' },
          { name: 'device', title: 'Device' },
          { name: 'energy_kwh', title: 'Energy', unit: UNITS.energy },
          { name: 'power_w', title: 'Mean power', unit: UNITS.power },
          { name: 'power_max_w', title: 'Peak of the device', unit: UNITS.power },
          { name: 'held_h', title: 'Held', unit: UNITS.hours, decimals: 1 },
        ],
        footer: ['energy_kwh'],
      }),
    ],
  ],
  [4, ...quality(JOB)],
];

const ZONE: Tag[] = ['zone'];
const SITE: Tag[] = ['site'];

const grid: Row[] = [
  [6, [24, bands(ask(flux.intensityByZone(ZONE), 'Zones in use', 'As the ledger uses it, location-based.'))]],
  [
    10,
    [
      15,
      lines({
        ...ask(flux.intensityByZone(ZONE), 'Grid intensity over time', 'Hourly, as the ledger uses it.'),
        unit: UNITS.intensity,
        decimals: 0,
        interval: '1h',
      }),
    ],
    [
      9,
      table({
        ...ask(flux.zones(ZONE), 'Zones', 'Of the time range, cleanest first.'),
        columns: [
          { name: 'zone', title: 'Zone' },
          ...(['last', 'lowest', 'mean', 'highest'] as const).map((name): Column => ({
            name,
            title: name === 'last' ? 'Latest' : `${name.charAt(0).toUpperCase()}${name.slice(1)}`,
            unit: UNITS.intensity,
            decimals: 0,
            steps: INTENSITY,
            isColoured: true,
          })),
        ],
      }),
    ],
  ],
  [
    9,
    [
      12,
      lines({
        ...ask(
          flux.intensityBySite(SITE),
          'Intensity of the energy used, by site',
          `CO2e divided by energy, hour by hour. ${POSTED}`,
        ),
        unit: UNITS.intensity,
        decimals: 0,
        interval: '1h',
      }),
    ],
    [
      12,
      table({
        ...ask(flux.sites(SITE), 'Sites', `IT energy, location-based, most CO2e first. ${POSTED}`),
        columns: [
          { name: 'name', title: 'Site' },
          ...POSTED_COLUMNS,
          { name: 'overhead_kg', title: 'CO2e of overhead', unit: UNITS.carbon },
        ],
        footer: ['energy_kwh', 'co2e_kg', 'overhead_kg'],
      }),
    ],
  ],
];

export const pages: Page[] = [
  {
    name: 'fleet',
    title: 'Fleet',
    from: 'now-24h',
    variables: [
      chooser('site', 'Site', []),
      chooser('node', 'Node', ['site']),
      chooser('project', 'Project', ['site', 'node']),
    ],
    rows: fleet,
  },
  {
    name: 'job',
    title: 'Job',
    from: 'now-24h',
    variables: [chooser('project', 'Project', []), chooser('job', 'Job', ['project'], true)],
    rows: job,
  },
  {
    name: 'grid',
    title: 'Grid',
    from: 'now-7d',
    variables: [chooser('zone', 'Zone', []), chooser('site', 'Site', [])],
    rows: grid,
  },
];
