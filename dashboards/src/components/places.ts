/** The pages in the order of the navigation. A new page needs a line here and a route in `routes/index.ts`. */

import type { IconName } from './Icon.svelte';

export interface Place {
  name: string;
  path: string;
  icon: IconName;
  /** The letter after `g`. */
  key: string;
  isAdmin?: boolean;
}

export const PLACES: Place[] = [
  { name: 'Overview', path: '/', icon: 'overview', key: 'o' },
  { name: 'Jobs', path: '/jobs', icon: 'jobs', key: 'j' },
  { name: 'Fleet', path: '/fleet', icon: 'fleet', key: 'f' },
  { name: 'Grid', path: '/grid', icon: 'grid', key: 'd' },
  { name: 'Budgets', path: '/budgets', icon: 'budgets', key: 'b' },
  { name: 'Reports', path: '/reports', icon: 'reports', key: 'r' },
  { name: 'Admin', path: '/admin', icon: 'admin', key: 'a' },
];

/** The page that a path belongs to: `/jobs/7` belongs to Jobs. */
export function placeOf(path: string): Place | undefined {
  return PLACES.find((place) =>
    place.path === '/' ? path === '/' : path === place.path || path.startsWith(`${place.path}/`),
  );
}
