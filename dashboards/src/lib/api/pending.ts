/** Answers of the API that its OpenAPI document does not hold yet. */

import type { components } from './schema';

type Schemas = components['schemas'];

export interface Quality {
  measured_share: number;
  modelled_share: number;
  coverage: number;
  provisional_share?: number;
}

export interface SessionDocument {
  name: string;
  scopes: string[];
  project: string | null;
  /** `null` where the request carried a bearer token. */
  csrf: string | null;
}

export interface SeriesDocument {
  from: string;
  to: string;
  bucket_s: number;
  energy_mj: number;
  energy_kwh: number;
  start_ms: number[];
  energy_mj_per_bucket: number[];
  power_min_mw: number[];
  power_mean_mw: number[];
  power_max_mw: number[];
  coverage: number[];
  quality: Quality;
}

export interface DeviceSeries {
  bucket_s: number;
  start_ms: number[];
  devices: { id: number; node: string; uuid: string; name: string; index: number; power_mean_mw: (number | null)[] }[];
}

export interface IntensityFactor {
  zone: string;
  /** `interval` of an hour or less, or `yearly`. */
  resolution: string;
  basis: string;
  gas: string;
  accounting: string;
  publisher: string;
  edition: string;
  licence: string;
  fallback_step: number;
  notes: string[];
}

export interface IntensityDocument {
  zone: string;
  bucket_s: number;
  start_ms: number[];
  intensity_mg_per_kwh: number[];
  min?: number[];
  max?: number[];
  status: string[];
  factor: IntensityFactor | null;
  other_factors?: IntensityFactor[];
}

export interface PowerDocument {
  bucket_s: number;
  start_ms: number[];
  groups: { group: string | null; is_idle: boolean; power_mean_mw: (number | null)[]; energy_mj: (number | null)[] }[];
}

export interface CompareDocument {
  held_idle_below_percent_of_limit: number;
  jobs: JobComparison[];
}

export type JobDetail = Omit<Schemas['JobFootprint'], 'footprint'> & {
  quality: Quality;
  footprint: ReportDocument;
  steps?: number | null;
  samples?: number | null;
  kwh_per_step?: number | null;
};

export type JobComparison = JobDetail & {
  duration_s: number | null;
  device_hours: number;
  energy_kwh_per_device_hour: number | null;
  power_mean_mw_per_device: number | null;
  intensity_g_per_kwh: number | null;
  /** Of the device-hours. */
  held_idle_share: number | null;
};

/** Part of a sum; integers above 2^53 come as text. */
export interface ExplainPart {
  energy_mj: number | string;
  co2e_ug_location: number | string;
  energy_mwh: number;
  co2e_t_location: number;
  overhead: { energy_mj: number | string; co2e_ug_location: number | string };
  quality: Quality;
}

export interface PostedPart extends ExplainPart {
  entries: number;
  link: string;
}

export interface AggregateExplanation {
  total: ExplainPart;
  final: PostedPart;
  provisional: PostedPart;
  open: ExplainPart & { accounts: number };
  factors: (Schemas['FactorUsed'] & { intensity_min_mg_per_kwh: number; intensity_max_mg_per_kwh: number; energy_mj: number; co2e_ug: number; entries: number })[];
  command: string;
}

export interface Cost {
  currency: string;
  amount: number;
  energy_mj: number;
}

/** A sum, how good it is, and the way to what it is the sum of. */
export interface Aggregate {
  energy_mj: number;
  energy_mwh: number;
  co2e_ug_location: number;
  co2e_t_location: number;
  energy_cost?: Cost[];
  quality: Quality;
  explain: string;
}

export interface ReportDocument {
  rows: (Aggregate & { group?: string | null; overhead: Schemas['Amount'] })[];
  total: Aggregate;
  idle: Aggregate;
  overhead: Aggregate;
  metered: Aggregate;
  open: Schemas['Amount'];
  quality: Quality;
  period?: { id: number; version: number };
}

export interface AttentionItem {
  kind: string;
  severity: 'bad' | 'warn' | 'info';
  subject: { type: string; id: string };
  message: string;
  since: string | null;
}

export interface PeriodItem {
  id: number;
  name: string;
  from: string;
  to: string;
  version: number;
  closed: string;
  closed_by: string;
  report: string;
}

export interface PeriodFigures {
  total?: Schemas['Amount'];
  idle?: Schemas['Amount'];
  metered?: Schemas['Amount'];
  overhead?: Schemas['Amount'];
}

export interface PeriodDocument {
  id: number;
  name: string;
  from: string;
  to: string;
  version: number;
  closed: PeriodFigures;
  current: PeriodFigures;
  versions: { version: number; closed: string; closed_by: string; reason?: string | null; entries: number; head: string; figures: PeriodFigures }[];
}

interface Ok<T> {
  responses: { 200: { content: { 'application/json': T } } };
}
interface List<T> {
  items: T[];
  next_cursor?: string | null;
}

type Replaced = '/api/v1/reports/emissions' | '/api/v1/jobs/{id}';

/** Paths of the document without those whose answers have grown. */
export type Kept<P> = Omit<P, Replaced>;

export interface PendingPaths {
  '/api/v1/reports/emissions': { get: Ok<ReportDocument> };
  '/api/v1/jobs/{id}': { get: Ok<JobDetail> };
  '/api/v1/session': { get: Ok<SessionDocument>; post: Ok<SessionDocument> & { requestBody: { content: { 'application/json': { token: string } } } } };
  '/api/v1/jobs/{id}/series': { get: Ok<SeriesDocument> };
  '/api/v1/nodes/{id}/series': { get: Ok<SeriesDocument> };
  '/api/v1/devices/{id}/series': { get: Ok<SeriesDocument> };
  '/api/v1/jobs/{id}/devices/series': { get: Ok<DeviceSeries> };
  '/api/v1/grid/intensity/series': { get: Ok<IntensityDocument> };
  '/api/v1/power': { get: Ok<PowerDocument> };
  '/api/v1/jobs/compare': { get: Ok<CompareDocument> };
  '/api/v1/attention': { get: Ok<List<AttentionItem>> };
  '/api/v1/periods': { get: Ok<List<PeriodItem>>; post: Ok<PeriodItem> };
  '/api/v1/periods/{id}': { get: Ok<PeriodDocument> };
  '/api/v1/periods/{id}/restate': { post: Ok<PeriodDocument> };
  '/api/v1/sites/{id}/zone': { post: Ok<unknown> };
  '/api/v1/sites/{id}/price': { post: Ok<unknown> };
  '/api/v1/sites/{id}/idle-owner': { post: Ok<unknown> };
}
