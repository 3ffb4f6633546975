import type { Pipeline } from '../pipeline.js';

/**
 * What is wrong with the aliases of vectors of these pipelines. A collection and its alias belong together: two collections would take the
 * alias from each other at the end of each run, and vectors of a pipeline without the alias would not be found any more once it moves.
 */
export function problemsOfAliases(
  pipelines: readonly Pipeline[],
): { readonly name: string; readonly message: string }[] {
  const targets = pipelines.flatMap(({ name, file, embeddings }) => {
    const target = embeddings?.vectors ?? null;
    return target === null ? [] : [{ name, file, collection: target.collection, alias: target.alias }];
  });
  return targets.flatMap(({ name, file, collection, alias }, index) => {
    const problem = targets.slice(0, index).flatMap((other) => {
      const of = `of pipeline ${other.name}`;
      const { collection: theirs, alias: theirAlias } = other;
      if (alias !== null && alias === theirAlias && collection !== theirs)
        return [`alias: found "${alias}" for ${collection}, expected ${theirs}, the collection ${of}`];
      if (collection === theirs && alias !== theirAlias)
        return [`alias: found ${shown(alias)} for ${collection}, expected ${shown(theirAlias)}, the alias ${of}`];
      if (alias === theirs) return [`alias: found "${alias}", which is the collection ${of}, expected another name`];
      return theirAlias === collection
        ? [`collection: found "${collection}", which is the alias ${of}, expected another name`]
        : [];
    })[0];
    return problem === undefined ? [] : [{ name, message: `${file}: embeddings.vectors.${problem}` }];
  });
}

function shown(alias: string | null): string {
  return alias === null ? 'none' : `"${alias}"`;
}
