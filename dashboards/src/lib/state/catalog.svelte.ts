/** What many pages need to know: projects, sites, nodes, budgets. Read once and again when an event says so. */

import { all } from '../api/client';
import type { Budget, Node, Site } from '../api/types';
import { projectColor } from '../colors';
import { resource, type Resource } from './resource.svelte';

export interface Catalog {
  projects: Resource<{ name: string }[]>;
  sites: Resource<Site[]>;
  nodes: Resource<Node[]>;
  budgets: Resource<Budget[]>;
}

let catalog: Catalog;

/** Call once, while the shell is made. */
export function makeCatalog(isBound: boolean): Catalog {
  catalog = {
    projects: resource((signal) => all('/api/v1/projects', {}, signal), { topics: ['project', 'job'], every: 10_000 }),
    sites: resource((signal) => all('/api/v1/sites', {}, signal) as Promise<Site[]>, {
      topics: ['site'],
      every: 2_000,
    }),
    // A token that is bound to a project sees no nodes.
    nodes: resource((signal) => (isBound ? null : all('/api/v1/nodes', {}, signal)), {
      topics: ['node', 'batch'],
      every: 10_000,
    }),
    budgets: resource((signal) => all('/api/v1/budgets', {}, signal), {
      topics: ['budget', 'admission', 'entries', 'batch'],
      every: 10_000,
    }),
  };
  return catalog;
}

export const projects = (): string[] => catalog.projects.data?.map((project) => project.name) ?? [];
/** Where nodes stand that nobody assigned: the service counts it as a site, a reader does not. */
const NOWHERE = 'unassigned';
export const sites = (): Site[] => (catalog.sites.data ?? []).filter((site) => site.name !== NOWHERE);
export const nodes = (): Node[] => catalog.nodes.data ?? [];
/** Those that apply; the list itself says whether it could be read. */
export const budgets = (): Budget[] => (catalog.budgets.data ?? []).filter((budget) => !budget.retired);
export const budgetList = (): Resource<Budget[]> => catalog.budgets;
export const isCatalogLoaded = (): boolean => catalog.sites.data !== undefined && catalog.nodes.isLoading === false;
export const colorOf = (project: string | null | undefined): string => projectColor(projects(), project);
/** The site where a node stands, also that of the unassigned, whose grid is a world average. */
export const siteOf = (node: string): Site | undefined => {
  const name = nodes().find((known) => known.name === node)?.site;
  return catalog.sites.data?.find((site) => site.name === name);
};
