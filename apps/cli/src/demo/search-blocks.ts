import type { Engine } from '@batchmill/service';
import type { Block } from './load-blocks.js';

export interface Found {
  readonly similarity: number;
  readonly package: string;
  /** The beginning of the block, on one line. */
  readonly excerpt: string;
}

/** Embeds the query through the provider's port and reads the nearest blocks. */
export async function searchBlocks(engine: Engine, query: string, limit: number): Promise<Found[]> {
  const side = engine.pipelines.get('package-docs').embeddings;
  const [asks] = side?.functions ?? [];
  if (side?.vectors == null || asks?.kind !== 'embedding') throw new Error('package-docs embeds nothing');
  const { vectors } = await engine.provider.embed({ model: asks.model, dimensions: asks.dimensions, texts: [query] });
  const [vector] = vectors;
  if (vector === undefined) return [];
  const hits = await engine.vectors.search(side.vectors.collection, vector, limit);
  const blocks = engine.documentStore.collection<Block>('blocks');
  return Promise.all(
    hits.map(async ({ similarity, chunkId, parentId }) => {
      const block = await blocks.findOne({ _id: chunkId });
      return { similarity, package: parentId, excerpt: (block?.text_content ?? '').replaceAll(/\s+/g, ' ').trim() };
    }),
  );
}
