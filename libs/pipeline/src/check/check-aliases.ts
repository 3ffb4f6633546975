import type { Pipeline } from '../pipeline.js';

/** What is wrong with the aliases of vectors of these pipelines: each run would move an alias that two collections share. */
export function problemsOfAliases(
  pipelines: readonly Pipeline[],
): { readonly name: string; readonly message: string }[] {
  const first = new Map<string, { readonly pipeline: string; readonly collection: string }>();
  return pipelines.flatMap(({ name, file, embeddings }) => {
    const { alias = null, collection = '' } = embeddings?.vectors ?? {};
    if (alias === null) return [];
    const other = first.get(alias) ?? { pipeline: name, collection };
    first.set(alias, other);
    if (other.collection === collection) return [];
    const found = `found "${alias}" for ${collection}, which ${other.pipeline} has for ${other.collection}`;
    const message = `${file}: embeddings.vectors.alias: ${found}, expected one collection for an alias`;
    return [{ name, message }];
  });
}
