/** Sites and tokens in words. */

import type { Site, TokenItem } from '../../lib/api/types';
import { fixed } from '../../lib/format/number';
import { ago, day, parse, type Zone } from '../../lib/format/time';

/** `since 1 Nov`, or `from the start` for what applies to all time. */
export function since(text: string): string {
  const ms = parse(text);
  return ms ? `since ${day(ms)}` : 'from the start';
}

/** One value of a site and, with `isOld`, that it no longer applies. */
export interface Step {
  text: string;
  isOld: boolean;
  since: string;
}

/** The current value first, then earlier ones: `PUE 1.20 since 1 Nov, before that 1.30 from the start`. */
const newestFirst = <Item extends { since: string }>(items: Item[], text: (item: Item) => string): Step[] =>
  items.toReversed().map((item, index) => ({
    text: `${index ? ', before that ' : ''}${text(item)} ${since(item.since)}`,
    isOld: index > 0,
    since: item.since,
  }));

export const pueSteps = ({ pue }: Pick<Site, 'pue'>): Step[] =>
  newestFirst(pue, (step) => fixed(step.pue_ppm / 1e6, 2));

export const priceSteps = ({ price }: Pick<Site, 'price'>): Step[] =>
  newestFirst(price ?? [], (step) => `${fixed(step.per_mwh, 2)} ${step.currency}/MWh`);

/** The zones that a site was in before its current one. */
export const earlierZones = ({ zones }: Pick<Site, 'zones'>): Step[] =>
  newestFirst(zones ?? [], (step) => step.zone).slice(1);

/** When a token was last used, or revoked. */
export function tokenUse(token: TokenItem, now: number, zone: Zone): string {
  const [revoked, used] = [parse(token.revoked), parse(token.last_used)];
  if (revoked != null) return `revoked ${day(revoked, zone)}`;
  return used == null ? 'never used' : `last used ${ago(used, now, zone)}`;
}

/** `, expires 3 Dec`; empty for a token without an end. */
export function tokenEnd({ expires }: Pick<TokenItem, 'expires'>, zone: Zone): string {
  const end = parse(expires);
  return end == null ? '' : `, expires ${day(end, zone)}`;
}
