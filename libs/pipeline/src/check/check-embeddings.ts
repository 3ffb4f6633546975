import { embeddingCapabilitiesOf } from '@batchmill/models';
import { embeddingsFunction } from './reserved-names.js';
import type { BatchOptions, EmbeddingFunction, EndpointPlan } from '../pipeline.js';
import { checkEmbeddingBody } from './check-body.js';
import { checkModel } from './check-model.js';
import { checkEndpointPlan, endpointKeys } from './check-endpoint-plan.js';
import type { CheckContext } from './check-context.js';
import { Section } from './section.js';

const keys = ['model', 'baseModel', 'body', 'dimensions', 'text', 'tooLong', 'vectors', ...endpointKeys];

export function checkEmbeddings(context: CheckContext, definition: Section, batch: BatchOptions): EndpointPlan | null {
  if (!definition.has('embeddings')) return null;
  const { problems, defaults } = context;
  const section = Section.of(problems, 'embeddings', definition.get('embeddings'), keys);
  const { model, baseModel } = checkModel(context, section, defaults.embeddingModel ?? 'text-embedding-3-small');
  const dimensions = section.number('dimensions', { fallback: defaults.dimensions, from: 1, to: 32_768 });
  const { dimensions: range, takesDimensions } = embeddingCapabilitiesOf(baseModel);
  if (dimensions < range.from || dimensions > range.to) {
    const expected = range.from === range.to ? `${range.to}` : `${range.from} to ${range.to}`;
    problems.add('embeddings.dimensions', String(dimensions), `${expected}, which is what ${baseModel} offers`);
  }
  const embeddingFunction: EmbeddingFunction = {
    kind: 'embedding',
    name: embeddingsFunction,
    url: '/v1/embeddings',
    model,
    baseModel,
    dimensions,
    takesDimensions,
    body: checkEmbeddingBody(context, section, { dimensions, takesDimensions }),
    textField: section.required('text', { pattern: /^[^\0]+$/, expected: 'the field that holds the text' }),
    tooLong: section.oneOf('tooLong', ['fail', 'truncate'], 'fail'),
  };
  const vectors = Section.of(problems, 'embeddings.vectors', section.get('vectors'), ['collection']);
  const collection = vectors.required('collection', {
    pattern: /^[A-Za-z_]\w{0,254}$/,
    expected: 'the name of a collection of vectors: letters, digits and _, not starting with a digit',
  });
  return {
    ...checkEndpointPlan(context, section, 'embeddings', batch),
    functions: [embeddingFunction],
    vectors: { collection, dimensions, idFields: { chunkId: 'block_mongo_id', parentId: 'block_doc_id' } },
  };
}
