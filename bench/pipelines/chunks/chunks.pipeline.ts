import { definePipeline } from '@batchmill/pipeline';

/** The pipeline of the bench. The settings define the batch size. */
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
