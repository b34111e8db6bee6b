/** The energy flow of a period: by project, by site and by grid intensity, as the ledger has it. */

import type { AggregateExplanation, Report } from '../../lib/api/types';
import type { Flow, FlowNode } from '../../lib/charts/flow';
import { byStep, links, type Use } from '../../lib/flows';
import { percent } from '../../lib/format/number';
import { stepName } from '../../lib/intensity';
import { sum } from '../../lib/series';

export const IDLE = 'idle';
const NO_SITE = 'unassigned';
/** Projects beyond these are drawn as one. */
const SHOWN = 6;

/** What the service gives for a period. */
export interface FlowSource {
  /** All jobs by site. */
  all: Report;
  /** The jobs of each project by site. */
  projects: { name: string; report: Report }[];
  /** What was metered at each site, and what of it was idle. */
  sites: { name: string; idle: AggregateExplanation; all: AggregateExplanation }[];
}

/** Energy or CO2e: uses by owner and site, and the steps of intensity of each site. */
export interface Measure {
  uses: Use[];
  steps: Map<string, number[]>;
}

export interface Measures {
  energy: Measure;
  carbon: Measure;
}

export function measures({ all, projects, sites }: FlowSource): Measures {
  const found: Measures = { energy: { uses: [], steps: new Map() }, carbon: { uses: [], steps: new Map() } };
  const add = (owner: string, site: string, energy: number, carbon: number): void => {
    found.energy.uses.push({ owner, site, value: energy });
    found.carbon.uses.push({ owner, site, value: carbon });
  };
  const rest = new Map(
    all.rows.map((row) => [row.group ?? NO_SITE, { energy: row.energy_mj, carbon: row.co2e_ug_location }]),
  );
  const ranked = projects.toSorted((a, b) => b.report.total.energy_mj - a.report.total.energy_mj);
  for (const { name, report } of ranked.slice(0, SHOWN)) {
    for (const row of report.rows) {
      const site = row.group ?? NO_SITE;
      const left = rest.get(site);
      if (!left) continue;
      add(name, site, row.energy_mj, row.co2e_ug_location);
      left.energy -= row.energy_mj;
      left.carbon -= row.co2e_ug_location;
    }
  }
  // What no shown project used was used by the other projects and by jobs without a project.
  const others = ranked.length > SHOWN ? 'others' : 'no project';
  for (const [site, left] of rest) if (left.energy > 0) add(others, site, left.energy, Math.max(0, left.carbon));
  for (const { name, idle, all: metered } of sites) {
    add(IDLE, name, Number(idle.total.energy_mj), Number(idle.total.co2e_ug_location));
    found.energy.steps.set(
      name,
      byStep(metered.intensities, (share) => share.energy_mj),
    );
    found.carbon.steps.set(
      name,
      byStep(metered.intensities, (share) => share.co2e_ug),
    );
  }
  return found;
}

/** How a flow is drawn: an amount in words, the colour of an owner, and whether there is room for units. */
export interface FlowLook {
  size: (value: number) => string;
  colorOf: (owner: string) => string;
  isNarrow: boolean;
}

export interface DrawnFlow extends Flow {
  total: number;
}

/** Nodes and links; owners and sites with the largest first, idle last. */
export function draw({ uses, steps }: Measure, { size, colorOf, isNarrow }: FlowLook): DrawnFlow {
  const { ownerSite, siteStep } = links(uses, steps);
  const total = sum(uses.map((use) => Math.max(0, use.value)));
  const share = (value: number): number => (total > 0 ? value / total : 0);
  const byName = (key: 'source' | 'target'): Map<string, number> => {
    const sums = new Map<string, number>();
    for (const link of ownerSite) sums.set(link[key], (sums.get(link[key]) ?? 0) + link.value);
    return new Map([...sums].sort(([a, x], [b, y]) => (a === IDLE ? 1 : b === IDLE ? -1 : y - x)));
  };
  const node =
    (kind: string, column: number, color: (name: string) => string) =>
    ([name, value]: [string, number]): FlowNode => ({
      id: `${kind} ${name}`,
      title: name,
      text: size(value),
      column,
      share: share(value),
      color: color(name),
    });
  const stepSums = new Map<number, number>();
  for (const { step, value } of siteStep) stepSums.set(step, (stepSums.get(step) ?? 0) + value);
  const stepNodes = [...stepSums]
    .sort(([a], [b]) => a - b)
    .map(([step, value]) => ({
      id: `step ${step}`,
      title: isNarrow ? stepName(step) : `${stepName(step)} g/kWh`,
      text: `${size(value)}, ${percent(share(value), 0)}`,
      column: 2,
      share: share(value),
      color: `ci-${step}`,
    }));
  return {
    nodes: [
      ...[...byName('source')].map(node('owner', 0, (name) => (name === IDLE ? 'idle' : colorOf(name)))),
      ...[...byName('target')].map(node('site', 1, () => 'ink')),
      ...stepNodes,
    ],
    links: [
      ...ownerSite.map(({ source, target, value }) => ({ source: `owner ${source}`, target: `site ${target}`, value })),
      ...siteStep.map(({ site, step, value }) => ({ source: `site ${site}`, target: `step ${step}`, value })),
    ],
    total,
  };
}

/** The finding of the chart, for screen readers. */
export function flowName({ nodes, total }: DrawnFlow, what: string, size: (value: number) => string): string {
  const count = (column: number): number => nodes.filter((node) => node.column === column).length;
  const columns = `${count(0)} owners at ${count(1)} sites by ${count(2)} steps of grid intensity`;
  return `${what} of ${columns}, ${size(total)} in total`;
}
