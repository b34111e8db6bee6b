/** Panels of the dashboards, in the units, words and colours of the web app. */

import {
  BarGaugeDisplayMode,
  BarGaugeNamePlacement,
  BarGaugeSizing,
  BarGaugeValueMode,
  BigValueColorMode,
  BigValueGraphMode,
  BigValueJustifyMode,
  BigValueTextMode,
  FieldColorModeId,
  GraphDrawStyle,
  LegendDisplayMode,
  LineInterpolation,
  PercentChangeColorMode,
  SortOrder,
  StackingMode,
  TableCellBackgroundDisplayMode,
  TableCellDisplayMode,
  TableCellHeight,
  ThresholdsMode,
  TooltipDisplayMode,
  VisibilityMode,
  VizOrientation,
  type DataSourceRef,
  type FieldConfig,
  type FieldConfigSource,
  type GraphFieldConfig,
  type Panel,
  type TableFieldOptions,
  type Threshold,
} from '@grafana/schema';

type BarOptions =
  import('@grafana/schema/dist/esm/raw/composable/bargauge/panelcfg/x/BarGaugePanelCfg_types.gen').Options;
type StatOptions = import('@grafana/schema/dist/esm/raw/composable/stat/panelcfg/x/StatPanelCfg_types.gen').Options;
type TableOptions = import('@grafana/schema/dist/esm/raw/composable/table/panelcfg/x/TablePanelCfg_types.gen').Options;
type TimelineOptions =
  import('@grafana/schema/dist/esm/raw/composable/statetimeline/panelcfg/x/StateTimelinePanelCfg_types.gen').Options;
type TimeOptions =
  import('@grafana/schema/dist/esm/raw/composable/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen').Options;

export const UNITS = {
  power: 'watt',
  energy: 'kwatth',
  carbon: 'suffix:kg',
  intensity: 'suffix:g/kWh',
  share: 'percentunit',
  hours: 'suffix:h',
  seconds: 's',
  count: 'none',
} as const;

export interface Unit {
  unit: (typeof UNITS)[keyof typeof UNITS];
  /** Digits after the decimal point; by default as many as the value needs. */
  decimals?: number;
  /** Colours from a value on; by default none. */
  steps?: Threshold[];
}

/** What a panel shows, with its title, and a description that says what is counted and when it is there. */
export interface Shown extends Unit {
  title: string;
  description: string;
  datasource: DataSourceRef;
  targets: Panel['targets'];
}

const PLAIN: Threshold[] = [{ value: null, color: 'text' }];

/** The app's absolute scale of carbon intensity, in its colours for a dark ground. */
export const INTENSITY: Threshold[] = [
  { value: null, color: '#173f3f' },
  { value: 50, color: '#245b51' },
  { value: 100, color: '#3f765a' },
  { value: 200, color: '#77894a' },
  { value: 300, color: '#ae9740' },
  { value: 400, color: '#dfa54d' },
  { value: 500, color: '#ffb474' },
  { value: 650, color: '#ffd0ad' },
];

/** Colours that turn at `warn` and at `bad`, upwards, or downwards where less is worse. */
export function alarms(warn: number, bad: number): Threshold[] {
  return warn < bad
    ? [
        { value: null, color: 'green' },
        { value: warn, color: 'orange' },
        { value: bad, color: 'red' },
      ]
    : [
        { value: null, color: 'red' },
        { value: bad, color: 'orange' },
        { value: warn, color: 'green' },
      ];
}

function field({ unit, decimals, steps = PLAIN }: Unit): FieldConfig {
  return {
    unit,
    ...(decimals != null && { decimals }),
    noValue: 'no data',
    color: { mode: FieldColorModeId.Thresholds },
    thresholds: { mode: ThresholdsMode.Absolute, steps },
  };
}

const panelOf = (
  { title, description, datasource, targets }: Shown,
  more: Pick<Panel, 'type' | 'fieldConfig' | 'interval'> & { options: unknown },
): Panel => ({ title, description, datasource, targets, ...more, options: more.options as Record<string, unknown> });

/** One number. */
export function stat(shown: Shown): Panel {
  const options: StatOptions = {
    colorMode: shown.steps ? BigValueColorMode.Value : BigValueColorMode.None,
    graphMode: BigValueGraphMode.None,
    justifyMode: BigValueJustifyMode.Auto,
    orientation: VizOrientation.Auto,
    percentChangeColorMode: PercentChangeColorMode.Standard,
    reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false },
    showPercentChange: false,
    textMode: BigValueTextMode.Value,
    wideLayout: true,
  };
  return panelOf(shown, { type: 'stat', options, fieldConfig: { defaults: field(shown), overrides: [] } });
}

/** The latest value of each series as a bar. */
export function bars(shown: Shown & { legend: string }): Panel {
  const options: BarOptions = {
    displayMode: BarGaugeDisplayMode.Basic,
    legend: { calcs: [], displayMode: LegendDisplayMode.Hidden, placement: 'bottom', showLegend: false },
    maxVizHeight: 32,
    minVizHeight: 16,
    minVizWidth: 8,
    namePlacement: BarGaugeNamePlacement.Left,
    orientation: VizOrientation.Horizontal,
    reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false },
    showUnfilled: true,
    sizing: BarGaugeSizing.Manual,
    valueMode: BarGaugeValueMode.Color,
  };
  const defaults: FieldConfig = { ...field(shown), displayName: shown.legend, min: 0, max: 1 };
  return panelOf(shown, { type: 'bargauge', options, fieldConfig: { defaults, overrides: [] } });
}

export interface Lines extends Shown {
  /** Areas on top of each other, since their sum means something. */
  isStacked?: boolean;
  /** Shortest interval of a point; windows are shorter. */
  interval?: string;
  legend?: string;
  /** Figures of each series beside its name. */
  calcs?: string[];
}

/** Values over time. Steps are never smoothed, and a gap stays a gap. */
export function lines(shown: Lines): Panel {
  const { isStacked = false, interval = '1m', legend = '${__field.labels.name}', calcs = [], steps } = shown;
  const custom: GraphFieldConfig = {
    drawStyle: GraphDrawStyle.Line,
    lineInterpolation: LineInterpolation.StepAfter,
    lineWidth: 1,
    fillOpacity: isStacked ? 70 : steps ? 25 : 0,
    showPoints: VisibilityMode.Auto,
    pointSize: 4,
    spanNulls: false,
    axisSoftMin: 0,
    stacking: { mode: isStacked ? StackingMode.Normal : StackingMode.None, group: 'A' },
  };
  const defaults: FieldConfig = {
    ...field(shown),
    displayName: legend,
    color: { mode: FieldColorModeId.PaletteClassicByName },
    custom: { ...custom },
  };
  const options: TimeOptions = {
    legend: {
      calcs,
      displayMode: calcs.length ? LegendDisplayMode.Table : LegendDisplayMode.List,
      placement: 'bottom',
      showLegend: true,
    },
    tooltip: { mode: TooltipDisplayMode.Multi, sort: SortOrder.Descending },
  };
  const idle = {
    matcher: { id: 'byName', options: 'idle' },
    properties: [{ id: 'color', value: { mode: FieldColorModeId.Fixed, fixedColor: '#7c848c' } }],
  };
  const fieldConfig: FieldConfigSource = { defaults, overrides: isStacked ? [idle] : [] };
  return panelOf(shown, { type: 'timeseries', interval, options, fieldConfig });
}

/** Carbon intensity of several names as bands of the absolute scale. */
export function bands(shown: Omit<Shown, keyof Unit>): Panel {
  const unit: Unit = { unit: UNITS.intensity, decimals: 0, steps: INTENSITY };
  const options: TimelineOptions = {
    alignValue: 'left',
    legend: { calcs: [], displayMode: LegendDisplayMode.List, placement: 'bottom', showLegend: true },
    mergeValues: false,
    rowHeight: 0.9,
    showValue: VisibilityMode.Never,
    tooltip: { mode: TooltipDisplayMode.Single, sort: SortOrder.None },
  };
  const defaults: FieldConfig = {
    ...field(unit),
    displayName: '${__field.labels.name}',
    custom: { fillOpacity: 100, lineWidth: 0 },
  };
  const fieldConfig: FieldConfigSource = { defaults, overrides: [] };
  return panelOf({ ...shown, ...unit }, { type: 'state-timeline', interval: '1h', options, fieldConfig });
}

/** A column of a table: the name in the data, the name in the head, and how its values read. */
export interface Column extends Partial<Unit> {
  name: string;
  title: string;
  width?: number;
  /** Colours the cell by the steps of the unit. */
  isColoured?: boolean;
}

/** Rows with one column per figure, in the order in which they are listed. */
export function table(shown: Omit<Shown, keyof Unit> & { columns: Column[]; footer?: string[] }): Panel {
  const { columns, footer = [] } = shown;
  const options: TableOptions = { cellHeight: TableCellHeight.Sm, frameIndex: 0, showHeader: true };
  const custom: TableFieldOptions = {
    align: 'auto',
    cellOptions: { type: TableCellDisplayMode.Auto },
    inspect: false,
  };
  const coloured: TableFieldOptions['cellOptions'] = {
    type: TableCellDisplayMode.ColorBackground,
    mode: TableCellBackgroundDisplayMode.Basic,
  };
  const overrides: FieldConfigSource['overrides'] = columns.map((column) => ({
    matcher: { id: 'byName', options: column.name },
    properties: [
      { id: 'displayName', value: column.title },
      ...(column.unit ? [{ id: 'unit', value: column.unit }] : []),
      ...(column.decimals != null ? [{ id: 'decimals', value: column.decimals }] : []),
      ...(column.width ? [{ id: 'custom.width', value: column.width }] : []),
      ...(column.steps ? [{ id: 'thresholds', value: { mode: ThresholdsMode.Absolute, steps: column.steps } }] : []),
      ...(column.isColoured ? [{ id: 'custom.cellOptions', value: coloured }] : []),
      ...(footer.includes(column.name) ? [{ id: 'custom.footer', value: { reducers: ['sum'] } }] : []),
    ],
  }));
  const indexByName = Object.fromEntries(columns.map(({ name }, index) => [name, index]));
  const defaults: FieldConfig = {
    noValue: 'no data',
    color: { mode: FieldColorModeId.Thresholds },
    thresholds: { mode: ThresholdsMode.Absolute, steps: PLAIN },
    custom: { ...custom },
  };
  return {
    ...panelOf({ ...shown, unit: UNITS.count }, { type: 'table', options, fieldConfig: { defaults, overrides } }),
    transformations: [
      { id: 'merge', options: {} },
      {
        id: 'organize',
        options: { indexByName, includeByName: Object.fromEntries(columns.map(({ name }) => [name, true])) },
      },
    ],
  };
}

/** A row of a dashboard: its height, and its panels with their widths, 24 in all. */
export type Row = [number, ...[number, Panel][]];

/** Numbers the panels and lays them out, row below row. */
export function layout(rows: Row[]): Panel[] {
  let y = 0;
  const placed = rows.flatMap(([h, ...panels]) => {
    let x = 0;
    const row = panels.map(([w, panel]) => {
      const gridPos = { h, w, x, y };
      x += w;
      return { ...panel, gridPos };
    });
    y += h;
    return row;
  });
  return placed.map((panel, index) => ({ id: index + 1, ...panel }));
}
