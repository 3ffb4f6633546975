import { definePipeline } from '@batchmill/pipeline';

/** What the bench embeds; the settings say how many documents a batch has. */
export default definePipeline({
  name: 'chunks',
  source: { collection: 'chunks', queryTemplate: {}, parentIdField: 'book' },
  embeddings: {
    model: 'text-embedding-3-small',
    dimensions: 1536,
    text: 'text',
    status: { field: 'embedding_status' },
    vectors: { collection: 'chunks' },
  },
});
