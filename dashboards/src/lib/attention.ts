/** What needs someone's attention, in words and with the page where it is dealt with. */

import type { AttentionItem } from './api/types';
import { withLocalTimes, type Clock } from './format/time';

/** Where the subject of an item is looked at or dealt with. */
export function placeOf({ kind, subject: { type, id } }: AttentionItem): { href: string; text: string } | null {
  if (kind === 'node_without_site') return { href: '/admin', text: 'Assign a site' };
  switch (type) {
    case 'job':
      return { href: `/jobs/${encodeURIComponent(id)}`, text: 'Open job' };
    case 'node':
      return { href: `/fleet/${encodeURIComponent(id)}`, text: 'Open node' };
    case 'device':
      return { href: `/fleet/${encodeURIComponent(id.replace(/\/.*/s, ''))}`, text: 'Open node' };
    case 'budget':
      return { href: `/budgets?budget=${encodeURIComponent(id)}`, text: 'Open budget' };
    case 'admission':
      return { href: '/budgets', text: 'Open budgets' };
    case 'request':
      return { href: '/budgets', text: 'Decide' };
    case 'zone':
    case 'provider':
      return { href: '/grid', text: 'Open grid' };
    default:
      return null;
  }
}

/** Advice for the API or the command line, which the link beside the sentence replaces. */
const ELSEWHERE = /[:;,]\s[^:;]*(?:\b(?:GET|POST|DELETE)\s\/api\/|`wattledger (?:budget|node|job)\b).*$/s;

/** The message as the start of a sentence, with times on the reader's clock. A name at its start is not capitalised. */
export function sentenceOf({ message, subject }: AttentionItem, clock: Clock, now: number): string {
  const text = withLocalTimes(message.replace(ELSEWHERE, '').replace(/\.$/, ''), clock, now);
  return text.startsWith(subject.id) ? text : text.charAt(0).toUpperCase() + text.slice(1);
}

/** The colour of a list: that of its worst item. */
export const worstOf = (items: Pick<AttentionItem, 'severity'>[]): 'bad' | 'warn' =>
  items.some((item) => item.severity === 'bad') ? 'bad' : 'warn';

/** Whether an item is about an agent or a sensor. */
export const isOfFleet = ({ subject }: Pick<AttentionItem, 'subject'>): boolean =>
  subject.type === 'node' || subject.type === 'device';
