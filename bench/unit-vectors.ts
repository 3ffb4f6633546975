/** Vectors like a model's, without an end: components around zero, length one. */
export function* unitVectors(dimensions: number): Generator<Float32Array, never> {
  let state = 1;
  const next = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32 - 0.5;
  };
  for (;;) {
    const vector = Float32Array.from({ length: dimensions }, next);
    const length = Math.hypot(...vector);
    yield vector.map((at) => at / length);
  }
}
