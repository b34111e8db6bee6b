/** What the frame beside the pointer shows. */

import type { Quality } from './quality';

export interface HoverRow {
  label: string;
  value: string;
  swatch?: string;
  /** g/kWh, shown in its colour in place of the value; `null` where it is not known. */
  intensity?: number | null;
}

export interface HoverContent {
  title: string;
  rows: HoverRow[];
  note?: string;
  quality?: Quality | null;
}

/** The intensity of a zone as a row. */
export const gridRow = (zone: string, intensity: number | null): HoverRow => ({
  label: `Grid ${zone}`,
  value: '',
  intensity,
});

export const HOW_TO_EXPLAIN = 'Click to explain, drag to zoom.';
export const HOW_TO_ZOOM = 'Drag to zoom.';
export const NO_READING = 'No readings arrived in this time.';
