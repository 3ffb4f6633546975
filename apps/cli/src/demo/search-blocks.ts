import type { Engine } from '@batchmill/service';
import type { Block } from './load-blocks.js';

export const exampleQueries = [
  'check that a class property is an email address with a decorator',
  'the fastest JSON schema validator',
  'show a progress bar in the terminal',
] as const;

export interface Hit {
  readonly similarity: number;
  readonly package: string;
  /** The text of the block on one line. */
  readonly excerpt: string;
}

/** Embeds the query and returns the blocks with the nearest vectors. */
export async function searchBlocks(engine: Engine, query: string, limit: number): Promise<Hit[]> {
  const { embeddings } = engine.pipelines.get('package-docs');
  const [definition] = embeddings?.functions ?? [];
  if (embeddings?.vectors == null || definition?.kind !== 'embedding')
    throw new Error('package-docs has no embeddings');
  const { model, dimensions } = definition;
  const embedding = await engine.provider.embed({ model, dimensions, texts: [query] });
  const [vector] = embedding.vectors;
  if (vector === undefined) return [];
  const { collection, idFields } = embeddings.vectors;
  const hits = await engine.vectors.search(collection, vector, limit);
  const blocks = engine.documentStore.collection<Block>('blocks');
  return Promise.all(
    hits.map(async ({ similarity, fields }) => {
      const block = await blocks.findOne({ _id: fields[idFields.chunkId] ?? '' });
      return {
        similarity,
        package: fields[idFields.parentId] ?? '',
        excerpt: (block?.text_content ?? '').replaceAll(/\s+/g, ' ').trim(),
      };
    }),
  );
}
