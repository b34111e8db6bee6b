/**
 * What the dashboards ask InfluxDB, in Flux. Grafana replaces `v.…` and `${…}` before a text is sent. Values of tags go
 * through `:regex` into a regular expression: that escapes all that could end the literal, while `:json` leaves a
 * single value as it is.
 */

/** The buckets of `deploy/influxdb/setup.sh`: the raw one, and the one with hours that are kept for years. */
export const BUCKETS = { raw: 'wattledger', hours: 'wattledger-hours' };

/** Tags that can be chosen at the top of a dashboard. */
export type Tag = 'site' | 'node' | 'project' | 'job' | 'zone';

/**
 * Stands for "All" in `r.tag =~ /^${tag:regex}$/`, where Grafana inserts it as it is. It lets points without the tag
 * pass as well: idle devices have no project, and a node may have no site. InfluxDB evaluates it in its storage.
 */
export const allOf = (tag: Tag): string => `.*$/ or not exists r.${tag} or r.${tag} =~ /^.*`;

const chosen = (tags: Tag[]): string =>
  tags.map((tag) => `\n    |> filter(fn: (r) => r.${tag} =~ /^\${${tag}:regex}$/)`).join('');

const LONG = 'int(v: v.timeRangeStop) - int(v: v.timeRangeStart) > 172800000000000';

/** More than two days are read from the hours. */
const SOURCE = `
isLong = ${LONG}
bucket = if isLong then "${BUCKETS.hours}" else "${BUCKETS.raw}"
measurement = if isLong then "energy_hour" else "energy_window"
`;

/** At least an hour, for what is posted or known by the hour. */
const HOURLY = `
hourly = if int(v: v.windowPeriod) < 3600000000000 then 1h else v.windowPeriod
`;

/** Whole intervals alone: the last one would be half empty, and its mean too low. A short range keeps what it has. */
const INTERVALS = `${HOURLY}every = if isLong then hourly else v.windowPeriod
start = date.truncate(t: v.timeRangeStart, unit: every)
end = date.truncate(t: v.timeRangeStop, unit: every)
stop = if end > start then end else v.timeRangeStop
`;

const RANGE = 'start: v.timeRangeStart, stop: v.timeRangeStop';
const WHOLE = 'start: start, stop: stop';

interface Points {
  /** Name of a measurement, quoted, or of a variable that holds one. */
  measurement?: string;
  fields: string[];
  tags: Tag[];
  range?: string;
  component?: 'accelerator';
}

/** Points of some fields and of the chosen tags. */
function points({ measurement = 'measurement', fields, tags, range = RANGE, component }: Points): string {
  const field = fields.map((name) => `r._field == "${name}"`).join(' or ');
  const only = component ? `\n    |> filter(fn: (r) => r.component == "${component}")` : '';
  return `from(bucket: bucket)
    |> range(${range})
    |> filter(fn: (r) => r._measurement == ${measurement})
    |> filter(fn: (r) => ${field})${only}${chosen(tags)}`;
}

/** Only IT energy is metered; a point without a job is energy that nobody held. */
const energy = (tags: Tag[], range = RANGE): string => points({ fields: ['energy_mj'], tags, range });

const posted = (fields: string[], tags: Tag[], range = RANGE): string =>
  points({ measurement: '"carbon_period"', fields, tags, range });

/** A tag, or what stands for it where it is missing. */
const orElse = (tag: string, name: string): string =>
  `if exists r.${tag} and r.${tag} != "" then r.${tag} else "${name}"`;

const PROJECT = orElse('project', 'no project');

/** Power of each interval in W (mJ per ms), as one series per name. An interval without points stays empty. */
const power = (name: string): string => `
    |> aggregateWindow(every: every, fn: sum, timeSrc: "_start", createEmpty: true)
    |> map(
        fn: (r) => ({
            _time: r._time,
            _value: float(v: r._value) / (float(v: int(v: every)) / 1000000.0),
            name: ${name},
        }),
    )
    |> group(columns: ["name"])`;

/** Sums of the fields as columns, one row per `row`. */
const SUMS_BY_ROW = `
    |> group(columns: ["row", "_field"])
    |> sum()
    |> group()
    |> pivot(rowKey: ["row"], columnKey: ["_field"], valueColumn: "_value")`;

/** Sums of the fields as columns of one row. */
const SUMS = `
    |> group(columns: ["_field"])
    |> sum()
    |> set(key: "row", value: "all")${SUMS_BY_ROW}`;

/** g/kWh of sums in µg and mJ. */
const INTENSITY = 'float(v: r.co2e_ug) / float(v: r.energy_mj) * 3600.0';
const KWH = 3_600_000_000;

const one = (value: string): string => `\n    |> map(fn: (r) => ({_value: ${value}}))`;
const sumIn = (unit: number): string => `\n    |> group()\n    |> sum()${one(`float(v: r._value) / ${unit}.0`)}`;

/** Energy of IT equipment in the range, kWh. */
export const energyTotal = (tags: Tag[]): string => `${SOURCE}
${energy(tags)}${sumIn(KWH)}`;

/** Mean power of five minutes, W. They end a minute before the range does, since windows arrive that much later. */
export const powerNow = (tags: Tag[]): string => `import "date"

bucket = "${BUCKETS.raw}"
stop = date.sub(d: 1m, from: v.timeRangeStop)

${points({
  measurement: '"energy_window"',
  fields: ['energy_mj'],
  tags,
  range: 'start: date.sub(d: 5m, from: stop), stop: stop',
})}${sumIn(300_000)}`;

/** A field of what was posted in the range, in kg. */
export const carbonTotal = (field: 'co2e_ug' | 'overhead_co2e_ug', tags: Tag[]): string => `${SOURCE}
${posted([field], tags)}${sumIn(1_000_000_000)}`;

/** CO2e divided by energy of what was posted in the range, g/kWh. */
export const averageIntensity = (tags: Tag[]): string => `${SOURCE}
${posted(['co2e_ug', 'energy_mj'], tags)}${SUMS}
    |> filter(fn: (r) => r.energy_mj > 0)${one(INTENSITY)}`;

const SPLIT_IDLE = `
    |> map(
        fn: (r) => ({r with
            idle_mj: if exists r.job and r.job != "" then 0 else r._value,
        }),
    )`;
const ADD_IDLE = `
    |> reduce(
        fn: (r, accumulator) => ({idle_mj: accumulator.idle_mj + r.idle_mj, all_mj: accumulator.all_mj + r._value}),
        identity: {idle_mj: 0, all_mj: 0},
    )
    |> filter(fn: (r) => r.all_mj > 0)`;

/** Share of the energy that nobody held. */
export const idleShare = (tags: Tag[]): string => `${SOURCE}
${energy(tags)}
    |> group(columns: ["job"])
    |> sum()${SPLIT_IDLE}
    |> group()${ADD_IDLE}${one('float(v: r.idle_mj) / float(v: r.all_mj)')}`;

/** Power by project and of idle devices, W. */
export const powerByProject = (tags: Tag[]): string => `import "date"
${SOURCE}${INTERVALS}
points =
    ${energy(tags, WHOLE)}

jobs = points
    |> filter(fn: (r) => exists r.job)
    |> group(columns: ["project"])${power(PROJECT)}
idle = points
    |> filter(fn: (r) => not exists r.job)
    |> group()${power('"idle"')}

union(tables: [jobs, idle])
    |> sort(columns: ["_time"])`;

/** Power by a tag that every point has, W. */
export const powerBy = (columns: string[], name: string, tags: Tag[]): string => `import "date"
${SOURCE}${INTERVALS}
${energy(tags, WHOLE)}
    |> group(columns: ${JSON.stringify(columns)})${power(name)}`;

/** Energy since the start of the range, kWh. */
export const energySoFar = (tags: Tag[]): string => `import "date"
${SOURCE}${INTERVALS}
${energy(tags, WHOLE)}
    |> group()
    |> aggregateWindow(every: every, fn: sum, timeSrc: "_stop", createEmpty: false)
    |> cumulativeSum()
    |> map(fn: (r) => ({_time: r._time, _value: float(v: r._value) / ${KWH}.0}))`;

/** Mean power while there was any, W. */
export const meanPower = (tags: Tag[]): string => `import "date"
${SOURCE}${INTERVALS}
${energy(tags, WHOLE)}
    |> group()
    |> aggregateWindow(every: every, fn: sum, timeSrc: "_start", createEmpty: false)
    |> mean()${one('r._value / (float(v: int(v: every)) / 1000000.0)')}`;

/** What was posted, by a name: kWh, kg and g/kWh of IT energy, and kg of the overhead. */
const postedBy = (columns: string[], name: string, tags: Tag[]): string => `${SOURCE}
${posted(['energy_mj', 'co2e_ug', 'overhead_co2e_ug'], tags)}
    |> group(columns: ${JSON.stringify([...columns, '_field'])})
    |> sum()
    |> map(fn: (r) => ({_field: r._field, _value: r._value, row: ${name}}))${SUMS_BY_ROW}
    |> filter(fn: (r) => r.energy_mj > 0)
    |> map(
        fn: (r) => ({
            name: r.row,
            energy_kwh: float(v: r.energy_mj) / ${KWH}.0,
            co2e_kg: float(v: r.co2e_ug) / 1000000000.0,
            overhead_kg: float(v: r.overhead_co2e_ug) / 1000000000.0,
            g_per_kwh: ${INTENSITY},
        }),
    )
    |> sort(columns: ["co2e_kg"], desc: true)`;

export const projects = (tags: Tag[]): string =>
  postedBy(['project', 'job'], `if exists r.job and r.job != "" then ${PROJECT} else "idle"`, tags);

export const sites = (tags: Tag[]): string => postedBy(['site'], orElse('site', 'no site'), tags);

/** Energy, mean power over the range and share without a job of each node. */
export const nodes = (tags: Tag[]): string => `${SOURCE}
milliseconds = float(v: int(v: v.timeRangeStop) - int(v: v.timeRangeStart)) / 1000000.0

${energy(tags)}
    |> group(columns: ["node", "job"])
    |> sum()${SPLIT_IDLE}
    |> group(columns: ["node"])${ADD_IDLE}
    |> group()
    |> map(
        fn: (r) => ({
            node: r.node,
            energy_kwh: float(v: r.all_mj) / ${KWH}.0,
            power_w: float(v: r.all_mj) / milliseconds,
            idle: float(v: r.idle_mj) / float(v: r.all_mj),
        }),
    )
    |> sort(columns: ["energy_kwh"], desc: true)`;

/** One sum over another, of what was settled hour by hour. */
function shareOfHours(part: string, whole: string, { tags, component }: Pick<Points, 'tags' | 'component'>): string {
  return `${SOURCE}
${points({ measurement: '"energy_hour"', fields: [part, whole], tags, component })}${SUMS}
    |> filter(fn: (r) => r.${whole} > 0)${one(`float(v: r.${part}) / float(v: r.${whole})`)}`;
}

/** Share of the energy that was modelled, or fills a gap. */
export const modelledShare = (tags: Tag[]): string => shareOfHours('modelled_mj', 'energy_mj', { tags });

/** Share of the device time that readings covered. */
export const coverage = (tags: Tag[]): string => shareOfHours('covered_ns', 'held_ns', { tags });

/** Share of the held time of accelerators in which they drew next to nothing. */
export const heldIdle = (tags: Tag[]): string => shareOfHours('low_ns', 'held_ns', { tags, component: 'accelerator' });

/** Hours for which accelerators were held, summed over them. */
export const deviceHours = (tags: Tag[]): string => `${SOURCE}
${points({ fields: ['held_ns'], tags, component: 'accelerator' })}${sumIn(3_600_000_000_000)}`;

/** Devices of a job: energy, mean power while held, highest power of a window, and hours held. */
export const devices = (tags: Tag[]): string => `${SOURCE}
points =
    ${points({ fields: ['energy_mj', 'held_ns', 'power_max_mw'], tags })}
        |> group(columns: ["node", "component", "device", "_field"])

sums = points
    |> filter(fn: (r) => r._field != "power_max_mw")
    |> sum()
peaks = points
    |> filter(fn: (r) => r._field == "power_max_mw")
    |> max()
    |> keep(columns: ["node", "component", "device", "_field", "_value"])

union(tables: [sums, peaks])
    |> group()
    |> pivot(rowKey: ["node", "component", "device"], columnKey: ["_field"], valueColumn: "_value")
    |> filter(fn: (r) => r.held_ns > 0)
    |> map(
        fn: (r) => ({
            node: r.node,
            component: r.component,
            device: r.device,
            energy_kwh: float(v: r.energy_mj) / ${KWH}.0,
            power_w: float(v: r.energy_mj) / (float(v: r.held_ns) / 1000000.0),
            power_max_w: float(v: r.power_max_mw) / 1000.0,
            held_h: float(v: r.held_ns) / 3600000000000.0,
        }),
    )
    |> sort(columns: ["energy_kwh"], desc: true)`;

/** CO2e divided by energy of what was posted, hour by hour, one series per site, g/kWh; empty where nothing was. */
export const intensityBySite = (tags: Tag[]): string => `${SOURCE}${HOURLY}
${posted(['co2e_ug', 'energy_mj'], tags)}
    |> group(columns: ["site", "_field"])
    |> aggregateWindow(every: hourly, fn: sum, timeSrc: "_start", createEmpty: true)
    |> map(fn: (r) => ({_time: r._time, _field: r._field, _value: r._value, name: ${orElse('site', 'no site')}}))
    |> group(columns: ["name"])
    |> pivot(rowKey: ["_time"], columnKey: ["_field"], valueColumn: "_value")
    |> filter(fn: (r) => not exists r.energy_mj or r.energy_mj > 0)
    |> map(fn: (r) => ({_time: r._time, _value: ${INTENSITY}, name: r.name}))
    |> sort(columns: ["_time"])`;

/** Intensity of each zone as the ledger uses it, g/kWh. */
export const intensityByZone = (tags: Tag[]): string => `${SOURCE}${HOURLY}
${points({ measurement: '"carbon_intensity"', fields: ['intensity_mg_per_kwh'], tags })}
    |> group(columns: ["zone"])
    |> aggregateWindow(every: hourly, fn: mean, timeSrc: "_start", createEmpty: true)
    |> map(fn: (r) => ({_time: r._time, _value: r._value / 1000.0, name: r.zone}))
    |> group(columns: ["name"])`;

/** Lowest, mean, highest and last intensity of each zone, g/kWh. */
export const zones = (tags: Tag[]): string => `${SOURCE}
points =
    ${points({ measurement: '"carbon_intensity"', fields: ['intensity_mg_per_kwh'], tags })}
        |> toFloat()
        |> group(columns: ["zone"])

figure = (tables=<-, name) =>
    tables
        |> map(fn: (r) => ({zone: r.zone, figure: name, _value: r._value / 1000.0}))

union(
    tables: [
        points |> sort(columns: ["_time"]) |> last() |> figure(name: "last"),
        points |> min() |> figure(name: "lowest"),
        points |> mean() |> figure(name: "mean"),
        points |> max() |> figure(name: "highest"),
    ],
)
    |> group()
    |> pivot(rowKey: ["zone"], columnKey: ["figure"], valueColumn: "_value")
    |> sort(columns: ["mean"])`;

/** What the mirror says of itself, whatever the range of the dashboard. */
const mirror = (field: 'batch' | 'refused_points', value: string): string => `from(bucket: "${BUCKETS.raw}")
    |> range(start: -30d)
    |> filter(fn: (r) => r._measurement == "mirror" and r._field == "${field}")
    |> last()${one(value)}`;

/** Seconds since the end of the newest window that is mirrored. */
export const mirrorAge = mirror('batch', 'float(v: int(v: now()) - int(v: r._time)) / 1000000000.0');
export const pointsRefused = mirror('refused_points', 'r._value');

/** Values of a tag in the range, narrowed by tags that were chosen before. Hours know what windows have forgotten. */
export const tagValues = (tag: Tag, tags: Tag[] = []): string => {
  const measurements = tag === 'zone' ? ['carbon_intensity'] : ['energy_window', 'energy_hour'];
  const from = (bucket: string, measurement: string): string => `from(bucket: "${bucket}")
    |> range(${RANGE})
    |> filter(fn: (r) => r._measurement == "${measurement}")${chosen(tags)}
    |> filter(fn: (r) => exists r.${tag})
    |> keep(columns: ["${tag}"])
    |> group()
    |> distinct(column: "${tag}")`;
  const [recent = '', old = recent] = measurements;
  return `union(tables: [${from(BUCKETS.raw, recent)}, ${from(BUCKETS.hours, old)}])
    |> group()
    |> distinct()
    |> sort()`;
};
