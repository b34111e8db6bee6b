import { expect, test } from 'vitest';
import type { AttentionItem } from './api/types';
import { isOfFleet, placeOf, sentenceOf, worstOf } from './attention';

const item = (message: string, kind = 'agent_late', type = 'node', id = 'n-1'): AttentionItem =>
  ({ kind, severity: 'warn', subject: { type, id }, message, since: null }) as AttentionItem;
const clock = { zone: 'Europe/Berlin', zoneName: 'Berlin' };
const NOW = Date.UTC(2026, 10, 24);
const sentence = (message: string, id?: string): string => sentenceOf(item(message, 'x', 'node', id), clock, NOW);

test('a sentence starts with a capital, unless a name stands there', () => {
  expect(sentence('the agent is late.')).toBe('The agent is late');
  expect(sentence('vm belongs to no site', 'vm')).toBe('vm belongs to no site');
});

test('times are on the clock of the reader', () => {
  expect(sentence('it was last seen at 2026-11-23T23:30:00Z: look at its log')).toBe(
    'It was last seen at 24 Nov 00:30 Berlin: look at its log',
  );
});

test('advice for the API is left to the link beside it', () => {
  expect(
    sentence(
      'vm belongs to no site, so a world average stands in: `wattledger node assign vm --site SITE` places it',
      'vm',
    ),
  ).toBe('vm belongs to no site, so a world average stands in');
  expect(sentence('the agent of a reported 3 gaps in the last day: `wattledger node gaps a` lists them')).toBe(
    'The agent of a reported 3 gaps in the last day',
  );
  expect(sentence('j has not ended: if the job has ended, `wattledger job end j` says so')).toBe('J has not ended');
  const asked = sentence('fay asks: a paper is due; `wattledger budget approve 3` or refuse');
  expect(asked).toBe('Fay asks: a paper is due');
});

test('the link leads to where the subject is dealt with', () => {
  expect(placeOf(item('', 'node_without_site'))).toEqual({ href: '/admin', text: 'Assign a site' });
  expect(placeOf(item('', 'windows_set_aside', 'device', 'n 1/GPU-7'))?.href).toBe('/fleet/n%201');
  expect(placeOf(item('', 'held_idle', 'job', 'a/b'))?.href).toBe('/jobs/a%2Fb');
  expect(placeOf(item('', 'exception_requested', 'request', '3'))?.href).toBe('/budgets');
  expect(placeOf(item('', 'admission_denied', 'admission', '3'))?.text).toBe('Open budgets');
  expect(placeOf(item('', 'budget_breaking', 'budget', 'x y'))?.href).toBe('/budgets?budget=x%20y');
  expect(placeOf(item('', 'factors_stale', 'zone', 'DE'))?.text).toBe('Open grid');
  expect(placeOf(item('', 'new', 'something'))).toBeNull();
});

test('a list has the colour of its worst item, and the fleet page shows nodes and devices', () => {
  expect(worstOf([{ severity: 'info' }, { severity: 'bad' }])).toBe('bad');
  expect(worstOf([{ severity: 'info' }])).toBe('warn');
  expect(['node', 'device', 'job'].map((type) => isOfFleet(item('', 'x', type)))).toEqual([true, true, false]);
});
