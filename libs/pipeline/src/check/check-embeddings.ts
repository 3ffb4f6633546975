import type { SourceDocument } from '@batchmill/documents';
import { embeddingCapabilitiesOf } from '@batchmill/models';
import { compilePrompt } from '@batchmill/templates';
import { isPromptFile } from '../definition/file-references.js';
import { embeddingsFunction } from './reserved-names.js';
import type { BatchOptions, EmbeddingFunction, EndpointPlan, TextToEmbed, VectorTarget } from '../pipeline.js';
import { checkEmbeddingBody } from './check-body.js';
import { checkPrompt } from './check-prompt.js';
import { checkModel } from './check-model.js';
import { checkIdFields, checkPartitionBy, checkRowFields } from './check-row-fields.js';
import { checkEndpointPlan, endpointKeys } from './check-endpoint-plan.js';
import type { CheckContext } from './check-context.js';
import { Section } from './section.js';

/** Milvus takes 255 letters. */
const namePattern = /^[A-Za-z_]\w{0,254}$/;
const mostLetters = 255;

const keys = [
  'model',
  'baseModel',
  'body',
  'dimensions',
  'text',
  'tooLong',
  'vectors',
  'watch',
  'prune',
  'reuse',
  ...endpointKeys,
];

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
    text: checkText(context, section),
    tooLong: section.oneOf('tooLong', ['fail', 'truncate'], 'fail'),
    reuse: section.boolean('reuse', true),
  };
  const vectors = Section.of(problems, 'embeddings.vectors', section.get('vectors'), [
    'collection',
    'alias',
    'fields',
    'idFields',
    'partitionBy',
  ]);
  const { idFields, idBytes } = checkIdFields(context, vectors);
  const originFields = { textHash: 'text_hash', model: 'model' };
  const rowFields = checkRowFields(context, vectors, Object.values(idFields));
  return {
    ...checkEndpointPlan(context, section, 'embeddings', batch),
    functions: [embeddingFunction],
    vectors: {
      ...checkNames(context, vectors, { model, dimensions }),
      model,
      dimensions,
      idFields,
      idBytes,
      originFields,
      isWatched: section.oneOf('watch', ['scan', 'none'], 'none') === 'scan',
      isPruned: section.boolean('prune', false),
      rowFields,
      partitionField: checkPartitionBy(context, vectors, { idFields, rowFields }),
    },
  };
}

/** The name of the collection, and its alias. */
function checkNames(
  { problems }: CheckContext,
  vectors: Section,
  { model, dimensions }: { readonly model: string; readonly dimensions: number },
): Pick<VectorTarget, 'collection' | 'alias'> {
  const expected = (what: string): string =>
    `the name of ${what} of vectors: letters, digits and _, not starting with a digit`;
  const ofCollection = { pattern: namePattern, expected: expected('a collection') };
  if (!vectors.has('alias')) return { collection: vectors.required('collection', ofCollection), alias: null };
  const alias = vectors.text('alias', { fallback: '', pattern: namePattern, expected: expected('an alias') });
  const fallback = `${alias}_${model.replaceAll(/\W+/g, '_')}_${dimensions}`;
  const collection = vectors.text('collection', { ...ofCollection, fallback });
  if (collection === alias) problems.add(vectors.at('alias'), `the name of the collection, ${alias}`, 'another name');
  if (!vectors.has('collection') && alias !== '' && fallback.length > mostLetters) {
    problems.add(
      vectors.at('alias'),
      `a collection of ${fallback.length} letters, ${fallback}`,
      `at most ${mostLetters}`,
    );
  }
  return { collection, alias };
}

function checkText(context: CheckContext, section: Section): TextToEmbed {
  const value = section.get('text');
  // Checked to be a function; what it returns is checked per document.
  if (typeof value === 'function') return { kind: 'function', make: value as (document: SourceDocument) => unknown };
  if (isPromptFile(value) || (typeof value === 'string' && /\{[{%]/.test(value))) {
    return { kind: 'template', template: checkPrompt(context, section, 'text', null) ?? compilePrompt('') };
  }
  const expected = 'the field that holds the text, a template, prompt(file), or a function of the document';
  return { kind: 'field', path: section.required('text', { pattern: /^[^\0]+$/, expected }) };
}
