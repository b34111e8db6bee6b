/** The reader's choices: clock, units, theme, range. Range, clock and units are in the address. */

import type { UnitChoice } from '../format/number';
import type { Zone } from '../format/time';
import { live } from '../live/live.svelte';
import { customQuery, readRange, steppedNow, type Preset } from '../range';
import { router } from './router.svelte';

export type Theme = 'auto' | 'light' | 'dark';

export const localZone: Zone = Intl.DateTimeFormat().resolvedOptions().timeZone;

class View {
  zone = $derived<Zone>(router.query.get('clock') === 'local' ? localZone : 'UTC');
  zoneName = $derived(this.zone === 'UTC' ? 'UTC' : this.zone.replace(/^.*\//, '').replace('_', ' '));
  units = $derived(readUnits(router.query.get('units')));
  project = $derived(router.query.get('project'));
  site = $derived(router.query.get('site'));
  theme = $state<Theme>(readTheme());
  isNarrow = $state(false);
  isDark = $state(false);
  /** The clock in whole minutes, at which live ranges end: requests change once a minute instead of every second. */
  minute = $derived(steppedNow(live.now));

  constructor() {
    const narrow = matchMedia('(max-width: 720px)');
    const dark = matchMedia('(prefers-color-scheme: dark)');
    const apply = (): void => {
      this.isNarrow = narrow.matches;
      this.isDark = this.theme === 'dark' || (this.theme === 'auto' && dark.matches);
      document.documentElement.dataset.theme = this.isDark ? 'dark' : 'light';
    };
    narrow.addEventListener('change', apply);
    dark.addEventListener('change', apply);
    this.#apply = apply;
    apply();
  }

  #apply: () => void;

  setTheme(theme: Theme): void {
    this.theme = theme;
    try {
      localStorage.setItem('wattledger.theme', theme);
    } catch {
      // The browser refuses storage: the choice lasts for this visit.
    }
    this.#apply();
  }

  range(fallback: Preset): ReturnType<typeof readRange> {
    return readRange(router.query, this.minute, this.zone, fallback);
  }

  /** A time brushed in a chart becomes the range of the page. */
  zoom(from: number, to: number): void {
    router.set(customQuery(from, to));
  }

  unzoom(): void {
    router.set({ from: null, to: null });
  }
}

function readUnits(text: string | null): UnitChoice {
  return text === 'k' || text === 'M' ? text : 'auto';
}

function readTheme(): Theme {
  try {
    const theme = localStorage.getItem('wattledger.theme');
    return theme === 'light' || theme === 'dark' ? theme : 'auto';
  } catch {
    return 'auto';
  }
}

export const view = new View();
