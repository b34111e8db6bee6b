/** CO2e so far over time: energy of each bucket times the intensity of its hour, scaled to end at the ledger's exact total. */
export function cumulative(
  startMs: number[],
  bucketS: number,
  energy: number[],
  at: (ms: number) => number | null,
  totalGrams: number,
): [number, number][] {
  if (!startMs.length) return [];
  const weights = startMs.map((ms, index) => energy[index]! * (at(ms + bucketS * 500) ?? 1));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  const points: [number, number][] = [[startMs[0]!, 0]];
  let running = 0;
  startMs.forEach((ms, index) => {
    running += weights[index]!;
    points.push([ms + bucketS * 1000, sum > 0 ? (running / sum) * totalGrams : 0]);
  });
  return points;
}
