/** All dashboards, each with the file it is in. */

import type { Dashboard } from '@grafana/schema';
import * as influxdb from './influxdb';
import { dashboardOf, type Page, type Source } from './pages';
import * as prometheus from './prometheus';

const of = (source: Source, pages: Page[]): { file: string; dashboard: Dashboard }[] =>
  pages.map((page) => ({ file: `${source.type}/${page.name}.json`, dashboard: dashboardOf(source, page) }));

export const dashboards = [...of(influxdb.INFLUXDB, influxdb.pages), ...of(prometheus.PROMETHEUS, prometheus.pages)];
