import { expect, test, vi } from 'vitest';
import { Merger, liveness } from './merge';

const change = (what: string) => ({ what, id: '1', project: null });

test('many changes are one call, and only for those whom they concern', () => {
  const merger = new Merger();
  const [jobs, sites] = [vi.fn(), vi.fn()];
  merger.add(['job', 'batch'], 1_000, 0, jobs);
  merger.add(['site'], 1_000, 0, sites);
  for (let index = 0; index < 100; index++) merger.note(change('batch'));
  expect(merger.flush(1_000)).toBe(1);
  expect(jobs).toHaveBeenCalledTimes(1);
  expect(sites).not.toHaveBeenCalled();
});

test('nobody is called more often than it asked for, and nothing is lost meanwhile', () => {
  const merger = new Merger();
  const then = vi.fn();
  merger.add(['batch'], 5_000, 0, then);
  merger.note(change('batch'));
  merger.flush(4_999);
  expect(then).not.toHaveBeenCalled();
  merger.flush(5_000);
  merger.note(change('batch'));
  merger.flush(6_000);
  expect(then).toHaveBeenCalledTimes(1);
  merger.flush(10_000);
  expect(then).toHaveBeenCalledTimes(2);
  merger.flush(20_000);
  expect(then).toHaveBeenCalledTimes(2);
});

test('after missed changes everyone reads anew, who left does not', () => {
  const merger = new Merger();
  const [stays, leaves] = [vi.fn(), vi.fn()];
  merger.add(['job'], 0, 0, stays);
  merger.add(['job'], 0, 0, leaves)();
  merger.noteAll();
  merger.flush(1);
  expect(stays).toHaveBeenCalledTimes(1);
  expect(leaves).not.toHaveBeenCalled();
});

test('the mark is quiet after 15 s without an event and stale after 60', () => {
  expect([0, 14_999, 15_000, 59_999, 60_000].map((passed) => liveness(100, 100 + passed))).toEqual([
    'live',
    'live',
    'quiet',
    'quiet',
    'stale',
  ]);
  expect(liveness(null, 5)).toBe('connecting');
});
