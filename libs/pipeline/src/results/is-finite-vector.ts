export function isFiniteVector(vector: Float32Array): boolean {
  // Nothing times 0 is anything but 0, unless it is not finite: one sum is told sooner than every number.
  let sum = 0;
  for (let at = 0; at < vector.length; at++) sum += (vector[at] ?? 0) * 0;
  return sum === 0;
}
