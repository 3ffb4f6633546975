/**
 * Shares out a whole number by weights, in whole numbers whose sum is exactly that number. Each is within one of its exact
 * part; where the weights add up to the total, each is its weight.
 */
export function shareOut(total: number, weights: readonly number[]): number[] {
  const sum = weights.reduce((all, weight) => all + weight, 0);
  const parts = weights.map((weight) => (sum === 0 ? total / weights.length : (total * weight) / sum));
  const shares = parts.map(Math.floor);
  const rest = Math.round(total - shares.reduce((all, share) => all + share, 0));
  const byFraction = parts.map((part, index) => ({ index, fraction: part - Math.floor(part) }));
  byFraction.sort((one, other) => other.fraction - one.fraction || one.index - other.index);
  for (const { index } of byFraction.slice(0, rest)) shares[index] = (shares[index] ?? 0) + 1;
  return shares;
}
