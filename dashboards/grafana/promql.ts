/**
 * What the dashboards ask Prometheus. Grafana escapes what is chosen, and replaces `$__…`. Labels that Prometheus adds
 * itself are summed over: one service is asked, from wherever it is read.
 */

const SITE = 'site=~"$site"';
const CHOSEN = `${SITE}, project=~"$project"`;
const BUDGET = 'budget=~"$budget"';
/** J, or g of a g/J. */
const PER_KWH = 3_600_000;

/** Metered IT energy, J: posted, or not posted yet. What is posted moves from one metric to the other. */
const METERED = '__name__=~"wattledger_ledger_energy_joules|wattledger_open_energy_joules", part!="overhead"';
const metered = (chosen = CHOSEN): string => `{${METERED}, ${chosen}}`;

const posted = (metric: 'energy_joules' | 'co2e_grams', part: 'it' | 'overhead' = 'it'): string =>
  `wattledger_ledger_${metric}{part="${part}", ${CHOSEN}}`;

/** Growth of a sum. Not `increase`: a reversal lowers the sum, and counts as what it is. */
const grown = (series: string): string => `(sum(${series}) - sum(${series} offset $__range))`;

/** The same by labels. What has no value at the start began at 0, if the service was read by then. */
function grownBy(labels: string, series: string, time = '$__range'): string {
  const now = `sum by (${labels}) (${series})`;
  const before = `sum by (${labels}) (${series} offset ${time})`;
  return `((${now} - (${before} or 0 * ${now})) and on () count(wattledger_nodes offset ${time}))`;
}

/** g/kWh of g in `co2e` and J in `energy`. */
const intensity = (co2e: string, energy: string): string => `${co2e} / (${energy} > 0) * ${PER_KWH}`;

/** Holders of energy under one label: their project, "no project", or "idle". */
const named = (series: string): string =>
  ['"project", "no project", "project", ""', '"project", "idle", "holder", "idle"'].reduce(
    (renamed, rule) => `label_replace(${renamed}, ${rule})`,
    series,
  );

export const powerNow = `sum(wattledger_site_power_watts{${SITE}})`;
export const powerBySite = `sum by (site) (wattledger_site_power_watts{${SITE}})`;

/** kWh in the range. */
export const energyTotal = `${grown(metered())} / ${PER_KWH}`;
/** kg in the range. */
export const carbonTotal = (part: 'it' | 'overhead'): string => `${grown(posted('co2e_grams', part))} / 1000`;
/** g/kWh of what was posted in the range. */
export const averageIntensity = intensity(grown(posted('co2e_grams')), grown(posted('energy_joules')));
/** Of all projects: idle energy has none. */
export const idleShare = `${grown(metered(`${SITE}, holder="idle"`))} / (${grown(metered(SITE))} > 0)`;

const OWNER = 'project, holder';
export const projectEnergy = named(`${grownBy(OWNER, metered())} / ${PER_KWH}`);
export const projectCarbon = named(`${grownBy(OWNER, posted('co2e_grams'))} / 1000`);
export const projectIntensity = named(
  intensity(grownBy(OWNER, posted('co2e_grams')), grownBy(OWNER, posted('energy_joules'))),
);

/** g/kWh of what was posted in the hour before. */
export const intensityBySite = intensity(
  grownBy('site', posted('co2e_grams'), '1h'),
  grownBy('site', posted('energy_joules'), '1h'),
);
export const siteEnergy = `${grownBy('site', metered())} / ${PER_KWH}`;
export const siteCarbon = (part: 'it' | 'overhead'): string => `${grownBy('site', posted('co2e_grams', part))} / 1000`;
export const siteIntensity = intensity(grownBy('site', posted('co2e_grams')), grownBy('site', posted('energy_joules')));
export const factorsAge = 'max by (zone) (wattledger_zone_factors_age_seconds)';

const ofNode = (metric: string): string => `sum by (node, site) (${metric}{${SITE}})`;
export const nodePower = ofNode('wattledger_node_power_watts');
export const nodeCoverage = ofNode('wattledger_node_coverage_ratio');
export const nodeAge = ofNode('wattledger_node_last_window_age_seconds');
export const nodes = `sum(wattledger_nodes{${SITE}})`;
export const nodesLate = `sum(wattledger_node_last_window_age_seconds{${SITE}} > bool 300)`;
export const attention = 'sort_desc(max by (kind) (wattledger_attention_items))';

export const chartsBehind = 'max(wattledger_charts_behind_seconds)';
export const batchesRefused = 'sum(increase(wattledger_batches_total{outcome="refused"}[$__range]))';
export const closingsFailed = 'sum(increase(wattledger_closings_failed_total[$__range]))';
export const panics = 'sum(increase(wattledger_panics_total[$__range]))';

const ofBudget = (metric: string): string => `max by (budget) (wattledger_budget_${metric}{${BUDGET}})`;
export const budgets = `count(${ofBudget('unreadable')})`;
export const budgetsUnreadable = `sum(${ofBudget('unreadable')})`;
/** Share of the limit that is spent or held. */
export const budgetUsed = ofBudget('used_ratio');
/** Share of the limit that is expected at the end of the period, p95. */
export const budgetProjected = ofBudget('projected_ratio');
export const budgetsTight = `sum(${budgetUsed} >= bool 0.95)`;
export const holds = 'max(wattledger_holds)';
export const holdsBreaking = 'max(wattledger_holds_breaking)';

type Part = 'limit' | 'spent' | 'held' | 'free';
/** A part of the budgets of CO2e in kg, or of those of energy in kWh. */
export const budgetPart = (part: Part, unit: 'grams' | 'joules'): string =>
  `${ofBudget(`${part}_${unit}`)} / ${unit === 'grams' ? 1000 : PER_KWH}`;
/** A share of those budgets alone that are of this unit. */
export const budgetShare = (share: 'used' | 'projected', unit: 'grams' | 'joules'): string =>
  `${share === 'used' ? budgetUsed : budgetProjected} and on (budget) ${ofBudget(`limit_${unit}`)}`;
