/** The design's colours for canvases, which cannot read custom properties themselves. */

import { itemAt } from '../series';

export interface Palette {
  surface: string;
  ink: string;
  ink2: string;
  ink3: string;
  line: string;
  axis: string;
  grid: string;
  accent: string;
  /** Steps 1 to 8. */
  ci: string[];
  ciInk: string[];
  cat: string[];
  other: string;
  idle: string;
  load: string[];
  hatch: string;
  hatchGap: string;
  font: string;
}

export function readPalette(): Palette {
  const style = getComputedStyle(document.documentElement);
  const token = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  const tokens = (name: string, from: number, to: number): string[] =>
    Array.from({ length: to - from + 1 }, (_, index) => token(`${name}-${from + index}`));
  return {
    surface: token('surface'),
    ink: token('ink'),
    ink2: token('ink-2'),
    ink3: token('ink-3'),
    line: token('line'),
    axis: token('line-strong'),
    grid: token('grid'),
    accent: token('accent'),
    ci: tokens('ci', 1, 8),
    ciInk: tokens('ci-ink', 1, 8),
    cat: tokens('cat', 1, 6),
    other: token('cat-other'),
    idle: token('idle'),
    load: tokens('load', 0, 3),
    hatch: token('hatch'),
    hatchGap: token('hatch-gap'),
    font: token('font'),
  };
}

/** The colour of a step of intensity, 1 to 8, and the ink that is read on it. */
export const ciColor = ({ ci }: Palette, step: number): string => itemAt(ci, step - 1);
export const ciInk = ({ ciInk }: Palette, step: number): string => itemAt(ciInk, step - 1);

/** The colour of a token: `cat-1` to `cat-6`, `ci-1` to `ci-8`, `idle`, `ink`; every other one is that of "other". */
export function tokenColor(token: string, palette: Palette): string {
  const [, family, number] = /^(cat|ci)-(\d)$/.exec(token) ?? [];
  if (family === 'cat') return itemAt(palette.cat, Number(number) - 1);
  if (family === 'ci') return ciColor(palette, Number(number));
  return token === 'idle' ? palette.idle : token === 'ink' ? palette.ink2 : palette.other;
}

/** `color` under a 45 degree hatch of 6 px pitch: provisional, open or forecast. */
export function hatched(color: string, palette: Palette): { image: HTMLCanvasElement; repeat: 'repeat' } {
  const key = `${color} ${palette.hatchGap}`;
  let image = hatches.get(key);
  if (!image) {
    image = document.createElement('canvas');
    image.width = image.height = 6;
    const context = image.getContext('2d');
    if (context) hatch(context, color, palette.hatchGap);
    hatches.set(key, image);
  }
  return { image, repeat: 'repeat' };
}

function hatch(context: CanvasRenderingContext2D, color: string, gap: string): void {
  context.fillStyle = color;
  context.fillRect(0, 0, 6, 6);
  context.strokeStyle = gap;
  context.lineWidth = 2.2;
  for (const shift of [-6, 0, 6]) {
    context.beginPath();
    context.moveTo(shift - 1, 7);
    context.lineTo(shift + 7, -1);
    context.stroke();
  }
}

const hatches = new Map<string, HTMLCanvasElement>();
