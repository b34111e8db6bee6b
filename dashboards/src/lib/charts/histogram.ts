/** A histogram of shares in percent, such as how much jobs used of what was held for them. */

/** A bin of five percent. */
export interface Bin {
  from_percent: number;
  jobs: number;
}

export const BIN = 5;

export interface Histogram {
  /** Range of the axis, percent. */
  from: number;
  to: number;
  ticks: number[];
  /** The largest bin. */
  largest: number;
}

/** An axis that reaches from 40 % to beyond 100 %, further where the bins need it, and at most to 205 %. */
export function histogram(bins: Bin[]): Histogram {
  const from = Math.min(40, bins[0]?.from_percent ?? 40);
  const to = Math.min(205, Math.max(125, (bins.at(-1)?.from_percent ?? 0) + 2 * BIN));
  const first = Math.ceil(from / 20) * 20;
  const count = Math.floor((to - from) / 20) + 1;
  return {
    from,
    to,
    ticks: Array.from({ length: count }, (_, index) => first + index * 20).filter((tick) => tick <= to),
    largest: Math.max(1, ...bins.map((bin) => bin.jobs)),
  };
}
