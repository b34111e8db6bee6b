/** What Grafana makes of a Flux text before it is sent, as its sources have it. */

export interface Values {
  /** Chosen values by the name of their variable; 'all' stands for its `allValue`. */
  chosen: Record<string, string[] | 'all'>;
  allValues: Record<string, string>;
  from: string;
  to: string;
  windowPeriod: string;
}

const escapeRegex = (value: string): string => value.replace(/[\\^$*+?.()|[\]{}/]/g, '\\$&');

export function interpolate(flux: string, { chosen, allValues, from, to, windowPeriod }: Values): string {
  return flux
    .replace(/\$\{(\w+):regex\}/g, (_, name: string) => {
      const values = chosen[name] ?? [];
      if (values === 'all') return allValues[name] ?? '.*';
      const escaped = values.map(escapeRegex);
      return escaped.length === 1 ? String(escaped[0]) : `(${escaped.join('|')})`;
    })
    .replaceAll('v.timeRangeStart', from)
    .replaceAll('v.timeRangeStop', to)
    .replaceAll('v.windowPeriod', windowPeriod);
}
