/** The most documents that one read or one bulk update names. */
const sliceSize = 1_000;

/** Divides items into slices of at most `size`, so that memory does not grow with their number. */
export async function* slicesOf<T>(
  items: Iterable<T> | AsyncIterable<T>,
  size = sliceSize,
): AsyncGenerator<readonly T[], void, undefined> {
  let slice: T[] = [];
  for await (const item of items) {
    slice.push(item);
    if (slice.length < size) continue;
    yield slice;
    slice = [];
  }
  if (slice.length > 0) yield slice;
}
