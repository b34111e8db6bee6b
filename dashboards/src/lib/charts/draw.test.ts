import { expect, test } from 'vitest';
import { dotPlot } from './dots';
import { flowLabel, sankeyOption } from './flow';
import { histogram } from './histogram';
import { option, type Frame } from './option';
import type { Palette } from './palette';
import { place, type Panel } from './panels';
import { sparkPath } from './spark';

const eight = Array.from({ length: 8 }, (_, index) => `ci${index + 1}`);
const palette: Palette = {
  surface: 'surface',
  ink: 'ink',
  ink2: 'ink2',
  ink3: 'ink3',
  line: 'line',
  axis: 'axis',
  grid: 'grid',
  accent: 'accent',
  ci: eight,
  ciInk: eight,
  cat: ['cat1', 'cat2', 'cat3', 'cat4', 'cat5', 'cat6'],
  other: 'other',
  idle: 'idle',
  load: [],
  hatch: '',
  hatchGap: '',
  font: 'Inter',
};
const frame: Frame = {
  from: 0,
  to: 100_000,
  width: 240,
  left: 40,
  right: 100,
  now: null,
  zone: 'UTC',
  palette,
  isNarrow: false,
};
const drawn = (panels: Panel[]): string => {
  const { series, graphic } = option(place(panels).placed, frame) as {
    series: { renderItem: () => unknown }[];
    graphic: unknown[];
  };
  return JSON.stringify([series.map((one) => one.renderItem()), graphic]);
};

test('a curve is painted by the step of its intensity, and a gap is not bridged', () => {
  const text = drawn([
    {
      kind: 'painted',
      height: 100,
      unit: { name: 'W', size: 1 },
      bucketS: 10,
      startMs: [0, 10_000, 50_000],
      min: [10, 10, 10],
      mean: [10, 10, 10],
      max: [10, 10, 10],
      intensityAt: (ms) => (ms < 20_000 ? 30 : 700),
      openFrom: null,
      notes: [{ at: 30_000, text: 'gap' }],
    },
  ]);
  expect(text).toContain('"fill":"ci1"');
  expect(text).toContain('"fill":"ci8"');
  expect(text).toContain('"text":"gap"');
  // The mean is one line for each run of buckets.
  expect(text.match(/"type":"polyline"/g)).toHaveLength(2);
});

test('groups are stacked in their colours, with names that do not overlap', () => {
  const group = (name: string, color: string) => ({ name, color, values: [5, 5] });
  const text = drawn([
    {
      kind: 'stack',
      height: 100,
      unit: { name: 'W', size: 1 },
      bucketS: 10,
      startMs: [0, 10_000],
      groups: [group('atlas', 'cat-2'), group('idle', 'idle')],
      openFrom: null,
    },
  ]);
  expect(text).toContain('"fill":"cat2"');
  expect(text).toContain('"fill":"idle"');
  expect(text).toContain('"text":"atlas"');
});

test('p50, p95 and what is held have enough decimals to tell them apart', () => {
  const text = drawn([
    {
      kind: 'cumulative',
      height: 100,
      title: 'CO₂e',
      unit: { name: 't', size: 1e6 },
      points: [
        [0, 0],
        [50_000, 1.3e6],
      ],
      projection: null,
      hold: 1.42e6,
      label: '1.30 t',
    },
  ]);
  expect(text).toContain('held 1.42\u202ft');
});

test('a band shows the hours of a zone, with numbers where they fit', () => {
  const series = {
    bucket_s: 50,
    start_ms: [0, 50_000],
    intensity_mg_per_kwh: [30_000, 700_000],
    status: ['measured', 'measured'],
  };
  const text = drawn([{ kind: 'band', hasNumbers: true, zones: [{ name: 'DE', series, label: '700 g' }] }]);
  for (const word of ['"text":"DE"', '"text":"700 g"', '"text":"30"', '"text":"700"', '"fill":"ci1"', '"fill":"ci8"'])
    expect(text).toContain(word);
});

test('an hour without a value of its own is a thin line in its band, and has no number', () => {
  const series = {
    bucket_s: 50,
    start_ms: [0, 50_000],
    intensity_mg_per_kwh: [30_000, 700_000],
    status: ['measured', 'fallback'],
  };
  const text = drawn([{ kind: 'band', hasNumbers: true, zones: [{ name: 'DE', series, label: '' }] }]);
  expect(text).toContain('"height":18},"style":{"fill":"ci1"}');
  expect(text).toContain('"height":5},"style":{"fill":"ci8"}');
  expect(text).toContain('"text":"30"');
  expect(text).not.toContain('"text":"700"');
});

test('lines break at gaps, are named at their ends, and a forecast is dashed in the colour of projections', () => {
  const text = drawn([
    {
      kind: 'lines',
      height: 100,
      unit: { name: 'g/kWh', size: 1 },
      bucketS: 25,
      startMs: [0, 25_000, 50_000, 75_000],
      lines: [
        { name: 'actual', values: [100, null, 300, null], isDashed: false },
        { name: 'forecast', values: [null, null, null, 250], isDashed: true },
        { name: 'nothing', values: [null, null, null, null], isDashed: true },
      ],
    },
  ]);
  expect(text.match(/"type":"polyline"/g)).toHaveLength(3);
  expect(text).toContain('"stroke":"accent","fill":"none","lineWidth":1.4,"lineJoin":"round","lineDash":[4,3]');
  expect(text).toContain('"text":"actual"');
  expect(text).toContain('"text":"forecast"');
  expect(text).not.toContain('"text":"nothing"');
});

test('a small line breaks at gaps and ends at its last value', () => {
  const { text, end } = sparkPath([1, 2, null, 3, null], { width: 200, height: 34 });
  expect(text.match(/M/g)).toHaveLength(2);
  expect(end).toEqual({ x: 146, y: 4 });
  expect(sparkPath([null], { width: 200, height: 34 })).toEqual({ text: '', end: null });
});

test('dots stand apart around the median of the others', () => {
  const dot = (id: string, value: number, isThis = false) => ({ id, name: id, value, isThis });
  const plot = dotPlot([dot('a', 10), dot('b', 10), dot('c', 30), dot('own', 20, true)], 400);
  expect(plot.median.value).toBe(10);
  expect(new Set(plot.dots.filter((found) => found.value === 10).map((found) => found.y)).size).toBe(2);
  expect(plot.ticks.every((tick) => tick.x >= 0 && tick.x <= 400)).toBe(true);
});

test('a histogram reaches beyond 100 % and no further than 205 %', () => {
  expect(histogram([])).toMatchObject({ from: 40, to: 125, largest: 1 });
  expect(
    histogram([
      { from_percent: 20, jobs: 3 },
      { from_percent: 300, jobs: 1 },
    ]),
  ).toMatchObject({ from: 20, to: 205 });
  expect(histogram([]).ticks).toEqual([40, 60, 80, 100, 120]);
});

test('labels of a flow are text, and a node that is gone has none', () => {
  expect(flowLabel({ title: '{title|alert(1)}', text: '5 MWh', share: 0.5 })).toBe(
    '{title| title alert(1) }\n{text|5 MWh}',
  );
  const node = { id: 'owner a', title: 'a', text: '', column: 0, share: 1, color: 'cat-1' };
  const { series } = sankeyOption({ nodes: [node], links: [] }, palette, false) as {
    series: { label: { formatter: (given: { name: string }) => string } }[];
  };
  expect(series[0]?.label.formatter({ name: 'owner gone' })).toBe('');
});
