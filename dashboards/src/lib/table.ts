/** The scale of bars in a column: the second largest times 1.25, so that one giant does not flatten all others. */
export function barScale(values: (number | null | undefined)[]): number {
  const sorted = values.filter((value): value is number => value != null && value > 0).sort((a, b) => b - a);
  return sorted.length < 2 ? (sorted[0] ?? 0) : Math.min(sorted[0]!, sorted[1]! * 1.25);
}
