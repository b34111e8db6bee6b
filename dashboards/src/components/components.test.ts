/** The components that most pages are made of, as a reader meets them. */

import { render, screen, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { createRawSnippet } from 'svelte';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { ApiError } from '../lib/api/client';
import { setLocale } from '../lib/format/number';
import { router } from '../lib/state/router.svelte';
import { toasts } from '../lib/state/toasts.svelte';
import ChartFrame from './ChartFrame.svelte';
import Command from './Command.svelte';
import DataTable from './DataTable.svelte';
import EmptyState from './EmptyState.svelte';
import ErrorState from './ErrorState.svelte';
import Icon from './Icon.svelte';
import IntensityCell from './IntensityCell.svelte';
import QualityMark from './QualityMark.svelte';
import Segmented from './Segmented.svelte';
import Skeleton from './Skeleton.svelte';
import Stat from './Stat.svelte';

beforeAll(() => setLocale('en-US'));

const html = (markup: string) => createRawSnippet(() => ({ render: () => markup }));
const textOf = (element: Element): string => element.textContent.replace(/\s+/g, ' ').trim();

describe('ErrorState', () => {
  const error = new ApiError(503, 'busy', 'The service is starting.');

  test('says what failed, why, what still works, and tries again', async () => {
    const onretry = vi.fn();
    render(ErrorState, { what: 'the jobs', error, onretry, still: 'Figures are not affected.' });
    const alert = screen.getByRole('alert');
    expect(within(alert).getByRole('heading').textContent).toContain('Cannot load the jobs');
    expect(alert.textContent).toContain('The service is starting. Figures are not affected.');
    expect(alert.textContent).toContain('busy, 503');
    await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
    expect(onretry).toHaveBeenCalledOnce();
  });

  test('what does not exist is no alarm and cannot be tried again', () => {
    render(ErrorState, { what: 'job 7', error: new ApiError(404, 'not-found', 'There is no job 7.') });
    expect(screen.getByRole('status').textContent).toContain('Not found: job 7');
    expect(screen.queryByRole('alert')).toBeNull();
    expect(screen.queryByRole('button')).toBeNull();
  });
});

describe('Icon and Skeleton', () => {
  test('are hidden from screen readers: words stand beside an icon, and a shape says nothing', () => {
    const icon = render(Icon, { name: 'warning', size: 20 });
    expect(icon.container.querySelector('svg')?.getAttribute('aria-hidden')).toBe('true');
    expect(icon.container.querySelector('svg')?.getAttribute('width')).toBe('20');
    const shape = render(Skeleton, { rows: 3, height: 120 });
    const skeleton = shape.container.querySelector<HTMLElement>('.skeleton');
    expect(skeleton?.getAttribute('aria-hidden')).toBe('true');
    expect(skeleton?.querySelectorAll('span')).toHaveLength(3);
    // The height of what is loading is kept, so that nothing below moves.
    expect(skeleton?.style.minHeight).toBe('120px');
  });
});

describe('IntensityCell', () => {
  test('shows the number on the colour of its step, with the unit in the tooltip', () => {
    const { container } = render(IntensityCell, { value: 317.4 });
    const cell = container.querySelector('.cell');
    expect(cell?.textContent).toBe('317');
    expect(cell?.classList).toContain('ci-5');
    expect(cell?.getAttribute('title')).toBe('317 g CO2e/kWh, 300 to 400');
  });

  test('what is not known is no zero', () => {
    const { container } = render(IntensityCell, { value: null });
    expect(textOf(container)).toBe('no data');
  });
});

describe('QualityMark', () => {
  test('draws core and ring, and says the same in words', () => {
    const quality = { measured_share: 0.5, coverage: 1, provisional_share: 0.1 };
    const { container } = render(QualityMark, { quality });
    const mark = screen.getByRole('img');
    expect(mark.getAttribute('aria-label')).toMatch(/^50\.0.% measured, the rest modelled/);
    expect(container.querySelector('title')?.textContent).toBe(mark.getAttribute('aria-label'));
    expect(container.querySelectorAll('[stroke-dasharray]')).toHaveLength(1);
  });

  test('a final figure has no ring', () => {
    const { container } = render(QualityMark, { quality: { measured_share: 1, coverage: 1 } });
    expect(container.querySelectorAll('[stroke-dasharray]')).toHaveLength(0);
  });
});

describe('Stat', () => {
  const figure = { number: '1.38', unit: 't' };

  test('a figure that can be explained is a button that opens the explanation in the address', async () => {
    render(Stat, { label: 'CO2e, November', figure, explain: '/api/v1/ledger/explain?job=7' });
    await userEvent.click(screen.getByRole('button'));
    expect(router.query.get('explain')).toBe('job=7');
  });

  test('CO2e has its subscript, and an old figure says how old it is', () => {
    const { container } = render(Stat, { label: 'CO2e so far', figure, asOf: 'as of 14:29' });
    expect(container.querySelector('sub')?.textContent).toBe('2');
    expect(textOf(container)).toContain('CO2e so far');
    expect(screen.getByText('as of 14:29')).toBeDefined();
    expect(container.querySelector('.stale')).not.toBeNull();
  });

  test('nothing to explain is no button, and loading is not zero', () => {
    const missing = { number: 'no data', unit: '' };
    render(Stat, { label: 'Energy', figure: missing, explain: '/api/v1/ledger/explain?x' });
    expect(screen.queryByRole('button')).toBeNull();
    const { container } = render(Stat, { label: 'Power', figure: null });
    expect(container.querySelector('[aria-label=loading]')).not.toBeNull();
  });
});

describe('Segmented', () => {
  const options = [
    { value: 'a', text: 'All', count: '3' },
    { value: 'b', text: 'Running' },
  ];

  test('says which option is on, and hands over the one that is chosen', async () => {
    const onchoose = vi.fn();
    render(Segmented, { options, value: 'a', label: 'State', onchoose });
    const group = screen.getByRole('group', { name: 'State' });
    const pressed = within(group)
      .getAllByRole('button')
      .map((button) => button.getAttribute('aria-pressed'));
    expect(pressed).toEqual(['true', 'false']);
    await userEvent.click(screen.getByRole('button', { name: 'Running' }));
    expect(onchoose).toHaveBeenCalledWith('b');
  });

  test('works by keyboard', async () => {
    const onchoose = vi.fn();
    render(Segmented, { options, value: 'a', label: 'State', onchoose });
    await userEvent.tab();
    await userEvent.tab();
    await userEvent.keyboard('{Enter}');
    expect(onchoose).toHaveBeenCalledWith('b');
  });
});

describe('ChartFrame', () => {
  const data = () => ({
    head: ['Start', 'W'],
    rows: [
      ['00:00', 5],
      ['00:10', null],
    ],
  });
  const children = html('<p>the chart</p>');

  test('the menu shows the data as a table, where a gap reads "no data", and the chart again', async () => {
    const { container } = render(ChartFrame, { title: 'Power', data, children });
    expect(screen.getByText('the chart')).toBeDefined();
    container.querySelector('details')?.setAttribute('open', '');
    await userEvent.click(screen.getByRole('button', { name: 'Data as table' }));
    const table = screen.getByRole('region', { name: 'Power, data' });
    expect(within(table).getAllByRole('cell').map(textOf)).toEqual(['00:00', '5', '00:10', 'no data']);
    expect(container.querySelector('details')?.hasAttribute('open')).toBe(false);
    container.querySelector('details')?.setAttribute('open', '');
    await userEvent.click(screen.getByRole('button', { name: 'Show the chart' }));
    expect(screen.getByText('the chart')).toBeDefined();
  });

  test('a picture of a chart that is not drawn yet is refused in words', async () => {
    const { container } = render(ChartFrame, { title: 'Power', picture: () => Promise.resolve(null), children });
    container.querySelector('details')?.setAttribute('open', '');
    await userEvent.click(screen.getByRole('button', { name: 'PNG' }));
    expect(toasts.items.at(-1)?.text).toContain('has not been drawn yet');
  });

  test('nothing to save, no menu', () => {
    const { container } = render(ChartFrame, { title: 'Power', children });
    expect(container.querySelector('details')).toBeNull();
  });
});

describe('Command', () => {
  test('copies the command and says so', async () => {
    const user = userEvent.setup();
    render(Command, { text: 'wattledger explain 7', note: 'The same on the command line.' });
    await user.click(screen.getByRole('button', { name: 'Copy the command' }));
    expect(await navigator.clipboard.readText()).toBe('wattledger explain 7');
    expect(toasts.items.at(-1)).toMatchObject({ kind: 'ok', text: 'Command copied. Paste it into a terminal.' });
  });
});

describe('EmptyState', () => {
  test('says why it is empty and what to do', () => {
    render(EmptyState, { title: 'No jobs yet', children: html('<a href="/jobs">Jobs</a>') });
    const status = screen.getByRole('status');
    expect(within(status).getByRole('heading').textContent).toBe('No jobs yet');
    expect(within(status).getByRole('link').getAttribute('href')).toBe('/jobs');
  });
});

describe('DataTable', () => {
  const columns = [
    { key: 'name', head: 'Job' },
    { key: 'energy', head: 'CO2e, t', isNumber: true, sort: 'co2e' },
  ];
  const row = createRawSnippet((item: () => string, index: () => number) => ({
    render: () => `<td>${index() + 1} ${item()}</td>`,
  }));
  const names = (count: number): string[] => Array.from({ length: count }, (_, index) => `job-${index}`);

  test('only heads that sort are buttons, and the order is said', async () => {
    const onsort = vi.fn();
    render(DataTable<string>, {
      columns,
      rows: names(2),
      id: (name) => name,
      row,
      label: 'Jobs',
      sort: 'co2e',
      onsort,
    });
    expect(screen.getAllByRole('button')).toHaveLength(1);
    expect(screen.getByRole('columnheader', { name: /CO2e/ }).getAttribute('aria-sort')).toBe('descending');
    await userEvent.click(screen.getByRole('button'));
    expect(onsort).toHaveBeenCalledWith('co2e');
  });

  test('of many rows only those in sight are there, and the count of all is said', () => {
    const { container } = render(DataTable<string>, {
      columns,
      rows: names(5_000),
      id: (name) => name,
      row,
      label: 'Jobs',
    });
    expect(container.querySelector('table')?.getAttribute('aria-rowcount')).toBe('5000');
    expect(container.querySelectorAll('tbody tr[aria-rowindex]').length).toBeLessThan(250);
    const spacer = container.querySelector<HTMLElement>('tr.spacer:last-child td');
    expect(Number.parseInt(spacer?.style.height ?? '', 10)).toBeGreaterThan(100_000);
  });
});
