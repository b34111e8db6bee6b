/** What would have made a run cheaper: each with its evidence, or not at all. Location-based CO2e of the IT energy. */

import { HOUR } from './format/time';
import type { IntensitySeries } from './intensity';
import { intensityAt } from './intensity';

export interface Saving {
  title: string;
  detail: string;
  /** On what it rests. */
  evidence: string;
  /** g CO2e; negative is saved. */
  grams: number;
  /** Of the whole. */
  share: number;
}

/** A run: its power over time in any unit, and its CO2e in g. */
export interface Run {
  startMs: number[];
  energy: number[];
  grams: number;
}

/** Savings below one percent are within what moves from day to day. */
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
  run.startMs.forEach((ms, index) => {
    const [energy, value] = [run.energy[index]!, at(ms)];
    all += energy;
    if (value != null) {
      known += energy;
      weighted += energy * value;
    }
  });
  return all > 0 && known >= 0.9 * all ? weighted / known : null;
}

/** The mean of each hour of the day over measured history; `null` without enough days, or where every hour is the same. */
export function hourProfile(history: IntensitySeries): number[] | null {
  if (history.bucket_s > 3600) return null;
  const sums = new Array<number>(24).fill(0);
  const counts = new Array<number>(24).fill(0);
  history.start_ms.forEach((ms, index) => {
    if (history.status[index] === 'forecast') return;
    const hour = new Date(ms).getUTCHours();
    sums[hour]! += history.intensity_mg_per_kwh[index]! / 1000;
    counts[hour]!++;
  });
  const perHour = 3600 / history.bucket_s;
  if (counts.some((count) => count < DAYS_NEEDED * perHour)) return null;
  const profile = sums.map((sum, hour) => sum / counts[hour]!);
  return Math.max(...profile) - Math.min(...profile) < 1 ? null : profile;
}

/** The same run begun at the hour of the day at which the grid is usually cleanest for it. */
export function otherHour(
  run: Run,
  history: IntensitySeries,
  zone: string,
  clock: (ms: number) => string,
): Saving | null {
  const profile = hourProfile(history);
  if (!profile || !run.startMs.length) return null;
  const mean = (shift: number): number =>
    meanIntensity(run, (ms) => profile[new Date(ms + shift * HOUR).getUTCHours()]!)!;
  const own = mean(0);
  let best = { shift: 0, mean: own };
  for (let shift = 1; shift < 24; shift++) {
    const value = mean(shift);
    if (value < best.mean) best = { shift, mean: value };
  }
  if (best.shift === 0) return null;
  const start = run.startMs[0]!;
  const days = Math.round((history.start_ms.length * history.bucket_s) / 86_400);
  return saving(run, best.mean / own, {
    title: `Start at ${clock(start + best.shift * HOUR)} instead of ${clock(start)}`,
    detail: `the same work, ${best.shift} h later`,
    evidence: `mean hours of ${days} days, ${zone}`,
  });
}

/** The same energy at another site of this installation, in the same hours, with that site's overhead. */
export function otherSite(
  run: Run,
  here: { intensity: (ms: number) => number | null; pue: number },
  there: { name: string; zone: string; series: IntensitySeries; pue: number },
): Saving | null {
  const own = meanIntensity(run, here.intensity);
  const other = meanIntensity(run, (ms) => intensityAt(there.series, ms));
  if (own == null || other == null || own <= 0) return null;
  const isHourly = there.series.bucket_s <= 3600 && new Set(there.series.intensity_mg_per_kwh).size > 1;
  return saving(run, (other * there.pue) / (own * here.pue), {
    title: `Run it in ${there.name} (${there.zone})`,
    detail: `${Math.round(other)} instead of ${Math.round(own)} g/kWh, PUE ${there.pue.toFixed(2)} instead of ${here.pue.toFixed(2)}`,
    evidence: isHourly ? `the same hours there, ${there.zone}` : `yearly mean of ${there.zone}`,
  });
}

/** Share of the devices' energy that was drawn below `percent` of their limits, by `node uuid`; `null` where no limit is known. */
export function heldIdleEnergy(
  devices: { node: string; uuid: string; power_mean_mw: (number | null)[] }[],
  limits: Map<string, number>,
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

/** Letting devices go while they do nothing. */
export function heldIdle(run: Run, share: number | null | undefined): Saving | null {
  if (share == null || share <= 0) return null;
  return saving(run, 1 - share, {
    title: 'Let go of devices that do nothing',
    detail: `${(share * 100).toFixed(1)}\u202f% of the energy went to devices held idle`,
    evidence: 'measured in this run, device by device',
  });
}

/** A like run that needed less energy for a step. */
export function lessPerStep(
  run: Run,
  own: number | null | undefined,
  others: { name: string; kwhPerStep: number | null | undefined }[],
): Saving | null {
  const known = others.filter((other) => other.kwhPerStep != null && other.kwhPerStep > 0);
  const best = known.reduce<(typeof known)[number] | null>(
    (found, other) => (!found || other.kwhPerStep! < found.kwhPerStep! ? other : found),
    null,
  );
  if (!own || !best || best.kwhPerStep! >= own) return null;
  return saving(run, best.kwhPerStep! / own, {
    title: `Run it as ${best.name} was run`,
    detail: 'it needed less energy for a step',
    evidence: `steps reported by ${known.length + 1} runs`,
  });
}
