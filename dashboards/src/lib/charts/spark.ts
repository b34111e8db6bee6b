/** A small line as an SVG path. */

interface Size {
  width: number;
  height: number;
  /** The top of a scale from zero; the values' own range without it. */
  top?: number | undefined;
}

export interface SparkPath {
  text: string;
  /** Where the line ends. */
  end: { x: number; y: number } | null;
}

/** Values in even steps; `null` breaks the line. */
export function sparkPath(values: (number | null)[], { width, height, top }: Size): SparkPath {
  const known = values.filter((value): value is number => value != null);
  const [low, high] = top ? [0, top] : [Math.min(...known), Math.max(...known)];
  const x = (index: number): number => 2 + (index / Math.max(1, values.length - 1)) * (width - 8);
  const y = (value: number): number =>
    high > low ? 4 + (1 - (value - low) / (high - low)) * (height - 8) : height / 2;
  let text = '';
  let isDown = false;
  let end: SparkPath['end'] = null;
  for (const [index, value] of values.entries()) {
    if (value == null) {
      isDown = false;
      continue;
    }
    end = { x: x(index), y: y(value) };
    text += `${isDown ? 'L' : 'M'}${end.x.toFixed(1)} ${end.y.toFixed(1)}`;
    isDown = true;
  }
  return { text, end };
}
