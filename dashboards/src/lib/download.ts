/** Files made in the browser (tables as CSV, charts as PNG) and the clipboard. */

/** A cell of a table: text, a number, or nothing. */
export type Cell = string | number | null | undefined;

/** A table to show or to save: one cell in each row for each head. */
export interface TableData {
  head: string[];
  rows: Cell[][];
}

/** RFC 4180 with CRLF; a text that a spreadsheet would run as a formula gets an apostrophe in front. */
export function csv(head: string[], rows: Cell[][]): string {
  return [head, ...rows].map((row) => row.map(written).join(',')).join('\r\n') + '\r\n';
}

function written(value: Cell): string {
  if (value == null) return '';
  if (typeof value === 'number') return String(value);
  const safe = value.replaceAll('\0', '').replace(/^[=+\-@\t\r\n]/, "'$&");
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Saves a file through the browser. */
export function download(name: string, content: string | Blob, type = 'text/csv;charset=utf-8'): void {
  const blob = typeof content === 'string' ? new Blob([content], { type }) : content;
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** A file name of letters, digits and dashes, whatever a job is called. */
export const fileName = (text: string, extension: string): string =>
  `wattledger-${text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 60)}.${extension}`;

/** Whether the text was copied: browsers refuse it on pages without HTTPS. */
export async function writeClipboard(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
