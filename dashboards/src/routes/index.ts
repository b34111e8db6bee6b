/** The page of every path. Pages load when they are first opened. */

import type { Component } from 'svelte';
import type { Preset } from '../lib/range';
import { match } from '../lib/match';

export interface Route {
  pattern: string;
  title: string;
  load: () => Promise<{ default: Component<Record<string, string>> }>;
  /** The choices in the top bar. */
  tools: { range?: Preset; units?: boolean; scope?: boolean; site?: boolean };
}

type Page = Route['load'];

export const ROUTES: Route[] = [
  {
    pattern: '/',
    title: 'Overview',
    load: (() => import('./overview/Overview.svelte')) as Page,
    tools: { range: '7d', scope: true, site: true },
  },
  { pattern: '/jobs', title: 'Jobs', load: (() => import('./jobs/Jobs.svelte')) as Page, tools: { units: true } },
  {
    pattern: '/jobs/compare',
    title: 'Compare',
    load: (() => import('./compare/Compare.svelte')) as Page,
    tools: { units: true },
  },
  {
    pattern: '/jobs/{id}',
    title: 'Job',
    load: (() => import('./job/Job.svelte')) as unknown as Page,
    tools: { units: true },
  },
  {
    pattern: '/fleet',
    title: 'Fleet',
    load: (() => import('./fleet/Fleet.svelte')) as Page,
    tools: { range: '24h', site: true },
  },
  {
    pattern: '/fleet/{node}',
    title: 'Node',
    load: (() => import('./fleet/Node.svelte')) as unknown as Page,
    tools: { range: '24h' },
  },
  { pattern: '/grid', title: 'Grid', load: (() => import('./grid/Grid.svelte')) as Page, tools: { range: '7d' } },
  { pattern: '/budgets', title: 'Budgets', load: (() => import('./budgets/Budgets.svelte')) as Page, tools: {} },
  {
    pattern: '/reports',
    title: 'Reports',
    load: (() => import('./reports/Reports.svelte')) as Page,
    tools: { units: true, scope: true },
  },
  { pattern: '/admin', title: 'Admin', load: (() => import('./admin/Admin.svelte')) as Page, tools: {} },
];

export function find(path: string): { route: Route; given: Record<string, string> } | null {
  for (const route of ROUTES) {
    const given = match(route.pattern, path);
    if (given) return { route, given };
  }
  return null;
}
