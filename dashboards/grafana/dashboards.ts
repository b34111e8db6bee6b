/** All dashboards, each with the file it is in. */

import type { Dashboard } from '@grafana/schema';
import * as influxdb from './influxdb';
import { dashboardOf } from './pages';

export const dashboards: { file: string; dashboard: Dashboard }[] = [
  ...influxdb.pages.map((page) => ({
    file: `influxdb/${page.name}.json`,
    dashboard: dashboardOf(influxdb.INFLUXDB, page),
  })),
];
