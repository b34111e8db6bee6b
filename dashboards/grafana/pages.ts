/** A page of panels as a dashboard of Grafana. */

import {
  DashboardCursorSync,
  VariableHide,
  VariableRefresh,
  type Dashboard,
  type DataSourceRef,
  type VariableModel,
} from '@grafana/schema';
import { layout, type Row } from './panels';

/** A data source of `provisioning/datasources`. */
export interface Source {
  name: 'InfluxDB' | 'Prometheus';
  type: 'influxdb' | 'prometheus';
  uid: string;
}

export const datasource = ({ type, uid }: Source): DataSourceRef => ({ type, uid });

/** What can be chosen at the top of a dashboard. */
export interface Variable {
  name: string;
  label: string;
  query: VariableModel['query'];
  /** What stands for "All", inserted as it is; without it exactly one value is chosen. */
  allValue?: string;
}

export interface Page {
  name: string;
  title: string;
  from: string;
  variables: Variable[];
  rows: Row[];
}

export function dashboardOf(source: Source, page: Page): Dashboard {
  const tag = `wattledger-${source.type}`;
  return {
    uid: `${tag}-${page.name}`,
    title: `Wattledger ${page.title.toLowerCase()} (${source.name})`,
    tags: ['wattledger', tag],
    schemaVersion: 39,
    editable: true,
    graphTooltip: DashboardCursorSync.Crosshair,
    time: { from: page.from, to: 'now' },
    refresh: '1m',
    timezone: 'browser',
    templating: { list: page.variables.map((variable) => variableOf(source, variable)) },
    links: [
      {
        type: 'dashboards',
        title: 'Wattledger',
        tags: [tag],
        asDropdown: false,
        icon: '',
        includeVars: false,
        keepTime: true,
        targetBlank: false,
        tooltip: '',
      },
    ],
    panels: layout(page.rows),
  };
}

function variableOf(source: Source, { name, label, query, allValue }: Variable): VariableModel {
  return {
    type: 'query',
    name,
    label,
    datasource: datasource(source),
    query,
    hide: VariableHide.dontHide,
    refresh: VariableRefresh.onTimeRangeChanged,
    multi: allValue != null,
    includeAll: allValue != null,
    ...(allValue != null && { allValue, current: { text: ['All'], value: ['$__all'] } }),
  };
}
