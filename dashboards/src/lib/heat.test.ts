import { expect, test } from 'vitest';
import type { Device, DeviceSeries, SeriesDocument } from './api/types';
import { acceleratorsByNode, isLate } from './fleet';
import { blend, byPlace, describeDevice, deviceTable, groupsOf, heatHigh, named, nodeHeat, rgb, topOf } from './heat';
import { itemAt } from './series';

const device = (node: string, index: number, power: (number | null)[]): DeviceSeries['devices'][number] => ({
  id: index,
  node,
  index,
  name: 'NVIDIA H100',
  uuid: `GPU-${index}`,
  energy_mj: 0,
  power_mean_mw: power,
});

test('neighbouring rows of a node are one group, and thin groups leave out names', () => {
  const rows = ['a', 'a', 'b'].map((group) => ({ group, name: group, values: [] }));
  expect(groupsOf(rows)).toEqual({
    rowHigh: 16,
    groups: [
      { name: 'a', top: 0, high: 32 },
      { name: 'b', top: 32, high: 16 },
    ],
  });
  const many = Array.from({ length: 320 }, (_, index) => ({ group: `n${index}`, name: '', values: [] }));
  expect(heatHigh(320)).toBe(344);
  expect(named(groupsOf(many).groups).length).toBeLessThan(25);
});

test('colours blend along the scale, also those that a minifier shortened', () => {
  expect(rgb('#fff')).toEqual([255, 255, 255]);
  expect(blend([rgb('#000000'), rgb('#ffffff')], 0.5)).toEqual([128, 128, 128]);
  expect(blend([rgb('#000'), rgb('#fff')], 2)).toEqual([255, 255, 255]);
});

test('a cell says its power, and a gap that nothing arrived', () => {
  const series = { start_ms: [0, 60_000], bucket_s: 60 };
  const shown = describeDevice(series, device('n', 3, [412_000, null]), 0, 'UTC');
  expect(shown.rows[0]?.label).toBe('n, device 3');
  expect(shown.rows[0]?.value).toMatch(/^412.W$/);
  const gap = describeDevice(series, device('n', 3, [412_000, null]), 1, 'UTC');
  expect([gap.rows[0]?.value, gap.note]).toEqual(['no data', 'No readings arrived in this time.']);
});

test('devices are sorted by node and index, as a table in W', () => {
  const devices = [device('b', 0, [1_000]), device('a', 1, [null]), device('a', 0, [2_500])].sort(byPlace);
  expect(deviceTable([0], devices)).toEqual({
    head: ['Start, UTC', 'a 0, W', 'a 1, W', 'b 0, W'],
    rows: [['1970-01-01T00:00:00Z', 2.5, null, 1]],
  });
});

test('the top of the scale is a round hundred above the highest mean', () => {
  expect(topOf([device('a', 0, [612_000, null])])).toBe(700);
  expect(topOf([])).toBe(100);
});

test('devices of a node are aligned to the moments that any of them has', () => {
  const known = { kind: 'accelerator', index: 0, limit_mw: 200, name: 'H100' } as Device;
  const series = (start_ms: number[], power: number[]) =>
    ({ bucket_s: 60, start_ms, power_mean_mw: power }) as unknown as SeriesDocument;
  const heat = nodeHeat([known, known], [series([0, 60_000], [100, 50]), series([60_000], [200])]);
  expect(heat?.startMs).toEqual([0, 60_000]);
  expect(heat?.rows.map((row) => row.values)).toEqual([
    [0.5, 0.25],
    [null, 1],
  ]);
  expect(nodeHeat([known], [null])).toBeNull();
});

test('accelerators are counted by node, and an agent is late after five minutes', () => {
  const found = acceleratorsByNode([
    { kind: 'accelerator', node: 'a', name: 'NVIDIA H100' },
    { kind: 'host', node: 'a', name: 'CPU' },
    { kind: 'accelerator', node: 'a', name: 'NVIDIA A100' },
    { kind: 'accelerator', node: 'b', name: 'NVIDIA H100' },
  ]);
  expect(found.get('a')).toEqual({ count: 2, name: 'accelerators' });
  expect(found.get('b')).toEqual({ count: 1, name: 'H100' });
  const seen = '2026-11-24T00:00:00Z';
  expect([5, 6].map((minutes) => isLate({ seen }, Date.parse(seen) + minutes * 60_000))).toEqual([false, true]);
  expect(() => itemAt([1], 1)).toThrow(RangeError);
});
