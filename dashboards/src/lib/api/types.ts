/** Names for what the API answers. */

import type { Kept, PendingPaths, ReportDocument } from './pending';
import type { components, paths } from './schema';

export type * from './pending';

type Schemas = components['schemas'];

export type Paths = Kept<paths> & PendingPaths;
export type Report = ReportDocument;
export type ReportRow = ReportDocument['rows'][number];
export type Amount = Schemas['Amount'];
export type JobFootprint = Paths['/api/v1/jobs/{id}']['get']['responses'][200]['content']['application/json'];
/** A job of the list; its figures are there once it was metered. */
export type JobItem = Schemas['JobDocument'] & { energy_mj?: number; co2e_ug?: number; [key: string]: unknown };
export type Node = Schemas['NodeDocument'];
export type Device = Schemas['DeviceDocument'] & { id?: number; site?: string };
export type Site = Schemas['SiteDocument'] & { zones?: { since: string; zone: string }[]; price?: { per_mwh: number; currency: string; since: string }[]; idle_owner?: string | null };
export type Entry = Schemas['EntryDocument'];
export type Explanation = Schemas['ExplanationDocument'];
export type Factor = Schemas['FactorDocument'];
export type TokenItem = Schemas['TokenDocument'];
