/** The scale of bars in a column: the second largest times 1.25, so that one giant does not flatten all others. */
export function barScale(values: (number | null | undefined)[]): number {
  const known = values.filter((value): value is number => value != null && value > 0);
  const [largest = 0, second] = known.sort((a, b) => b - a);
  return second === undefined ? largest : Math.min(largest, second * 1.25);
}
