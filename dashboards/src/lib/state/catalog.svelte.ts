/** Lists that many pages need: projects, sites, nodes, budgets. Read once, and again after events that change them. */

import { all } from '../api/client';
import type { Budget, Node, Site } from '../api/types';
import { projectColor } from '../colors';
import { UNASSIGNED } from '../fleet';
import { resource, type Resource } from './resource.svelte';

export interface Catalog {
  projects: Resource<{ name: string }[]>;
  sites: Resource<Site[]>;
  nodes: Resource<Node[]>;
  budgets: Resource<Budget[]>;
}

let catalog: Catalog;

/** Called once, while the shell is created. */
export function makeCatalog(isBound: boolean): Catalog {
  catalog = {
    projects: resource((signal) => all('/api/v1/projects', {}, signal), { topics: ['project', 'job'], every: 10_000 }),
    sites: resource((signal) => all('/api/v1/sites', {}, signal) as Promise<Site[]>, {
      topics: ['site'],
      every: 2_000,
    }),
    // A token that is bound to a project may not list nodes.
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
export const sites = (): Site[] => (catalog.sites.data ?? []).filter((site) => site.name !== UNASSIGNED);
export const nodes = (): Node[] => catalog.nodes.data ?? [];
/** The budgets that have not ended. */
export const budgets = (): Budget[] => (catalog.budgets.data ?? []).filter((budget) => !budget.retired);
export const budgetList = (): Resource<Budget[]> => catalog.budgets;
export const isCatalogLoaded = (): boolean => catalog.sites.data !== undefined && !catalog.nodes.isLoading;
export const colorOf = (project: string | null | undefined): string => projectColor(projects(), project);
/** The site of a node. Unassigned nodes have one too, whose grid is a world average. */
export const siteOf = (node: string): Site | undefined => {
  const name = nodes().find((known) => known.name === node)?.site;
  return catalog.sites.data?.find((site) => site.name === name);
};
