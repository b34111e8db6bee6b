/** Names for the documents of the API, from the generated types. */

import type { components, paths } from './schema';

type Schemas = components['schemas'];
type Got<Path extends keyof paths> = paths[Path] extends {
  get: { responses: { 200: { content: { 'application/json': infer Body } } } };
}
  ? Body
  : never;

export type Paths = paths;
export type SessionDocument = Schemas['SessionDocument'];
export type SeriesDocument = Schemas['SeriesDocument'];
export type DeviceSeries = Schemas['DevicesDocument'];
export type IntensityDocument = Schemas['IntensityDocument'];
export type PowerDocument = Schemas['PowerDocument'];
export type Report = Schemas['Report'];
export type ReportRow = Report['rows'][number];
export type Amount = Schemas['Amount'];
export type Aggregate = Schemas['Aggregate'];
export type JobFootprint = Schemas['JobFootprint'];
export type JobItem = Got<'/api/v1/jobs'>['items'][number];
export type JobTotals = Schemas['JobTotalsDocument'];
export type JobComparison = Got<'/api/v1/jobs/compare'>['jobs'][number];
export type Node = Schemas['NodeDocument'];
export type Device = Schemas['DeviceDocument'];
export type Site = Schemas['SiteDocument'];
export type Entry = Schemas['EntryDocument'];
export type Explanation = Schemas['ExplanationDocument'];
export type Factor = Schemas['FactorDocument'];
export type FactorChoice = Schemas['ChoiceDocument'];
export type Editions = Schemas['EditionsDocument'];
export type Edition = Schemas['EditionDocument'];
export type FactorGap = Schemas['FactorGapDocument'];
export type GreenerStart = Schemas['GreenerDocument'];
export type Provider = Schemas['ProviderDocument'];
export type TokenItem = Schemas['TokenDocument'];
export type AttentionItem = Got<'/api/v1/attention'>['items'][number];
export type PeriodItem = Got<'/api/v1/periods'>['items'][number];
export type PeriodFigures = Schemas['Figures'];

export type Budget = Got<'/api/v1/budgets'>['items'][number];
export type BudgetPolicy = Schemas['PolicyDocument'];
export type Admission = Got<'/api/v1/admissions'>['items'][number];
export type Exception = Got<'/api/v1/requests'>['items'][number];
export type FitOption = Schemas['FitOption'];
export type BudgetShare = Schemas['BudgetShare'];
export type Accuracy = Schemas['AccuracyDocument'];

/** Integers that `follow` leaves as text where a double would round them. */
type Exact<Part> = Omit<Part, 'energy_mj' | 'co2e_ug_location'> & {
  energy_mj: number | string;
  co2e_ug_location: number | string;
};
type ExactPart<Part> = Part extends { overhead: infer Overhead }
  ? Exact<Omit<Part, 'overhead'>> & { overhead: Exact<Overhead> }
  : Exact<Part>;

type Breakdown = Got<'/api/v1/ledger/explain'>;
export type AggregateExplanation = Omit<Breakdown, 'total' | 'final' | 'provisional' | 'open'> & {
  total: ExactPart<Breakdown['total']>;
  final: ExactPart<Breakdown['final']>;
  provisional: ExactPart<Breakdown['provisional']>;
  open: ExactPart<Breakdown['open']>;
};
