import { expect, test } from 'vitest';
import { parseFilter, queryOf, takeTyped, waysOut, writeFilter } from './filter';

test('tokens and words', () => {
  const filter = parseFilter('project:atlas-llm pretrain user:"a b" label:gpu=h100');
  expect(filter).toEqual({
    tokens: [
      { name: 'project', value: 'atlas-llm' },
      { name: 'user', value: 'a b' },
      { name: 'label', value: 'gpu=h100' },
    ],
    text: 'pretrain',
  });
  expect(queryOf(filter)).toEqual({ project: 'atlas-llm', user: 'a b', label: 'gpu=h100', q: 'pretrain' });
});

test('what is no token is looked for as it was written', () => {
  for (const line of ['color:red', 'from:soon', 'label:x', 'http://x', '"><script>alert(1)</script>'])
    expect(parseFilter(line).text).toBe(line);
});

test('written and read back it is the same', () => {
  for (const line of ['project:x run', 'user:"a b"', 'from:2026-11-01 to:2026-11-02', ''])
    expect(parseFilter(writeFilter(parseFilter(line)))).toEqual(parseFilter(line));
});

test('dates become moments', () => {
  expect(queryOf(parseFilter('from:2026-11-01'))).toEqual({ from: '2026-11-01T00:00:00.000Z' });
  expect(queryOf(parseFilter('user:s.rao'))).toEqual({ user: 's.rao' });
});

test('tokens leave the line when they are finished, and words search as they are typed', () => {
  const none = { tokens: [], text: '' };
  expect(takeTyped('project:a', none, false)).toEqual({ kind: 'wait' });
  expect(takeTyped('proj:', none, false)).toEqual({ kind: 'wait' });
  expect(takeTyped('project:a ', none, false)).toEqual({
    kind: 'apply',
    filter: { tokens: [{ name: 'project', value: 'a' }], text: '' },
  });
  expect(takeTyped('train', none, false).kind).toBe('search');
  expect(takeTyped('train', none, true).kind).toBe('apply');
});

test('a token replaces the one of its name, and every part of a filter can be removed', () => {
  const filter = { tokens: [{ name: 'project' as const, value: 'a' }], text: 'run' };
  const typed = takeTyped('project:b', filter, true);
  expect(typed).toEqual({ kind: 'apply', filter: { tokens: [{ name: 'project', value: 'b' }], text: '' } });
  expect(waysOut(filter)).toEqual([
    { name: 'project:a', rest: { tokens: [], text: 'run' } },
    { name: 'run', rest: { ...filter, text: '' } },
  ]);
});
