/** Ways to lower a run's CO2e, each with its evidence. Location-based CO2e of the IT energy. */

import { fixed, percent } from './format/number';
import { HOUR, duration } from './format/time';
import { intensityAt, type IntensitySeries } from './intensity';
import { itemAt } from './series';

export interface Saving {
  title: string;
  detail: string;
  /** The data that it rests on. */
  evidence: string;
  /** g CO2e; negative is saved. */
  grams: number;
  /** The same as a share of the run's CO2e. */
  share: number;
}

/** A run: its energy over time in any unit, and its CO2e in g. */
export interface Run {
  startMs: number[];
  energy: number[];
  grams: number;
}

/** Savings below one percent are within what changes from day to day. */
const WORTH = 0.01;
const DAYS_NEEDED = 7;

/** Savings worth naming, the largest first. */
export function ranked(savings: (Saving | null)[]): Saving[] {
  return savings
    .filter((saving): saving is Saving => saving != null && saving.share <= -WORTH)
    .sort((a, b) => a.grams - b.grams);
}

function saving(run: Run, factor: number, words: Pick<Saving, 'title' | 'detail' | 'evidence'>): Saving {
  return { ...words, grams: run.grams * (factor - 1), share: factor - 1 };
}

/** Mean g/kWh weighted by the run's energy; `null` where less than nine tenths of the energy has an intensity. */
export function meanIntensity(run: Pick<Run, 'startMs' | 'energy'>, at: (ms: number) => number | null): number | null {
  let [weighted, known, all] = [0, 0, 0];
  for (const [index, ms] of run.startMs.entries()) {
    const [energy, value] = [itemAt(run.energy, index), at(ms)];
    all += energy;
    if (value != null) {
      known += energy;
      weighted += energy * value;
    }
  }
  return all > 0 && known >= 0.9 * all ? weighted / known : null;
}

/**
 * The mean of each hour of the day over measured history; `null` with too few days, or where every hour is the same.
 */
export function hourProfile(history: IntensitySeries): number[] | null {
  if (history.bucket_s > 3600) return null;
  const hours = Array.from({ length: 24 }, () => ({ sum: 0, count: 0 }));
  for (const [index, ms] of history.start_ms.entries()) {
    if (history.status[index] === 'forecast') continue;
    const hour = itemAt(hours, new Date(ms).getUTCHours());
    hour.sum += itemAt(history.intensity_mg_per_kwh, index) / 1000;
    hour.count++;
  }
  const perHour = 3600 / history.bucket_s;
  if (hours.some(({ count }) => count < DAYS_NEEDED * perHour)) return null;
  const profile = hours.map(({ sum, count }) => sum / count);
  return Math.max(...profile) - Math.min(...profile) < 1 ? null : profile;
}

/** The same run started at the hour of the day at which the grid is usually cleanest for it. */
export function otherHour(
  run: Run,
  history: IntensitySeries,
  zone: string,
  clock: (ms: number) => string,
): Saving | null {
  const profile = hourProfile(history);
  const [start] = run.startMs;
  if (!profile || start === undefined) return null;
  const mean = (shift: number): number | null =>
    meanIntensity(run, (ms) => itemAt(profile, new Date(ms + shift * HOUR).getUTCHours()));
  const own = mean(0);
  if (own == null) return null;
  let best = { shift: 0, mean: own };
  for (let shift = 1; shift < 24; shift++) {
    const value = mean(shift);
    if (value != null && value < best.mean) best = { shift, mean: value };
  }
  if (best.shift === 0) return null;
  const days = Math.round((history.start_ms.length * history.bucket_s) / 86_400);
  return saving(run, best.mean / own, {
    title: `Start at ${clock(start + best.shift * HOUR)} instead of ${clock(start)}`,
    detail: `the same work, ${duration(best.shift * HOUR)} later`,
    evidence: `hourly means of ${days} days, ${zone}`,
  });
}

/** Where a run was, or could be: the intensity of its grid and its PUE. */
export interface Place {
  intensity: (ms: number) => number | null;
  pue: number;
}

/** The same energy at another site of this installation, at the same hours, with that site's overhead. */
export function otherSite(
  run: Run,
  here: Place,
  there: { name: string; zone: string; series: IntensitySeries; pue: number },
): Saving | null {
  const own = meanIntensity(run, here.intensity);
  const other = meanIntensity(run, (ms) => intensityAt(there.series, ms));
  if (own == null || other == null || own <= 0) return null;
  const isHourly = there.series.bucket_s <= 3600 && new Set(there.series.intensity_mg_per_kwh).size > 1;
  const intensities = `${fixed(other, 0)} instead of ${fixed(own, 0)} g/kWh`;
  return saving(run, (other * there.pue) / (own * here.pue), {
    title: `Run it in ${there.name} (${there.zone})`,
    detail: `${intensities}, PUE ${fixed(there.pue, 2)} instead of ${fixed(here.pue, 2)}`,
    evidence: isHourly ? `the same hours in ${there.zone}` : `yearly mean of ${there.zone}`,
  });
}

/** The power of one device of a run, mW; `null` where it was not read. */
export interface DevicePower {
  node: string;
  uuid: string;
  power_mean_mw: (number | null)[];
}

/**
 * Share of the devices' energy drawn below `percent` of their limits, by `node uuid`; `null` where no limit is known.
 */
export function heldIdleEnergy(
  devices: DevicePower[],
  limits: ReadonlyMap<string, number>,
  percent: number,
): number | null {
  let [idle, all] = [0, 0];
  for (const device of devices) {
    const limit = limits.get(`${device.node} ${device.uuid}`);
    if (!limit) continue;
    for (const power of device.power_mean_mw) {
      all += power ?? 0;
      if (power != null && power < (limit * percent) / 100) idle += power;
    }
  }
  return all > 0 ? idle / all : null;
}

/** Releasing devices while they do nothing. */
export function heldIdle(run: Run, share: number | null | undefined): Saving | null {
  if (share == null || share <= 0) return null;
  return saving(run, 1 - share, {
    title: 'Release idle devices',
    detail: `${percent(share)} of the energy was drawn by devices that were held but idle`,
    evidence: 'measured in this run, per device',
  });
}

/** A similar run and the energy that it needed per step, where steps were reported. */
export interface StepRun {
  name: string;
  kwhPerStep: number | null | undefined;
}

/** A similar run that needed less energy per step. */
export function lessPerStep(run: Run, own: number | null | undefined, others: StepRun[]): Saving | null {
  const known = others.flatMap(({ name, kwhPerStep }) => (kwhPerStep ? [{ name, kwhPerStep }] : []));
  const [best] = [...known].sort((a, b) => a.kwhPerStep - b.kwhPerStep);
  if (!own || !best || best.kwhPerStep >= own) return null;
  return saving(run, best.kwhPerStep / own, {
    title: `Use the settings of ${best.name}`,
    detail: 'it needed less energy per step',
    evidence: `steps reported by ${known.length + 1} runs`,
  });
}

/** A site that runs could move to. */
interface PlacedSite {
  name: string;
  zone: string;
  pue: { pue_ppm: number }[];
}

/** PUE of a site as it is now; 1 where none was set. */
export const pueOf = (site: Pick<PlacedSite, 'pue'>): number => (site.pue.at(-1)?.pue_ppm ?? 1_000_000) / 1e6;

export interface Evidence {
  run: Run;
  /** Where the run is; `undefined` while its nodes have no site. */
  site: PlacedSite | undefined;
  sites: PlacedSite[];
  /** Intensity of every zone in use. */
  zones: (IntensitySeries & { zone: string })[];
  heldIdleShare: number | null;
  kwhPerStep: number | null | undefined;
  similar: StepRun[];
  clock: (ms: number) => string;
}

/** Everything that would lower the run's CO2e, the largest saving first. */
export function savingsOf({ run, site, sites, zones, ...known }: Evidence): Saving[] {
  const here = zones.find((found) => found.zone === site?.zone);
  const others = sites
    .filter((other) => site && other.name !== site.name)
    .map((other) => {
      const series = zones.find((found) => found.zone === other.zone);
      if (!here || !series || !site) return null;
      const there = { name: other.name, zone: other.zone, series, pue: pueOf(other) };
      return otherSite(run, { intensity: (ms) => intensityAt(here, ms), pue: pueOf(site) }, there);
    });
  return ranked([
    // Of the sites only the best: they exclude each other.
    ranked(others)[0] ?? null,
    here ? otherHour(run, here, here.zone, known.clock) : null,
    heldIdle(run, known.heldIdleShare),
    lessPerStep(run, known.kwhPerStep, known.similar),
  ]);
}
