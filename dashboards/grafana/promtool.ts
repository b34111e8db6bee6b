/** Checks by promtool, which comes with Prometheus. Where it is not installed, that is said and counted. */

import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const isInstalled = spawnSync('promtool', ['--version']).error === undefined;
if (!isInstalled) {
  const line = 'SKIPPED: PromQL of the dashboards: promtool is not installed here\n';
  process.stderr.write(line);
  if (process.env.WATTLEDGER_SKIPPED) appendFileSync(process.env.WATTLEDGER_SKIPPED, line);
}

export const hasPromtool = (): boolean => isInstalled;

/** What Grafana makes of an expression, with everything chosen. */
const interpolated = (expr: string, range: string): string =>
  expr.replaceAll('$__range', range).replaceAll(/"\$\w+"/g, '".*"');

/** What promtool says of files; empty if nothing is wrong. JSON is YAML. */
function promtool(command: [string, string], files: Record<string, unknown>): string {
  const folder = mkdtempSync(join(tmpdir(), 'promtool-'));
  try {
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), JSON.stringify(content));
    const last = Object.keys(files).slice(-1);
    const { status, stdout, stderr } = spawnSync('promtool', [...command, ...last], { cwd: folder, encoding: 'utf8' });
    return status === 0 ? '' : `${stdout}${stderr}`;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Why expressions cannot be rules. */
export function rulesError(exprs: string[]): string {
  const rules = exprs.map((expr, index) => ({ record: `query_${index}`, expr: interpolated(expr, '1d') }));
  return promtool(['check', 'rules'], { 'rules.json': { groups: [{ name: 'queries', rules }] } });
}

/** An expression, a moment, and the values that are expected then by their labels. */
export type Expected = [string, string, Record<string, number>];

/** Which expressions have other values than expected, over ranges of 20 minutes of series with a value a minute. */
export function valuesError(series: Record<string, string>, expected: Expected[]): string {
  const test = {
    interval: '1m',
    input_series: Object.entries(series).map(([series, values]) => ({ series, values })),
    promql_expr_test: expected.map(([expr, eval_time, values]) => ({
      expr: interpolated(expr, '20m'),
      eval_time,
      exp_samples: Object.entries(values).map(([labels, value]) => ({ labels, value })),
    })),
  };
  return promtool(['test', 'rules'], { 'test.json': { rule_files: [], evaluation_interval: '1m', tests: [test] } });
}
