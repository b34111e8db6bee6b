import { expect, test } from 'vitest';
import { DAY, HOUR } from '../format/time';
import { niceScale, pushApart, timeTicks } from './axis';
import { itemAt } from '../series';

test.each([
  [68.5, 80, 20],
  [30.2, 40, 10],
  [1, 1, 0.25],
  [0.03, 0.03, 0.01],
  [700, 800, 200],
  [0, 1, 1],
])('up to %s the axis goes to %s in steps of %s', (largest, max, step) => {
  const scale = niceScale(largest);
  expect(scale.max).toBeCloseTo(max, 9);
  expect(scale.step).toBeCloseTo(step, 9);
  expect(scale.max).toBeGreaterThanOrEqual(largest);
});

test('hours are round, midnight names the day', () => {
  const ticks = timeTicks(Date.UTC(2026, 10, 23, 7, 20), Date.UTC(2026, 10, 24, 14, 32), 700, 'UTC');
  expect(ticks.map((tick) => tick.text)).toEqual([
    '08:00',
    '12:00',
    '16:00',
    '20:00',
    '24 Nov',
    '04:00',
    '08:00',
    '12:00',
  ]);
  expect(ticks.filter((tick) => tick.isStrong).map((tick) => tick.text)).toEqual(['24 Nov']);
});

test('days stay at midnight over a change of the clock', () => {
  const ticks = timeTicks(Date.UTC(2026, 9, 23), Date.UTC(2026, 9, 28), 500, 'Europe/Berlin');
  expect(ticks.map((tick) => tick.text)).toEqual(['Sat 24', 'Sun 25', 'Mon 26', 'Tue 27', 'Wed 28']);
  expect(itemAt(ticks, 2).at - itemAt(ticks, 1).at).toBe(25 * HOUR);
});

test('no more ticks than there is room for', () => {
  for (const length of [HOUR, DAY, 30 * DAY, 365 * DAY]) {
    const ticks = timeTicks(Date.UTC(2026, 0, 1), Date.UTC(2026, 0, 1) + length, 600, 'UTC');
    expect(ticks.length).toBeGreaterThan(1);
    expect(ticks.length).toBeLessThanOrEqual(10);
  }
});

test('labels move apart, keep their order and drop the lightest when there is no room', () => {
  const labels = [
    { y: 50, text: 'a', weight: 3 },
    { y: 52, text: 'b', weight: 2 },
    { y: 54, text: 'c', weight: 1 },
  ];
  const wide = pushApart(labels, 15, 0, 200);
  expect(wide.map((label) => label.text)).toEqual(['a', 'b', 'c']);
  wide.slice(1).forEach((label, index) => expect(label.y - itemAt(wide, index).y).toBeGreaterThanOrEqual(15));
  const tight = pushApart(labels, 15, 40, 60);
  expect(tight.map((label) => label.text)).toEqual(['a', 'b']);
  tight.forEach((label) => expect(label.y).toBeGreaterThanOrEqual(40));
  tight.forEach((label) => expect(label.y).toBeLessThanOrEqual(60));
});
